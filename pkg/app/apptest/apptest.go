// Package apptest opens real processes for tests: a store and a bus in a
// temporary folder.
package apptest

import (
	"io"
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
	var log io.Writer = io.Discard
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
