package stage_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/stage/stagetest"
)

// behaviour is what a processor does with one message, attempt after attempt,
// and what must become of the message.
type behaviour struct {
	name    string
	attempt func(n int) error // n counts from 1
	outcome news.Outcome      // "": it goes on
	reason  string
}

var errBehaviour = errors.New("as scripted")

var behaviours = []behaviour{
	{"passes", func(int) error { return nil }, "", ""},
	{"is dropped", func(int) error { return stage.Drop("boring") }, news.Dropped, "boring"},
	{"is rejected", func(int) error { return stage.Reject("broken", errBehaviour) }, news.Dead, "broken"},
	{"fails once", func(n int) error { return failing(n <= 1, errBehaviour) }, "", ""},
	{"fails always", func(int) error { return errBehaviour }, news.Dead, stage.ReasonError},
	{"panics once", func(n int) error {
		if n == 1 {
			panic("as scripted")
		}
		return nil
	}, "", ""},
	{"panics always", func(int) error { panic("as scripted") }, news.Dead, stage.ReasonPanic},
	{"waits for a dependency", func(n int) error { return failing(n <= 7, stage.Unavailable(errBehaviour)) }, "", ""},
	{"asks for time", func(n int) error { return failing(n <= 1, stage.RetryAfter(time.Millisecond, "broken", errBehaviour)) }, "", ""},
}

func failing(fails bool, err error) error {
	if fails {
		return err
	}
	return nil
}

// script says what a processor does with each message, and remembers how often
// it met it.
type script struct {
	mu    sync.Mutex
	of    map[news.ID]behaviour
	times map[news.ID]int
}

func (s *script) attempt(in *event.Fetched) error {
	s.mu.Lock()
	s.times[in.Item]++
	n, b := s.times[in.Item], s.of[in.Item]
	s.mu.Unlock()
	return b.attempt(n)
}

func (s *script) Process(_ context.Context, in *event.Fetched) ([]event.Payload, error) {
	return cleaned(in), s.attempt(in)
}

func (s *script) ProcessBatch(_ context.Context, in []*event.Fetched) ([]stage.Result, error) {
	results := make([]stage.Result, len(in))
	for i, one := range in {
		if results[i] = (stage.Result{Err: s.attempt(one)}); results[i].Err == nil {
			results[i].Out = cleaned(one)
		}
	}
	return results, nil
}

// FuzzStage: whatever a processor does, and however often the stage is stopped
// and started meanwhile, every message ends exactly once, as it must. The first
// byte chooses the form of the stage and the stops, each other byte a message.
func FuzzStage(f *testing.F) {
	f.Add([]byte{0, 0, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Add([]byte{1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 6, 0, 0})
	f.Add([]byte{6, 3, 3, 3, 0, 0, 0, 4, 4, 8})
	f.Add([]byte{7, 7, 0, 7, 6, 1, 5, 0, 3})
	f.Fuzz(playStage)
}

// TestStageOnManyScripts plays scripts made from a seed.
func TestStageOnManyScripts(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range 12 {
		bytes := make([]byte, 2+r.IntN(40))
		for j := range bytes {
			bytes[j] = byte(r.Uint32())
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			playStage(t, bytes)
		})
	}
}

func playStage(t *testing.T, bytes []byte) {
	if len(bytes) < 2 || len(bytes) > 60 {
		t.Skip("no script")
	}
	batch, stops := bytes[0]&1 == 1, int(bytes[0]>>1)%4
	line := stagetest.NewWithLimits(t, bus.Limits{LineBytes: 16 << 20, TapBytes: 16 << 20, Replicas: 1, AckWait: time.Second})
	s := &script{of: map[news.ID]behaviour{}, times: map[news.ID]int{}}
	for i, b := range bytes[1:] {
		in := stagetest.Fetched(fmt.Sprint(i))
		s.of[in.Item] = behaviours[int(b)%len(behaviours)]
		line.Feed(in)
	}
	env := line.Env()
	env.Wait = func(ctx context.Context, _ time.Duration) bool { return ctx.Err() == nil }
	cfg := quick()
	cfg.Backoff, cfg.Batch = []time.Duration{time.Millisecond}, 4
	start := func() (stop func()) {
		if batch {
			return line.Run(stage.NewBatch(cfg, env, s))
		}
		return line.Run(stage.New(cfg, env, s))
	}
	for range stops {
		stop := start()
		time.Sleep(time.Duration(bytes[1]) * 50 * time.Microsecond) // a stop at any moment, not a wait for anything
		stop()
	}
	start()
	line.AwaitIdle(bus.Cleaner)
	checkEnds(t, line, s)
}

// checkEnds takes everything that came out and holds it against the script.
func checkEnds(t *testing.T, line *stagetest.Line, s *script) {
	t.Helper()
	ends := map[news.ID][]event.Payload{}
	for _, consumer := range []bus.Consumer{bus.Deduplicator, bus.ArchiverEnded} {
		depth, err := line.Bus.Depth(t.Context(), consumer.Stream)
		if err != nil {
			t.Fatal(err)
		}
		for range depth {
			p := line.Next(consumer)
			ends[p.Header().Item] = append(ends[p.Header().Item], p)
		}
	}
	for item, b := range s.of {
		if len(ends[item]) != 1 {
			t.Errorf("a message that %s ended %d times", b.name, len(ends[item]))
			continue
		}
		var outcome news.Outcome
		var reason string
		if e, ok := ends[item][0].(*event.Ended); ok {
			outcome, reason = e.Outcome, e.Reason
		}
		if outcome != b.outcome || reason != b.reason {
			t.Errorf("a message that %s ended as %q (%s), want %q (%s)", b.name, outcome, reason, b.outcome, b.reason)
		}
	}
}
