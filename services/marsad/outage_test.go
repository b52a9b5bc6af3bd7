package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
	"marsad/pkg/world"
	"marsad/services/web"
	"marsad/services/web/api"
)

var errDown = errors.New("the store is away")

// outage is a store that can be away: all that the line needs of it fails.
type outage struct {
	store.Store
	away  atomic.Bool
	asked atomic.Int64 // while it was away
}

func (o *outage) err() error {
	if o.away.Load() {
		o.asked.Add(1)
		return errDown
	}
	return nil
}

func (o *outage) ClaimItems(ctx context.Context, claim store.Claim) ([]news.Item, error) {
	if err := o.err(); err != nil {
		return nil, err
	}
	return o.Store.ClaimItems(ctx, claim)
}

func (o *outage) SavePage(ctx context.Context, page news.Page, reason string, slot store.Slot) error {
	if err := o.err(); err != nil {
		return err
	}
	return o.Store.SavePage(ctx, page, reason, slot)
}

func (o *outage) MarkInLine(ctx context.Context, now time.Time, refs ...news.Ref) error {
	if err := o.err(); err != nil {
		return err
	}
	return o.Store.MarkInLine(ctx, now, refs...)
}

func (o *outage) Page(ctx context.Context, ref news.Ref) (news.Page, error) {
	if err := o.err(); err != nil {
		return news.Page{}, err
	}
	return o.Store.Page(ctx, ref)
}

func (o *outage) Decide(ctx context.Context, lease store.Lease, fn func(store.DecisionTx) error) error {
	if err := o.err(); err != nil {
		return err
	}
	return o.Store.Decide(ctx, lease, fn)
}

func (o *outage) End(ctx context.Context, endings []store.Ending) ([]store.EndResult, error) {
	if err := o.err(); err != nil {
		return nil, err
	}
	return o.Store.End(ctx, endings)
}

func (o *outage) RecordStart(ctx context.Context, stage, key string) (int, error) {
	if err := o.err(); err != nil {
		return 0, err
	}
	return o.Store.RecordStart(ctx, stage, key)
}

func (o *outage) AcquireLease(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (store.Lease, error) {
	if err := o.err(); err != nil {
		return store.Lease{}, err
	}
	return o.Store.AcquireLease(ctx, name, owner, now, ttl)
}

// fakeClock is a clock that the test moves; who waits by it wakes when its time has come.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	moved chan struct{}
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Now(), moved: make(chan struct{})} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	close(c.moved)
	c.moved = make(chan struct{})
}

func (c *fakeClock) Wait(ctx context.Context, d time.Duration) bool {
	for until := c.Now().Add(d); ; {
		c.mu.Lock()
		now, moved := c.now, c.moved
		c.mu.Unlock()
		if !now.Before(until) {
			return true
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return false
		}
	}
}

// TestStoreAwayForTwentyMinutes: nothing is lost, and nothing becomes a dead letter.
func TestStoreAwayForTwentyMinutes(t *testing.T) {
	w, err := world.New(world.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	p := apptest.Open(t)
	away, clock := &outage{Store: p.Store}, newFakeClock()
	p.Store, p.Now, p.Wait = away, clock.Now, clock.Wait
	config := defaultConfig()
	config.Fetcher.AllowNetworks, config.Fetcher.HostDelay, config.Fetcher.MaxAttempts = []string{"127.0.0.0/8"}, 0, 1
	config.Fetcher.PollEvery, config.Fetcher.Timeout = time.Second, 2*time.Second
	pages, err := web.New(config.Web, p)
	if err != nil {
		t.Fatal(err)
	}
	services, err := (&cli{config: config}).services(p, serviceNames, pages)
	if err != nil {
		t.Fatal(err)
	}
	client := api.NewClient(app.Direct(http.Handler(pages)))
	var sources []api.NewSource
	for _, feed := range w.Feeds() {
		sources = append(sources, api.NewSource{URL: feed})
	}
	if _, err := client.AddSources(t.Context(), sources); err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		apptest.Run(t, s)
	}
	w.Publish(60)
	archived := func() int {
		stats, err := p.Store.LedgerStats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return stats.Ended[news.Archived]
	}
	stagetest.Eventually(t, "the line is under way", func() bool { return archived() > 3 })

	away.away.Store(true)
	w.Publish(20)
	for range 20 * 60 {
		clock.advance(time.Second)
		time.Sleep(time.Millisecond) // for those who woke
	}
	if away.asked.Load() < 20 {
		t.Errorf("the store was asked %d times while it was away: the test did not put the line to the test", away.asked.Load())
	}
	away.away.Store(false)
	want := world.Outcomes(w.Published())
	stagetest.Eventually(t, "everything has ended", func() bool {
		clock.advance(time.Second)
		stats, err := p.Store.LedgerStats(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if stats.DeadLetter > 0 {
			t.Fatalf("%d dead letters", stats.DeadLetter)
		}
		return stats.Ended[news.Archived] == want[news.Archived] && stats.Ended[news.Dropped] == want[news.Dropped] &&
			stats.Open[news.StateDue]+stats.Open[news.StateInLine] == 0
	})
}
