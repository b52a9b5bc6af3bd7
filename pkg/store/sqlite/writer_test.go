package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"marsad/pkg/store"
)

func openWriter(t *testing.T) (*Store, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), Options{Migrate: true, Metrics: store.NewMetrics(registry)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, registry
}

// insert writes a row that can be told from others.
func insert(name string) func(*tx) error {
	return func(tx *tx) error { return tx.run(`INSERT INTO leases VALUES (?, 'o', 1, 1)`, name) }
}

func (s *Store) leases(t *testing.T) string {
	t.Helper()
	names, err := all(s.reader(t.Context()), value[string], `SELECT name FROM leases ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// TestBatch lets writes gather behind one that is held up, and shows that they
// share a transaction but not their failures.
func TestBatch(t *testing.T) {
	s, registry := openWriter(t)
	refused := errors.New("refused")
	started, goOn := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if err := s.write.do(t.Context(), func(*tx) error { close(started); <-goOn; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-started
	cancelled, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for name, w := range map[string]struct {
		ctx  context.Context
		fn   func(*tx) error
		want string
	}{
		"a":         {t.Context(), insert("a"), ""},
		"b":         {t.Context(), insert("b"), ""},
		"refused":   {t.Context(), func(tx *tx) error { return errors.Join(insert("refused")(tx), refused) }, "refused"},
		"panics":    {t.Context(), func(tx *tx) error { _ = insert("panics")(tx); panic("no") }, "in a write: no"},
		"bad SQL":   {t.Context(), func(tx *tx) error { return tx.run(`SELECT missing`) }, "no such column"},
		"cancelled": {cancelled, insert("cancelled"), context.Canceled.Error()},
	} {
		waiting.Add(1)
		all.Go(func() {
			waiting.Done()
			err := recovered(func() error { return s.write.do(w.ctx, w.fn) })
			if (err == nil) != (w.want == "") || err != nil && !strings.Contains(err.Error(), w.want) {
				t.Errorf("%s: %v, want %q", name, err, w.want)
			}
		})
	}
	waiting.Wait()
	cancel()
	close(goOn)
	all.Wait()
	if got := s.leases(t); got != "a b" {
		t.Errorf("kept %q", got)
	}
	if n, err := testutil.GatherAndCount(registry, "marsad_store_batch_size"); err != nil || n != 1 {
		t.Errorf("%d series of marsad_store_batch_size, %v", n, err)
	}
}

// recovered is the error of fn, or the error that it panicked with.
func recovered(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	return fn()
}

// TestCloseDrains closes while writes wait: each is either committed or refused.
func TestCloseDrains(t *testing.T) {
	s, _ := openWriter(t)
	path := s.path(t)
	var mu sync.Mutex
	var done []string
	var all sync.WaitGroup
	for name := range strings.SplitSeq("abcdefghijklmnopqrstuvwxyz", "") {
		all.Go(func() {
			err := s.write.do(t.Context(), insert(name))
			if err == nil {
				mu.Lock()
				done = append(done, name)
				mu.Unlock()
			} else if !errors.Is(err, errClosed) {
				t.Error(err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	again, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if kept := again.leases(t); len(strings.Fields(kept)) != len(done) {
		t.Errorf("%d were answered, kept %s", len(done), kept)
	}
}

func (s *Store) path(t *testing.T) string {
	t.Helper()
	path, err := one(s.reader(t.Context()), value[string], `SELECT file FROM pragma_database_list WHERE name = 'main'`)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
