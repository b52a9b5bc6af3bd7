package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/event"
)

// handle brings a group of messages to their end: process, publish, wait for
// the PubAcks, ack. A suspect is handled while nothing else is: should it take
// the process down, no other message is under suspicion.
func (s *Stage) handle(ctx context.Context, group []*delivery) {
	if group[0].suspect {
		s.alone.Lock()
		defer s.alone.Unlock()
	} else {
		s.alone.RLock()
		defer s.alone.RUnlock()
	}
	group = s.begin(ctx, group)
	s.env.Crash.at(s.Name(), BeforeProcess)
	s.process(ctx, group)
	s.env.Crash.at(s.Name(), AfterProcess)
	s.settle(ctx, group)
}

// begin decodes the group and records the start of a suspect. It returns the
// messages to process; the others are ended.
func (s *Stage) begin(ctx context.Context, group []*delivery) []*delivery {
	ready := group[:0]
	for _, d := range group {
		var err error
		if d.in, err = event.Decode(d.wire); err != nil {
			d.result.Err = Reject(ReasonUndecodable, err)
			s.settle(ctx, []*delivery{d})
			continue
		}
		if d.suspect && !s.recordStart(ctx, d) {
			continue
		}
		ready = append(ready, d)
	}
	return ready
}

// recordStart counts one more start of a suspect, durably, before it is
// handled. A message with too many is a dead letter; false means that it is ended.
func (s *Stage) recordStart(ctx context.Context, d *delivery) bool {
	for backoff := firstPause; ; backoff = next(backoff) {
		starts, err := s.env.Attempts.RecordStart(ctx, s.Name(), d.in.Header().Key())
		if err == nil {
			d.starts = starts
			break
		}
		if !s.pause(ctx, backoff, err) {
			s.abandon([]*delivery{d})
			return false
		}
	}
	s.metrics.redelivered.Inc()
	if d.starts <= s.cfg.MaxAttempts {
		return true
	}
	d.result.Err = Reject(ReasonExhausted, errors.New("started too often without ever ending: it takes its process down or hangs"))
	s.settle(ctx, []*delivery{d})
	return false
}

// process fills in the results of a group. While a dependency is missing it
// pauses and tries those again that need it; what still waits for it when ctx
// ends is abandoned.
func (s *Stage) process(ctx context.Context, group []*delivery) {
	for backoff := firstPause; len(group) > 0; backoff = next(backoff) {
		s.attempt(ctx, group)
		if ctx.Err() != nil {
			s.abandonCut(group)
			return
		}
		var waiting []*delivery
		for _, d := range group {
			if verdictOf(d.result.Err).kind == unavailable {
				waiting = append(waiting, d)
			}
		}
		if len(waiting) == 0 {
			return
		}
		if !s.pause(ctx, backoff, waiting[0].result.Err) {
			s.abandon(waiting)
			return
		}
		group = waiting
	}
}

// attempt calls the processor once for the group; if the group fails as a
// whole, once for each of its messages.
func (s *Stage) attempt(ctx context.Context, group []*delivery) {
	in := make([]event.Payload, len(group))
	for i, d := range group {
		in[i], d.began = d.in, s.env.Now()
	}
	start := time.Now()
	results, err := s.contained(ctx, group[0], in)
	took := time.Since(start)
	if err != nil && len(group) > 1 && verdictOf(err).kind != unavailable {
		s.log.Warn("batch failed, trying one by one", "messages", len(group), "error", err)
		for i := range group {
			s.attempt(ctx, group[i:i+1])
		}
		return
	}
	for i, d := range group {
		d.took = took
		if d.result = (Result{Err: err}); err == nil {
			d.result = results[i]
		}
	}
	s.metrics.duration.Observe(took.Seconds())
}

// contained calls the processor with a deadline and turns a panic into an
// error. A processor that ignores its deadline is left behind: its goroutine
// cannot be stopped, but the line goes on.
func (s *Stage) contained(ctx context.Context, first *delivery, in []event.Payload) ([]Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	if s.env.Tracer != nil {
		var span trace.Span
		ctx, span = s.env.Tracer.Start(propagation.TraceContext{}.Extract(ctx, carrier{first.wire}), s.Name(), trace.WithSpanKind(trace.SpanKindConsumer))
		defer span.End()
	}
	answer := make(chan answer, 1)
	go func() { answer <- s.recovered(ctx, in) }()
	select {
	case a := <-answer:
		return a.results, a.err
	case <-ctx.Done():
	}
	select { // a processor that minds its deadline has a better error
	case a := <-answer:
		return a.results, a.err
	case <-time.After(deadlineGrace):
		return nil, fmt.Errorf("still running %v after its deadline: %w", deadlineGrace, ctx.Err())
	}
}

// deadlineGrace is how long a processor may take to notice that its time is up.
const deadlineGrace = 2 * time.Second

type answer struct {
	results []Result
	err     error
}

func (s *Stage) recovered(ctx context.Context, in []event.Payload) (a answer) {
	defer func() {
		if value := recover(); value != nil {
			a.err = &panicError{value: value, stack: debug.Stack()}
		}
	}()
	a.results, a.err = s.call(ctx, in)
	return a
}

// abandonCut abandons the messages whose processing was cut off by the end of
// the drain: that is no failure of theirs.
func (s *Stage) abandonCut(group []*delivery) {
	for _, d := range group {
		if d.result.Err != nil && verdictOf(d.result.Err).kind != dropped {
			s.abandon([]*delivery{d})
		}
	}
}

// abandon hands messages back: the server delivers them again at once, to
// whoever asks.
func (s *Stage) abandon(group []*delivery) {
	for _, d := range group {
		_ = d.msg.Nak() // unsent, it is delivered again after the ack wait
		s.finish(d)
	}
}

// finish gives up the place in hand.
func (s *Stage) finish(d *delivery) {
	if !d.finished {
		d.finished = true
		s.hand.release(d)
		s.metrics.inFlight.Dec()
	}
}

// carrier lets trace context be read from and written to headers.
type carrier struct{ m *event.Message }

func (c carrier) Get(key string) string { return c.m.Get(key) }
func (c carrier) Set(key, value string) { c.m.Set(key, value) }
func (c carrier) Keys() []string        { return nil }
