package stage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/stage/stagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// process lets a function be a Processor.
type process func(ctx context.Context, in *event.Fetched) ([]event.Payload, error)

func (p process) Process(ctx context.Context, in *event.Fetched) ([]event.Payload, error) {
	return p(ctx, in)
}

type processBatch func(in []*event.Fetched) ([]stage.Result, error)

func (p processBatch) ProcessBatch(_ context.Context, in []*event.Fetched) ([]stage.Result, error) {
	return p(in)
}

func cleaned(in *event.Fetched) []event.Payload {
	return []event.Payload{&event.Cleaned{Head: in.Head, Article: news.Article{Title: in.URL}}}
}

func quick() stage.Config {
	return stage.Config{
		Consumer: bus.Cleaner, Workers: 2, Reasons: []string{"boring", "broken"},
		Patience: stage.Patience{Backoff: []time.Duration{10 * time.Millisecond}, MaxAttempts: 3},
	}
}

func TestPassesOn(t *testing.T) {
	line := stagetest.New(t)
	in := stagetest.Fetched("a")
	in.Trail = []news.Step{{Service: "fetcher"}}
	m, err := event.Encode(in, "fetcher", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m.Set(event.HeaderTraceParent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	line.FeedMessage(m)
	line.Run(stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) { return cleaned(in), nil })))

	got, wire := line.NextMessage(bus.Deduplicator)
	if got, ok := got.(*event.Cleaned); !ok || got.Article.Title != "a" {
		t.Errorf("came out: %+v", got)
	}
	if trail := got.Header().Trail; len(trail) != 2 || trail[0].Service != "fetcher" || trail[1].Service != "cleaner" {
		t.Errorf("trail = %+v, want fetcher, cleaner", trail)
	}
	if got := wire.Get(event.HeaderTraceParent); got != m.Get(event.HeaderTraceParent) {
		t.Errorf("trace context = %q, want it carried on", got)
	}
	line.AwaitIdle(bus.Cleaner)
	want := `
# HELP marsad_stage_messages_total Messages a stage has settled.
# TYPE marsad_stage_messages_total counter
marsad_stage_messages_total{outcome="ok",reason="",stage="cleaner"} 1
`
	if err := testutil.GatherAndCompare(line.Registry, strings.NewReader(want), "marsad_stage_messages_total"); err != nil {
		t.Error(err)
	}
}

// TestVerdicts holds what becomes of a message by what its processor says.
func TestVerdicts(t *testing.T) {
	broken := errors.New("it broke")
	for name, tc := range map[string]struct {
		process  process
		outcome  news.Outcome
		reason   string
		attempts int
	}{
		"drop":       {func(context.Context, *event.Fetched) ([]event.Payload, error) { return nil, stage.Drop("boring") }, news.Dropped, "boring", 0},
		"undeclared": {func(context.Context, *event.Fetched) ([]event.Payload, error) { return nil, stage.Drop("whim") }, news.Dropped, "reason_not_declared", 0},
		"reject": {func(context.Context, *event.Fetched) ([]event.Payload, error) {
			return nil, stage.Reject("broken", broken)
		}, news.Dead, "broken", 1},
		"any error": {func(context.Context, *event.Fetched) ([]event.Payload, error) { return nil, broken }, news.Dead, "error", 3},
		"retry after": {func(context.Context, *event.Fetched) ([]event.Payload, error) {
			return nil, stage.RetryAfter(time.Millisecond, "broken", broken)
		}, news.Dead, "broken", 3},
		"panic": {func(context.Context, *event.Fetched) ([]event.Payload, error) { panic("ouch") }, news.Dead, "panic", 3},
		"minds its deadline": {func(ctx context.Context, _ *event.Fetched) ([]event.Payload, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, news.Dead, "timeout", 3},
		"too large": {func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
			return []event.Payload{&event.Cleaned{Head: in.Head, Article: news.Article{Text: strings.Repeat("x", bus.MaxMessageBytes+1)}}}, nil
		}, news.Dead, "result_too_large", 1},
	} {
		t.Run(name, func(t *testing.T) {
			line := stagetest.New(t)
			line.Feed(stagetest.Fetched("a"))
			cfg := quick()
			cfg.Timeout = 100 * time.Millisecond
			line.Run(stage.New(cfg, line.Env(), tc.process))
			got, ok := line.Next(bus.ArchiverEnded).(*event.Ended)
			if !ok || got.Outcome != tc.outcome || got.Reason != tc.reason || got.Attempts != tc.attempts || got.Stage != "cleaner" {
				t.Fatalf("ended as %+v, want %s, %s after %d", got, tc.outcome, tc.reason, tc.attempts)
			}
			if dead := tc.outcome == news.Dead; dead != (got.Failed != nil) || dead != (got.Error != "") {
				t.Errorf("failed message %v, error %q", got.Failed, got.Error)
			}
			line.AwaitIdle(bus.Cleaner)
			if n := outcomes(t, line, string(tc.outcome), tc.reason); n != 1 {
				t.Errorf("counted %v times as %s, %s", n, tc.outcome, tc.reason)
			}
			if n := line.Attempts.Starts("cleaner", got.Key()); n != 0 {
				t.Errorf("%d starts are still recorded", n)
			}
		})
	}
}

