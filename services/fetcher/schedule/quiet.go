package schedule

import (
	"math"
	"time"
)

// Silence that is beyond a source's habit.
const (
	unlikely = 1e-3 // such a silence would come by itself so rarely
	// boundMemory is as how many arrivals a history counts at most: real sources
	// are less regular than their rate alone would make them.
	boundMemory   = 8
	shortestQuiet = 24 * time.Hour
	longestQuiet  = 60 * 24 * time.Hour
	unknownQuiet  = 7 * 24 * time.Hour
)

// QuietAt is the moment from which it is beyond the source's habit that nothing
// has come since lastNew. It is between one and 60 days after it, later for those
// that publish rarely or of which little is known.
func (h Habit) QuietAt(lastNew time.Time) time.Time {
	past := h.before(lastNew)
	seen, observed := past.total()
	if seen < 2 {
		return lastNew.Add(unknownQuiet)
	}
	// The rate is a gamma of shape s: none come while λ·t were expected with the
	// probability (1+λt/s)^-s.
	shape := min(seen, boundMemory)
	left := shape * (math.Pow(unlikely, -1/shape) - 1)
	usual := past.rhythm()
	usual.mean = seen / observed
	quiet := time.Duration(0)
	for ; left > 0 && quiet < longestQuiet; quiet += time.Hour {
		left -= usual.rate(clockAt(lastNew.Add(quiet)))
	}
	return lastNew.Add(max(quiet, shortestQuiet))
}

// before is the rhythm as it was at a time since when nothing came: silence
// itself must not become the habit while it is judged.
func (h Habit) before(lastNew time.Time) Habit {
	since := max(lastNew.Unix(), h.last-2*rhythmMemory*3600) // before, all is forgotten
	if since >= h.last {
		return h
	}
	grown := float32(math.Exp(float64(h.last-since) / 3600 / rhythmMemory))
	eachHour(since, h.last, func(c clock, hours, age float64) {
		weight := float32(hours * math.Exp(-age/rhythmMemory))
		h.hours[c.hour].time = max(h.hours[c.hour].time-weight, 0)
		h.days[c.day].time = max(h.days[c.day].time-weight, 0)
	})
	for i := range h.hours {
		h.hours[i].fade(grown)
	}
	for i := range h.days {
		h.days[i].fade(grown)
	}
	return h
}

// total is what was seen in the time looked at, in hours.
func (h *Habit) total() (seen, hours float64) {
	for _, b := range h.hours {
		seen += float64(b.seen)
		hours += float64(b.time)
	}
	return seen, max(hours, 1)
}

// Volume compares what a source brought in the last two days with its habit.
type Volume int8

const (
	Normal Volume = iota // or too little is known
	Less
	More
)

func (v Volume) String() string { return [...]string{"normal", "less", "more"}[v] }

const (
	changed     = 3                   // times as much, or a third
	significant = 4                   // standard deviations
	history     = 10 * 24 * time.Hour // before that, nothing is a habit
)

// Volume says whether the source brings much more or much less than usual:
// three times, and more than chance would. It is Normal where the habit is not
// known well, and where nothing was read in the last day.
func (h Habit) Volume(now time.Time) Volume {
	if h.last-h.first < int64(history/time.Second) || now.Sub(time.Unix(h.last, 0)) > 24*time.Hour {
		return Normal
	}
	seen, expected := float64(h.recent.seen), float64(h.recent.expected)
	// Square roots of Poisson counts have a standard deviation of one half (Anscombe).
	distance := 2 * (math.Sqrt(seen+0.375) - math.Sqrt(expected+0.375))
	switch {
	case seen > changed*expected && distance > significant:
		return More
	case expected > changed*seen && distance < -significant:
		return Less
	}
	return Normal
}
