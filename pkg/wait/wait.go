// Package wait is about time and contexts: pausing within one, outliving one, and
// telling of what is waited for.
package wait

import (
	"context"
	"sync"
	"time"
)

// For waits for d and reports whether ctx lived so long.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Outlive returns a context that ends d after ctx: for finishing what was
// started when one is told to stop. The function ends it at once.
func Outlive(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	outliving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(d, cancel)
		context.AfterFunc(outliving, func() { timer.Stop() })
	})
	return outliving, func() { stop(); cancel() }
}

// Room knows who waits for something that is missing, and for what. Its zero
// value is empty.
type Room struct {
	// OnChange, if set, is told when the room gets its first guest, and when the last one left.
	OnChange func(waiting bool)

	mu     sync.Mutex
	guests int
	last   error
}

// Enter says that one more waits, because of err, until leave is called.
func (r *Room) Enter(err error) (leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guests++
	r.last = err
	if r.guests == 1 && r.OnChange != nil {
		r.OnChange(true)
	}
	return r.leave
}

func (r *Room) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.guests--; r.guests > 0 {
		return
	}
	r.last = nil
	if r.OnChange != nil {
		r.OnChange(false)
	}
}

// Reason is why the last who came waits; nil if nobody does.
func (r *Room) Reason() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