func TestUndecodableIsADeadLetter(t *testing.T) {
	line := stagetest.New(t)
	in := stagetest.Fetched("a")
	line.FeedMessage(&event.Message{Subject: event.KindFetched.Subject(in.Ref), Header: map[string][]string{}, Data: []byte("{")})
	line.Run(stage.New(quick(), line.Env(), process(func(context.Context, *event.Fetched) ([]event.Payload, error) {
		t.Error("processed")
		return nil, nil
	})))
	got, ok := line.Next(bus.ArchiverEnded).(*event.Ended)
	if !ok || got.Reason != stage.ReasonUndecodable || got.Item != in.Item || string(got.Failed.Data) != "{" {
		t.Errorf("ended as %+v", got)
	}
}

// TestLetterWithoutRoomForThePayload: a dead letter that does not fit in a
// message goes without the payload.
func TestLetterWithoutRoomForThePayload(t *testing.T) {
	line := stagetest.New(t)
	in := stagetest.Fetched("a")
	in.URL = strings.Repeat("x", bus.MaxMessageBytes*9/10) // base64 makes it a third larger
	line.Feed(in)
	line.Run(stage.New(quick(), line.Env(), process(func(context.Context, *event.Fetched) ([]event.Payload, error) {
		return nil, stage.Reject("broken", errors.New("it broke"))
	})))
	got, ok := line.Next(bus.ArchiverEnded).(*event.Ended)
	if !ok || got.Reason != "broken" || got.Failed.Subject != event.KindFetched.Subject(in.Ref) || got.Failed.Data != nil {
		t.Errorf("ended as %+v", got)
	}
}

func TestFailsThenSucceeds(t *testing.T) {
	line := stagetest.New(t)
	var calls atomic.Int32
	line.Feed(stagetest.Fetched("a"))
	line.Run(stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
		if calls.Add(1) < 3 {
			return nil, errors.New("not yet")
		}
		return cleaned(in), nil
	})))
	if _, ok := line.Next(bus.Deduplicator).(*event.Cleaned); !ok || calls.Load() != 3 {
		t.Errorf("%d calls", calls.Load())
	}
}

