package watches_test

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
	"marsad/pkg/watches"
)

// TestLoader: what is applied comes into use; what cannot be read does not, and is said.
func TestLoader(t *testing.T) {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), sqlite.Options{Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var log bytes.Buffer
	reg := prometheus.NewRegistry()
	l := watches.NewLoader(s, watches.Names{}, slog.New(slog.NewTextHandler(&log, nil)), reg)
	const one, two = "version: 1\nwatches: [{id: a, any: [word]}]", "version: 1\nwatches: [{id: a, any: [word]}, {id: b, any: [word]}]"
	for i, step := range []struct {
		yaml             string
		version, watches int
		refused          float64
	}{{"", 0, 0, 0}, {one, 1, 1, 0}, {"version: 2", 1, 1, 1}, {two, 3, 2, 0}} {
		if step.yaml != "" {
			if _, _, err := s.ApplyWatches(t.Context(), store.WatchSet{YAML: []byte(step.yaml), AppliedAt: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := l.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if l.Version() != step.version || l.Set().Len() != step.watches {
			t.Errorf("step %d: version %d with %d watches", i, l.Version(), l.Set().Len())
		}
		if got := gauge(t, reg, "marsad_watches_refused"); got != step.refused {
			t.Errorf("step %d: refused %v", i, got)
		}
	}
	if n := strings.Count(log.String(), "cannot be read"); n != 1 || !strings.Contains(log.String(), "line 1, column 1") {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	if found := l.Set().Match(label("", "a word", "en")); len(found) != 2 {
		t.Errorf("matches %+v", found)
	}
	// One that starts when the newest cannot be read takes the newest that can.
	const unknown = "version: 1\nwatches: [{id: a, any: [{organisation: gone}, word]}]"
	for _, yaml := range []string{unknown, "version: 2", "version: 3"} {
		if _, _, err := s.ApplyWatches(t.Context(), store.WatchSet{YAML: []byte(yaml), AppliedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	reg = prometheus.NewRegistry()
	log.Reset()
	late := watches.NewLoader(s, watches.Names{Organisations: map[string]string{"known": "Known"}}, slog.New(slog.NewTextHandler(&log, nil)), reg)
	if !late.Begin(t.Context(), time.Millisecond) || late.Version() != 4 || late.Set().Len() != 1 || gauge(t, reg, "marsad_watches_refused") != 1 {
		t.Errorf("after a start: version %d with %d watches", late.Version(), late.Set().Len())
	}
	if !strings.Contains(log.String(), "does not know") || !strings.Contains(log.String(), "gone") {
		t.Errorf("not warned of what is not known:\n%s", &log)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx, time.Millisecond) })
	cancel()
	running.Wait()
}

func gauge(t *testing.T, reg *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}
