package main

import (
	"math/rand/v2"
	"time"

	"marsad/services/fetcher/schedule"
)

// every polls at a fixed interval.
type every time.Duration

func (e every) first() time.Duration { return time.Duration(e) }

func (e every) next(polled, *rand.Rand) time.Duration { return time.Duration(e) }

// learner is Marsad's policy with the habit of one feed.
type learner struct {
	policy   schedule.Policy
	habit    schedule.Habit
	previous time.Time
}

func (l *learner) first() time.Duration { return 10 * time.Minute }

func (l *learner) next(p polled, r *rand.Rand) time.Duration {
	reading := schedule.Reading{At: p.at, Previous: l.previous, Entries: p.entries, New: len(p.published)}
	if p.feed.of.Dated && len(p.published) > 0 {
		reading.Published = make([]time.Time, len(p.published))
		for i, at := range p.published {
			reading.Published[i] = begin.Add(time.Duration(at) * time.Second)
		}
	}
	l.habit.Observe(reading)
	l.previous = p.at
	// What a cache answers changes when it runs out, as its Age says.
	hints := schedule.Hints{TTL: p.feed.of.TTL, MaxAge: p.feed.of.FreshFor(p.at)}
	return l.policy.Next(l.habit, p.at, hints, r)
}