// TestKillerEndsAsDeadLetter: a message whose recorded starts are used up, as by a
// process that it kills each time, is not started again.
func TestKillerEndsAsDeadLetter(t *testing.T) {
	line := stagetest.New(t)
	in := stagetest.Fetched("killer")
	for range quick().MaxAttempts {
		if _, err := line.Attempts.RecordStart(t.Context(), "cleaner", in.Key()); err != nil {
			t.Fatal(err)
		}
	}
	line.Feed(in) // in the stream before the stage starts: a suspect
	line.Run(stage.New(quick(), line.Env(), process(func(context.Context, *event.Fetched) ([]event.Payload, error) {
		t.Error("started once more")
		return nil, nil
	})))
	if got, ok := line.Next(bus.ArchiverEnded).(*event.Ended); !ok || got.Reason != stage.ReasonExhausted {
		t.Errorf("ended as %+v", got)
	}
}

func TestSuspectsAreHandledAlone(t *testing.T) {
	line := stagetest.New(t)
	for i := range 20 {
		line.Feed(stagetest.Fetched(fmt.Sprint(i)))
	}
	var running atomic.Int32
	cfg := quick()
	cfg.Workers, cfg.InFlight = 8, 64
	line.Run(stage.New(cfg, line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
		if running.Add(1) > 1 {
			t.Error("two suspects at once")
		}
		defer running.Add(-1)
		return cleaned(in), nil
	})))
	line.AwaitIdle(bus.Cleaner)
	if got := counter(t, line, "marsad_stage_redelivered_total"); got != 20 {
		t.Errorf("%v suspects, want 20", got)
	}
}

func TestMissingDependencyPauses(t *testing.T) {
	line := stagetest.New(t)
	var down atomic.Bool
	down.Store(true)
	paused := make(chan struct{}, 1)
	s := stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
		if down.Load() {
			select {
			case paused <- struct{}{}:
			default:
			}
			return nil, stage.Unavailable(errors.New("store is down"))
		}
		return cleaned(in), nil
	}))
	in := stagetest.Fetched("a")
	line.Feed(in)
	line.Run(s)
	<-paused
	stagetest.Eventually(t, "not ready", func() bool { return s.Ready() != nil })
	down.Store(false)
	if _, ok := line.Next(bus.Deduplicator).(*event.Cleaned); !ok {
		t.Error("did not go on")
	}
	line.AwaitIdle(bus.Cleaner)
	stagetest.Eventually(t, "ready again", func() bool { return s.Ready() == nil })
}

func TestStoreDownCountsNoAttempt(t *testing.T) {
	line := stagetest.New(t)
	line.Attempts.Fail(errors.New("store is down"))
	in := stagetest.Fetched("a")
	line.Feed(in)
	s := stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) { return cleaned(in), nil }))
	line.Run(s)
	stagetest.Eventually(t, "not ready", func() bool { return s.Ready() != nil })
	line.Attempts.Fail(nil)
	if _, ok := line.Next(bus.Deduplicator).(*event.Cleaned); !ok {
		t.Error("did not go on")
	}
}

func TestBatchFallsApartIntoSingles(t *testing.T) {
	line := stagetest.New(t)
	cfg := quick()
	cfg.Workers, cfg.Batch = 1, 16
	s := stage.NewBatch(cfg, line.Env(), processBatch(func(in []*event.Fetched) ([]stage.Result, error) {
		out := make([]stage.Result, len(in))
		for i, one := range in {
			switch {
			case one.URL == "poison" && len(in) > 1:
				return nil, errors.New("the whole batch fails")
			case one.URL == "poison":
				out[i].Err = stage.Reject("broken", errors.New("poison"))
			default:
				out[i].Out = cleaned(one)
			}
		}
		return out, nil
	}))
	line.Run(s)
	names := []string{"a", "b", "poison", "c", "d"}
	for _, name := range names {
		line.Feed(stagetest.Fetched(name))
	}
	for range len(names) - 1 {
		line.Next(bus.Deduplicator)
	}
	if got, ok := line.Next(bus.ArchiverEnded).(*event.Ended); !ok || got.Reason != "broken" {
		t.Errorf("ended as %+v", got)
	}
	line.AwaitIdle(bus.Cleaner)
}

