package sqlite_test

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
)

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
