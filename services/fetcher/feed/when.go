package feed

import (
	"strconv"
	"strings"
	"time"

	"marsad/pkg/dates"
)

// When reads a date as feeds write them: in the form of RFC 822 or RFC 3339, of the
// W3C's note on dates, in days or months only, or in words of many languages. A date without a zone is
// in UTC.
func When(s, lang string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > 120 {
		return time.Time{}, false
	}
	for _, form := range []func(string) (time.Time, bool){rfc3339, rfc1123, compact, micro} {
		if t, ok := form(s); ok {
			return t.UTC(), believable(t)
		}
	}
	if d, ok := dates.Parse(mended(s), dates.Options{Lang: lang}); ok && !d.Relative {
		return d.Time.UTC(), believable(d.Time)
	}
	return time.Time{}, false
}

// believable leaves out what no record can hold.
func believable(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 9999 }

func rfc3339(s string) (time.Time, bool) {
	if s[0] < '0' || s[0] > '9' || len(s) < 20 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// rfc1123 reads the usual form of RSS. Zones by name go the long way: the standard
// library does not know them.
func rfc1123(s string) (time.Time, bool) {
	if len(s) < 25 || s[3] != ',' {
		return time.Time{}, false
	}
	layout := "Mon, 2 Jan 2006 15:04:05 -0700"
	if strings.HasSuffix(s, " GMT") || strings.HasSuffix(s, " UTC") {
		layout = "Mon, 2 Jan 2006 15:04:05 MST"
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// compact reads what ISO 8601 allows and few write: a year, a month, a day of the year, no signs.
func compact(s string) (time.Time, bool) {
	if s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	for _, layout := range []string{
		"2006", "2006-01", "2006-002", "2006002", "20060102", "20060102T150405Z07:00", "20060102T150405Z0700", "20060102T150405", "20060102150405",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15Z07:00",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05 -0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// micro reads the dates of ASP.NET, /Date(1067712000000)/, and seconds since 1970.
func micro(s string) (time.Time, bool) {
	if rest, ok := strings.CutPrefix(strings.Trim(s, "/\\"), "Date("); ok {
		end := strings.IndexAny(rest, ")+")
		if end < 0 {
			return time.Time{}, false
		}
		n, err := strconv.ParseInt(rest[:end], 10, 64)
		return time.UnixMilli(n), err == nil && n > 0 && n < 1<<43
	}
	if len(s) == 9 || len(s) == 10 || len(s) == 13 {
		n, err := strconv.ParseInt(s, 10, 64)
		if len(s) == 13 {
			n /= 1000
		}
		return time.Unix(n, 0), err == nil && n > 0
	}
	return time.Time{}, false
}

// mended makes forms readable that are nearly right: "Sept", and the years of RFC 822,
// which have two digits.
func mended(s string) string {
	words := strings.Fields(s)
	for i, word := range words {
		if word == "Sept" {
			words[i] = "Sep"
		}
		if i > 1 && i+1 < len(words) && len(word) == 2 && number(word) && number(words[i-2]) && strings.Contains(words[i+1], ":") {
			words[i] = "20" + word
			if word >= "69" {
				words[i] = "19" + word
			}
		}
	}
	return strings.Join(words, " ")
}

func number(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}
