package schedule

import (
	"math"
	"time"
)

// What is believed before anything was seen, in arrivals (a gamma prior of each
// rate): so many must come before a source's own figures outweigh it.
const (
	meanPrior   = 0.3 // in one hour: few feeds bring more, but some bring a hundred times as many
	hourPrior   = 2
	dayPrior    = 6
	minutePrior = 6
	recentPrior = 4
	burstPrior  = 2
)

// clock is a moment as rhythms see it, in UTC.
type clock struct{ hour, day, minute int }

func clockAt(t time.Time) clock { return clockOf(t.Unix()) }

// clockOf takes seconds since 1970; before, it was midnight.
func clockOf(seconds int64) clock {
	seconds = max(seconds, 0)
	const thursday = 4 // the first of January 1970
	day := seconds / 86400
	return clock{
		hour: int(seconds / 3600 % 24), day: int((day + thursday) % 7),
		minute: int(seconds % 3600 / (3600 / minuteBins)),
	}
}

// Rate is how many articles an hour are to be expected at t, as things stand.
func (h Habit) Rate(t time.Time) float64 {
	f, c := h.forecast(t), clockAt(t)
	return f.rate(c) * f.unusual() * f.minutes[c.minute]
}

// mean is the rate in the long run, in articles an hour.
func (h *Habit) mean() float64 {
	var seen, hours float64
	for _, b := range h.hours {
		seen += float64(b.seen)
		hours += float64(b.time)
	}
	return (seen + meanPrior) / (hours + 1)
}

// rhythm is the rate in the long run, by the hour of the week.
type rhythm struct {
	mean  float64 // articles an hour
	hours [24]float64
	days  [7]float64
}

// rhythm takes the habit's figures together. An hour of the day is believed to be
// like those beside it, and these like all, until it has shown what it is.
func (h *Habit) rhythm() rhythm {
	r := rhythm{mean: h.mean()}
	for i, b := range h.hours {
		before, after := h.hours[(i+23)%24], h.hours[(i+1)%24]
		beside := ratio(before.seen+after.seen, before.time+after.time, r.mean, hourPrior, 1)
		r.hours[i] = ratio(b.seen, b.time, r.mean, hourPrior, beside)
	}
	for i, b := range h.days {
		r.days[i] = ratio(b.seen, b.time, r.mean, dayPrior, 1)
	}
	return r
}

func (r *rhythm) rate(c clock) float64 { return r.mean * r.hours[c.hour] * r.days[c.day] }

// ratio compares arrivals with those that a rate would bring, given what was
// believed before, and how firmly.
func ratio(seen, hours float32, rate, prior, believed float64) float64 {
	return (float64(seen) + prior*believed) / (float64(hours)*rate + prior)
}

// factor is by how much the rate differs from what was expected.
func (l level) factor(prior float64) float64 {
	return (float64(l.seen) + prior) / (float64(l.expected) + prior)
}

// forecast is a habit made ready to look ahead.
type forecast struct {
	rhythm
	minutes       [minuteBins]float64 // what each part of an hour has of its rate
	recent, burst float64             // what the last days and hours add to it; wears off
}

// forecast looks ahead from a moment, the last reading's or later.
func (h *Habit) forecast(from time.Time) forecast {
	since := float64(max(from.Unix()-h.last, 0)) / 3600
	f := forecast{
		rhythm: h.rhythm(),
		recent: (h.recent.factor(recentPrior) - 1) * math.Exp(-since/recentMemory),
		burst:  (h.burst.factor(burstPrior) - 1) * math.Exp(-since/burstMemory),
	}
	var all float64
	for _, seen := range h.minutes {
		all += float64(seen)
	}
	for i, seen := range h.minutes {
		f.minutes[i] = (float64(seen) + minutePrior) / (all/minuteBins + minutePrior)
	}
	return f
}

// unusual is by how much the last days and hours raise or lower the rhythm.
func (f *forecast) unusual() float64 { return (1 + f.recent) * (1 + f.burst) }
