package schedule

import (
	"math"
	"math/rand/v2"
	"time"
)

// Policy says how much a request is worth.
type Policy struct {
	// Worth is how long one article may wait before it is worth a request: ten
	// articles that wait six minutes are worth as much as one that waits an hour.
	// A source that brings λ articles an hour is asked every √(2·Worth/λ).
	Worth time.Duration
	// Min and Max bound the pause between two polls that succeed.
	Min, Max time.Duration
}

// Hints are what else is known about when to ask. Zero: nothing is.
type Hints struct {
	// TTL is what the feed says of itself (ttl, sy:updatePeriod). Most of them are
	// defaults of the software that made the feed: it is heeded up to MaxTTL, and
	// until the source's habit makes an article expected that it would hold back.
	TTL time.Duration
	// MaxAge is for how long the answer is fresh from now on (max-age less Age, or
	// Expires). Until then a cache may give the same bytes again; heeded up to
	// MaxMaxAge, and until entries would be lost.
	MaxAge time.Duration
	// RetryAfter is what the server asked for; heeded whatever it is.
	RetryAfter time.Duration
	// Override is an interval set for this source; it takes the place of all that
	// the habit and the feed say, Min and Max included.
	Override time.Duration
	// Failures are the polls that failed in a row.
	Failures int
}

// How far hints are followed. Above, the source's own habit knows better.
const (
	MaxTTL     = 15 * time.Minute
	MaxMaxAge  = time.Hour
	MaxBackoff = 12 * time.Hour // failures slow a source down, they never end it
)

const (
	// firstRetry is the pause, doubled with each failure, of a source that was never read.
	firstRetry = 2 * time.Minute
	// turnover is the share of a feed's window that may be expected to be new: half
	// is left for what comes unexpected, because what falls out is lost.
	turnover = 0.5
	// maxJitter bounds the tenth by which pauses vary. More would only make those
	// late who publish on the hour.
	maxJitter = 2 * time.Minute
	// minWindow: a feed of fewer entries has perhaps just begun.
	minWindow = 4
	rounding  = 1e-9 // hours
)

// Next is the pause from now to the next poll. r varies it a little, so that
// sources do not fall into step; nil: not at all.
//
// It is never shorter than RetryAfter, nor than Min unless Override is. It is
// never longer than the longest of Max, MaxBackoff, Override and RetryAfter,
// and a tenth, or maxJitter.
func (p Policy) Next(h Habit, now time.Time, hints Hints, r *rand.Rand) time.Duration {
	pause, least := hints.Override, time.Duration(0)
	if pause <= 0 {
		pause, least = p.pause(&h, now, hints), p.Min
		if h.last == 0 && hints.Failures > 0 {
			pause = min(pause, firstRetry)
		}
	}
	pause = max(jitter(backoff(pause, hints.Failures), r), least)
	if pause < hints.RetryAfter {
		return hints.RetryAfter + jitter(time.Second, r)
	}
	return pause
}

// pause follows the habit, and the hints where nothing is lost by it.
func (p Policy) pause(h *Habit, now time.Time, hints Hints) time.Duration {
	longest := hours(max(p.Max, p.Min))
	pause := h.best(now, hours(max(p.Worth, time.Millisecond)), hours(p.Min), longest)
	if ttl := hours(min(hints.TTL, MaxTTL)); ttl > pause {
		pause = max(pause, h.until(now, 1, ttl))
	}
	if fresh := hours(min(hints.MaxAge, MaxMaxAge)); fresh > pause {
		pause = max(pause, h.until(now, h.mostNew(), fresh))
	}
	return time.Duration(min(max(pause, hours(p.Min)), longest) * float64(time.Hour))
}

func hours(d time.Duration) float64 { return d.Hours() }

// backoff doubles pause for every failure in a row.
func backoff(pause time.Duration, failures int) time.Duration {
	if pause >= MaxBackoff {
		return pause
	}
	for range min(failures, 30) {
		if pause *= 2; pause >= MaxBackoff {
			return MaxBackoff
		}
	}
	return pause
}

// jitter varies d by a tenth either way, or maxJitter.
func jitter(d time.Duration, r *rand.Rand) time.Duration {
	if r == nil {
		return d
	}
	width := min(d/10, maxJitter)
	return d - width + time.Duration(r.Int64N(int64(2*width)+1))
}

// best is the pause, in hours, after which waiting longer costs more than it
// saves. Articles that come at the rate λ and wait cost the integral of their
// number n; a request costs worth. Were the rate to stay, the best interval would
// cost √(2·worth·λ) an hour: what is saved by every hour in which none is made. So
// the best moment is where the integral of n(t)-√(2·worth·λ(t)) is least: where
// rates are constant, that is when worth has been waited for; before a batch that
// is expected it is after it; in the evening it is earlier.
func (h *Habit) best(now time.Time, worth, shortest, longest float64) float64 {
	w := h.walk(now)
	waiting, cost := 0., 0. // articles; what they cost less what is saved
	lowest, best := math.Inf(1), longest
	most := h.mostNew()
	for w.gone < longest && waiting < most && cost <= lowest+worth {
		step, level, rate := w.next(longest)
		saved := math.Sqrt(2 * worth * level)
		// Within a step the rate stays: the cost is least where as many wait as are saved.
		at := min(max((saved-waiting)/rate, shortest-w.gone, 0), step)
		if here := cost + (waiting-saved)*at + rate*at*at/2; here < lowest && w.gone+at >= shortest-rounding {
			lowest, best = here, w.gone+at
		}
		cost += (waiting-saved)*step + rate*step*step/2
		waiting += rate * step
		w.advance(step)
	}
	if waiting > most {
		return min(best, w.gone-(waiting-most)/w.last)
	}
	return best
}

// mostNew is how many of the feed's entries may be expected to be new.
func (h *Habit) mostNew() float64 {
	if h.window == 0 {
		return math.Inf(1)
	}
	return turnover * float64(max(h.window, minWindow))
}

// until is after how many hours, at most longest, so many articles are expected.
func (h *Habit) until(now time.Time, articles, longest float64) float64 {
	w := h.walk(now)
	for w.gone < longest {
		step, _, rate := w.next(longest)
		if rate*step > articles {
			return w.gone + articles/rate
		}
		articles -= rate * step
		w.advance(step)
	}
	return longest
}

// walk goes through the time ahead, in parts of an hour in which rates stay.
type walk struct {
	forecast
	at, gone float64 // hours since 1970, and since the start
	last     float64 // the rate of the last part
}

func (h *Habit) walk(from time.Time) walk {
	return walk{forecast: h.forecast(from), at: float64(from.UnixNano()) / float64(time.Hour)}
}

// next gives the length of the part that begins here, in hours, the rate of its
// hour and its own, an hour.
func (w *walk) next(longest float64) (step, level, rate float64) {
	c := clockOf(int64(w.at * 3600))
	step = max((math.Floor(w.at*minuteBins)+1)/minuteBins-w.at, 1e-6)
	level = max(w.rate(c)*w.unusual(), 1e-9)
	w.last = level * w.minutes[c.minute]
	return min(step, longest-w.gone), level, w.last
}

func (w *walk) advance(step float64) {
	w.at += step
	w.gone += step
	w.burst *= 1 - step/burstMemory // a part is short enough for that
	w.recent *= 1 - step/recentMemory
}
