package fetcher

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

const (
	idlePause = 250 * time.Millisecond
	soonPause = 8 * time.Millisecond // when there was work a moment ago
	drain     = 8 * time.Second
)

// Service polls sources and downloads pages.
type Service struct {
	cfg     Config
	store   store.Store
	bus     *bus.Bus
	client  *client
	robots  *gate
	sources *store.SourceCache
	log     *slog.Logger
	tracer  trace.Tracer
	now     func() time.Time
	owner   string
	crash   stage.CrashPoints
	polls   *prometheus.CounterVec
	healed  prometheus.Counter
	hubs    *hubs
	disk    *watermark
	waiting wait.Room             // publishers that wait for the bus
	down    atomic.Pointer[error] // why claiming fails
}

// New makes the service.
func New(cfg Config, p *app.Process) (*Service, error) {
	c, err := newClient(cfg, p.Registry)
	if err != nil {
		return nil, err
	}
	s := &Service{
		cfg: cfg, store: p.Store, bus: p.Bus, client: c, sources: store.NewSourceCache(p.Store),
		log: p.Log.With("service", "fetcher"), tracer: p.Tracer, now: p.Now, owner: p.Owner, crash: p.Crash,
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_polls_total", Help: "Polls of sources, by how they ended.",
		}, []string{"kind", "outcome", "reason"}),
		healed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "marsad_items_reconciled_total", Help: "Items that were in line but in no stream, and were made due again.",
		}),
	}
	s.robots = &gate{client: c, store: p.Store, agent: cfg.product(), now: p.Now, known: map[string]verdicts{}}
	s.disk = &watermark{free: p.FreeBytes, minimum: p.Config.Disk.MinFreeBytes, log: s.log}
	s.hubs = newHubs(s, p.Registry)
	p.Registry.MustRegister(s.polls, s.healed)
	s.registerPaused(p.Registry)
	for _, kind := range []news.SourceKind{news.KindFeed, news.KindSitemap} {
		for _, outcome := range []news.PollOutcome{news.PollNew, news.PollUnchanged, news.PollNotModified} {
			s.polls.WithLabelValues(string(kind), string(outcome), "") // an increase from nothing would not be seen
		}
	}
	return s, nil
}

// registerPaused makes known what the fetcher waits for.
func (s *Service) registerPaused(reg prometheus.Registerer) {
	for reason, why := range map[string]func() error{
		"disk":  s.disk.why,
		"bus":   s.waiting.Reason,
		"store": s.unclaimed,
	} {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "marsad_fetcher_paused", Help: "1 while polls and downloads wait, by what they wait for (disk, bus, store), else 0.",
			ConstLabels: prometheus.Labels{"reason": reason},
		}, func() float64 {
			if why() != nil {
				return 1
			}
			return 0
		}))
	}
}

// Name implements app.Service.
func (s *Service) Name() string { return "fetcher" }

// Ready implements app.Service.
func (s *Service) Ready() error {
	return errors.Join(s.unclaimed(), s.waiting.Reason(), s.disk.why())
}

// unclaimed is why no work can be claimed; nil if it can.
func (s *Service) unclaimed() error {
	if down := s.down.Load(); down != nil {
		return *down
	}
	return nil
}

// Run implements app.Service.
func (s *Service) Run(ctx context.Context) error {
	defer s.client.close()
	s.release() // what an earlier run of this process left
	s.disk.look()
	var loops sync.WaitGroup
	loops.Go(func() { s.disk.run(ctx) })
	if s.cfg.Poll {
		loops.Go(func() { claimLoop(ctx, s, s.cfg.Concurrency, s.store.ClaimSources, s.poll) })
	}
	loops.Go(func() { claimLoop(ctx, s, s.cfg.Concurrency, s.store.ClaimItems, s.handle) })
	loops.Go(func() { s.reconcileLoop(ctx) })
	loops.Go(func() { s.lookLoop(ctx) })
	loops.Go(func() { s.hubs.loop(ctx) })
	loops.Wait()
	s.release()
	return nil
}

// release gives back what this process has claimed.
func (s *Service) release() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.store.Release(ctx, s.owner, s.now().Add(s.cfg.HostDelay)); err != nil {
		s.log.Warn("claimed work could not be given back: it becomes due when its lease ends", "error", err)
	}
}

// claimLoop claims as much due work as there are free workers and works on it,
// until ctx ends; then it lets the workers finish.
func claimLoop[W any](ctx context.Context, s *Service, workers int, claim func(context.Context, store.Claim) ([]W, error), work func(context.Context, W)) {
	working, stop := wait.Outlive(ctx, drain)
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	busy := make(chan struct{}, workers) // one token per busy worker
	done := make(chan struct{}, 1)       // some work ended: its host may be free
	pause := idlePause
	for {
		select {
		case busy <- struct{}{}: // at least one is free
			<-busy
		case <-ctx.Done():
			return
		}
		if s.disk.low() {
			if !wait.For(ctx, idlePause) {
				return
			}
			continue
		}
		claimed, err := claim(ctx, store.Claim{Now: s.now(), Owner: s.owner, Lease: s.cfg.Lease, Limit: workers - len(busy)})
		if ctx.Err() != nil {
			return
		}
		s.note(err)
		if err != nil {
			claimed = nil
		}
		for _, w := range claimed {
			busy <- struct{}{}
			running.Go(func() {
				s.guarded(func() { work(working, w) })
				<-busy
				select {
				case done <- struct{}{}:
				default:
				}
			})
		}
		if len(claimed) > 0 {
			pause = soonPause
			if !wait.For(ctx, soonPause) { // claims are transactions: the next one is for several workers
				return
			}
			continue
		}
		select {
		case <-done:
		case <-time.After(pause):
			pause = min(2*pause, idlePause)
		case <-ctx.Done():
			return
		}
	}
}

// guarded keeps a panic over one piece of work from the others: it is due again
// when its lease ends.
func (s *Service) guarded(work func()) {
	defer func() {
		if value := recover(); value != nil {
			s.log.Error("a defect: a poll or download failed in an unforeseen way, and will be tried again", "panic", value, "stack", string(debug.Stack()))
		}
	}()
	work()
}

// note remembers, for readiness, that the store cannot be used.
func (s *Service) note(err error) {
	if err == nil {
		s.down.Store(nil)
		return
	}
	if s.down.Swap(&err) == nil {
		s.log.Warn("no work can be claimed", "error", err)
	}
}
