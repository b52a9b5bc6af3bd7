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
// program cannot read it keeps the set before, or takes the newest that it can, says so
// once, and shows it as a metric. An organisation or a topic that this program does not
// know is only warned of: nothing is ever found of it.
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
	for older := version; older > max(l.Version(), version-lookedBack); older-- {
		set, err := l.read(ctx, older)
		if err != nil {
			return err
		}
		if set != nil {
			l.current.Store(&loaded{set, older})
			l.log.Info("watches are in use", "version", older, "watches", set.Len())
			break
		}
	}
	l.newest.Store(int64(version))
	return nil
}

// lookedBack is how many versions are tried when a program starts.
const lookedBack = 20

// read gives a version's set; nil if it is not there or cannot be read. The error is of
// the store.
func (l *Loader) read(ctx context.Context, version int) (*Set, error) {
	applied, err := l.store.Watches(ctx, version)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	set, err := Load(applied.YAML, Names{})
	if err != nil {
		l.log.Error("watches that were applied cannot be read: the newest that can stay in use ('marsad watches show' has the file, 'marsad watches apply' replaces it)",
			"version", version, "error", err)
		return nil, nil
	}
	if _, err := Load(applied.YAML, l.names); err != nil {
		l.log.Warn("watches name what this program does not know: nothing is found of it", "version", version, "error", err)
	}
	return set, nil
}

// Begin waits until the newest version was looked up; false if ctx ended before.
func (l *Loader) Begin(ctx context.Context, every time.Duration) bool {
	looked := false
	l.until(ctx, every, func(err error) bool { looked = err == nil; return looked })
	return looked
}

// Run refreshes the set, again and again, until ctx ends.
func (l *Loader) Run(ctx context.Context, every time.Duration) {
	l.until(ctx, every, func(error) bool { return false })
}

// until refreshes the set until done says so, or ctx ends. Of errors in a row it logs
// the first.
func (l *Loader) until(ctx context.Context, every time.Duration, done func(error) bool) {
	failing := false
	for {
		err := l.Refresh(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			l.log.Warn("watches cannot be looked up: it is tried again", "error", err)
		}
		failing = err != nil
		if done(err) || !wait.For(ctx, every) {
			return
		}
	}
}
