package schedule

import (
	"math"
	"slices"
	"time"
)

// How fast what was seen is forgotten: a source's rhythm over weeks, its level
// over two days (a story, a holiday), its bursts over hours.
const (
	rhythmMemory = 21 * 24 // hours
	recentMemory = 48
	burstMemory  = 1.5
)

// What a reading may tell of the past.
const (
	longestReading = 45 * 24 * time.Hour // what happened before is not looked at
	believable     = 10 * time.Minute    // a clock may be wrong by so much
	shortestSpan   = 2 * time.Minute     // dates closer together are those of the feed's making
)

// Habit is what is known of a source's rhythm of publishing. The zero Habit
// knows nothing. It is a value: copies are independent.
type Habit struct {
	first, last int64 // seconds since 1970: the time looked at; 0: none
	window      int32 // entries the feed showed last
	hours       [24]bin
	days        [7]bin // Sunday first; both in UTC
	minutes     [minuteBins]float32
	recent      level
	burst       level
}

// bin is one hour of the day, or day of the week.
type bin struct {
	seen float32 // arrivals, those long ago counting less
	time float32 // hours in which they could have been seen, likewise
}

// level compares what came lately with what was to be expected.
type level struct{ seen, expected float32 }

// minuteBins is in how many parts an hour is divided, to know those who publish
// on the hour.
const minuteBins = 12

// Reading is what one successful poll brought.
type Reading struct {
	At       time.Time
	Previous time.Time // the successful poll before; what the habit knows itself goes before it
	Entries  int       // in the feed; 0 if it was not modified
	New      int       // of them
	// Published are the times the new entries give, as far as they have one. Those
	// that cannot be are not used.
	Published []time.Time
}

// Observe learns from a reading. Readings come in their order; one that is older
// than what is known already is left out. If it is older by more than a day, what
// is known comes from a clock that was wrong, and is forgotten.
func (h *Habit) Observe(r Reading) {
	at := r.At.Unix()
	if at < h.last-24*3600 {
		*h = Habit{}
	}
	if at <= h.last || at <= 0 {
		return
	}
	r.New = min(max(r.New, 0), math.MaxInt16)
	if r.Entries > 0 {
		h.window = int32(min(r.Entries, math.MaxInt16))
	}
	past := h.reading(r)
	known := *h
	if h.last == 0 {
		h.first = past.start.Unix()
	}
	h.last = at
	h.fade(past.hours())
	h.count(past)
	if known.last == 0 {
		known = *h // nothing was expected: it behaves as it does
	}
	h.compare(past, known)
	h.round()
}

// stretch is a time that was looked at.
type stretch struct {
	start, end time.Time
	arrivals   []time.Time
	dated      int // the first of them are as the feed says
}

func (s stretch) hours() float64 { return s.end.Sub(s.start).Hours() }

// reading says when the new entries of a reading came.
func (h *Habit) reading(r Reading) stretch {
	if h.last == 0 && r.Previous.IsZero() {
		return r.first()
	}
	s := stretch{start: r.Previous, end: r.At}
	if h.last != 0 {
		s.start = time.Unix(h.last, 0) // whatever the caller thinks: no hour counts twice
	}
	s.start = within(s.start, s.end.Add(-longestReading), s.end)
	for _, t := range r.Published {
		if s.dated < r.New && t.After(s.start.Add(-believable)) && t.Before(s.end.Add(believable)) {
			s.arrivals = append(s.arrivals, within(t, s.start, s.end))
			s.dated++
		}
	}
	missing := r.New - s.dated + h.lost(r, s)
	for i := range missing {
		share := (float64(i) + 0.5) / float64(missing)
		s.arrivals = append(s.arrivals, s.start.Add(time.Duration(share*float64(s.end.Sub(s.start)))))
	}
	return s
}

// lost guesses how many entries came and fell out of the feed before it was read:
// none while it shows one that was known. Else as many as were expected, and half
// of what it shows at least, so that it is read more often until it does.
func (h *Habit) lost(r Reading, s stretch) int {
	if r.New == 0 || r.New < r.Entries {
		return 0
	}
	expected := min(s.hours()*h.Rate(r.At), 10*float64(r.New))
	return max(int(expected)-r.New, r.New/2)
}

