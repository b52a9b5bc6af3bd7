package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/bus"
)

// Service is one of the services in a process.
type Service interface {
	Name() string
	// Run works until ctx ends, then finishes what it has started and returns
	// nil. An error stops the whole process.
	Run(ctx context.Context) error
	// Ready answers nil unless the service waits for something. Of a WaitError in
	// its error /readyz shows the text.
	Ready() error
}

// Router is a Service that answers requests from outside by itself, under
// patterns of http.ServeMux, whatever name its server is called by: it has to
// know from the request itself who asks. It is asked once.
type Router interface {
	Routes() map[string]http.Handler
}

// WaitError says what a service waits for in words that anybody may read.
type WaitError string

func (w WaitError) Error() string { return string(w) }

// Run runs the services until ctx ends, one of them fails, or the bus denies one
// what it needs, and returns when all have stopped.
func (p *Process) Run(ctx context.Context, services []Service) error {
	ctx, stop := p.Bus.UntilDenied(ctx)
	defer stop()
	err := p.runAll(ctx, services)
	if denied := bus.Denied(ctx); denied != nil {
		return denied
	}
	return err
}

func (p *Process) runAll(ctx context.Context, services []Service) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range services {
		group.Go(func() error {
			p.Log.Debug("service started", "service", s.Name())
			if err := s.Run(ctx); err != nil {
				return fmt.Errorf("%s: %w", s.Name(), err)
			}
			p.Log.Debug("service stopped", "service", s.Name())
			return nil
		})
	}
	return group.Wait()
}

// Missing is something the process waits for.
type Missing struct {
	Name string // store, bus, or a service
	Err  error
}

// String says what is missing, in words that anybody may read.
func (m Missing) String() string {
	if reason, ok := errors.AsType[WaitError](m.Err); ok {
		return m.Name + " (" + string(reason) + ")"
	}
	return m.Name
}

// readiness is what the process waited for when it was last asked.
type readiness struct {
	mu       sync.Mutex
	services []Service
	asked    time.Time
	last     []Missing
}

func (p *Process) asks(services []Service) {
	p.readiness.mu.Lock()
	defer p.readiness.mu.Unlock()
	p.readiness.services = services
}

// Missing is what the process waits for: store, bus, and the services it
// listens for. They are asked at most once a second: asking the store is a
// write. What is wrong stands in the log whenever what it waits for changes.
func (p *Process) Missing(ctx context.Context) []Missing {
	r := &p.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < time.Second {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second) // others are told of it, too
	defer cancel()
	var missing []Missing
	ask := func(name string, err error) {
		if err == nil {
			return
		}
		m := Missing{name, err}
		missing = append(missing, m)
		known := func(last Missing) bool { return last.String() == m.String() }
		if !slices.ContainsFunc(r.last, known) {
			p.Log.Warn("not ready", "waiting_for", m.String(), "error", err)
		}
	}
	ask("store", p.Store.Ping(ctx))
	if p.Bus != nil {
		ask("bus", p.Bus.Ping(ctx))
	}
	for _, s := range r.services {
		ask(s.Name(), s.Ready())
	}
	if len(missing) == 0 && len(r.last) > 0 {
		p.Log.Info("ready again")
	}
	r.asked, r.last = time.Now(), missing
	return missing
}
