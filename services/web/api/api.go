// Package api is the shape of the HTTP API: what requests carry, what answers
// hold, and a client for them. The web service implements it.
package api

import (
	"time"

	"marsad/pkg/audit"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Document is one document given by hand.
type Document struct {
	ID    news.ID    `json:"id"`
	URL   string     `json:"url,omitempty"` // canonical; to be downloaded unless Kind is set
	Found news.Found `json:"found"`
	Kind  string     `json:"kind,omitempty" enum:"html,text,feed," doc:"What Body is; empty: the page at url is downloaded"`
	Body  []byte     `json:"body,omitempty"`
}

// DocumentOf gives an entry the form in which it is sent.
func DocumentOf(e store.Entry) Document {
	d := Document{ID: e.ID, URL: e.URL, Found: e.Found}
	if e.Page != nil {
		d.Kind, d.Body = string(e.Page.Kind), e.Page.Body
	}
	return d
}

// Entry is the reverse of DocumentOf.
func (d Document) Entry(now time.Time) store.Entry {
	e := store.Entry{ID: d.ID, URL: d.URL, Found: d.Found}
	if d.Kind != "" {
		e.Page = &news.Page{Kind: news.PageKind(d.Kind), URL: d.URL, Body: d.Body, Found: d.Found, FetchedAt: now}
	}
	return e
}

// Item is where an item stands, and what became of it if it ended.
type Item struct {
	ID           news.ID        `json:"id"`
	Revision     int            `json:"revision"`
	State        news.State     `json:"state"`
	Outcome      news.Outcome   `json:"outcome" doc:"Empty while the item is open"`
	Reason       string         `json:"reason" doc:"Of the drop, the dead letter, or the last failed download"`
	Attempts     int            `json:"attempts" doc:"Downloads tried of this revision"`
	URL          string         `json:"url"`
	Title        string         `json:"title" doc:"As the feed gave it"`
	FoundAt      time.Time      `json:"found_at" doc:"When this revision was found"`
	DueAt        time.Time      `json:"due_at"`
	LeasedUntil  time.Time      `json:"leased_until,omitzero" doc:"While a fetcher works on it"`
	HostFreeAt   time.Time      `json:"host_free_at,omitzero" doc:"While its page is to be downloaded, and its host is left alone until then"`
	InLineAt     time.Time      `json:"in_line_at,omitzero" doc:"When it was handed to the bus"`
	Stream       string         `json:"stream,omitempty" doc:"The stream it is in right now, while it is in line; none if it is in none; absent if the bus cannot be asked"`
	MissingSince time.Time      `json:"missing_since,omitzero" doc:"In line, and not met in any stream since"`
	EndedAt      time.Time      `json:"ended_at,omitzero"`
	Stage        string         `json:"stage,omitempty" doc:"Where it failed, if it is dead"`
	Error        string         `json:"error,omitempty" doc:"Why, if it is dead"`
	Sources      []store.Finder `json:"sources" doc:"Which found it, the first one first"`
	Record       *news.Record   `json:"record" doc:"Null while the item is open"`
}

// NoStream is the Stream of an item in line that is in no stream.
const NoStream = "none"

// Removed is an article that was taken down.
type Removed struct {
	store.Removed
	Unpublished bool `json:"unpublished" doc:"Whether it was deleted from the public tap too"`
}

// Reading is an article with its surroundings, and its text for display.
type Reading struct {
	store.ArticleDetail
	First *First `json:"first" doc:"Who was first of its group; null if it has no copies"`
	HTML  string `json:"html" doc:"The text as paragraphs, headings, lists, quotations and links, of which nothing is the page's own markup"`
}

// Hit is an article found, without its text.
type Hit struct {
	store.Hit
	Text    string       `json:"text,omitempty"`   // shadows the article's: left out
	Markup  []news.Mark  `json:"markup,omitempty"` // likewise
	Excerpt []store.Span `json:"excerpt" doc:"Around the words searched for, which are marked as hits"`
}

// Hits is one page of a search.
type Hits struct {
	Articles []Hit `json:"articles"`
	Next     int64 `json:"next" doc:"The parameter before of the next page; 0 when there is none"`
}

// Status is the system at a glance.
type Status struct {
	Version string               `json:"version"`
	Ready   bool                 `json:"ready"`
	Waiting string               `json:"waiting" doc:"What the process waits for when it is not ready"`
	Open    map[news.State]int   `json:"open"`
	Ended   map[news.Outcome]int `json:"ended"`
	Oldest  float64              `json:"oldest_open_seconds"`
	Dead    int                  `json:"dead_letters"`
	Sources map[news.Health]int  `json:"sources"`
	Index   store.IndexStats     `json:"index"`
	Streams map[string]int       `json:"streams" doc:"Messages in each stream; absent without a bus, or without the right to ask: ask where the service web runs"`
}

// AuditReport is an audit and whether it holds.
type AuditReport struct {
	audit.Report
	Holds bool `json:"holds"`
	Bus   bool `json:"bus_checked" doc:"False when no bus could be asked about items in line"`
}
