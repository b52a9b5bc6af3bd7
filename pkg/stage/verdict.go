package stage

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Reasons every stage can give besides its own.
const (
	ReasonUndecodable = "undecodable"         // not an event, or not one for this stage
	ReasonExhausted   = "attempts_exhausted"  // started MaxAttempts times and never settled: it kills or hangs its process
	ReasonError       = "error"               // an error without a verdict
	ReasonPanic       = "panic"               //
	ReasonTimeout     = "timeout"             // Process took longer than Config.Timeout
	ReasonTooLarge    = "result_too_large"    // what came out does not fit in a message
	reasonUnlisted    = "reason_not_declared" // a defect of the service
)

var ownReasons = []string{
	ReasonUndecodable, ReasonExhausted, ReasonError, ReasonPanic, ReasonTimeout, ReasonTooLarge, reasonUnlisted,
}

// Drop ends the item: it is not news, for that reason. It is no failure.
func Drop(reason string) error { return &verdict{kind: dropped, reason: reason} }

// Reject ends the message as a dead letter at once: trying again cannot help.
func Reject(reason string, err error) error {
	return &verdict{kind: dead, reason: reason, err: err}
}

// RetryAfter asks for another attempt after d.
func RetryAfter(d time.Duration, reason string, err error) error {
	return &verdict{kind: retried, reason: reason, err: err, after: d}
}

// Unavailable says that something all messages need (the store, the bus)
// cannot be used. The stage pauses, no attempt is counted.
func Unavailable(err error) error { return &verdict{kind: unavailable, err: err} }

type verdictKind string

const (
	ok          verdictKind = "ok"
	dropped     verdictKind = "dropped"
	retried     verdictKind = "retried"
	dead        verdictKind = "dead"
	unavailable verdictKind = "unavailable"
)

type verdict struct {
	kind   verdictKind
	reason string
	err    error
	after  time.Duration // for retried; 0: the configured backoff
	bare   bool          // for dead: the letter goes without the payload, which does not fit in a message
}

func (v *verdict) Error() string {
	if v.err == nil {
		return fmt.Sprintf("%s: %s", v.kind, v.reason)
	}
	return fmt.Sprintf("%s (%s): %v", v.kind, v.reason, v.err)
}

func (v *verdict) Unwrap() error { return v.err }

var okVerdict = &verdict{kind: ok}

// verdictOf reads what a processor returned.
func verdictOf(err error) *verdict {
	if err == nil {
		return okVerdict
	}
	var v *verdict
	var p *panicError
	switch {
	case errors.As(err, &v):
		return v
	case errors.As(err, &p):
		return &verdict{kind: retried, reason: ReasonPanic, err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &verdict{kind: retried, reason: ReasonTimeout, err: err}
	}
	return &verdict{kind: retried, reason: ReasonError, err: err}
}

// panicError is a panic that was contained.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }
