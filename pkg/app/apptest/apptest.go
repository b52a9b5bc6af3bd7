// Package apptest opens real processes for tests: a store and a bus in a
// temporary folder.
package apptest

import (
	"context"
	"io"
	"sync"
	"testing"

	"marsad/pkg/app"
)

// Open opens a process for as long as the test runs. With -v its log lines are
// those of the test.
func Open(t testing.TB) *app.Process {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data = t.TempDir()
	cfg.Log.Level = "debug"
	log := io.Discard
	if testing.Verbose() {
		log = t.Output()
	}
	p, err := app.Open(t.Context(), cfg, app.Options{LogTo: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Run runs a service until stop is called, or the test ends.
func Run(t testing.TB, s app.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: %v", s.Name(), err)
		}
	})
	t.Cleanup(stop)
	return stop
}
