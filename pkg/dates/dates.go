// Package dates reads dates as publishers write them: in structured data and in
// visible text, in many languages, digits and calendars. It accepts any bytes and
// takes time linear in their number.
package dates

import "time"

// Calendar is the calendar a date was written in.
type Calendar uint8

// The calendars. Hijri dates are those of the Umm al-Qura calendar; where the moon
// was sighted a day sooner or later, they are off by that day.
const (
	Gregorian Calendar = iota
	Hijri
	Jalali   // Solar Hijri, of Iran and Afghanistan
	Buddhist // Gregorian days and months, years from 543 BC
)

// Precision is the smallest part a date names.
type Precision uint8

// The precisions.
const (
	Month Precision = iota
	Day
	Minute
	Second
)

// Date is a date that was read.
type Date struct {
	Time      time.Time // parts that were not written are the earliest possible; in the zone written, else in Options.Location
	Precision Precision
	Calendar  Calendar
	HasZone   bool
	Relative  bool // counted from Options.Now: "3 hours ago"
	// Ambiguous: the order of day and month was taken from the language (04/03/2021),
	// or the year has two digits.
	Ambiguous bool
}

// HasClock reports whether the date has a time of day.
func (d Date) HasClock() bool { return d.Precision >= Minute }

// Options say what a date's text leaves open. The zero value is good.
type Options struct {
	// Lang is the BCP 47 tag of the text. The region decides the order of numbers
	// in English, the language what words mean that several languages share.
	Lang string
	// Location is the zone of times that are written without one; nil: UTC.
	Location *time.Location
	// Now is what relative dates are counted from; zero: they are not read.
	Now time.Time
}

// Match is a date within a text.
type Match struct {
	Date
	Start, End int // bytes
}

// maxParse is how long a string may be that is meant to be a date.
const maxParse = 200

// Parse reads a string that is meant to be a date, as in structured data. Words
// around the date do not matter. Of a Hijri and a Gregorian date side by side it
// takes the Gregorian one.
func Parse(s string, o Options) (Date, bool) {
	if len(s) > maxParse {
		return Date{}, false
	}
	if d, ok := unixTime(s); ok {
		return d, true
	}
	s = unescape(s)
	var found Date
	ok := false
	for m := range All(s, o) {
		if !ok || found.Calendar == Hijri && m.Calendar == Gregorian {
			found, ok = m.Date, true
		}
	}
	return found, ok
}

// Find lists the dates of a text in order, without overlaps.
func Find(s string, o Options) []Match {
	var all []Match
	for m := range All(s, o) {
		all = append(all, m)
	}
	return all
}
