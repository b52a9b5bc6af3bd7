package news

import "time"

// SourceKind says how a source is read.
type SourceKind string

const (
	KindFeed   SourceKind = "feed"   // RSS, RDF, Atom or JSON Feed
	KindManual SourceKind = "manual" // documents given by hand; never polled
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

	PollEvery  time.Duration `json:"-"` // 0: the fetcher's default
	Paused     bool          `json:"paused,omitempty"`
	AddedAt    time.Time     `json:"added_at"`
	NextPoll   time.Time     `json:"next_poll"`
	LastPoll   time.Time     `json:"last_poll,omitzero"`
	LastNew    time.Time     `json:"last_new,omitzero"` // the last poll that found something new
	Failures   int           `json:"failures"`          // polls failed in a row
	Reason     string        `json:"reason,omitempty"`  // why the last poll failed
	Validators Validators    `json:"validators,omitzero"`
	Counts     Counts        `json:"counts"`
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
	Healthy Health = "healthy"
	Failing Health = "failing" // the last poll failed
	Quiet   Health = "quiet"   // polls succeed but nothing new came for QuietAfter
	Paused  Health = "paused"  // not polled, on purpose
)

// Healths lists every Health, in the order they are shown.
var Healths = []Health{Healthy, Failing, Quiet, Paused}

// QuietAfter is how long a source may bring nothing new before it is Quiet.
const QuietAfter = 7 * 24 * time.Hour

// Health judges the source at the moment now.
func (s Source) Health(now time.Time) Health {
	lastSign := s.LastNew
	if lastSign.IsZero() {
		lastSign = s.AddedAt
	}
	switch {
	case s.Paused:
		return Paused
	case s.Failures > 0:
		return Failing
	case s.Kind != KindManual && now.Sub(lastSign) > QuietAfter:
		return Quiet
	}
	return Healthy
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
}
