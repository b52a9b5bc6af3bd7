// Package stage is the one skeleton of all services that take from the bus.
// A service writes Process; the skeleton receives, decodes, processes,
// publishes, settles and counts, in an order in which no crash loses an item:
//
//	process → publish → wait for the PubAck → ack
//
// A crash anywhere before the ack means that the message is delivered again.
// Processing again must therefore be harmless; publishing again is (package bus).
package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/wait"
)

// Processor handles one message.
type Processor[In event.Payload] interface {
	// Process returns what goes on, or a verdict: Drop, Reject, Unavailable,
	// RetryAfter, or any other error, which is retried with backoff.
	Process(ctx context.Context, in In) ([]event.Payload, error)
}

// BatchProcessor handles many messages at once, usually in one transaction.
type BatchProcessor[In event.Payload] interface {
	// ProcessBatch returns one result per message, in order. An error fails the
	// whole batch: unless it is Unavailable, the messages are tried one by one.
	ProcessBatch(ctx context.Context, in []In) ([]Result, error)
}

// Result is what one message of a batch gave.
type Result struct {
	Out []event.Payload
	Err error // as from Processor.Process
}

// Attempts durably counts starts; package store implements it.
type Attempts interface {
	RecordStart(ctx context.Context, stage, key string) (int, error)
	TakeBackStart(ctx context.Context, stage, key string) error
	ForgetStarts(ctx context.Context, stage, key string) error
}

// Env is what a stage works with.
type Env struct {
	Bus      *bus.Bus
	Attempts Attempts
	Metrics  *Metrics
	Log      *slog.Logger
	Tracer   trace.Tracer     // nil: no spans of its own; trace context is carried on all the same
	Now      func() time.Time // nil: time.Now
	Crash    CrashPoints      // nil outside crash tests
	// Wait passes time in pauses and reports whether ctx lived so long; nil: wait.For.
	Wait func(ctx context.Context, d time.Duration) bool
	// Patience is that of stages whose Config has none of its own.
	Patience Patience
}

// Config shapes a stage. Zero values of the optional fields mean the defaults.
type Config struct {
	Consumer bus.Consumer // its name is the stage's
	Service  string       // in trails and event sources; "" means the consumer's name
	Workers  int          // calls of Process at once; 1 for single-active services
	Batch    int          // messages per ProcessBatch at most; ignored for a Processor
	Reasons  []string     // every reason this service gives in Drop, Reject and RetryAfter

	InFlight int           // messages held at once; default 4 × Workers × max(Batch, 1), at most 256
	Drain    time.Duration // for finishing what was started when told to stop; default 8 s
	Patience               // fields that are zero: the Env's
}

// Patience is how long a stage bears with a message that fails.
type Patience struct {
	Timeout     time.Duration   `yaml:"timeout"`      // for one call of the processor
	MaxAttempts int             `yaml:"max_attempts"` // recorded starts before a dead letter
	Backoff     []time.Duration `yaml:"backoff"`      // before the second attempt, the third, …; the last one also before all others
}

// DefaultPatience bears with a message for a quarter of an hour.
func DefaultPatience() Patience {
	return Patience{
		Timeout: time.Minute, MaxAttempts: 5,
		Backoff: []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute},
	}
}

// Validate checks what is set.
func (p Patience) Validate() error {
	switch {
	case p.Timeout < 100*time.Millisecond:
		return fmt.Errorf("timeout: %v is less than 100ms", p.Timeout)
	case p.MaxAttempts < 1 || p.MaxAttempts > 100:
		return fmt.Errorf("max_attempts: %d is not between 1 and 100", p.MaxAttempts)
	case len(p.Backoff) == 0 || slices.Min(p.Backoff) < time.Millisecond:
		return errors.New("backoff: at least one pause is needed, each of a millisecond or more")
	}
	return nil
}

// or fills in from other what is not set.
func (p Patience) or(other Patience) Patience {
	p.Timeout, p.MaxAttempts = cmp.Or(p.Timeout, other.Timeout), cmp.Or(p.MaxAttempts, other.MaxAttempts)
	if p.Backoff == nil {
		p.Backoff = other.Backoff
	}
	return p
}

func (c Config) withDefaults(env Env) Config {
	c.Workers, c.Batch = cmp.Or(c.Workers, 1), cmp.Or(c.Batch, 1)
	c.InFlight = cmp.Or(c.InFlight, min(4*c.Workers*c.Batch, 256))
	c.Drain = cmp.Or(c.Drain, 8*time.Second)
	c.Service = cmp.Or(c.Service, c.Consumer.Name)
	c.Patience = c.or(env.Patience).or(DefaultPatience())
	return c
}

// Stage runs a processor on the messages of a consumer.
type Stage struct {
	cfg     Config
	env     Env
	log     *slog.Logger
	call    func(ctx context.Context, in []event.Payload) ([]Result, error)
	metrics stageMetrics
	reasons map[string]bool
	hand    *hand

	alone  sync.RWMutex // held for writing while a message that may have failed before is handled
	before uint64       // the last message that was in the stream at the start, by its sequence
	seen   atomic.Int64 // messages received since
	paused wait.Room
}

