package stage

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
)

// maxErrorBytes bounds the error text kept in a dead letter.
const maxErrorBytes = 4096

// settle publishes what came of each message, waits until the bus has it, and
// acks. A message whose results cannot be published because the process stops
// is abandoned.
func (s *Stage) settle(ctx context.Context, group []*delivery) {
	sent := make([]outgoing, 0, len(group))
	for _, d := range group {
		if d.finished {
			continue
		}
		v := verdictOf(d.result.Err)
		if v.kind == retried && d.starts >= s.cfg.MaxAttempts {
			v = &verdict{kind: dead, reason: v.reason, err: v.err}
		}
		if v.kind == retried {
			s.retry(d, v)
			continue
		}
		sent = append(sent, s.send(d, v))
	}
	if s.env.Crash != nil {
		_ = s.env.Bus.Flush(ctx) // or a crash would always be one before the publish
		s.env.Crash.group(s.Name(), AfterPublish, group)
	}
	for i := range sent {
		out := &sent[i]
		if !s.confirm(ctx, out) {
			s.abandon([]*delivery{out.delivery})
			continue
		}
		s.env.Crash.group(s.Name(), AfterPubAck, group)
		s.ack(ctx, out)
	}
}

// outgoing is what one message becomes, and the publishes under way for it.
type outgoing struct {
	delivery *delivery
	verdict  *verdict
	sent     []sending
}

// sending is one publish under way, or why it could not be sent.
type sending struct {
	message *event.Message
	pending bus.Sent
	err     error
}

// send encodes the outcome of d and publishes it without waiting.
func (s *Stage) send(d *delivery, v *verdict) outgoing {
	out := outgoing{delivery: d, verdict: v}
	messages, err := s.encode(d, v)
	if err != nil {
		out.verdict = &verdict{kind: dead, reason: ReasonError, err: err}
		messages, _ = s.encode(d, out.verdict) // a dead letter holds only strings and bytes
	}
	out.sent = make([]sending, len(messages))
	for i, m := range messages {
		pending, err := s.env.Bus.Send(m)
		out.sent[i] = sending{m, pending, err}
	}
	return out
}

// confirm waits until every message of out is with the bus. While the bus is
// away or full the stage pauses, and keeps its lease. False: ctx ended first.
func (s *Stage) confirm(ctx context.Context, out *outgoing) bool {
	for _, sent := range out.sent {
		err := sent.err
		if err == nil {
			err = sent.pending.Wait(ctx)
		}
		for backoff := firstPause; err != nil; backoff = next(backoff) {
			if errors.Is(err, bus.ErrTooLarge) && !out.verdict.bare {
				*out = s.send(out.delivery, smaller(out.verdict, err))
				return s.confirm(ctx, out)
			}
			if !s.pause(ctx, backoff, err) {
				return false
			}
			err = s.env.Bus.Publish(ctx, sent.message)
		}
	}
	return true
}

// smaller is what remains to be said when a verdict does not fit in a message.
func smaller(v *verdict, err error) *verdict {
	if v.kind == dead {
		return &verdict{kind: dead, reason: v.reason, err: v.err, bare: true}
	}
	return &verdict{kind: dead, reason: ReasonTooLarge, err: err}
}

// ack tells the bus that the message is done with.
func (s *Stage) ack(ctx context.Context, out *outgoing) {
	d := out.delivery
	if d.recorded {
		if err := s.env.Attempts.ForgetStarts(ctx, s.Name(), d.in.Header().Key()); err != nil {
			s.log.Warn("cannot forget starts", "item", d.in.Header().Key(), "error", err) // they only make a later failure of the same revision count more
		}
	}
	if err := d.msg.Ack(); err != nil {
		s.log.Warn("cannot ack: the message will be handled again", "subject", d.wire.Subject, "error", err)
	}
	s.count(out.verdict)
	s.finish(d)
}

// retry asks the server to deliver d again later.
func (s *Stage) retry(d *delivery, v *verdict) {
	delay := v.after
	if delay == 0 {
		delay = s.cfg.Backoff[min(d.starts, len(s.cfg.Backoff)-1)]
	}
	s.log.Warn("failed, will be tried again", "item", d.in.Header().Key(), "reason", v.reason, "after", delay, "error", brief(v.err))
	_ = d.msg.NakWithDelay(delay) // unsent, it is delivered again after the ack wait
	s.count(v)
	s.finish(d)
}

func (s *Stage) count(v *verdict) { s.metrics.message(string(v.kind), s.listed(v.reason)) }

// listed keeps the label of the metric within the closed list.
func (s *Stage) listed(reason string) string {
	if reason == "" || s.reasons[reason] {
		return reason
	}
	s.log.Error("a service gave a reason that it does not declare", "reason", reason)
	return reasonUnlisted
}

// encode gives the outcome of d its wire form, with the trail and the trace
// carried on.
func (s *Stage) encode(d *delivery, v *verdict) ([]*event.Message, error) {
	payloads := d.result.Out
	if v.kind != ok {
		ended := s.ended(d, v)
		if !ended.Item.Valid() {
			return nil, nil // about no item: logged, and there is nobody to tell
		}
		payloads = []event.Payload{ended}
	}
	step := news.Step{Service: s.cfg.Service, At: d.began.UTC(), TookMS: float64(d.took.Microseconds()) / 1000}
	messages := make([]*event.Message, 0, len(payloads))
	for _, p := range payloads {
		head := p.Header()
		head.Trail = append(slices.Clip(head.Trail), step)
		m, err := event.Encode(p, s.cfg.Service, s.env.Now())
		if err != nil {
			return nil, err
		}
		d.passTrace(m)
		messages = append(messages, m)
	}
	return messages, nil
}

// ended makes the event that takes d out of the line.
func (s *Stage) ended(d *delivery, v *verdict) *event.Ended {
	e := &event.Ended{Outcome: news.Dropped, Stage: s.Name(), Reason: s.listed(v.reason)}
	if d.in != nil {
		e.Head = *d.in.Header()
	} else if _, ref, err := event.ParseSubject(d.wire.Subject); err == nil {
		e.Ref = ref
	}
	if v.kind == dead {
		e.Outcome, e.Failed = news.Dead, d.wire
		if v.bare {
			e.Failed = &event.Message{Subject: d.wire.Subject, Header: d.wire.Header}
		}
		e.Error, e.Attempts = brief(v.err), min(max(d.starts, 1), s.cfg.MaxAttempts)
		s.log.Error("dead letter", "item", e.Key(), "reason", v.reason, "error", e.Error)
	}
	return e
}

// brief is the text of err, valid UTF-8 of bounded length.
func brief(err error) string {
	if err == nil {
		return ""
	}
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(text) > maxErrorBytes {
		cut := maxErrorBytes
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return text
}
