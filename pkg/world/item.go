package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/prose"
	"marsad/pkg/weburl"
)

// Kind is how an item is published, and so what must become of it.
type Kind string

const (
	Page   Kind = "page"   // a page with the whole text
	Slow   Kind = "slow"   // the same, sent in drips
	Flaky  Kind = "flaky"  // the server is too busy the first time it is asked
	Gone   Kind = "gone"   // the page is gone: the text in the feed must do
	Silent Kind = "silent" // the page never answers: the text in the feed must do
	Empty  Kind = "empty"  // a page without text, and none in the feed: no news
)

// changedAfter is how many items later an item that changes does so.
const changedAfter = 40

// Item is one thing published.
type Item struct {
	ID      news.ID // as Marsad must call it
	URL     string
	Number  int
	Kind    Kind
	Changes bool // it gets another text when changedAfter more items are out
	// Group is the number of the item whose text this one carries word for
	// word; its own if it is nobody's copy.
	Group int

	publisher int
	title     string
	lang      string
	texts     [2][]string // paragraphs, before and after the change
	at        time.Time
	changed   bool // guarded by World.mu
}

// base is when the first item was published, by its own account.
var base = time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)

// make plans item number n. It follows from the seed and n alone.
func (w *World) make(n int) *Item {
	r := rand.New(rand.NewPCG(w.options.Seed, uint64(n)))
	item := &Item{Number: n, Group: n, Kind: kindOf(r), publisher: n % len(w.publishers), at: base.Add(time.Duration(n) * time.Second)}
	item.Changes = item.Kind == Page && r.IntN(10) == 0
	item.lang = []string{"ar", "ar", "fr", "en"}[r.IntN(4)]
	words := prose.Of(item.lang)
	item.title = fmt.Sprint(words.Headline(r), " ", n)
	for i := range item.texts {
		item.texts[i] = words.Paragraphs(r, w.options.Words)
	}
	if original := n - len(w.publishers)*2 - 1; original >= 0 && r.IntN(3) == 0 {
		item.copyOf(w.published[original])
	}
	item.URL = w.publishers[item.publisher].url + item.path()
	item.ID = news.ItemID(weburl.Identity(item.URL), "", "")
	return item
}

func kindOf(r *rand.Rand) Kind {
	switch p := r.IntN(1000); {
	case p < 60:
		return Gone
	case p < 120:
		return Empty
	case p < 140:
		return Slow
	case p < 160:
		return Flaky
	case p < 161:
		return Silent
	}
	return Page
}

// copyOf makes the item carry the text of an older one. Only texts that stay as
// they are get copied, and only whole pages are copies: which of two was first
// may differ from run to run, that they belong together may not.
func (i *Item) copyOf(original *Item) {
	if i.Kind != Page || i.Changes || original.Kind != Page || original.Changes {
		return
	}
	i.Group, i.lang, i.texts = original.Group, original.lang, original.texts
}

func (i *Item) path() string { return fmt.Sprintf("/%s/%d", i.Kind, i.Number) }

// Outcome is what must become of the item.
func (i *Item) Outcome() news.Outcome {
	if i.Kind == Empty {
		return news.Dropped
	}
	return news.Archived
}

// Title is the headline.
func (i *Item) Title() string { return i.title }

// Text is the whole text as it is in the end, paragraphs separated by a blank line.
func (i *Item) Text() string { return strings.Join(i.final(), "\n\n") }

func (i *Item) final() []string {
	if i.Changes {
		return i.texts[1]
	}
	return i.texts[0]
}

// now is the text as it is at the moment. The caller holds World.mu.
func (i *Item) now() []string {
	if i.changed {
		return i.texts[1]
	}
	return i.texts[0]
}

// Settled reports whether the item is published as it will be in the end.
func (w *World) Settled(i *Item) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !i.Changes || i.changed
}
