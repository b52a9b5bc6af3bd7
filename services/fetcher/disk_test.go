package fetcher

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

func TestWatermark(t *testing.T) {
	var log bytes.Buffer
	var free int64
	var unknown error
	w := &watermark{free: func() (int64, error) { return free, unknown }, minimum: 1000, log: slog.New(slog.NewTextHandler(&log, nil))}
	for i, step := range []struct {
		free    int64
		unknown error
		low     bool
	}{
		{free: 1000, low: false}, // not below
		{free: 999, low: true},
		{free: 0, low: true},
		{free: 1099, low: true}, // not enough to go on
		{free: 5000, unknown: errors.New("stale"), low: true},
		{free: 1100, low: false},
		{free: 1000, low: false},
		{free: 0, unknown: errors.New("stale"), low: false},
	} {
		free, unknown = step.free, step.unknown
		w.look()
		if w.low() != step.low || (w.why() != nil) != step.low {
			t.Errorf("step %d, %d bytes free: low is %v (%v), want %v", i, step.free, w.low(), w.why(), step.low)
		}
	}
	if said := log.String(); strings.Count(said, "WARN") != 1 || strings.Count(said, "INFO") != 1 || strings.Count(said, "\n") != 2 {
		t.Errorf("it said\n%s", said)
	}
	w = &watermark{free: func() (int64, error) { return 0, nil }}
	if w.look(); w.low() {
		t.Error("low without a watermark")
	}
}

func TestWatermarkLooksEveryFewSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		w := &watermark{free: func() (int64, error) { looks++; return 0, nil }, minimum: 1, log: slog.New(slog.DiscardHandler)}
		go w.run(t.Context())
		time.Sleep(10 * diskLook)
		synctest.Wait()
		if looks != 10 {
			t.Errorf("%d looks in %v, want 10", looks, 10*diskLook)
		}
	})
}

// TestClaimsNothingWithoutRoom: not in an hour; with room, it goes on by itself.
func TestClaimsNothingWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := int64(0)
		s := &Service{log: slog.New(slog.DiscardHandler), now: time.Now}
		s.disk = &watermark{free: func() (int64, error) { return free, nil }, minimum: 1, log: s.log}
		s.disk.look()
		claims, done := 0, 0
		claim := func(ctx context.Context, _ store.Claim) ([]int, error) { claims++; return []int{claims}, ctx.Err() }
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			claimLoop(ctx, s, 1, claim, func(ctx context.Context, _ int) { done++; wait.For(ctx, idlePause) })
		}()
		time.Sleep(time.Hour)
		synctest.Wait()
		if claims != 0 {
			t.Errorf("%d claims without room", claims)
		}
		free = 100
		s.disk.look()
		time.Sleep(2 * idlePause)
		synctest.Wait()
		if claims == 0 {
			t.Error("no claims with room")
		}
		stop()
		<-ended
		if done != claims {
			t.Errorf("%d of %d were worked on", done, claims)
		}
	})
}

// TestPausesWhenTheDiskIsNearlyFull: readiness says why nothing is requested,
// until there is room again; then the work goes on by itself.
func TestPausesWhenTheDiskIsNearlyFull(t *testing.T) {
	site := newSite(t)
	site.pages["/a"] = text("<p>page</p>")
	site.publish("/a", "")
	p := apptest.Open(t)
	watch(t, p, site.URL+"/feed")
	s, err := New(loopback(), p)
	if err != nil {
		t.Fatal(err)
	}
	var free atomic.Int64
	s.disk.free = func() (int64, error) { return free.Load(), nil }
	apptest.Run(t, s)
	line := stagetest.On(t, p.Bus)
	stagetest.Eventually(t, "not ready", func() bool { return s.Ready() != nil })
	reason, ok := errors.AsType[app.WaitError](s.Ready())
	if !ok || !strings.Contains(string(reason), "disk.min_free_bytes (1073741824)") {
		t.Errorf("it waits for %q", reason)
	}
	const paused = `# HELP marsad_fetcher_paused 1 while polls and downloads wait, by what they wait for (disk, bus, store), else 0.
# TYPE marsad_fetcher_paused gauge
marsad_fetcher_paused{reason="bus"} 0
marsad_fetcher_paused{reason="disk"} 1
marsad_fetcher_paused{reason="store"} 0
`
	if err := testutil.GatherAndCompare(p.Registry, strings.NewReader(paused), "marsad_fetcher_paused"); err != nil {
		t.Error(err)
	}
	free.Store(2 << 30)
	if got := line.Next(bus.Cleaner).(*event.Fetched); !strings.HasSuffix(got.URL, "/a") {
		t.Errorf("brought %s", got.URL)
	}
	if err := s.Ready(); err != nil {
		t.Errorf("not ready with room on the disk: %v", err)
	}
}
