// Package wait is about time and contexts: pausing within one, and outliving one.
package wait

import (
	"context"
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
