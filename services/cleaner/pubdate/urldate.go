package pubdate

import (
	"slices"
	"strings"
	"time"

	"marsad/pkg/dates"
)

// urlDate is the day in the page's address: /2024/08/09/, /2024-08-09-slug,
// /20240809/, /2024/aug/09/.
func (e *evidence) urlDate() Dated {
	path := e.path()
	for i := 0; i < len(path); i++ {
		if path[i] < '0' || path[i] > '9' || i > 0 && digit(path[i-1]) {
			continue
		}
		run := digitRun(path[i:])
		day, confidence := dayInPath(path[i:], run)
		if confidence == 0 {
			i += run - 1
			continue
		}
		d := dates.Date{Time: day, Precision: dates.Day}
		if e.believable(d) {
			return Dated{d, FromURL, confidence}
		}
		i += run - 1
	}
	return Dated{}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func digitRun(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}

// dayInPath reads the day at the start of s, whose first run digits are a number.
func dayInPath(s string, run int) (day time.Time, confidence float64) {
	switch {
	case run == 4 && len(s) > 6 && strings.IndexByte("/-_.", s[4]) >= 0:
		sep, rest := s[4], s[5:]
		month := digitRun(rest)
		name := strings.Index(months, strings.ToLower(rest[:min(3, len(rest))]))
		switch {
		case month == 1 || month == 2:
			if len(rest) <= month || rest[month] != sep {
				return day, 0
			}
			n := digitRun(rest[month+1:])
			if n != 1 && n != 2 {
				return day, 0
			}
			day, confidence = calendarDay(s[:4], rest[:month], rest[month+1:month+1+n]), .8
		case len(rest) > 5 && rest[3] == sep && name >= 0 && name%3 == 0:
			n := digitRun(rest[4:])
			if n != 1 && n != 2 {
				return day, 0
			}
			day, confidence = calendarDay(s[:4], number2(name/3+1), rest[4:4+n]), .8
		default:
			return day, 0
		}
		if sep != '/' {
			confidence = .75
		}
	case run == 8 && !calendarDay(s[:4], s[4:6], s[6:8]).IsZero():
		day, confidence = calendarDay(s[:4], s[4:6], s[6:8]), .75
	case run > 8 && run <= 20: // an identifier that starts with the day
		day, confidence = calendarDay(s[:4], s[4:6], s[6:8]), .5
	}
	if confidence == 0 {
		day, confidence = dayFirstInPath(s, run)
	}
	if day.IsZero() {
		return day, 0
	}
	return day, confidence
}

// dayFirstInPath reads 29-10-2021 and 29102021.
func dayFirstInPath(s string, run int) (time.Time, float64) {
	switch {
	case run == 2 && len(s) >= 10 && (s[2] == '-' || s[2] == '.' || s[2] == '_') && s[5] == s[2] && digitRun(s[3:]) == 2 && digitRun(s[6:]) == 4:
		return calendarDay(s[6:10], s[3:5], s[:2]), .65
	case run == 8:
		return calendarDay(s[4:8], s[2:4], s[:2]), .55
	}
	return time.Time{}, 0
}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

func number2(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }

// calendarDay is a day of this calendar; zero where there is none.
func calendarDay(year, month, day string) time.Time {
	t, err := time.Parse("2006-1-2", year+"-"+strings.TrimPrefix(month, "0")+"-"+strings.TrimPrefix(day, "0"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// weighURL compares what is declared with the day in the address. Addresses are
// made when an article is, and stay: of two declared days, the one in the address
// is believed, and a declared day after it is that of a later change.
func (e *evidence) weighURL(published, inURL Dated) Dated {
	switch {
	case !inURL.OK():
		return published
	case !published.OK():
		if inURL.Confidence < .7 {
			return published
		}
		return inURL
	case near(published, inURL):
		published.Confidence = max(published.Confidence, .97)
		return published
	}
	for _, d := range e.published {
		if near(d, inURL) {
			return d
		}
	}
	for _, d := range e.modified {
		if near(d, inURL) && d.Time.Before(published.Time) {
			return published // they are exchanged: settle puts that right
		}
	}
	if inURL.Confidence >= .75 && published.Time.After(inURL.Time) && !e.shown(published) {
		return inURL
	}
	return published
}

// shown reports whether the page shows a date beside its title.
func (e *evidence) shown(d Dated) bool {
	e.readVisible(true)
	return slices.ContainsFunc(e.visible, func(v visible) bool { return v.score > -1 && near(v.Dated, d) })
}
