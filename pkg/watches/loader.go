package watches

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/store"
	"marsad/pkg/wait"
)

// Loader keeps the set of the newest version in the store. Of a version that this
// program cannot read it keeps the set before, says so once, and shows it as a metric.
type Loader struct {
	store   store.Watches
	names   Names
	log     *slog.Logger
	current atomic.Pointer[loaded]
	newest  atomic.Int64 // version seen in the store
}

type loaded struct {
	set     *Set
	version int
}

// NewLoader makes a loader, which has no watches before it is run.
func NewLoader(from store.Watches, names Names, log *slog.Logger, reg prometheus.Registerer) *Loader {
	l := &Loader{store: from, names: names, log: log}
	l.current.Store(&loaded{set: Compile(&File{})})
	gauge := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("marsad_watches", "Watches that articles are compared with.", func() float64 { return float64(l.Set().Len()) })
	gauge("marsad_watches_version", "Version of the watches in use; 0 before one was applied.", func() float64 { return float64(l.Version()) })
	gauge("marsad_watches_refused", "1 while the newest version cannot be read and the one before is used, else 0.", func() float64 {
		if l.newest.Load() > int64(l.Version()) {
			return 1
		}
		return 0
	})
	return l
}

// Set is the set in use.
func (l *Loader) Set() *Set { return l.current.Load().set }

// Version is that of the set in use; 0 if none was applied.
func (l *Loader) Version() int { return l.current.Load().version }

// Refresh takes over the newest version, if it is another than the one seen last. It
// is for one caller at a time. The error is of the store.
func (l *Loader) Refresh(ctx context.Context) error {
	version, err := l.store.WatchesVersion(ctx)
	if err != nil || int64(version) == l.newest.Load() {
		return err
	}
	applied, err := l.store.Watches(ctx, version)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	set, err := Load(applied.YAML, l.names)
	if err != nil {
		l.newest.Store(int64(version))
		l.log.Error("the watches that were applied cannot be read: those before stay in use ('marsad watches show' has the file, 'marsad watches apply' replaces it)",
			"version", version, "in_use", l.Version(), "error", err)
		return nil
	}
	l.current.Store(&loaded{set, version})
	l.newest.Store(int64(version))
	l.log.Info("watches are in use", "version", version, "watches", set.Len())
	return nil
}

// Run refreshes the set, again and again, until ctx ends.
func (l *Loader) Run(ctx context.Context, every time.Duration) {
	for {
		if err := l.Refresh(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("watches could not be looked up: it will be tried again", "error", err)
		}
		if !wait.For(ctx, every) {
			return
		}
	}
}