func TestSecondPublishOfARevisionIsRefusedAndDone(t *testing.T) {
	line := stagetest.New(t)
	line.Feed(stagetest.Fetched("a"), stagetest.Fetched("a"))
	line.Next(bus.Cleaner)
	line.AwaitIdle(bus.Cleaner)
}

func TestFullStreamSlowsDown(t *testing.T) {
	line := stagetest.NewWithLimits(t, bus.Limits{LineBytes: 1 << 20, TapBytes: 1 << 20, Replicas: 1, AckWait: 30 * time.Second})
	cfg := quick()
	s := stage.New(cfg, line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
		return []event.Payload{&event.Cleaned{Head: in.Head, Article: news.Article{Text: strings.Repeat("x", 100<<10)}}}, nil
	}))
	const n = 15 // one and a half times what the stream holds
	for i := range n {
		line.Feed(stagetest.Fetched(fmt.Sprint(i)))
	}
	line.Run(s)
	stagetest.Eventually(t, "paused", func() bool { return errors.Is(s.Ready(), bus.ErrFull) })
	for range n {
		line.Next(bus.Deduplicator)
	}
	line.AwaitIdle(bus.Cleaner)
}

func TestStopFinishesWhatWasStarted(t *testing.T) {
	line := stagetest.New(t)
	started, goOn := make(chan struct{}), make(chan struct{})
	stop := line.Run(stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
		close(started)
		<-goOn
		return cleaned(in), nil
	})))
	line.Feed(stagetest.Fetched("a"))
	<-started
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Error("stopped before the message was settled")
	case <-time.After(50 * time.Millisecond):
	}
	close(goOn)
	<-stopped
	line.Next(bus.Deduplicator)
	line.AwaitIdle(bus.Cleaner)
}

// TestStopHandsBack: what was not finished in time is delivered again at once.
func TestStopHandsBack(t *testing.T) {
	line := stagetest.New(t)
	cfg := quick()
	cfg.Drain = 50 * time.Millisecond
	started := make(chan struct{}, 1)
	stop := line.Run(stage.New(cfg, line.Env(), process(func(ctx context.Context, _ *event.Fetched) ([]event.Payload, error) {
		started <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	})))
	line.Feed(stagetest.Fetched("a"))
	<-started
	stop()
	line.Next(bus.Cleaner)
}

func TestInLine(t *testing.T) {
	line := stagetest.New(t)
	in := stagetest.Fetched("a")
	is := func(want bool) {
		t.Helper()
		if got, err := line.Bus.InLine(t.Context(), in.Ref); err != nil || got != want {
			t.Errorf("InLine = %v, %v; want %v", got, err, want)
		}
	}
	is(false)
	line.Feed(in)
	is(true)
	line.Next(bus.Cleaner)
	is(false)
}

// outcomes is how many messages were counted with an outcome and a reason.
func outcomes(t *testing.T, line *stagetest.Line, outcome, reason string) (n float64) {
	t.Helper()
	families, err := line.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "marsad_stage_messages_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if labels["outcome"] == outcome && labels["reason"] == reason {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

func counter(t *testing.T, line *stagetest.Line, name string) float64 {
	t.Helper()
	families, err := line.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return 0
}

// TestIdleStageWaitsForTheBus: a stage that has nothing in hand says so, too,
// when the bus is away.
func TestIdleStageWaitsForTheBus(t *testing.T) {
	line := stagetest.New(t)
	s := stage.New(quick(), line.Env(), process(func(_ context.Context, in *event.Fetched) ([]event.Payload, error) { return cleaned(in), nil }))
	line.Run(s)
	line.Feed(stagetest.Fetched("a"))
	line.AwaitIdle(bus.Cleaner)
	if err := s.Ready(); err != nil {
		t.Errorf("not ready: %v", err)
	}
	line.Bus.Close()
	stagetest.Eventually(t, "paused", func() bool { return s.Ready() != nil })
}