// New makes a stage of a Processor.
func New[In event.Payload](cfg Config, env Env, p Processor[In]) *Stage {
	cfg.Batch = 1
	return newStage(cfg, env, func(ctx context.Context, in []event.Payload) ([]Result, error) {
		typed, err := cast[In](in)
		if err != nil {
			return nil, err
		}
		out, err := p.Process(ctx, typed[0])
		return []Result{{Out: out, Err: err}}, nil
	})
}

// NewBatch makes a stage of a BatchProcessor.
func NewBatch[In event.Payload](cfg Config, env Env, p BatchProcessor[In]) *Stage {
	return newStage(cfg, env, func(ctx context.Context, in []event.Payload) ([]Result, error) {
		typed, err := cast[In](in)
		if err != nil {
			return nil, err
		}
		results, err := p.ProcessBatch(ctx, typed)
		if err == nil && len(results) != len(in) {
			err = fmt.Errorf("%d results for %d messages", len(results), len(in))
		}
		return results, err
	})
}

func cast[In event.Payload](in []event.Payload) ([]In, error) {
	out := make([]In, len(in))
	for i, p := range in {
		typed, ok := p.(In)
		if !ok {
			return nil, Reject(ReasonUndecodable, fmt.Errorf("a %s event is not for this stage", p.Kind()))
		}
		out[i] = typed
	}
	return out, nil
}

func newStage(cfg Config, env Env, call func(context.Context, []event.Payload) ([]Result, error)) *Stage {
	cfg = cfg.withDefaults(env)
	if env.Now == nil {
		env.Now = time.Now
	}
	if env.Wait == nil {
		env.Wait = wait.For
	}
	s := &Stage{
		cfg: cfg, env: env, call: call,
		log:     env.Log.With("stage", cfg.Consumer.Name),
		metrics: env.Metrics.of(cfg.Consumer.Name),
		reasons: map[string]bool{},
		hand:    newHand(cfg.InFlight),
	}
	for _, reason := range append(ownReasons, cfg.Reasons...) {
		s.reasons[reason] = true
	}
	s.paused.OnChange = func(waiting bool) {
		s.metrics.paused.Set(0)
		if waiting {
			s.metrics.paused.Set(1)
		}
	}
	return s
}

// Name is the stage's name in metrics, dead letters and logs.
func (s *Stage) Name() string { return s.cfg.Consumer.Name }

// Ready answers nil unless the stage waits for a dependency; then it says for which.
func (s *Stage) Ready() error { return s.paused.Reason() }

// Run handles messages until ctx ends, then finishes those it has started,
// within Config.Drain, and hands the others back. It returns nil then, and an
// error only if the consumer cannot be used at all.
func (s *Stage) Run(ctx context.Context) error {
	consumer, err := s.consumer(ctx)
	if ctx.Err() != nil {
		return nil // stopped before it started
	}
	if err != nil {
		return err
	}
	if s.before, err = s.lastSequence(ctx); err != nil {
		return nil // stopped before it started
	}
	work, stop := wait.Outlive(ctx, s.cfg.Drain)
	defer stop()
	queue := make(chan *delivery, s.cfg.InFlight)

	var workers, keeper sync.WaitGroup
	for range s.cfg.Workers {
		workers.Go(func() { s.worker(ctx, work, queue) })
	}
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	keeper.Go(func() { s.hand.keep(keeping, consumer.CachedInfo().Config.AckWait/3) })

	s.receive(ctx, consumer, queue)
	close(queue)
	workers.Wait()
	stopKeeping()
	keeper.Wait()
	return nil
}

// consumer waits until the bus answers; one that has no such consumer is an error.
func (s *Stage) consumer(ctx context.Context) (jetstream.Consumer, error) {
	for backoff := firstPause; ; backoff = next(backoff) {
		consumer, err := s.env.Bus.Pull(ctx, s.cfg.Consumer)
		if err == nil {
			return consumer, nil
		}
		if errors.Is(err, bus.ErrMissing) || !s.pause(ctx, backoff, err) {
			return nil, fmt.Errorf("%s: %w", s.Name(), err)
		}
	}
}

// lastSequence waits until the bus says which message of the stream is the last.
func (s *Stage) lastSequence(ctx context.Context) (uint64, error) {
	for backoff := firstPause; ; backoff = next(backoff) {
		last, err := s.env.Bus.LastSequence(ctx, s.cfg.Consumer.Stream)
		if err == nil {
			return last, nil
		}
		if !s.pause(ctx, backoff, err) {
			return 0, err
		}
	}
}

// worker takes messages from the queue until it is closed. Once stopping ends,
// what is left is handed back untouched.
func (s *Stage) worker(stopping, work context.Context, queue <-chan *delivery) {
	for group := range groups(queue, s.cfg.Batch) {
		if stopping.Err() != nil {
			s.abandon(group)
			continue
		}
		s.handle(work, group)
	}
}
