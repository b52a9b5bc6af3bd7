package archiver

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/stage"
	"marsad/pkg/store"
)

// ReasonInvalid is given for what the store can never take.
const ReasonInvalid = "cannot_be_stored"

// patience is how long a write may take: a store that is slow is no failure of
// the items in the batch.
const patience = 10 * time.Minute

// Service runs two stages, one for articles and one for what ends without, the
// indexer and the pruner.
type Service struct {
	articles, ended *stage.Stage
	indexer         *indexer
	pruner          *pruner
}

// New makes the service.
func New(cfg Config, p *app.Process) *Service {
	log := p.Log.With("service", "archiver")
	m := newMetrics(p.Registry)
	p.Registry.MustRegister(collector{p.Store, log})
	idx := newIndexer(p.Store, log)
	w := func(c bus.Consumer) writer {
		return writer{store: p.Store, metrics: m, log: log, now: p.Now, written: idx.wake, stage: c.Name, crash: p.Crash}
	}
	shape := func(consumer bus.Consumer) stage.Config {
		return stage.Config{
			Consumer: consumer, Service: "archiver", Workers: 1, Batch: cfg.Batch, InFlight: min(3*cfg.Batch, 900),
			Reasons: []string{ReasonInvalid}, Patience: stage.Patience{Timeout: patience},
		}
	}
	return &Service{
		articles: stage.NewBatch(shape(bus.Archiver), p.StageEnv(), articles{w(bus.Archiver)}),
		ended:    stage.NewBatch(shape(bus.ArchiverEnded), p.StageEnv(), ended{w(bus.ArchiverEnded)}),
		indexer:  idx,
		pruner:   newPruner(p.Store, cfg.Retention, p.Registry, log, p.Now, silencer{p.Store, p.Bus, p.Now}.run),
	}
}

// Name implements app.Service.
func (s *Service) Name() string { return "archiver" }

// Ready implements app.Service.
func (s *Service) Ready() error { return errors.Join(s.articles.Ready(), s.ended.Ready()) }

// Run implements app.Service. The indexer ends last: what was archived until
// then can be searched when all have stopped.
func (s *Service) Run(ctx context.Context) error {
	indexing, stopped := context.WithCancel(context.WithoutCancel(ctx))
	var indexer sync.WaitGroup
	indexer.Go(func() { s.indexer.run(indexing) })
	defer indexer.Wait()
	defer stopped()

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.articles.Run(ctx) })
	group.Go(func() error { return s.ended.Run(ctx) })
	group.Go(func() error { s.pruner.run(ctx); return nil })
	return group.Wait()
}

// writer is what both stages do: end items, count, tell.
type writer struct {
	store   store.Ledger
	metrics metrics
	log     *slog.Logger
	now     func() time.Time
	written func()
	stage   string
	crash   stage.CrashPoints
}

func (w writer) end(ctx context.Context, endings []store.Ending, heads []*event.Head) ([]store.EndResult, error) {
	results, err := w.store.End(ctx, endings)
	if errors.Is(err, store.ErrInvalid) {
		return nil, stage.Reject(ReasonInvalid, err)
	}
	if err != nil {
		return nil, stage.Unavailable(err)
	}
	w.crash.At(w.stage, stage.AfterCommit)
	for i, r := range results {
		if !r.Known {
			w.log.Error("an event about an item that the ledger does not know", "item", heads[i].Key(), "outcome", endings[i].Outcome)
		}
		if r.Applied {
			w.metrics.ended(endings[i], r.FoundAt)
		}
	}
	w.written()
	return results, nil
}
