package deduplicator

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/stage"
	"marsad/pkg/store"
)

// leaseName names the lease of which there is one.
const leaseName = "deduplicator"

// ReasonInvalid is given for what the store can never take.
const ReasonInvalid = "cannot_be_stored"

const (
	// patience is how long a transaction may take: a store that is slow is no
	// failure of the articles in the batch.
	patience = 10 * time.Minute
	// drain is short: what a leader that lost its lease holds back, the next one waits for.
	drain = time.Second
)

// Service decides while it holds the lease, and waits for it otherwise.
type Service struct {
	cfg    Config
	store  store.Store
	env    stage.Env
	log    *slog.Logger
	owner  string
	now    func() time.Time
	active atomic.Pointer[stage.Stage] // nil while standing by
}

// New makes the service.
func New(cfg Config, p *app.Process) *Service {
	return &Service{cfg: cfg, store: p.Store, env: p.StageEnv(), log: p.Log.With("service", "deduplicator"), owner: p.Owner, now: p.Now}
}

// Name implements app.Service.
func (s *Service) Name() string { return "deduplicator" }

// Ready implements app.Service. A standby is ready.
func (s *Service) Ready() error {
	if active := s.active.Load(); active != nil {
		return active.Ready()
	}
	return nil
}

// Run implements app.Service.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Lease / 4)
	defer tick.Stop()
	for {
		lease, err := s.store.AcquireLease(ctx, leaseName, s.owner, s.now(), s.cfg.Lease)
		switch {
		case err == nil:
			if err := s.lead(ctx, lease); err != nil || ctx.Err() != nil {
				return err
			}
		case ctx.Err() == nil && !errors.Is(err, store.ErrLeaseLost):
			s.log.Warn("the lease cannot be acquired", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// lead runs the stage for as long as the lease is held, and gives it up at the end.
func (s *Service) lead(ctx context.Context, lease store.Lease) error {
	s.log.Debug("deciding", "epoch", lease.Epoch)
	leading, lost := context.WithCancel(ctx)
	defer lost()
	active := stage.NewBatch(stage.Config{
		Consumer: bus.Deduplicator, Workers: 1, Batch: s.cfg.Batch, InFlight: 4 * s.cfg.Batch,
		Reasons: []string{ReasonInvalid}, Patience: stage.Patience{Timeout: patience}, Drain: drain,
	}, s.env, processor{store: s.store, lease: lease, minWords: s.cfg.MinWords, now: s.now, lost: lost, crash: s.env.Crash})
	s.active.Store(active)
	defer s.active.Store(nil)

	renewed := make(chan struct{})
	stopped, stop := context.WithCancel(context.WithoutCancel(ctx)) // renewal outlives leading by the drain
	go func() {
		defer close(renewed)
		s.renew(stopped, lost)
	}()
	err := active.Run(leading)
	stop()
	<-renewed

	giving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.store.ReleaseLease(giving, lease); err != nil {
		s.log.Warn("the lease could not be given up: it runs out", "error", err)
	}
	return err
}

// renew extends the lease until ctx ends, or calls lost when another holds it.
// While the store does not answer nobody can decide, and nobody can take over.
func (s *Service) renew(ctx context.Context, lost func()) {
	tick := time.NewTicker(s.cfg.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if _, err := s.store.AcquireLease(ctx, leaseName, s.owner, s.now(), s.cfg.Lease); errors.Is(err, store.ErrLeaseLost) {
			s.log.Warn("the lease was lost: standing by")
			lost()
			return
		}
	}
}

// processor decides on batches under one epoch of the lease.
type processor struct {
	store    store.Decisions
	lease    store.Lease
	minWords int
	now      func() time.Time
	lost     func()
	crash    stage.CrashPoints
}

// ProcessBatch implements stage.BatchProcessor.
func (p processor) ProcessBatch(ctx context.Context, in []*event.Cleaned) ([]stage.Result, error) {
	prints := make([]prints, len(in))
	for i, c := range in {
		prints[i] = printsOf(c.Article, p.minWords)
	}
	decisions := make([]store.Decision, len(in))
	err := p.store.Decide(ctx, p.lease, func(tx store.DecisionTx) error {
		for i, c := range in {
			var err error
			if decisions[i], err = decide(tx, c.Ref, prints[i], p.now()); err != nil {
				return err
			}
		}
		p.crash.At(bus.Deduplicator.Name, stage.BeforeCommit)
		return nil
	})
	switch {
	case errors.Is(err, store.ErrInvalid):
		return nil, stage.Reject(ReasonInvalid, err)
	case errors.Is(err, store.ErrLeaseLost):
		p.lost()
	}
	if err != nil {
		return nil, stage.Unavailable(err)
	}
	p.crash.At(bus.Deduplicator.Name, stage.AfterCommit)
	results := make([]stage.Result, len(in))
	for i, c := range in {
		d := decisions[i]
		results[i].Out = []event.Payload{&event.Deduplicated{Head: c.Head, Article: c.Article, Verdict: d.Verdict, Story: d.Story}}
	}
	return results, nil
}
