package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

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
	s.env.Crash.group(s.Name(), BeforeProcess, group)
	s.process(ctx, group)
	s.env.Crash.group(s.Name(), AfterProcess, group)
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
			d.starts, d.recorded = starts, true
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

// takeBack undoes the recorded start of a message that was not to blame. If it
// cannot be written, the start stays and is not recorded twice.
func (s *Stage) takeBack(ctx context.Context, d *delivery) {
	if !d.recorded {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), firstPause)
	defer cancel()
	if err := s.env.Attempts.TakeBackStart(ctx, s.Name(), d.in.Header().Key()); err == nil {
		d.recorded = false
	}
}

// process fills in the results of a group. While a dependency is missing it
// pauses and tries those again that need it; what still waits for it when ctx
// ends is abandoned. A pause is no attempt.
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
		suspect := waiting[0] // if it is one: then it is alone
		s.takeBack(ctx, suspect)
		if !s.pause(ctx, backoff, suspect.result.Err) {
			s.abandon(waiting)
			return
		}
		if suspect.suspect && !suspect.recorded && !s.recordStart(ctx, suspect) {
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
	endSpans := s.startSpans(ctx, group)
	start := time.Now()
	results, err := s.contained(group[0].within(ctx), in)
	took := time.Since(start)
	endSpans()
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
func (s *Stage) contained(ctx context.Context, in []event.Payload) ([]Result, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
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
	if s.env.Crash != nil {
		for _, payload := range in {
			s.env.Crash.At(s.Name(), InProcess, payload.Header().Item)
		}
	}
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
		if d.recorded {
			s.takeBack(context.Background(), d)
		}
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
