package press

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"marsad/pkg/prose"
)

// Format is how a feed is written.
type Format string

const (
	RSS     Format = "rss"
	Atom    Format = "atom"
	RDF     Format = "rdf"
	JSON    Format = "json"
	Sitemap Format = "sitemap" // a news sitemap
)

// Fault is what is wrong with a feed. The empty one: nothing.
type Fault string

const (
	NoDNS          Fault = "no_dns"          // its host is not known: the proxy says 502
	Refused        Fault = "refused"         // the connection is closed
	NotFound       Fault = "not_found"       // 404 for ever
	Gone           Fault = "gone"            // 410
	Moved          Fault = "moved"           // 301 to where it is now
	Found          Fault = "found"           // 302 to another host of its site
	Throttled      Fault = "throttled"       // 429 when asked too often
	Busy           Fault = "busy"            // 503 now and then
	StuckETag      Fault = "stuck_etag"      // an ETag that never changes, and 304 for it
	NoValidators   Fault = "no_validators"   // neither ETag nor Last-Modified
	FreshETag      Fault = "fresh_etag"      // another ETag in every answer
	FutureModified Fault = "future_modified" // Last-Modified next year
	WrongCharset   Fault = "wrong_charset"   // a label that is not that of the bytes
	SometimesHTML  Fault = "sometimes_html"  // a page instead of a feed, now and then
	FreshGUIDs     Fault = "fresh_guids"     // other guids in every answer
	SlowServer     Fault = "slow"
)

// faults are the shares of feeds that have them, in thousandths.
var faults = []struct {
	fault Fault
	share int
}{
	{NoDNS, 8}, {Refused, 5}, {NotFound, 10}, {Gone, 4}, {Moved, 12}, {Found, 5}, {Throttled, 8}, {Busy, 12}, {StuckETag, 2},
	{NoValidators, 60}, {FreshETag, 15}, {FutureModified, 4}, {WrongCharset, 10}, {SometimesHTML, 6}, {FreshGUIDs, 6}, {SlowServer, 8},
}

// Unreadable reports whether nothing is ever read from the feed.
func (f Fault) Unreadable() bool {
	return f == NoDNS || f == Refused || f == NotFound || f == Gone
}

// Feed is one feed of a publisher, and its habits.
type Feed struct {
	Number        int
	Name          string // of the publisher, and the section
	Publisher     string
	URL           string
	Lang, Country string
	Format        Format
	Fault         Fault
	PerDay        float64       // articles of its own, on average
	Window        int           // entries it shows
	TTL           time.Duration // what it says of itself; 0: nothing
	MaxAge        time.Duration // how long a cache before it gives the same answer; 0: there is none
	Dated         bool
	Full          bool // entries carry the whole text

	site       *site
	host, path string
	section    string
	repeats    []int   // other feeds whose entries it has, too
	total      float64 // articles a day, those of others too
	reprints   float64 // share of its articles that are an agency's
	rhythm     rhythm
	clicks     bool // its links count clicks
	gathers    bool // as the first feed of a site it repeats the others
}

// site is a publisher's.
type site struct {
	host       string
	zone       zone
	crawlDelay int // seconds; 0: robots.txt does not say
	premium    bool
	noRobots   bool
	template   int
}

// zone is where a publisher works.
type zone struct {
	country, lang string
	offset        int // hours from UTC
	weekend       [2]time.Weekday
}

var (
	fridays   = [2]time.Weekday{time.Friday, time.Saturday}
	saturdays = [2]time.Weekday{time.Saturday, time.Sunday}
	zones     = []zone{
		{"MA", "ar", 1, saturdays}, {"EG", "ar", 2, fridays}, {"SA", "ar", 3, fridays}, {"AE", "ar", 4, saturdays}, {"LB", "ar", 2, saturdays},
		{"TN", "ar", 1, saturdays}, {"DZ", "ar", 1, fridays}, {"IQ", "ar", 3, fridays}, {"JO", "ar", 3, fridays}, {"QA", "ar", 3, fridays},
		{"FR", "fr", 1, saturdays}, {"SN", "fr", 0, saturdays}, {"BE", "fr", 1, saturdays}, {"CI", "fr", 0, saturdays},
		{"GB", "en", 0, saturdays}, {"US", "en", -5, saturdays}, {"KE", "en", 3, saturdays}, {"IN", "en", 5, saturdays}, {"AU", "en", 10, saturdays}, {"ZA", "en", 2, saturdays},
	}
	mastheads = map[string][]string{
		"ar": {"sahifa", "akhbar", "jarida", "nabaa", "majalla", "sada", "manbar", "ufuq"},
		"fr": {"gazette", "courrier", "echo", "journal", "depeche"},
		"en": {"herald", "courier", "tribune", "observer", "chronicle"},
	}
	sections = []string{"news", "economy", "sport", "world", "culture", "science", "local", "opinion"}
)

// found starts a publisher with one feed or several.
func (w *World) found(number int) {
	r := w.random(kindSite, uint64(number), 0)
	z := zones[r.IntN(len(zones))]
	s := &site{zone: z, template: r.IntN(4), noRobots: r.IntN(4) == 0, premium: r.IntN(10) == 0}
	if r.IntN(12) == 0 {
		s.crawlDelay = 1 + r.IntN(10)
	}
	names := mastheads[z.lang]
	masthead := fmt.Sprintf("%s-%d", names[r.IntN(len(names))], number)
	s.host = masthead + []string{".example", ".test"}[r.IntN(8)/7]
	if r.IntN(3) == 0 {
		s.host = "www." + s.host
	}
	name := prose.Of(z.lang).Name(r) + " " + prose.Of(z.lang).Name(r)
	count := 1
	if r.IntN(100) < 18 {
		count = 2 + r.IntN(7)
	}
	first := len(w.feeds)
	for i := range min(count, w.options.Feeds-first) {
		f := w.makeFeed(r, s, i)
		f.Publisher, f.Name = name, name+" – "+f.section
		w.feeds = append(w.feeds, f)
	}
	home := &w.feeds[first]
	for i := first + 1; i < len(w.feeds) && home.gathers; i++ {
		home.repeats = append(home.repeats, i)
		home.total += w.feeds[i].PerDay
	}
}

// makeFeed draws the habits of the feed number of a site.
func (w *World) makeFeed(r *rand.Rand, s *site, number int) Feed {
	rate := w.options.PerDay * math.Exp(w.options.Spread*r.NormFloat64())
	f := Feed{
		Number: len(w.feeds), site: s, Lang: s.zone.lang, Country: s.zone.country, section: sections[number],
		PerDay: min(rate, mostPerDay*max(w.options.PerDay/4, 1)), Dated: r.IntN(10) > 0, Full: r.IntN(12) == 0,
		clicks: r.IntN(6) == 0, gathers: r.IntN(4)%2 == 0,
	}
	f.total = f.PerDay
	f.Format = draw(r, []Format{RSS, Atom, RDF, JSON, Sitemap}, []int{74, 13, 2, 4, 7})
	f.Dated = f.Dated || f.Format == Sitemap
	f.Window = draw(r, []int{10, 15, 20, 30, 50, 100}, []int{25, 10, 30, 15, 12, 8})
	if f.PerDay > 100 {
		f.Window = max(f.Window, 30)
	}
	if r.IntN(100) < 40 { // as WordPress says of every feed
		f.TTL = time.Hour
	} else if r.IntN(100) < 10 {
		f.TTL = draw(r, []time.Duration{5 * time.Minute, 15 * time.Minute, 24 * time.Hour}, []int{3, 4, 3})
	}
	if r.IntN(100) < 30 {
		f.MaxAge = draw(r, []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute}, []int{5, 4, 2, 1})
	}
	if r.IntN(2) == 0 {
		f.reprints = 0.7 * r.Float64()
	}
	f.rhythm = drawRhythm(r, s.zone, f.PerDay)
	f.locate(r, number)
	f.drawFault(r, w.options.Healthy)
	return f
}

// mostPerDay bounds the rates of feeds: the largest agencies publish so many.
const mostPerDay = 1500

// locate gives the feed its address.
func (f *Feed) locate(r *rand.Rand, number int) {
	f.host = f.site.host
	if r.IntN(10) == 0 {
		f.host = "feeds." + trimWWW(f.site.host)
	}
	ending := map[Format]string{RSS: "rss.xml", Atom: "atom.xml", RDF: "index.rdf", JSON: "feed.json", Sitemap: "news-sitemap.xml"}[f.Format]
	f.path = "/" + ending
	if number > 0 {
		f.path = "/" + f.section + "/" + ending
	}
	f.URL = "http://" + f.host + f.path
}

func (f *Feed) drawFault(r *rand.Rand, healthy bool) {
	at := r.IntN(1000)
	for _, fault := range faults {
		if at -= fault.share; at < 0 {
			if !healthy {
				f.Fault = fault.fault
			}
			return
		}
	}
}

// draw takes one of values, by their weights.
func draw[V any](r *rand.Rand, values []V, weights []int) V {
	sum := 0
	for _, weight := range weights {
		sum += weight
	}
	at := r.IntN(sum)
	for i, weight := range weights {
		if at -= weight; at < 0 {
			return values[i]
		}
	}
	return values[0]
}

// VisibleAt is when an entry that is published at a moment is in the feed's
// answer: where there is a cache before it, when that has run out.
func (f *Feed) VisibleAt(at time.Time) time.Time {
	if f.MaxAge == 0 {
		return at
	}
	if start := f.cachedSince(at); !start.Equal(at) {
		return start.Add(f.MaxAge)
	}
	return at
}

// FreshFor is how long a cache gives the same answer from a moment on; 0: there is
// none.
func (f *Feed) FreshFor(at time.Time) time.Duration {
	if f.MaxAge == 0 {
		return 0
	}
	return f.cachedSince(at).Add(f.MaxAge).Sub(at)
}

// cachedSince is when the answer that a cache gives at a moment was made.
func (f *Feed) cachedSince(at time.Time) time.Time {
	if f.MaxAge == 0 {
		return at
	}
	phase := time.Duration(f.Number) * 17 * time.Second
	return at.Add(-phase).Truncate(f.MaxAge).Add(phase)
}

// What is drawn at random, so that nothing draws the same numbers.
const (
	kindSite = iota + 1
	kindDay
	kindEvent
	kindPause
	kindItem
	kindTitle
	kindText
	kindAffair
)

// random is a source that follows from the seed and what it is for.
func (w *World) random(kind int, a, b uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(w.options.Seed^mix(uint64(kind))), mix(a)^mix(b+0x51ed)))
}

// mix spreads the bits of a number (SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
