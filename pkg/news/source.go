package news

import (
	"net/url"
	"slices"
	"time"
)

// SourceKind says how a source is read.
type SourceKind string

const (
	KindFeed    SourceKind = "feed"    // RSS, RDF, Atom or JSON Feed
	KindSitemap SourceKind = "sitemap" // a news sitemap, or an index of sitemaps
	KindManual  SourceKind = "manual"  // documents given by hand; never polled
)

// ManualSource is the ID of the one source of documents given by hand.
var ManualSource = NewID("source", string(KindManual))

// Publisher is who stands behind one or more sources.
type Publisher struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// NewPublisher makes the publisher called name.
func NewPublisher(name string) Publisher {
	return Publisher{ID: NewID("publisher", name), Name: name}
}

// Source is one address that is read for news, and what is known of its state.
type Source struct {
	ID        ID         `json:"id"`
	Publisher Publisher  `json:"publisher"`
	Kind      SourceKind `json:"kind"`
	URL       string     `json:"url"`
	Name      string     `json:"name"`
	Lang      string     `json:"lang,omitempty"`    // BCP 47
	Country   string     `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Tags      []string   `json:"tags,omitempty"`

	PollEvery  time.Duration `json:"-"` // 0: the fetcher decides
	Options    Options       `json:"options,omitzero"`
	Paused     bool          `json:"paused,omitempty"`
	Notice     Notice        `json:"notice,omitempty"` // why it was paused, unless a person did it
	AddedAt    time.Time     `json:"added_at"`
	NextPoll   time.Time     `json:"next_poll"`
	LastPoll   time.Time     `json:"last_poll,omitzero"`
	LastNew    time.Time     `json:"last_new,omitzero"` // the last poll that found something new, if only to this source
	Failures   int           `json:"failures"`          // polls failed in a row
	Reason     string        `json:"reason,omitempty"`  // why the last poll failed
	Validators Validators    `json:"validators,omitzero"`
	QuietAt    time.Time     `json:"quiet_at,omitzero"` // silent until then, it is silent beyond its own habit; zero: not known yet
	Volume     Volume        `json:"volume,omitempty"`
	Counts     Counts        `json:"counts"`

	// What the fetcher keeps between polls, in forms of its own.
	Habit []byte `json:"-"` // the rhythm of what it publishes
	GUIDs []byte `json:"-"` // those of the last poll, to see whether they last
}

// Options are what an operator sets of one source. Headers, Cookies and a
// password in Proxy are secrets: WithoutSecrets is what may be shown.
type Options struct {
	Headers      map[string]string `json:"headers,omitempty" doc:"Sent with requests to the registrable domain of the source, and to no other"`
	Cookies      string            `json:"cookies,omitempty" doc:"A Cookie header, sent likewise"`
	Proxy        string            `json:"proxy,omitempty" doc:"http, https or socks5 URL through which the source and its pages are requested"`
	FullContent  bool              `json:"full_content,omitempty" doc:"The feed carries whole articles: their pages are not downloaded"`
	Keep         []string          `json:"keep,omitempty" doc:"CSS selectors: of a page, only what they match is read"`
	Drop         []string          `json:"drop,omitempty" doc:"CSS selectors: what they match is not read"`
	SecondLooks  []string          `json:"second_looks,omitempty" doc:"How long after it was found an article's page is looked at again, as 1h"`
	Quota        int               `json:"quota,omitempty" doc:"New items of 24 hours at most; others are dropped. 0: no limit"`
	IgnoreRobots bool              `json:"ignore_robots,omitempty" doc:"Its publisher allowed what robots.txt does not"`
}

// hidden stands for a secret.
const hidden = "********"

// WithoutSecrets is o as it may be shown: headers keep their names.
func (o Options) WithoutSecrets() Options {
	if len(o.Headers) > 0 {
		headers := make(map[string]string, len(o.Headers))
		for name := range o.Headers {
			headers[name] = hidden
		}
		o.Headers = headers
	}
	if o.Cookies != "" {
		o.Cookies = hidden
	}
	if u, err := url.Parse(o.Proxy); err == nil {
		o.Proxy = u.Redacted()
	} else {
		o.Proxy = hidden
	}
	return o
}

// Looks are the times after it was found at which a page is looked at again.
// What is no duration is passed over.
func (o Options) Looks() []time.Duration {
	var looks []time.Duration
	for _, s := range o.SecondLooks {
		if d, err := time.ParseDuration(s); err == nil && d > 0 {
			looks = append(looks, d)
		}
	}
	slices.Sort(looks)
	return looks
}

// Notice says why a source was paused without a person doing it.
type Notice string

const (
	NoticeGone    Notice = "gone"            // its server says that it is gone for good (410)
	NoticeWatched Notice = "watched_already" // it moved to where another source is read
)

// Volume says how much a source publishes against its own habit.
type Volume string

const (
	VolumeUsual Volume = ""
	VolumeMore  Volume = "more"
	VolumeLess  Volume = "less"
)

// Move is a change of a source's address that its server asked for (301, 308).
type Move struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

// NewSourceID gives the ID of the source read at url.
func NewSourceID(url string) ID { return NewID("source", url) }

// Validators are what makes the next request conditional (RFC 9110, section 13).
// ETag and LastModified are kept byte for byte as the server sent them.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	BodyHash     string `json:"body_hash,omitempty"` // catches servers whose ETag lies
}

// Counts are the ledger's figures for one source: Found = Archived + Dropped + Dead + Open.
type Counts struct {
	Found    int `json:"found"`
	Archived int `json:"archived"`
	Dropped  int `json:"dropped"`
	Dead     int `json:"dead"`
	Open     int `json:"open"`
}

// Balanced reports whether every found item is accounted for.
func (c Counts) Balanced() bool { return c.Found == c.Archived+c.Dropped+c.Dead+c.Open }

// Health says at a glance how a source is doing.
type Health string

const (
	Healthy       Health = "healthy"
	Failing       Health = "failing"        // the last poll failed
	Quiet         Health = "quiet"          // polls succeed, but nothing new came for longer than is its habit
	VolumeChanged Health = "volume_changed" // it publishes far more, or far less, than is its habit
	Paused        Health = "paused"         // not polled
)

// Healths lists every Health, in the order they are shown.
var Healths = []Health{Healthy, Failing, Quiet, VolumeChanged, Paused}

// QuietAfter is how long a source whose habit is not known yet may bring
// nothing new before it is Quiet.
const QuietAfter = 7 * 24 * time.Hour

// Health judges the source at the moment now.
func (s Source) Health(now time.Time) Health {
	switch {
	case s.Paused:
		return Paused
	case s.Failures > 0:
		return Failing
	case s.Kind != KindManual && now.After(s.quietAt()):
		return Quiet
	case s.Volume != VolumeUsual:
		return VolumeChanged
	}
	return Healthy
}

// quietAt is when silence becomes remarkable.
func (s Source) quietAt() time.Time {
	switch {
	case !s.QuietAt.IsZero():
		return s.QuietAt
	case !s.LastNew.IsZero():
		return s.LastNew.Add(QuietAfter)
	}
	return s.AddedAt.Add(QuietAfter)
}

// PollOutcome is how a poll ended.
type PollOutcome string

const (
	PollNew         PollOutcome = "new"          // at least one item was new or changed
	PollUnchanged   PollOutcome = "unchanged"    // a body came, with nothing new in it
	PollNotModified PollOutcome = "not_modified" // the server answered 304
	PollError       PollOutcome = "error"
)

// Poll is one reading of a source.
type Poll struct {
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"-"`
	Outcome PollOutcome   `json:"outcome"`
	Reason  string        `json:"reason,omitempty"` // of an error, from the fetcher's closed list
	Entries int           `json:"entries"`          // entries in the feed
	New     int           `json:"new"`              // items that were new
	Changed int           `json:"changed"`          // items that became a new revision
	Status  int           `json:"status,omitempty"` // of the HTTP answer; 0: there was none
	Bytes   int64         `json:"bytes,omitempty"`  // of its body, decompressed
	Repairs []string      `json:"repairs,omitempty" doc:"What was mended of the document, from a closed list"`
	Pushed  bool          `json:"pushed,omitempty" doc:"A hub brought it unasked"`
}