// first reads the past from the dates of a first poll. Of them the oldest tenth is
// left out: feeds keep old entries on top for years.
func (r Reading) first() stretch {
	var times []time.Time
	for _, t := range r.Published {
		if t.Before(r.At.Add(believable)) && t.Unix() > 0 {
			times = append(times, within(t, time.Time{}, r.At))
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	times = times[len(times)/10:]
	if len(times) < 2 || times[len(times)-1].Sub(times[0]) < shortestSpan {
		return stretch{start: r.At, end: r.At}
	}
	s := stretch{start: times[0], end: r.At, arrivals: times[1:]} // the first one only opens it
	if s.hours() > longestReading.Hours() {
		s.start = r.At.Add(-longestReading)
		from, _ := slices.BinarySearchFunc(s.arrivals, s.start, time.Time.Compare)
		s.arrivals = s.arrivals[from:]
	}
	s.dated = len(s.arrivals)
	return s
}

func within(t, first, last time.Time) time.Time {
	switch {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t
}

// fade forgets a little of everything.
func (h *Habit) fade(hours float64) {
	rhythm := float32(math.Exp(-hours / rhythmMemory))
	for i := range h.hours {
		h.hours[i].fade(rhythm)
	}
	for i := range h.days {
		h.days[i].fade(rhythm)
	}
	for i := range h.minutes {
		h.minutes[i] *= rhythm
	}
	h.recent.fade(math.Exp(-hours / recentMemory))
	h.burst.fade(math.Exp(-hours / burstMemory))
}

func (b *bin) fade(q float32) { b.seen *= q; b.time *= q }

func (l *level) fade(q float64) { l.seen *= float32(q); l.expected *= float32(q) }

// count adds arrivals, and the time in which they came, to the rhythm.
func (h *Habit) count(s stretch) {
	for i, t := range s.arrivals {
		weight, c := float32(math.Exp(-s.end.Sub(t).Hours()/rhythmMemory)), clockAt(t)
		h.hours[c.hour].seen += weight
		h.days[c.day].seen += weight
		if i < s.dated {
			h.minutes[c.minute] += weight
		}
	}
	eachHour(s.start.Unix(), s.end.Unix(), func(c clock, hours, age float64) {
		weight := float32(hours * math.Exp(-age/rhythmMemory))
		h.hours[c.hour].time += weight
		h.days[c.day].time += weight
	})
}

// compare notes how far what came differs from what was known before.
func (h *Habit) compare(s stretch, known Habit) {
	for _, t := range s.arrivals {
		age := s.end.Sub(t).Hours()
		h.recent.seen += float32(math.Exp(-age / recentMemory))
		h.burst.seen += float32(math.Exp(-age / burstMemory))
	}
	usual, factor := known.rhythm(), known.recent.factor(recentPrior)
	eachHour(s.start.Unix(), s.end.Unix(), func(c clock, hours, age float64) {
		expected := hours * usual.rate(c)
		h.recent.expected += float32(expected * math.Exp(-age/recentMemory))
		h.burst.expected += float32(expected * factor * math.Exp(-age/burstMemory))
	})
}

// eachHour calls f for every hour of the clock, or part of one, between two times
// in seconds since 1970; age is how many hours before the end its middle is.
func eachHour(start, end int64, f func(c clock, hours, age float64)) {
	const hour = 3600
	for t := start; t < end; {
		next := min((t/hour+1)*hour, end)
		f(clockOf(t), float64(next-t)/hour, float64(2*end-t-next)/(2*hour))
		t = next
	}
}

// round leaves of every number what Encode keeps, so that a Habit that was stored
// is the same as one that was not.
func (h *Habit) round() {
	h.each(func(v *float32) { *v = rounded(*v) })
}

// each visits all that is counted, in the order of the encoding.
func (h *Habit) each(f func(*float32)) {
	for i := range h.hours {
		f(&h.hours[i].seen)
		f(&h.hours[i].time)
	}
	for i := range h.days {
		f(&h.days[i].seen)
		f(&h.days[i].time)
	}
	for i := range h.minutes {
		f(&h.minutes[i])
	}
	for _, l := range []*level{&h.recent, &h.burst} {
		f(&l.seen)
		f(&l.expected)
	}
}
