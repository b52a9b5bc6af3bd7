package deduplicator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/wait"
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
	memory *memory
	read   atomic.Bool // memory was read

	unread, unasked wait.Trouble                // the journal, and for the lease
	active          atomic.Pointer[stage.Stage] // nil while standing by
}

// New makes the service.
func New(cfg Config, p *app.Process) *Service {
	log := p.Log.With("service", "deduplicator")
	s := &Service{
		cfg: cfg, store: p.Store, env: p.StageEnv(), log: log, owner: p.Owner, now: p.Now, memory: newMemory(cfg.Window, cfg.Stories),
		unread:  wait.Trouble{Log: log, What: "the journal cannot be read"},
		unasked: wait.Trouble{Log: log, What: "the lease cannot be acquired"},
	}
	s.register(p.Registry)
	return s
}

// Name implements app.Service.
func (s *Service) Name() string { return "deduplicator" }

// errReading is why a deduplicator that was just started is not ready.
var errReading = errors.New("the deduplicator's journal is being read")

// Ready implements app.Service. A standby is ready.
func (s *Service) Ready() error {
	if active := s.active.Load(); active != nil {
		return active.Ready()
	}
	if !s.read.Load() {
		return errReading
	}
	return nil
}

// Run implements app.Service. It reads memory before it asks for the lease, and
// while it stands by follows what the holder decides: it takes over at once.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Lease / 4)
	defer tick.Stop()
	for {
		if err := s.turn(ctx); err != nil || ctx.Err() != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// turn catches up with the journal, and leads if nobody else does.
func (s *Service) turn(ctx context.Context) error {
	if err := s.catchUp(ctx); err != nil {
		if errors.Is(err, errMalformed) {
			return err
		}
		if ctx.Err() == nil {
			s.unread.Note(err)
		}
		return nil
	}
	s.unread.Note(nil)
	lease, err := s.store.AcquireLease(ctx, leaseName, s.owner, s.now(), s.cfg.Lease)
	switch {
	case err == nil:
		s.unasked.Note(nil)
		return s.lead(ctx, lease)
	case errors.Is(err, store.ErrLeaseLost):
		s.unasked.Note(nil) // another holds it
	case ctx.Err() == nil:
		s.unasked.Note(err)
	}
	return nil
}

func (s *Service) catchUp(ctx context.Context) error {
	s.memory.Lock()
	defer s.memory.Unlock()
	start := time.Now()
	if err := s.memory.catchUp(ctx, s.store, s.now()); err != nil {
		return err
	}
	if !s.read.Swap(true) {
		f := &s.memory.figures
		s.log.Info("the journal was read: ready to decide", "texts", f.texts.Load(), "stories", f.stories.Load(), "bytes", f.bytes.Load(), "took", time.Since(start).Round(time.Millisecond))
	}
	return nil
}

// lead runs the stage for as long as the lease is held, and gives it up at the end.
func (s *Service) lead(ctx context.Context, lease store.Lease) error {
	s.log.Info("deciding from now on", "epoch", lease.Epoch)
	leading, lost := context.WithCancel(ctx)
	defer lost()
	active := stage.NewBatch(stage.Config{
		Consumer: bus.Deduplicator, Workers: 1, Batch: s.cfg.Batch, InFlight: 4 * s.cfg.Batch,
		Reasons: []string{ReasonInvalid}, Patience: stage.Patience{Timeout: patience}, Drain: drain,
	}, s.env, &processor{store: s.store, lease: lease, memory: s.memory, minWords: s.cfg.MinWords, now: s.now, lost: lost, crash: s.env.Crash})
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

// errForgotten ends a transaction that was tried before: the next catches up first.
var errForgotten = errors.New("the deduplicator's memory must be read again")

// processor decides on batches under one epoch of the lease.
type processor struct {
	store    store.Decisions
	lease    store.Lease
	memory   *memory
	current  bool // memory is what the journal says
	minWords int
	now      func() time.Time
	lost     func()
	crash    stage.CrashPoints
}

// ProcessBatch implements stage.BatchProcessor.
func (p *processor) ProcessBatch(ctx context.Context, in []*event.Cleaned) ([]stage.Result, error) {
	subjects := make([]subject, len(in))
	for i, c := range in {
		if !c.Item.Valid() {
			return nil, stage.Reject(ReasonInvalid, fmt.Errorf("%q is no ID of an item", c.Item))
		}
		if ctx.Err() != nil {
			return nil, stage.Unavailable(ctx.Err())
		}
		subjects[i] = newSubject(c.Article, c.FoundAt, p.minWords)
	}
	decisions, err := p.decide(ctx, in, subjects)
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

// decide decides in one transaction. Should that fail, or panic, memory is what
// the journal says before the next.
func (p *processor) decide(ctx context.Context, in []*event.Cleaned, subjects []subject) ([]store.Decision, error) {
	p.memory.Lock()
	defer p.memory.Unlock()
	if !p.current {
		if err := p.memory.catchUp(ctx, p.store, p.now()); err != nil {
			return nil, err
		}
	}
	p.current = false
	decisions := make([]store.Decision, len(in))
	err := p.store.Decide(ctx, p.lease, func(tx store.DecisionTx) error {
		if !p.memory.undo() { // an earlier try
			return errForgotten
		}
		d := decider{DecisionTx: tx, memory: p.memory, now: p.now()}
		for i, c := range in {
			var err error
			if decisions[i], err = d.decide(c.Ref, subjects[i]); err != nil {
				return err
			}
		}
		p.crash.At(bus.Deduplicator.Name, stage.BeforeCommit)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.memory.settle()
	p.memory.observe()
	p.current = true
	return decisions, nil
}
