package archiver

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/bus"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

const (
	pruneStep  = 500                    // things deleted in one transaction
	prunePause = 100 * time.Millisecond // between two of them: others write

	// keepStarts is longer than it takes a message to be delivered again, through
	// all pauses, while a process crashes and is started again.
	keepStarts = time.Hour
	keepClocks = 30 * 24 * time.Hour // of processes that are gone
)

// Retention says how long what is kept is kept. 0 is for ever.
type Retention struct {
	Pages        time.Duration `yaml:"pages"`
	Polls        time.Duration `yaml:"polls"`
	Dropped      time.Duration `yaml:"dropped"`
	Revisions    time.Duration `yaml:"revisions"`
	Fingerprints time.Duration `yaml:"fingerprints"`
	Every        time.Duration `yaml:"every"` // time between two prunings
}

// DefaultRetention keeps pages for a week, and what explains decisions for a season.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Pages: 7 * day, Polls: 30 * day, Dropped: 90 * day, Revisions: 90 * day, Fingerprints: 32 * day, Every: time.Hour}
}

// Validate says which setting is wrong.
func (r Retention) Validate() error {
	for _, kept := range []struct {
		name string
		time time.Duration
	}{{"pages", r.Pages}, {"polls", r.Polls}, {"dropped", r.Dropped}, {"revisions", r.Revisions}, {"fingerprints", r.Fingerprints}} {
		if kept.time != 0 && kept.time < time.Hour {
			return fmt.Errorf("%s: %v is neither 0, which is for ever, nor at least an hour", kept.name, kept.time)
		}
	}
	if r.Every < time.Second {
		return fmt.Errorf("every: %v is less than a second", r.Every)
	}
	return nil
}

// cutoffs are the times before which things are too old at the moment now.
func (r Retention) cutoffs(now time.Time) store.Cutoffs {
	before := func(kept time.Duration) time.Time {
		if kept == 0 {
			return time.Time{}
		}
		return now.Add(-kept)
	}
	return store.Cutoffs{
		Pages: before(r.Pages), Polls: before(r.Polls), Dropped: before(r.Dropped),
		Revisions: before(r.Revisions), Fingerprints: before(r.Fingerprints),
		Starts: before(keepStarts), Clocks: before(keepClocks),
	}
}

// pruner deletes what is too old, a little at a time.
type pruner struct {
	store   store.Retention
	keep    Retention
	log     *slog.Logger
	now     func() time.Time
	deleted *prometheus.CounterVec
	silence func(ctx context.Context) error
}

func newPruner(s store.Retention, keep Retention, reg prometheus.Registerer, log *slog.Logger, now func() time.Time, silence func(context.Context) error) *pruner {
	p := &pruner{store: s, keep: keep, log: log, now: now, silence: silence, deleted: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "marsad_retention_deleted_total", Help: "Rows deleted because they were too old; items with all that belongs to them.",
	}, []string{"table"})}
	for _, table := range store.PrunedTables {
		p.deleted.WithLabelValues(string(table))
	}
	reg.MustRegister(p.deleted)
	return p
}

// run prunes when it starts, and then again and again until ctx ends.
func (p *pruner) run(ctx context.Context) {
	for {
		if err := p.prune(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("what is too old could not be deleted: it will be tried again", "error", err)
		}
		if err := p.silence(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("removed articles may be on the public tap: it will be tried again", "error", err)
		}
		if !wait.For(ctx, p.keep.Every) {
			return
		}
	}
}

// prune deletes all that is too old now, and says how much that was.
func (p *pruner) prune(ctx context.Context) error {
	keep := p.keep.cutoffs(p.now())
	deleted := map[store.PrunedTable]int{}
	defer p.report(deleted)
	for {
		pruned, err := p.store.Prune(ctx, keep, pruneStep)
		if err != nil {
			return err
		}
		for table, n := range pruned.Rows {
			p.deleted.WithLabelValues(string(table)).Add(float64(n))
			deleted[table] += n
		}
		if !pruned.More || !wait.For(ctx, prunePause) {
			return nil
		}
	}
}

// report logs what a run deleted, table by table, unless it was nothing.
func (p *pruner) report(deleted map[store.PrunedTable]int) {
	var counts []any
	for _, table := range store.PrunedTables {
		if n := deleted[table]; n > 0 {
			counts = append(counts, string(table), n)
		}
	}
	if len(counts) > 0 {
		p.log.Info("what was too old is deleted", counts...)
	}
}

// silencer deletes from the public tap what was announced of an article after it
// was removed: by an archiver that had written it before.
type silencer struct {
	store store.Ledger
	bus   *bus.Bus
	now   func() time.Time
}

func (s silencer) run(ctx context.Context) error {
	removed, err := s.store.RemovedSince(ctx, s.now().Add(-bus.TapAge))
	if err != nil {
		return err
	}
	for _, last := range removed {
		if err := s.bus.Unpublish(ctx, last); err != nil {
			return err
		}
	}
	return nil
}
