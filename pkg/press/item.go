package press

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"time"

	"marsad/pkg/prose"
)

// Item is one article. Feed is the feed that it was published in first: others of
// its site may repeat it.
type Item struct {
	Feed int
	Day  int // since 1970, in UTC
	N    int // of the feed, on that day
	At   time.Time
}

func (w *World) of(kind int, i Item) *rand.Rand {
	return w.random(kind, uint64(i.Feed), uint64(i.Day)<<20|uint64(i.N))
}

// premiumEvery is which share of articles readers pay for, at publishers that
// have such.
const premiumEvery = 10

// URL is the address of the article's page.
func (w *World) URL(i Item) string {
	f := &w.feeds[i.Feed]
	section := f.section
	if f.site.premium && mix(uint64(i.Day)<<20|uint64(i.N))%premiumEvery == 0 {
		section = "premium"
	}
	y, m, d := momentOf(i.Day, 0).Date()
	return fmt.Sprintf("http://%s/%s/%04d/%02d/%02d/%d-%d.html", f.site.host, section, y, m, d, i.Feed, i.N)
}

// at reads the path of a page.
func (w *World) at(path string) (Item, bool) {
	parts := strings.Split(strings.TrimSuffix(path, ".html"), "/")
	if len(parts) != 6 {
		return Item{}, false
	}
	date, err := time.Parse("2006/01/02", strings.Join(parts[2:5], "/"))
	if err != nil {
		return Item{}, false
	}
	feed, number, _ := strings.Cut(parts[5], "-")
	i := Item{Day: dayOf(date)}
	var errFeed, errNumber error
	i.Feed, errFeed = strconv.Atoi(feed)
	i.N, errNumber = strconv.Atoi(number)
	if errFeed != nil || errNumber != nil || i.Feed < 0 || i.Feed >= len(w.feeds) || i.N < 0 {
		return Item{}, false
	}
	times := w.day(i.Feed, i.Day)
	if i.N >= len(times) {
		return Item{}, false
	}
	i.At = momentOf(i.Day, times[i.N])
	return i, true
}

// Reprint is how an agency's text appears elsewhere.
type Reprint string

const (
	Whole    Reprint = "whole"
	Retitled Reprint = "retitled"
	Cut      Reprint = "cut" // its end is left out
)

// Reprints returns the agency's article that an article carries the text of, and
// how; false: it is the publisher's own.
func (w *World) Reprints(i Item) (Item, Reprint, bool) {
	f := &w.feeds[i.Feed]
	if f.reprints == 0 {
		return Item{}, "", false
	}
	r := w.of(kindItem, i)
	if r.Float64() >= f.reprints {
		return Item{}, "", false
	}
	agencies := w.agencies[f.Lang]
	agency := agencies[r.IntN(len(agencies))]
	// Most are taken over within the hour, some after half a day.
	delay := time.Duration(2+r.ExpFloat64()*60) * time.Minute
	of, ok := w.latest(agency, i.At.Add(-min(delay, 12*time.Hour)))
	if !ok || w.feeds[agency].site == f.site || i.At.Sub(of.At) > 24*time.Hour {
		return Item{}, "", false
	}
	return of, draw(r, []Reprint{Whole, Retitled, Cut}, []int{55, 25, 20}), true
}

// latest is the last article of a feed at a moment, of that day.
func (w *World) latest(feed int, at time.Time) (Item, bool) {
	day := dayOf(at)
	times := w.day(feed, day)
	n := sort.Search(len(times), func(n int) bool { return momentOf(day, times[n]).After(at) }) - 1
	if n < 0 {
		return Item{}, false
	}
	return Item{Feed: feed, Day: day, N: n, At: momentOf(day, times[n])}, true
}

// article is what an article says, and whose words these are.
type article struct {
	text, title Item // its own, or an agency's
	cut         bool
	affair      prose.Affair
}

func (w *World) article(i Item) article {
	a := article{text: i, title: i}
	if of, how, ok := w.Reprints(i); ok {
		a.text, a.cut = of, how == Cut
		if how != Retitled {
			a.title = of
		}
	}
	a.affair = w.affair(a.text)
	return a
}

// Title is the article's headline.
func (w *World) Title(i Item) string {
	a := w.article(i)
	return w.titleOf(&a)
}

// Text is the article's text, in paragraphs: 60 to 600 words.
func (w *World) Text(i Item) []string {
	a := w.article(i)
	return w.textOf(&a)
}

func (w *World) titleOf(a *article) string { return a.affair.Headline(w.of(kindTitle, a.title)) }

func (w *World) textOf(a *article) []string {
	r := w.of(kindText, a.text)
	text := a.affair.Paragraphs(r, 60+int(60*min(r.ExpFloat64()*3, 9)))
	if a.cut {
		text = text[:1+len(text)*2/3]
	}
	return text
}

// summaryOf is the first sentence of the article's text.
func (w *World) summaryOf(a *article) string {
	r := w.of(kindText, a.text)
	r.ExpFloat64() // the length of the text
	return a.affair.Sentence(r)
}

// Of a language's articles, so many are on what others write of, too; half a dozen
// publishers or so, within some hours.
const (
	shared     = 0.3
	perAffair  = 12
	affairLife = 6 * 3600 // seconds
)

// affair is what an article is about: one of those of the hour in its language, or
// one of its own.
func (w *World) affair(i Item) prose.Affair {
	lang := w.feeds[i.Feed].Lang
	r := w.of(kindAffair, i)
	if r.Float64() < shared {
		many := max(w.options.PerMinute()*affairLife/60*shared/float64(len(prose.Languages))/perAffair, 1)
		rank := uint64(min(many*r.ExpFloat64(), 1<<20))
		hour := uint64(i.At.Unix()/affairLife) - uint64(r.IntN(4)/3)
		r = w.random(kindAffair, uint64(lang[0])<<8|uint64(lang[1]), hour<<20|rank)
	}
	return prose.Of(lang).Affair(r)
}
