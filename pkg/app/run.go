package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// Service is one of the services in a process.
type Service interface {
	Name() string
	// Run works until ctx ends, then finishes what it has started and returns
	// nil. An error stops the whole process.
	Run(ctx context.Context) error
	// Ready answers nil unless the service waits for something.
	Ready() error
}

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

// readiness asks store, bus and every service.
func (p *Process) readiness(ctx context.Context, services []Service) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	errs := []error{p.Ready(ctx)}
	for _, s := range services {
		if err := s.Ready(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.Name(), err))
		}
	}
	return errors.Join(errs...)
}
