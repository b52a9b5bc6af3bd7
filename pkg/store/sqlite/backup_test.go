package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
)

// TestBackupOfAnotherSchema: a copy is made before an upgrade by the new binary,
// or in need by an old one. An empty file is no store.
func TestBackupOfAnotherSchema(t *testing.T) {
	for version, change := range map[string]string{
		"older": `DELETE FROM goose_db_version WHERE version_id > 1`,
		"newer": `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`,
	} {
		path := newPath(t)
		if err := open(t, path).Close(); err != nil {
			t.Fatal(err)
		}
		db := raw(t, path)
		run(t, db, change)
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{Any: true})
		if err != nil {
			t.Fatalf("%s: %v", version, err)
		}
		copied := filepath.Join(t.TempDir(), "copy.db")
		if err := errors.Join(s.Backup(t.Context(), copied), s.Close()); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		var here, there int
		const count = `SELECT sum(version_id) FROM goose_db_version`
		if err := errors.Join(db.QueryRow(count).Scan(&here), raw(t, copied).QueryRow(count).Scan(&there)); err != nil || here != there {
			t.Errorf("%s: %d in the copy, %d in the store: %v", version, there, here, err)
		}
	}
	empty := newPath(t)
	run(t, raw(t, empty), `CREATE TABLE other (n INTEGER)`)
	if _, err := sqlite.Open(t.Context(), empty, sqlite.Options{Any: true}); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("a file of another program: %v", err)
	}
}

// TestFailedBackup: it leaves nothing behind, and names the file that was asked for.
func TestFailedBackup(t *testing.T) {
	s := open(t, newPath(t))
	folder := t.TempDir()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, ctx := range map[string]context.Context{
		filepath.Join(folder, "copy.db"):         canceled,
		filepath.Join(folder, "none", "copy.db"): t.Context(),
		filepath.Join(folder, "file", "copy.db"): t.Context(),
	} {
		err := s.Backup(ctx, path)
		if err == nil || !strings.Contains(err.Error(), path+": ") || strings.Contains(err.Error(), "partial") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// TestBackupWhileOthersWrite: the copy holds what was committed before it
// began, is consistent, and can be written to.
func TestBackupWhileOthersWrite(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	now := time.Now()
	submit := func(name string) {
		entry := store.Entry{ID: news.NewID(name), Page: &news.Page{Kind: news.PageText, Body: []byte(name)}}
		if _, err := s.Submit(t.Context(), now, []store.Entry{entry}); err != nil {
			t.Error(err)
		}
	}
	for i := range 100 {
		submit("before" + string(rune('a'+i)))
	}
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				submit("meanwhile" + string(rune('a'+i)))
			}
		}
	})
	other, err := sqlite.Open(t.Context(), path, sqlite.Options{}) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := other.Backup(t.Context(), copied); err != nil {
		t.Error(err)
	}
	close(stop)
	writing.Wait()
	if err := other.Close(); err != nil {
		t.Error(err)
	}

	restored := open(t, copied)
	stats, err := restored.LedgerStats(t.Context())
	if err != nil || stats.Open[news.StateDue] < 100 {
		t.Errorf("the copy has %d items, %v; want those 100 from before", stats.Open[news.StateDue], err)
	}
	report, err := restored.Audit(t.Context(), now, func([]news.Ref) error { return nil })
	if err != nil || len(report.Offenders) > 0 {
		t.Errorf("audit of the copy: %v, %v", report.Offenders, err)
	}
	if err := restored.Ping(t.Context()); err != nil {
		t.Errorf("the copy cannot be written to: %v", err)
	}
}
