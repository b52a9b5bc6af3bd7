package main

import (
	"testing"
	"time"

	"marsad/pkg/press"
	"marsad/services/fetcher/schedule"
)

// TestPolicyBeatsFixedIntervals on a small world: half the median delay at equal
// requests, half the requests at equal delay, and nothing more is lost.
func TestPolicyBeatsFixedIntervals(t *testing.T) {
	w := newWorld(options{press: press.Options{Seed: 11, Feeds: 400, Healthy: true}, warmup: 3, days: 4, hostDelay: 2 * time.Second})
	poll := func(p func() poller) result {
		t.Helper()
		r, err := w.poll(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if r.closest < 2*time.Second || r.open > 0 {
			t.Errorf("a domain was asked %v after its last answer; %d articles were neither found nor lost", r.closest, r.open)
		}
		return r
	}
	fixed := poll(func() poller { return every(30 * time.Minute) })
	var marsad []result
	for _, worth := range worths {
		marsad = append(marsad, poll(func() poller {
			return &learner{policy: schedule.Policy{Worth: worth, Min: time.Minute, Max: 4 * time.Hour}}
		}))
	}
	soon, reached := at(marsad, requests, median, fixed)
	few, too := at(marsad, median, requests, fixed)
	if !reached || !too || soon > 0.5*fixed.median || few > 0.5*fixed.requests {
		t.Errorf("every 30 minutes: %.0f requests, median %.0f s; the policy: %.0f s at as many, %.0f requests at the same median",
			fixed.requests, fixed.median, soon, few)
	}
	for _, m := range marsad {
		if m.requests > fixed.requests && m.lost > fixed.lost {
			t.Errorf("%.2f%% lost, at a fixed interval %.2f%%", 100*m.lost, 100*fixed.lost)
		}
	}
}
