package bus

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// ErrNotAllowed means that the services of this process have no business with
// what was asked for: it was not asked.
var ErrNotAllowed = errors.New("the services of this process have no right to it: ask where the service 'web' runs")

// DeniedError is what the server did not let this process do.
type DeniedError struct {
	User    string // public key; empty: none
	Doing   string // publish, subscribe; empty: let in at all
	Subject string
}

func (d *DeniedError) Error() string {
	user := "this client"
	if d.User != "" {
		user = "the user " + d.User
	}
	if d.Doing == "" {
		return fmt.Sprintf("the NATS server does not let %s in any more: is the key in nats.nkey_file still that of one of its users?", user)
	}
	hint := "nats.nkey_file may hold the key of another service; else grant it there"
	if d.Doing == "subscribe" {
		hint = "nats.nkey_file and nats.inbox may be those of another service; else grant it there"
	}
	return fmt.Sprintf("the NATS server does not let %s %s to %s: %s ('marsad keys' writes what each service needs)", user, d.Doing, d.Subject, hint)
}

// denial is the first thing that the server denied.
type denial struct {
	once    sync.Once
	seen    chan struct{}
	err     *DeniedError // once seen is closed
	watched atomic.Int32 // contexts of UntilDenied: who waits for it says it, too
}

func (d *denial) note(err *DeniedError) {
	d.once.Do(func() {
		d.err = err
		close(d.seen)
	})
}

// violation is how the server words it: it has no other way to say which
// subject it was.
var violation = regexp.MustCompile(`(Publish|Subscription) (?:to|with Reply of) "(\S+)"`)

// noteDenied keeps err if it says that the user lacks a right, and reports whether
// somebody waits for that.
func (b *Bus) noteDenied(err error) bool {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return false
	}
	denied := &DeniedError{User: b.user, Doing: "publish", Subject: err.Error()}
	if m := violation.FindStringSubmatch(err.Error()); m != nil {
		denied.Subject = m[2]
		if m[1] == "Subscription" {
			denied.Doing = "subscribe"
		}
	}
	b.denial.note(denied)
	return b.denial.watched.Load() > 0
}

// noteShutOut keeps that the server closed the connection for good: its user is
// no user any more.
func (b *Bus) noteShutOut(conn *nats.Conn) {
	if err := conn.LastError(); errors.Is(err, nats.ErrAuthorization) {
		b.denial.note(&DeniedError{User: b.user})
	}
}

// UntilDenied returns a context that ends with ctx, or when the server denies
// something: then its cause is a *DeniedError. The server answers a message that
// it denies with nothing that whoever sent it would see.
func (b *Bus) UntilDenied(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	b.denial.watched.Add(1)
	done := sync.OnceFunc(func() { b.denial.watched.Add(-1) })
	go func() {
		select {
		case <-b.denial.seen:
			cancel(b.denial.err)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { done(); cancel(nil) }
}

// Denied is what ended a context of UntilDenied; nil if nothing was denied.
func Denied(ctx context.Context) error {
	if denied, ok := errors.AsType[*DeniedError](context.Cause(ctx)); ok {
		return denied
	}
	return nil
}
