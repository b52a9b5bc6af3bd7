// Package press is a simulated press: thousands of feeds with the habits and the
// faults of real ones, and a page behind every entry. Everything follows from a
// seed and is computed when it is asked for: what a feed published between two
// times is known without waiting, and nothing piles up. Its handler stands behind
// a forward proxy on loopback, so that every publisher has a host name of its own.
//
// docs/methods/polling.md says what is assumed of real feeds, and from where.
package press

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"
)

// Options shape a press. The zero value of each is its default.
type Options struct {
	Seed  uint64
	Feeds int // default 100

	// PerDay is how many articles the middle feed publishes a day; default 4.
	PerDay float64
	// Spread is by how much the rates of feeds differ: the standard deviation of
	// their logarithm; default 1.8, which gives the busiest tenth two thirds of
	// all. A negative one is none.
	Spread float64
	// Healthy leaves out all faults.
	Healthy bool

	Throttle   time.Duration // between two polls of a feed that is throttled; default 5 min
	Slow       time.Duration // how long slow servers take, by the real clock; default 2 s
	CacheBytes int           // of feeds kept as they were sent last; default 48 MB
}

// World is a press. It may be used from many goroutines.
type World struct {
	options  Options
	feeds    []Feed
	byHost   map[string][]int // feeds by the hosts of their sites and of themselves
	agencies map[string][]int // by language; those whose texts others reprint
	days     dayCache
	rendered renderCache
	asked    askedTimes
}

// New makes a press. It takes some microseconds a feed.
func New(options Options) *World {
	options.Feeds = cmp.Or(options.Feeds, 100)
	options.PerDay = cmp.Or(options.PerDay, 4)
	options.Spread = max(cmp.Or(options.Spread, 1.8), 0)
	options.Throttle = cmp.Or(options.Throttle, 5*time.Minute)
	options.Slow = cmp.Or(options.Slow, 2*time.Second)
	options.CacheBytes = cmp.Or(options.CacheBytes, 48<<20)
	w := &World{
		options: options, byHost: map[string][]int{}, agencies: map[string][]int{},
		days: dayCache{kept: map[dayKey][]int32{}}, rendered: renderCache{kept: map[int]*rendition{}, limit: options.CacheBytes},
		asked: askedTimes{last: map[int]time.Time{}},
	}
	for site := 0; len(w.feeds) < options.Feeds; site++ {
		w.found(site)
	}
	for i, f := range w.feeds {
		for _, host := range slices.Compact([]string{f.site.host, f.host}) {
			w.byHost[host] = append(w.byHost[host], i)
		}
	}
	w.chooseAgencies()
	return w
}

// agencyEvery is how many feeds there are for each agency.
const agencyEvery = 300

// chooseAgencies makes the busiest feeds of each language those that others
// reprint.
func (w *World) chooseAgencies() {
	for i := range w.feeds {
		w.agencies[w.feeds[i].Lang] = append(w.agencies[w.feeds[i].Lang], i)
	}
	for lang, all := range w.agencies {
		slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(w.feeds[b].PerDay, w.feeds[a].PerDay) })
		w.agencies[lang] = slices.Clone(all[:1+len(all)/agencyEvery])
		for _, i := range w.agencies[lang] {
			w.feeds[i].reprints = 0
		}
	}
}

// Feeds returns all feeds. They are not to be changed.
func (w *World) Feeds() []Feed { return w.feeds }

// PerMinute is how many articles all feeds together publish in a minute, on average.
func (o Options) PerMinute() float64 {
	return float64(o.Feeds) * o.PerDay * math.Exp(o.Spread*o.Spread/2) / (24 * 60)
}

// Published returns what appeared in a feed after from, and until to, oldest
// first. A feed of a whole site repeats what the others of that site have.
func (w *World) Published(feed int, from, to time.Time) []Item {
	var items []Item
	for _, origin := range append([]int{feed}, w.feeds[feed].repeats...) {
		for day := dayOf(from); day <= dayOf(to); day++ {
			for n, second := range w.day(origin, day) {
				if at := momentOf(day, second); at.After(from) && !at.After(to) {
					items = append(items, Item{Feed: origin, Day: day, N: n, At: at})
				}
			}
		}
	}
	if len(w.feeds[feed].repeats) > 0 {
		slices.SortStableFunc(items, func(a, b Item) int { return a.At.Compare(b.At) })
	}
	return items
}

// Shown returns what a feed shows at a time, newest first, and when it shows
// something else next; at most a month later.
func (w *World) Shown(feed int, at time.Time) (items []Item, until time.Time) {
	f := &w.feeds[feed]
	const patience = 32 * 24 * time.Hour
	for span := f.window(); len(items) < f.Window && span < 12*patience; span *= 3 {
		items = w.Published(feed, at.Add(-span), at)
	}
	items = items[max(len(items)-f.Window, 0):]
	slices.Reverse(items)
	for span, from := max(f.window()/4, time.Hour), at; ; span *= 3 {
		if next := w.Published(feed, from, from.Add(span)); len(next) > 0 {
			return items, next[0].At
		}
		if from = from.Add(span); from.Sub(at) > patience {
			return items, from
		}
	}
}

// window is about how long it takes to publish what the feed shows.
func (f *Feed) window() time.Duration {
	hours := 1.5 * 24 * float64(f.Window) / f.total
	return time.Duration(min(max(hours, 1), 31*24) * float64(time.Hour))
}

// dayCache keeps the times of some days: those of agencies are asked for again
// and again.
type dayCache struct {
	mu   sync.Mutex
	kept map[dayKey][]int32
}

type dayKey struct{ feed, day int }

const daysKept = 4096

// day returns when a feed publishes on a day, in seconds since it began, in order.
func (w *World) day(feed, day int) []int32 {
	key := dayKey{feed, day}
	w.days.mu.Lock()
	times, ok := w.days.kept[key]
	w.days.mu.Unlock()
	if ok {
		return times
	}
	times = w.planDay(feed, day)
	w.days.mu.Lock()
	defer w.days.mu.Unlock()
	if len(w.days.kept) >= daysKept {
		for other := range w.days.kept { // what is asked for often soon comes back
			delete(w.days.kept, other)
			break
		}
	}
	w.days.kept[key] = times
	return times
}

// dayOf counts days since 1970, in UTC.
func dayOf(t time.Time) int { return int(t.Unix() / 86400) }

func momentOf(day int, second int32) time.Time {
	return time.Unix(int64(day)*86400+int64(second), 0).UTC()
}
