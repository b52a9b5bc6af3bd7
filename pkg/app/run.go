package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
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

// WaitError says what a service waits for in words that anybody may read.
type WaitError string

func (w WaitError) Error() string { return string(w) }

// Run runs the services until ctx ends or one of them fails, and returns when
// all have stopped.
func (p *Process) Run(ctx context.Context, services []Service) error {
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

// readiness asks store, bus and every service, at most once a second: asking
// the store is a write.
type readiness struct {
	process  *Process
	services []Service

	mu    sync.Mutex
	asked time.Time
	last  []string
}

// missing names what the process waits for. What is wrong with it stands in
// the log, whenever what it waits for changes.
func (r *readiness) missing(ctx context.Context) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) < time.Second {
		return r.last
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var missing []string
	ask := func(name string, err error) {
		if err == nil {
			return
		}
		if reason, ok := errors.AsType[WaitError](err); ok {
			name += " (" + string(reason) + ")"
		}
		missing = append(missing, name)
		if !slices.Contains(r.last, name) {
			r.process.Log.Warn("not ready", "waiting_for", name, "error", err)
		}
	}
	ask("store", r.process.Store.Ping(ctx))
	if r.process.Bus != nil {
		ask("bus", r.process.Bus.Ping(ctx))
	}
	for _, s := range r.services {
		ask(s.Name(), s.Ready())
	}
	if len(missing) == 0 && len(r.last) > 0 {
		r.process.Log.Info("ready again")
	}
	r.asked, r.last = time.Now(), missing
	return missing
}
