package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"marsad/pkg/store"
)

// openWriter opens a store that has a table to write to.
func openWriter(t *testing.T) (*Store, *prometheus.Registry) {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "w.db"))
}

func openAt(t *testing.T, path string) (*Store, *prometheus.Registry) {
	t.Helper()
	open := func() *sql.DB {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	write := open()
	if _, err := write.Exec(`CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, owner TEXT, epoch INTEGER, expires INTEGER)`); err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	s := New(write, open(), Dialect{
		Begin:   []string{"BEGIN IMMEDIATE"},
		Refused: func(error) bool { return false },
		Ended:   func(err error) bool { return strings.Contains(err.Error(), "no transaction") },
	}, store.NewMetrics(registry))
	t.Cleanup(func() { s.Close() })
	return s, registry
}

// insert writes a row that can be told from others.
func insert(name string) func(*Tx) error {
	return func(tx *Tx) error { return tx.Run(`INSERT INTO leases VALUES (?, 'o', 1, 1)`, name) }
}

func (s *Store) leases(t *testing.T) string {
	t.Helper()
	names, err := All(s.reader(t.Context()), Value[string], `SELECT name FROM leases ORDER BY name`)
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
		if err := s.write.do(t.Context(), func(*Tx) error { close(started); <-goOn; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-started
	cancelled, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	for name, w := range map[string]struct {
		ctx  context.Context
		fn   func(*Tx) error
		want string
	}{
		"a":         {t.Context(), insert("a"), ""},
		"b":         {t.Context(), insert("b"), ""},
		"refused":   {t.Context(), func(tx *Tx) error { return errors.Join(insert("refused")(tx), refused) }, "refused"},
		"panics":    {t.Context(), func(tx *Tx) error { _ = insert("panics")(tx); panic("no") }, "in a write: no"},
		"bad SQL":   {t.Context(), func(tx *Tx) error { return tx.Run(`SELECT missing`) }, "no such column"},
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
	again, _ := openAt(t, path)
	if kept := again.leases(t); len(strings.Fields(kept)) != len(done) {
		t.Errorf("%d were answered, kept %s", len(done), kept)
	}
}

func (s *Store) path(t *testing.T) string {
	t.Helper()
	path, err := One(s.reader(t.Context()), Value[string], `SELECT file FROM pragma_database_list WHERE name = 'main'`)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
