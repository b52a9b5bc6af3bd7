package news

import "time"

// State is where an item stands in the ledger.
type State string

const (
	StateDue    State = "due"     // waits for the fetcher
	StateInLine State = "in_line" // handed to the bus
	StateEnded  State = "ended"
)

// Outcome is how an item ended.
type Outcome string

const (
	Archived Outcome = "archived" // an article row exists
	Dropped  Outcome = "dropped"  // final: not news, with a reason
	Dead     Outcome = "dead"     // could not be handled; a dead letter exists
)

// Completeness says what an article was made of.
type Completeness string

const (
	CompleteFull Completeness = "full" // the page, or the document as given
	CompleteFeed Completeness = "feed" // only what the feed carried
)

// Found is an entry as its feed gave it.
type Found struct {
	URL        string      `json:"url,omitempty"`
	GUID       string      `json:"guid,omitempty"`
	Title      string      `json:"title,omitempty"`
	Summary    string      `json:"summary,omitempty"` // HTML as given
	Content    string      `json:"content,omitempty"` // HTML as given
	Authors    []string    `json:"authors,omitempty"`
	Categories []string    `json:"categories,omitempty"`
	Lang       string      `json:"lang,omitempty"`
	Image      string      `json:"image,omitempty"`
	Published  *time.Time  `json:"published,omitempty"`
	Updated    *time.Time  `json:"updated,omitempty"`
	Enclosures []Enclosure `json:"enclosures,omitempty"`
	DateMark   DateMark    `json:"date_mark,omitempty"`
}

// Enclosure is a file that an entry comes with: sound, film, picture.
type Enclosure struct {
	URL    string `json:"url"`
	Type   string `json:"type,omitempty"`
	Length int64  `json:"length,omitempty"` // bytes, as its feed says; 0: it does not
}

// DateMark says what was wrong with the dates of an entry.
type DateMark string

// The marks of dates. An entry without one has a date that can be believed.
const (
	DateAbsent     DateMark = "absent"     // there is none
	DateUnreadable DateMark = "unreadable" // there is one that means nothing
	DateFuture     DateMark = "future"     // it lies more than a day ahead: not believed
)

// Body is the longest text the feed itself carried, as HTML.
func (f Found) Body() string {
	if len(f.Content) >= len(f.Summary) {
		return f.Content
	}
	return f.Summary
}

// Hash changes when the entry changed in a way readers would see: title,
// content, summary or updated time.
func (f Found) Hash() string {
	updated := ""
	if f.Updated != nil {
		updated = f.Updated.UTC().Format(time.RFC3339)
	}
	return string(NewID(f.Title, f.Content, f.Summary, updated))
}

// Item is one row of the ledger: something found that must end exactly once.
type Item struct {
	Ref
	Source    ID     // the source that found it first
	Publisher ID     // of that source
	URL       string // canonical; empty for documents without an address
	Host      string // registrable domain of URL; empty without one
	Found     Found
	State     State
	Outcome   Outcome // set when State is StateEnded
	Reason    string  // of a drop or dead letter, or of the last failed download
	FoundAt   time.Time
	DueAt     time.Time
	InLineAt  time.Time
	EndedAt   time.Time
	Attempts  int  // downloads tried for this revision
	HasPage   bool // the page of this revision is stored
	Looks     int  // second looks begun
	Looking   bool // due for a second look: the revision is archived already
}

// ItemID gives the identity of an entry: what its addresses have in common
// (weburl.Identity), or, without one, its source and guid.
func ItemID(identity string, source ID, guid string) ID {
	if identity != "" {
		return NewID("url", identity)
	}
	return NewID("guid", string(source), guid)
}

// PageKind says what the bytes of a Page are.
type PageKind string

const (
	PageHTML PageKind = "html" // a document from the web, or given as HTML
	PageText PageKind = "text" // plain text
	PageFeed PageKind = "feed" // no page could be had: Found carries all there is
)

// Page is what the cleaner reads: the bytes of one revision of an item and
// what the feed said of it.
type Page struct {
	Ref
	Kind        PageKind
	URL         string // after redirects; empty for a document without an address
	ContentType string // as the server sent it
	Body        []byte
	FetchedAt   time.Time
	Validators  Validators // of its server's answer; BodyHash is empty
	Found       Found
}
