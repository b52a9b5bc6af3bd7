package cleaner

import (
	"strings"
	"time"

	htmldate "github.com/markusmobius/go-htmldate"
	"golang.org/x/net/html"
)

// layouts are the forms of dates that structured data holds: ISO 8601 as RFC 3339
// and the schema.org documentation have it, and what publishers write instead.
// Those without zone are read as UTC.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999Z07",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z0700",
	"2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "20060102", "20060102T150405Z0700",
	"2006/01/02 15:04:05", "2006-1-2", "2006/1/2",
	time.RFC1123Z, time.RFC1123, time.RFC850, time.ANSIC, time.UnixDate, time.RubyDate,
	"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04:05 -0700", "Mon Jan 02 2006 15:04:05 GMT-0700",
	"January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006", "January 2, 2006 3:04 PM", "Jan 2, 2006 3:04 PM",
	"02.01.2006 15:04", "02.01.2006",
}

// earliest is before any page of the web: older dates are mistakes, or those of
// what a page is about.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// parseTime reads a date of structured data; nil when it is none, is too old, or
// lies more than two days after now (a clock of theirs or a zone may be off).
func parseTime(s string, now time.Time) *time.Time {
	s = strings.TrimSpace(strings.NewReplacer("&#43;", "+", "T ", "T").Replace(s))
	s, _, _ = strings.Cut(s, "[") // java.time's region: 2026-01-28T10:00+01:00[Africa/Casablanca]
	if len(s) < 8 || len(s) > 60 {
		return nil
	}
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t.Before(earliest) || t.After(now.AddDate(0, 0, 2)) {
			return nil
		}
		return &t
	}
	return nil
}

// firstTime is the first of the values that is a date.
func firstTime(now time.Time, values ...string) *time.Time {
	for _, v := range values {
		if t := parseTime(v, now); t != nil {
			return t
		}
	}
	return nil
}

// searchDate looks for the publication date in markup, address and text of a page
// that does not declare it: the htmldate heuristics (Barbaresi 2020, "htmldate: A
// Python package to extract publication dates from web pages", JOSS 5(51)).
func searchDate(doc *html.Node, url string, now time.Time) (found *time.Time) {
	defer func() {
		if recover() != nil { // a defect of the library costs the date, not the article
			found = nil
		}
	}()
	options := htmldate.Options{
		URL:                 url,
		UseOriginalDate:     true,
		MinDate:             earliest,
		MaxDate:             now.AddDate(0, 0, 2),
		SkipExtensiveSearch: true,
	}
	result, err := htmldate.FromDocument(doc, options)
	if err != nil || result.IsZero() {
		// Only then the extensive search: it parses words in many languages, slowly.
		options.SkipExtensiveSearch = false
		result, err = htmldate.FromDocument(doc, options)
	}
	if err != nil || result.IsZero() {
		return nil
	}
	return &result.DateTime
}
