package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/bus"
	"marsad/pkg/bus/embedded"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
)

// Process holds what the services of a process share.
type Process struct {
	Config   Config
	Store    store.Store
	Bus      *bus.Bus // nil if opened with StoreOnly
	Registry *prometheus.Registry
	Stages   *stage.Metrics
	Log      *slog.Logger
	Tracer   trace.Tracer // nil: tracing is off
	// Owner names this process as a holder of leases. A process that is started
	// again on the same data folder has the same name, and takes its leases up again.
	Owner string
	// Now is the process's clock.
	Now func() time.Time
	// Crash makes tests fail the process at named points; nil otherwise.
	Crash stage.CrashPoints
	// Wait passes the time of pauses; nil: wait.For.
	Wait func(ctx context.Context, d time.Duration) bool

	disk      *disk
	readiness readiness
	closers   []func()
}

// Options of Open.
type Options struct {
	LogTo     io.Writer // default os.Stderr
	StoreOnly bool      // do not connect to a bus
	// Administer makes or updates schema and streams, also of a store and a bus
	// outside of the process. Those inside always are.
	Administer bool
	// KeepSchema refuses a store of an older schema, also the one inside
	// (store.ErrNoSchema): a command that only asks changes nothing for good.
	KeepSchema bool
	// Services that are to run here: the process does on the bus what these need,
	// and nothing else. None: whatever is asked of it.
	Services []string
}

// Open locks the data folder and opens store and bus. Close closes them.
func Open(ctx context.Context, cfg Config, options Options) (*Process, error) {
	if options.LogTo == nil {
		options.LogTo = os.Stderr
	}
	crash, err := crashPoints(os.Getenv(CrashVariable))
	if err != nil {
		return nil, err
	}
	p := &Process{Config: cfg, Log: newLogger(cfg, options.LogTo), Now: newClock(os.Getenv(ClockVariable)), Crash: crash}
	if err := p.open(ctx, options); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Process) open(ctx context.Context, options Options) error {
	lock, err := lockData(p.Config.Data)
	if err != nil {
		return err
	}
	p.onClose(lock.release)
	if p.Owner, err = owner(p.Config.Data); err != nil {
		return err
	}
	p.Registry = newRegistry()
	p.disk = newDisk(p.Config, p.Log)
	p.Stages = stage.NewMetrics(p.Registry)
	if err := p.openTracer(ctx); err != nil {
		return err
	}
	if err := p.openStore(ctx, options.Administer || p.Config.Store.DSN == "" && !options.KeepSchema); err != nil {
		return err
	}
	if options.StoreOnly {
		return nil
	}
	return p.openBus(ctx, options)
}

// owner is a random name that is kept in the data folder.
func owner(data string) (string, error) {
	path := filepath.Join(data, "owner")
	if raw, err := os.ReadFile(path); err == nil && len(raw) > 0 {
		return string(raw), nil
	}
	name := rand.Text()
	if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
		return "", fmt.Errorf("data folder: %w", err)
	}
	return name, nil
}

func (p *Process) openTracer(ctx context.Context) error {
	tracer, shutdown, err := newTracer(ctx, p.Config.Tracing.Endpoint)
	if err != nil {
		return err
	}
	p.Tracer = tracer
	p.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := shutdown(ctx); err != nil {
			p.Log.Warn("tracing", "error", err)
		}
	})
	return nil
}

func (p *Process) openStore(ctx context.Context, migrate bool) (err error) {
	p.Store, err = open.Open(ctx, p.Config.StoreDSN(), open.Options{
		Logger: p.Log, Metrics: store.NewMetrics(p.Registry),
		Migrate: migrate,
	})
	if err != nil {
		return err
	}
	p.onClose(func() {
		if err := p.Store.Close(); err != nil {
			p.Log.Error("close the store", "error", err)
		}
	})
	p.Registry.MustRegister(p.disk) // now all its folders are there
	return nil
}

func (p *Process) openBus(ctx context.Context, options Options) (err error) {
	cfg := p.Config
	if !cfg.Embedded() {
		p.Bus, err = cfg.remote().Connect(p.Log)
	} else {
		p.Bus, err = p.startBus()
	}
	if err != nil {
		return err
	}
	p.onClose(p.Bus.Close)
	if len(options.Services) > 0 {
		p.Bus.Limit(bus.RightsOf(options.Services...))
	}
	p.Registry.MustRegister(bus.Collector{Bus: p.Bus})
	if options.Administer || cfg.Embedded() {
		return p.declare(ctx)
	}
	return p.Bus.Verify(ctx)
}

func (p *Process) declare(ctx context.Context) error {
	ctx, stop := p.Bus.UntilDenied(ctx)
	defer stop()
	err := p.Bus.Declare(ctx, p.Config.NATS.Limits)
	if denied := bus.Denied(ctx); denied != nil {
		return denied
	}
	return err
}

func (p *Process) startBus() (*bus.Bus, error) {
	cfg := p.Config.NATS
	server, err := embedded.Start(embedded.Options{
		Dir: filepath.Join(p.Config.Data, "bus"), MaxBytes: cfg.Limits.Total(), Listen: cfg.Listen, Log: p.Log,
	})
	if err != nil {
		return nil, err
	}
	p.onClose(server.Close)
	return bus.Connect("", p.Log, server.Connect())
}

// StageEnv is what a stage in this process works with.
func (p *Process) StageEnv() stage.Env {
	return stage.Env{
		Bus: p.Bus, Attempts: p.Store, Metrics: p.Stages, Log: p.Log, Tracer: p.Tracer,
		Now: p.Now, Wait: p.Wait, Crash: p.Crash, Patience: p.Config.Stage,
	}
}

// FreeBytes is the space left for this user on the file system of the data
// folder or that of the store's file: where there is less.
func (p *Process) FreeBytes() (int64, error) { return p.disk.free() }

func (p *Process) onClose(f func()) { p.closers = append(p.closers, f) }

// Close closes what Open opened, last first.
func (p *Process) Close() {
	for _, closer := range slices.Backward(p.closers) {
		closer()
	}
	p.closers = nil
}
