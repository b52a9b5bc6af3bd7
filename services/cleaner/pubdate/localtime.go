package pubdate

import (
	"time"

	"marsad/pkg/text"
)

// complete gives a day the time of day that stands beside it in the text.
func (e *evidence) complete(published Dated) Dated {
	zoned := published.HasZone && !isUTC(published.Time)
	if published.HasClock() && (zoned || !atMidnight(published.Time)) { // midnight in UTC is how systems write a day
		return published
	}
	v := e.bestVisible(func(v *visible) bool {
		return v.role != Modification && v.HasClock() && !v.Relative && daysApart(v.Time, published.Time) == 0
	})
	if v != nil {
		published.Date = v.Date
	}
	return published
}

// localZone writes a time in UTC in the page's own zone, where the page shows the
// same moment by a local clock, or the day before or after as the day. The moment
// stays.
func (e *evidence) localZone(published, inURL Dated) Dated {
	if !published.HasClock() || !isUTC(published.Time) {
		return published
	}
	utc := published.Time.UTC()
	v := e.bestVisible(func(v *visible) bool {
		_, ok := offsetBetween(utc, v.Time)
		return v.HasClock() && !v.HasZone && v.role != Modification && ok
	})
	if v != nil {
		if offset, ok := offsetBetween(utc, v.Time); ok && offset != 0 && published.HasZone {
			published.Time = utc.In(time.FixedZone("", offset))
		}
		return published
	}
	day := inURL
	if v := e.bestVisible(func(v *visible) bool { return v.role != Modification && v.score > 2 }); v != nil && !v.HasZone {
		day = v.Dated
	}
	if day.OK() && daysApart(utc, day.Time) == 1 {
		if local := e.onDay(utc, day.Time); !isUTC(local) { // else another day, or no zone was written and it is not UTC
			published.Time, published.HasZone = local, true
		}
	}
	return published
}

// onDay writes a time in the zone of the page's country, or of its language's, if
// it falls on a day there.
func (e *evidence) onDay(utc, day time.Time) time.Time {
	for _, country := range append([]string{e.country}, languageZones[text.Base(e.options.Lang)]...) {
		if z, ok := zones()[country]; ok {
			if local := utc.In(z.at(utc)); daysApart(local, day) == 0 {
				return local
			}
		}
	}
	return utc
}

// offsetBetween is the zone, in seconds, whose clocks show local at utc; if there
// is one.
func offsetBetween(utc, local time.Time) (int, bool) {
	local = reading(local, time.UTC)
	minutes := int(local.Truncate(time.Minute).Sub(utc.Truncate(time.Minute)).Minutes())
	if minutes%30 != 0 && minutes%30 != 1 && minutes%30 != -1 {
		return 0, false
	}
	if minutes%30 != 0 {
		minutes = (minutes + sign(minutes)) / 30 * 30
	}
	return minutes * 60, minutes >= -12*60 && minutes <= 14*60
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// withOffset corrects a time in UTC that is none: another declared date has the
// same clock and a zone.
func (e *evidence) withOffset(d Dated) Dated {
	if !d.OK() || !d.HasClock() || !isUTC(d.Time) {
		return d
	}
	for _, list := range [][]Dated{e.published, e.modified} {
		for _, other := range list {
			if other.HasZone && !isUTC(other.Time) && other.Time.Format(wall) == d.Time.Format(wall) {
				d.Date = other.Date
				return d
			}
		}
	}
	if d.HasZone {
		return d
	}
	d.Time = reading(d.Time, e.zoneBeside(d.Time))
	return d
}

// zoneBeside is the zone of a time that was written without one: that of the
// page's other times, else its country's, or its language's where that is written in
// one; else UTC.
func (e *evidence) zoneBeside(t time.Time) *time.Location {
	for _, list := range [][]Dated{e.published, e.modified} {
		for _, other := range list {
			if other.HasZone && daysApart(other.Time, t) <= 60 && !isUTC(other.Time) {
				return other.Time.Location()
			}
		}
	}
	country := e.country
	if homes := languageZones[text.Base(e.options.Lang)]; country == "" && e.options.Lang != "" && len(homes) == 1 {
		country = homes[0]
	}
	if z, ok := zones()[country]; ok {
		return z.at(t)
	}
	return time.UTC
}

// wall is what a clock on the wall shows, to the minute.
const wall = "2006-01-02 15:04"

// reading is the time at which the clocks of a zone show what t shows.
func reading(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}
