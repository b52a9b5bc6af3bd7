// Package stagetest runs a stage on a real embedded server: feed it messages
// and see what comes out.
package stagetest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/bus"
	"marsad/pkg/bus/embedded"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
)

// patience is how long a test waits for what must come.
const patience = time.Minute

// Line is a bus with all streams and consumers, and what a stage needs besides.
type Line struct {
	Bus      *bus.Bus
	Attempts *Attempts
	Registry *prometheus.Registry

	t       testing.TB
	metrics *stage.Metrics
}

// New starts a server in a temporary folder, for as long as the test runs.
func New(t testing.TB) *Line {
	t.Helper()
	return NewWithLimits(t, bus.Limits{LineBytes: 64 << 20, TapBytes: 64 << 20, Replicas: 1, AckWait: 30 * time.Second})
}

// NewWithLimits is New with other limits of the streams.
func NewWithLimits(t testing.TB, limits bus.Limits) *Line {
	t.Helper()
	server, err := embedded.Start(embedded.Options{Dir: t.TempDir(), MaxBytes: limits.Total()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	b, err := bus.Connect("", slog.New(slog.DiscardHandler), server.Connect())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.Declare(t.Context(), limits); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	return &Line{Bus: b, Attempts: NewAttempts(), Registry: registry, t: t, metrics: stage.NewMetrics(registry)}
}

// On is the line of a bus that there is already. It has no Env.
func On(t testing.TB, b *bus.Bus) *Line { return &Line{Bus: b, t: t} }

// Eventually waits until is returns true.
func Eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

// Env is what a stage on this line is made with.
func (l *Line) Env() stage.Env {
	return stage.Env{Bus: l.Bus, Attempts: l.Attempts, Metrics: l.metrics, Log: slog.New(slog.DiscardHandler)}
}

// Run runs a stage until the returned function is called, or the test ends.
func (l *Line) Run(s *stage.Stage) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Errorf("stage %s: %v", s.Name(), err)
		}
	})
	l.t.Cleanup(stop)
	return stop
}

// Feed publishes payloads as the service before would.
func (l *Line) Feed(payloads ...event.Payload) {
	l.t.Helper()
	for _, p := range payloads {
		m, err := event.Encode(p, "test", time.Now())
		if err != nil {
			l.t.Fatal(err)
		}
		l.FeedMessage(m)
	}
}

// FeedMessage publishes a message as it is.
func (l *Line) FeedMessage(m *event.Message) {
	l.t.Helper()
	if err := l.Bus.Publish(l.t.Context(), m); err != nil {
		l.t.Fatal(err)
	}
}

// Next takes the next message for a consumer further down, and acks it.
func (l *Line) Next(consumer bus.Consumer) event.Payload {
	l.t.Helper()
	p, _ := l.NextMessage(consumer)
	return p
}

// NextMessage is Next with the message as it was on the wire.
func (l *Line) NextMessage(consumer bus.Consumer) (event.Payload, *event.Message) {
	l.t.Helper()
	pull, err := l.Bus.Pull(l.t.Context(), consumer)
	if err != nil {
		l.t.Fatal(err)
	}
	raw, err := pull.Next(jetstream.FetchMaxWait(patience))
	if err != nil {
		l.t.Fatalf("nothing for %s: %v", consumer.Name, err)
	}
	m := &event.Message{Subject: raw.Subject(), Header: raw.Headers(), Data: raw.Data()}
	p, err := event.Decode(m)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := raw.DoubleAck(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	return p, m
}

// AwaitIdle waits until a consumer has settled all there is in its stream.
func (l *Line) AwaitIdle(consumer bus.Consumer) {
	l.t.Helper()
	Eventually(l.t, consumer.Name+" is idle", func() bool {
		depth, err := l.Bus.Depth(l.t.Context(), consumer.Stream)
		if err != nil {
			l.t.Fatal(err)
		}
		return depth == 0
	})
}

// Fetched makes the payload of an item called name.
func Fetched(name string) *event.Fetched {
	return &event.Fetched{Head: event.Head{Ref: news.Ref{Item: news.NewID(name), Revision: 1}}, URL: name}
}

// Attempts counts starts in memory.
type Attempts struct {
	mu     sync.Mutex
	starts map[string]int
	err    error
}

// NewAttempts has counted nothing.
func NewAttempts() *Attempts { return &Attempts{starts: map[string]int{}} }

// RecordStart implements stage.Attempts.
func (a *Attempts) RecordStart(_ context.Context, stage, key string) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return 0, a.err
	}
	a.starts[stage+key]++
	return a.starts[stage+key], nil
}

// TakeBackStart implements stage.Attempts.
func (a *Attempts) TakeBackStart(_ context.Context, stage, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.starts[stage+key]--
	}
	return a.err
}

// ForgetStarts implements stage.Attempts.
func (a *Attempts) ForgetStarts(_ context.Context, stage, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.starts, stage+key)
	return a.err
}

// Starts returns what is recorded.
func (a *Attempts) Starts(stage, key string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.starts[stage+key]
}

// Fail makes every call fail with err, until it is nil again.
func (a *Attempts) Fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}
