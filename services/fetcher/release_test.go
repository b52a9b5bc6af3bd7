package fetcher

import (
	"testing"
	"time"

	"marsad/pkg/app/apptest"
	"marsad/pkg/store"
)

// TestReleaseKeepsTheDelay: a process that was killed while it asked a domain
// takes its work up again, and asks it again only after the delay.
func TestReleaseKeepsTheDelay(t *testing.T) {
	p := apptest.Open(t)
	now := time.Now()
	p.Now = func() time.Time { return now }
	cfg := DefaultConfig()
	s, err := New(cfg, p)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := Address("https://a.example/1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Store.Submit(t.Context(), now, []store.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	claim := func(at time.Time) int {
		t.Helper()
		items, err := p.Store.ClaimItems(t.Context(), store.Claim{Now: at, Owner: p.Owner, Lease: time.Hour, Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		return len(items)
	}
	if n := claim(now); n != 1 {
		t.Fatalf("%d items were claimed", n)
	}
	s.release()
	if early, then := claim(now.Add(cfg.HostDelay-time.Millisecond)), claim(now.Add(cfg.HostDelay)); early != 0 || then != 1 {
		t.Errorf("claimed %d before the delay, %d after", early, then)
	}
}
