package main

import (
	"cmp"
	"math"
	"slices"
)

// result is what one way of polling achieved in the week. Delays are in seconds,
// from publication to the end of the poll that found the article.
type result struct {
	name                   string
	requests               float64 // a day
	median, mean, p90, p99 float64
	firstDay               float64 // the median of the first day, which is not of the week
	lost                   float64 // share of articles that fell out of all feeds before they were seen
	open                   int     // articles that were neither found nor lost
	tally
}

// sum takes together what was found and counted.
func (w *world) sum(found []int32, tallies []tally) result {
	var r result
	for _, t := range tallies {
		r.tally.requests += t.requests
		r.busiest = max(r.busiest, t.busiest)
		if r.closest == 0 || t.closest > 0 && t.closest < r.closest {
			r.closest = t.closest
		}
	}
	r.requests = float64(r.tally.requests) / float64(w.options.days)
	var delays, first []float64
	lost := 0
	for i, at := range w.articles {
		delay := float64(found[i] - at)
		switch {
		case w.inWeek(at) && found[i] >= 0:
			delays = append(delays, delay)
		case w.inWeek(at) && found[i] == lostNow:
			lost++
		case w.inWeek(at):
			r.open++
		case at >= 0 && at < int32(day.Seconds()) && found[i] >= 0:
			first = append(first, delay)
		}
	}
	slices.Sort(delays)
	slices.Sort(first)
	r.lost = float64(lost) / float64(max(w.counted, 1))
	r.median, r.p90, r.p99, r.firstDay = quantile(delays, 0.5), quantile(delays, 0.9), quantile(delays, 0.99), quantile(first, 0.5)
	for _, d := range delays {
		r.mean += d / float64(len(delays))
	}
	return r
}

func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

// axis is a figure of a result.
type axis func(result) float64

func requests(r result) float64 { return r.requests }
func median(r result) float64   { return r.median }
func mean(r result) float64     { return r.mean }

// at reads a curve where x is that of r, between points that power laws join;
// false: it does not reach there.
func at(curve []result, x, y axis, r result) (float64, bool) {
	points := slices.SortedFunc(slices.Values(curve), func(a, b result) int { return cmp.Compare(x(a), x(b)) })
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if x(a) <= x(r) && x(r) <= x(b) {
			share := math.Log(x(r)/x(a)) / math.Log(x(b)/x(a))
			return math.Exp(math.Log(y(a)) + share*(math.Log(y(b))-math.Log(y(a)))), true
		}
	}
	return math.NaN(), false
}
