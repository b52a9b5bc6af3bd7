package main

import (
	"math/rand/v2"
	"slices"
	"time"
)

// The bounds of what feed readers do, by Miniflux's defaults.
const (
	peerShortest = 5 * time.Minute
	peerLongest  = day
)

// frequency polls in proportion to how many articles came in the last week, as
// Miniflux does where it is set to (entry_frequency).
type frequency struct {
	perArticle float64 // polls
	week       []time.Time
}

func (f *frequency) first() time.Duration { return 10 * time.Minute }

func (f *frequency) next(p polled, _ *rand.Rand) time.Duration {
	for _, at := range p.published {
		if p.feed.of.Dated {
			f.week = append(f.week, begin.Add(time.Duration(at)*time.Second))
		} else {
			f.week = append(f.week, p.at)
		}
	}
	old := slices.IndexFunc(f.week, func(at time.Time) bool { return p.at.Sub(at) < 7*day })
	if old < 0 {
		f.week = nil
		return peerLongest
	}
	f.week = f.week[old:]
	pause := time.Duration(float64(7*day) / float64(len(f.week)) / f.perArticle)
	return min(max(pause, peerShortest), peerLongest)
}

// doubling halves its pause when something new came, and else makes it half as
// long again.
type doubling struct{ pause time.Duration }

func (d *doubling) first() time.Duration { return 10 * time.Minute }

func (d *doubling) next(p polled, _ *rand.Rand) time.Duration {
	switch {
	case d.pause == 0:
		d.pause = time.Hour
	case len(p.published) > 0:
		d.pause /= 2
	default:
		d.pause += d.pause / 2
	}
	d.pause = min(max(d.pause, peerShortest), peerLongest)
	return d.pause
}
