package event

import (
	"time"

	"marsad/pkg/news"
)

// Payload is the data of an event: a pointer to one of the structs below.
type Payload interface {
	Kind() Kind
	Header() *Head
}

// Head is what every payload on the line carries.
type Head struct {
	news.Ref
	Source  Source      `json:"source"`
	FoundAt time.Time   `json:"found_at"`
	Trail   []news.Step `json:"trail"`
}

// Header lets a payload be handled by what all have in common.
func (h *Head) Header() *Head { return h }

// Source is what later services need to know of where an item was found.
type Source struct {
	ID          news.ID `json:"id"`
	Name        string  `json:"name"`
	PublisherID news.ID `json:"publisher_id"`
	Publisher   string  `json:"publisher"`
	Lang        string  `json:"lang,omitempty"`
	Country     string  `json:"country,omitempty"`
}

// Fetched says that the page of its item and revision is in the store.
type Fetched struct {
	Head
	URL string `json:"url,omitempty"`
}

// Cleaned carries the article.
type Cleaned struct {
	Head
	Article news.Article `json:"article"`
}

// Deduplicated adds what the article is in relation to others.
type Deduplicated struct {
	Head
	Article news.Article `json:"article"`
	Verdict news.Verdict `json:"verdict"`
	Story   news.ID      `json:"story_id"`
}

// Classified adds what the article is about.
type Classified struct {
	Head
	Article news.Article `json:"article"`
	Verdict news.Verdict `json:"verdict"`
	Story   news.ID      `json:"story_id"`
	news.Labels
}

// Ended says that an item leaves the line without becoming an article: Dropped
// or Dead.
type Ended struct {
	Head
	Outcome news.Outcome `json:"outcome"`
	Stage   string       `json:"stage"`
	Reason  string       `json:"reason"`
	// Of Dead only.
	Error    string   `json:"error,omitempty"`
	Attempts int      `json:"attempts,omitempty"`
	Failed   *Message `json:"failed,omitempty"` // the message that could not be handled, whole
}

// Archived tells the world of an article, or of a changed one.
type Archived struct {
	Head `json:"-"`
	news.Record
	ArchivedAt time.Time `json:"archived_at"`
}

func (*Fetched) Kind() Kind      { return KindFetched }
func (*Cleaned) Kind() Kind      { return KindCleaned }
func (*Deduplicated) Kind() Kind { return KindDeduplicated }
func (*Classified) Kind() Kind   { return KindClassified }
func (*Archived) Kind() Kind     { return KindArchived }

// Kind is KindDead or KindDropped, by the outcome.
func (e *Ended) Kind() Kind {
	if e.Outcome == news.Dead {
		return KindDead
	}
	return KindDropped
}

func newPayload(kind Kind) Payload {
	switch kind {
	case KindFetched:
		return new(Fetched)
	case KindCleaned:
		return new(Cleaned)
	case KindDeduplicated:
		return new(Deduplicated)
	case KindClassified:
		return new(Classified)
	case KindDropped, KindDead:
		return new(Ended)
	case KindArchived:
		return new(Archived)
	}
	return nil
}
