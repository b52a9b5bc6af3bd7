package news

import "time"

// Direction is how a text runs.
type Direction string

const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// Article is the clean text and what is said of it on its page.
type Article struct {
	ID           ID           `json:"id"` // the item's
	Source       string       `json:"source"`
	SourceID     ID           `json:"source_id"`
	Publisher    string       `json:"publisher"`
	PublisherID  ID           `json:"publisher_id"`
	URL          string       `json:"url"`
	CanonicalURL string       `json:"canonical_url"` // as the page declares it, else URL
	Title        string       `json:"title"`
	Authors      []string     `json:"authors"`
	Published    *time.Time   `json:"published"`
	Modified     *time.Time   `json:"modified"`
	Lang         string       `json:"lang"` // BCP 47 base language; "und" when unknown
	Direction    Direction    `json:"direction"`
	Section      string       `json:"section,omitempty"`
	Image        string       `json:"image,omitempty"`
	Words        int          `json:"words"`
	Completeness Completeness `json:"completeness"`
	Text         string       `json:"text"` // paragraphs separated by a blank line
	Details
}

// Details are what else the cleaner says of an article.
type Details struct {
	TitleLang           string     `json:"title_lang,omitempty"`           // where it is not Lang
	TitleDirection      Direction  `json:"title_direction,omitempty"`      // where it is not Direction
	Standfirst          string     `json:"standfirst,omitempty"`           // the paragraph of Text that sums it up
	OriginalSource      string     `json:"original_source,omitempty"`      // the publisher that a republication names
	PublishedFrom       DateSource `json:"published_from,omitempty"`       // where Published was found
	PublishedConfidence float64    `json:"published_confidence,omitempty"` // how often dates found there are right, 0 to 1
	Confidence          float64    `json:"confidence,omitempty"`           // F1 to be expected of Text, 0 to 1; 0 when unknown
	Markup              []Mark     `json:"markup,omitempty"`               // by Start
}

// DateSource is where a date was found.
type DateSource string

// VerdictKind is what the deduplicator decided an article is.
type VerdictKind string

const (
	Original VerdictKind = "original"
	Copy     VerdictKind = "copy"
	Revision VerdictKind = "revision" // the same item, changed
	Excerpt  VerdictKind = "excerpt"
)

// Rules by which a verdict was reached.
const (
	RuleFirst        = "first"         // nothing like it was seen before
	RuleSameItem     = "same_item"     // a later revision of an item decided on before
	RuleText         = "text"          // the folded body is the same, word for word
	RuleCanonicalURL = "canonical_url" // the page has or declares the same canonical URL, and has the same title
	RuleNearText     = "near_text"     // most of the body is the same, or an edited form of it
	RuleContained    = "contained"     // one body holds most of the other, which is much shorter
)

// Verdict is relative to what had arrived before, and never changes.
type Verdict struct {
	Kind       VerdictKind `json:"kind"`
	Of         *ID         `json:"of"`         // the article it is a copy, revision or excerpt of
	Similarity float64     `json:"similarity"` // 0 to 1; 0 for an original
	Rule       string      `json:"rule"`       // which rule decided
}

// Story gathers the articles on one event.
type Story struct {
	ID         ID        `json:"id"`
	Title      string    `json:"title"`
	Articles   int       `json:"articles"`
	Publishers int       `json:"publishers"`
	FirstSeen  time.Time `json:"first_seen,omitzero"`
	LastSeen   time.Time `json:"last_seen,omitzero"`
}

// Topic is a subject in the IPTC Media Topics taxonomy.
type Topic struct {
	Code  string  `json:"code"`
	Label string  `json:"label"`
	P     float64 `json:"p"` // calibrated probability, 0 to 1
}

// Place is a country an article mentions.
type Place struct {
	Code     string `json:"code"` // ISO 3166-1 alpha-2
	Name     string `json:"name"` // English short name
	Mentions int    `json:"mentions"`
	InTitle  bool   `json:"in_title,omitempty"`
}

// Organisation is an organisation an article mentions.
type Organisation struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Mentions int    `json:"mentions"`
	InTitle  bool   `json:"in_title,omitempty"`
}

// Watch is a user's subject that an article matched.
type Watch struct {
	ID      string       `json:"id"`
	Score   float64      `json:"score"`
	Matches []WatchMatch `json:"matches"`
}

// WatchMatch is one place where a watch matched. Start and End count Unicode
// code points of the article's text, or of its title.
type WatchMatch struct {
	Rule  string `json:"rule"`
	In    string `json:"in,omitempty"` // "title"; empty: the text
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Abstention is why the classifier gives an article no topic.
type Abstention string

const (
	TooShort            Abstention = "too_short"
	LowConfidence       Abstention = "low_confidence"
	UnsupportedLanguage Abstention = "unsupported_language"
)

// Labels are what the classifier says of an article.
type Labels struct {
	Topics        []Topic        `json:"topics"`              // the main one first
	Abstained     Abstention     `json:"abstained,omitempty"` // why there are no topics
	Places        []Place        `json:"places"`
	Organisations []Organisation `json:"organisations"`
	Watches       []Watch        `json:"watches"`
}

// Step is one service's stop on an item's way.
type Step struct {
	Service string    `json:"service"`
	At      time.Time `json:"at"`      // time in
	TookMS  float64   `json:"took_ms"` // time taken, milliseconds
	Note    string    `json:"note,omitempty"`
}

// Record is all that became of one item, in the shape that `ingest`,
// `article`, the API and news.archived share.
type Record struct {
	ItemID   ID       `json:"item_id"`
	Revision int      `json:"revision"`
	Outcome  Outcome  `json:"outcome"`
	Reason   string   `json:"reason"`
	Article  *Article `json:"article"` // nil unless archived
	Verdict  *Verdict `json:"verdict"`
	Story    *Story   `json:"story"`
	Labels
	Trail []Step `json:"trail"`
}

// UTC gives a time that may be unknown the zone it has on the bus and in the
// store. The zero time is unknown too.
func UTC(t *time.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}
