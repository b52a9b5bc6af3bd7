package cleaner

import (
	"net/url"
	"time"

	"golang.org/x/net/html"

	"marsad/services/cleaner/dates"
)

// Where a date of publication was found.
const (
	byJSONLD      = "json_ld"
	byMeta        = "meta"
	byMicrodata   = "microdata"
	byTimeElement = "time_element"
	byURL         = "url"
	byText        = "text"
	byNotice      = "notice" // the page's own "updated on", where nothing says when it was published
	byEntry       = "feed"
)

// entryConfidence is that of the date in a feed's entry.
const entryConfidence = .9

// dated is a date of the article, where it was found, and how often dates found
// there are right.
type dated struct {
	dates.Date
	from       string
	confidence float64
}

func (d *dated) ok() bool { return d.from != "" }

// pointer is the date's time; nil without one.
func (d *dated) pointer() *time.Time {
	if !d.ok() {
		return nil
	}
	return &d.Time
}

// chosen are the dates of an article.
type chosen struct{ published, modified dated }

// chooseDates decides when a page's article was published and modified. It asks
// in turn what the page declares, its address, and what a reader sees.
func chooseDates(m *metadata, doc *html.Node, address *url.URL, now, fetched time.Time) chosen {
	e := newEvidence(m, doc, address, now, fetched)
	e.declared()
	published := e.best(e.published)
	modified := e.best(e.modified)
	inURL := e.urlDate()
	published = e.weighURL(published, inURL)
	if !published.ok() || published.confidence < sureEnough || !published.HasClock() || !published.HasZone || isUTC(published.Time) {
		published, modified = e.weighVisible(published, modified, inURL)
	}
	published = e.withOffset(published)
	return settle(published, modified, inURL)
}

// sureEnough is the confidence of a declared date that visible text cannot better.
const sureEnough = 0.82

// settle makes the two dates agree: an article is not modified before it is
// published.
func settle(published, modified dated, inURL dated) chosen {
	if !published.ok() && modified.ok() {
		published = modified
		published.from, published.confidence = byNotice, 0.4
	}
	if modified.ok() && published.ok() && modified.Time.Before(published.Time) && !sameDayAs(modified, published) {
		if published.from == modified.from && inURL.ok() && near(inURL, modified) && !near(inURL, published) {
			published, modified = modified, published
		} else {
			modified = dated{}
		}
	}
	if modified.ok() && modified.Time.Before(published.Time) {
		modified = dated{}
	}
	return chosen{published, modified}
}

func isUTC(t time.Time) bool {
	_, offset := t.Zone()
	return offset == 0
}

// near reports whether two dates can be the same day, written in different zones.
func near(a, b dated) bool { return daysApart(a.Time, b.Time) <= 1 }

// sameDayAs reports whether one of the dates has no time of day, and both name
// the same day.
func sameDayAs(a, b dated) bool {
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
