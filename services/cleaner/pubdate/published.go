// Package pubdate decides when the article of a page was published and modified.
// How is described in docs/methods/dates.md.
package pubdate

import (
	"cmp"
	"net/url"
	"time"

	"golang.org/x/net/html"

	"marsad/pkg/dates"
	"marsad/services/cleaner/declared"
)

// Where a date of publication was found.
const (
	FromJSONLD      = "json_ld"
	FromMeta        = "meta"
	FromMicrodata   = "microdata"
	FromTimeElement = "time_element"
	FromURL         = "url"
	FromText        = "text"
	FromNotice      = "notice" // the page's own "updated on", where nothing says when it was published
	FromFeed        = "feed"
)

// FeedConfidence is how often the date in a feed's entry is right.
const FeedConfidence = .9

// Dated is a date of the article, where it was found, and how often dates found
// there are right.
type Dated struct {
	dates.Date
	From       string
	Confidence float64
}

// OK reports whether there is a date.
func (d *Dated) OK() bool { return d.From != "" }

// Pointer is the date's time; nil without one.
func (d *Dated) Pointer() *time.Time {
	if !d.OK() {
		return nil
	}
	return &d.Time
}

// Chosen are the dates of an article.
type Chosen struct{ Published, Modified Dated }

// Choose decides when a page's article was published and modified. It asks
// in turn what the page declares, its address, and what a reader sees.
//
// fetched is when the page was, from where dates are judged, so that a replay
// decides the same; zero when it is not known. Without an address the declared one counts.
func Choose(doc *html.Node, m *declared.Page, address *url.URL, fetched time.Time) Chosen {
	now := fetched
	if now.IsZero() {
		now = latest
	}
	if address == nil { // a file: what it declares to be its address tells its country
		address, _ = url.Parse(cmp.Or(m.Canonical, m.Meta("og:url")))
	}
	e := newEvidence(m, doc, address, now, fetched)
	e.declared()
	published := e.best(e.published)
	modified := e.best(e.modified)
	inURL := e.urlDate()
	published = e.weighURL(published, inURL)
	if !published.OK() || published.Confidence < sureEnough || !published.HasClock() || !published.HasZone || isUTC(published.Time) {
		published, modified = e.weighVisible(published, modified, inURL)
	}
	published = e.withOffset(published)
	if modified.OK() {
		modified = e.withOffset(modified)
	}
	return settle(published, modified, inURL)
}

// latest is after any date that is judged, for pages without a time of fetching.
var latest = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// sureEnough is the confidence of a declared date that visible text cannot better.
const sureEnough = 0.82

// settle makes the two dates agree: an article is not modified before it is
// published.
func settle(published, modified Dated, inURL Dated) Chosen {
	if !published.OK() && modified.OK() {
		published = modified
		published.From, published.Confidence = FromNotice, 0.4
	}
	if modified.OK() && published.OK() && modified.Time.Before(published.Time) && !sameDayAs(modified, published) {
		if published.From == modified.From && inURL.OK() && near(inURL, modified) && !near(inURL, published) {
			published, modified = modified, published
		} else {
			modified = Dated{}
		}
	}
	if modified.OK() && modified.Time.Before(published.Time) {
		modified = Dated{}
	}
	return Chosen{published, modified}
}

func isUTC(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0
}

// near reports whether two dates can be the same day, written in different zones.
func near(a, b Dated) bool { return daysApart(a.Time, b.Time) <= 1 }

// sameDayAs reports whether one of the dates has no time of day, and both name
// the same day.
func sameDayAs(a, b Dated) bool {
	return (!a.HasClock() || !b.HasClock()) && daysApart(a.Time, b.Time) == 0
}

// daysApart is how many days lie between the days of two times, each in its zone.
func daysApart(a, b time.Time) int {
	days := int(dayOf(a).Sub(dayOf(b)).Hours() / 24)
	return max(days, -days)
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
