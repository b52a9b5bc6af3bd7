package press

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// rhythm is when a feed publishes.
type rhythm struct {
	hours   [24]float64 // weight of the hour, in UTC; their mean is 1
	weekend float64     // weight of its days; working days have the rest
	days    [2]time.Weekday
	clump   float64 // articles that come together, on average
	batches []int   // minutes of the hour at which all comes; none: at any
	digest  bool    // everything of a day comes at once
	at      int32   // when, in seconds of the day
	breaks  bool    // it follows breaking news
}

// drawRhythm draws one as newsrooms have it: more by day than at night, less on
// the two days of the weekend, some on the hour, some once a day.
func drawRhythm(r *rand.Rand, z zone, perDay float64) rhythm {
	y := rhythm{weekend: 0.15 + 0.85*r.Float64(), days: z.weekend, clump: 1, breaks: perDay > 3 && r.IntN(2) == 0}
	night := 0.02 + 0.6*r.Float64()*r.Float64()
	if perDay > 150 {
		night = 0.3 + 0.5*r.Float64() // a desk that never closes
	}
	shift := 2 * r.NormFloat64()
	sum := 0.
	for hour := range 24 {
		local := math.Mod(float64(hour+z.offset)+shift+48, 24)
		y.hours[hour] = night + (1-night)*daylight(local)
		sum += y.hours[hour]
	}
	for hour := range y.hours {
		y.hours[hour] *= 24 / sum
	}
	if r.IntN(3) == 0 {
		y.clump = 1 + 3*r.Float64()
	}
	switch r.IntN(12) {
	case 0:
		y.batches = []int{r.IntN(4) * 15}
	case 1:
		y.batches = []int{0, 30}
	case 2:
		y.digest = perDay < 30
		y.at = int32((((4 + r.IntN(16)) - z.offset + 24) % 24) * 3600)
	}
	return y
}

// daylight is how busy a newsroom is at an hour of its own clock.
func daylight(hour float64) float64 {
	morning := 1 / (1 + math.Exp(-(hour-7)*1.5))
	evening := 1 / (1 + math.Exp((hour-20.5)*0.9))
	return morning * evening
}

// planDay draws when a feed publishes on a day, in seconds since it began, in
// order.
func (w *World) planDay(feed, day int) []int32 {
	f := &w.feeds[feed]
	if w.paused(feed, day) {
		return nil
	}
	r := w.random(kindDay, uint64(feed), uint64(day))
	level := f.PerDay * f.rhythm.onDay(day) * math.Exp(0.3*r.NormFloat64()-0.045) // one day is not as the other
	var times []int32
	if f.rhythm.digest {
		for range poisson(r, level) {
			times = append(times, min(f.rhythm.at+int32(r.IntN(600)), 86399))
		}
		slices.Sort(times)
		return times
	}
	burst := w.burst(feed, day)
	for hour, weight := range f.rhythm.hours {
		for range poisson(r, level/24*weight*burst[hour]/f.rhythm.clump) {
			times = f.rhythm.release(r, times, hour)
		}
	}
	slices.Sort(times)
	return times
}

// onDay is the weight of a day of the week.
func (y *rhythm) onDay(day int) float64 {
	working := 7 / (5 + 2*y.weekend)
	if weekday := time.Weekday((day + 4) % 7); weekday == y.days[0] || weekday == y.days[1] {
		return working * y.weekend
	}
	return working
}

// release appends the times of articles that come together in an hour.
func (y *rhythm) release(r *rand.Rand, times []int32, hour int) []int32 {
	at := r.IntN(3600)
	if len(y.batches) > 0 {
		at = y.batches[r.IntN(len(y.batches))]*60 + r.IntN(90)
	}
	for {
		times = append(times, int32(min(hour*3600+at, 86399)))
		if r.Float64() >= 1-1/y.clump {
			return times
		}
		at += r.IntN(20)
	}
}

// burst is by how much breaking news raise the rates of a feed, by hour: events
// of a country that half of its newsrooms follow, and rare ones of a feed's own.
func (w *World) burst(feed, day int) (factors [24]float64) {
	for i := range factors {
		factors[i] = 1
	}
	f := &w.feeds[feed]
	country := uint64(f.Country[0])<<8 | uint64(f.Country[1])
	for _, event := range []struct {
		about  uint64
		chance float64
		follow bool
	}{{country, 0.12, f.rhythm.breaks}, {1<<32 | uint64(feed), 0.01, true}} {
		r := w.random(kindEvent, event.about, uint64(day))
		if r.Float64() >= event.chance || !event.follow {
			continue
		}
		start, length, factor := r.IntN(24), 2+r.IntN(5), 4+8*r.Float64()
		for hour := start; hour < min(start+length, 24); hour++ {
			factors[hour] = factor
		}
	}
	return factors
}

// paused reports whether the feed is silent on a day: in one of twenty stretches
// of four weeks it is, for two to eight days.
func (w *World) paused(feed, day int) bool {
	const stretch = 28
	r := w.random(kindPause, uint64(feed), uint64(day/stretch))
	if r.IntN(20) > 0 {
		return false
	}
	start := r.IntN(stretch)
	return day%stretch >= start && day%stretch < start+2+r.IntN(7)
}

// poisson draws a count (Knuth's method; large means in parts).
func poisson(r *rand.Rand, mean float64) (n int) {
	const part = 30
	for ; mean > part; mean -= part {
		n += poisson(r, part)
	}
	limit := math.Exp(-mean)
	for p := r.Float64(); p > limit; p *= r.Float64() {
		n++
	}
	return n
}
