package fetcher

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/wait"
)

const (
	diskLook = 2 * time.Second // between two looks at the free space
	diskRoom = 10              // per cent above the watermark at which work goes on: it must not go on and off
)

// watermark tells when there is too little room for what polls and downloads
// bring: then only what is in the line already goes on.
type watermark struct {
	free    func() (int64, error)
	minimum int64 // 0: there is always room
	log     *slog.Logger
	reason  atomic.Pointer[app.WaitError] // nil: there is room
}

// run looks until ctx ends.
func (w *watermark) run(ctx context.Context) {
	if w.minimum == 0 {
		return
	}
	for wait.For(ctx, diskLook) {
		w.look()
	}
}

// look compares the free space with the watermark. Where it cannot be told,
// what was known stays: a store without room says so itself.
func (w *watermark) look() {
	if w.minimum == 0 {
		return
	}
	free, err := w.free()
	if err != nil {
		w.log.Debug("disk", "error", err)
		return
	}
	low := w.low()
	switch {
	case !low && free < w.minimum:
		reason := app.WaitError(fmt.Sprintf("room on the disk: less than disk.min_free_bytes (%d) is free", w.minimum))
		w.reason.Store(&reason)
		w.log.Warn("polls and downloads pause: the disk is nearly full", "free_bytes", free, "min_free_bytes", w.minimum)
	case low && free >= w.minimum+w.minimum/100*diskRoom:
		w.reason.Store(nil)
		w.log.Info("polls and downloads go on: the disk has room again", "free_bytes", free, "min_free_bytes", w.minimum)
	}
}

func (w *watermark) low() bool { return w.reason.Load() != nil }

// why is the reason why work pauses; nil if it does not.
func (w *watermark) why() error {
	if reason := w.reason.Load(); reason != nil {
		return *reason
	}
	return nil
}
