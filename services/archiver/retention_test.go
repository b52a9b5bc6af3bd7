package archiver

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
)

// TestPrunes: what is too old goes, in as many steps as it takes.
func TestPrunes(t *testing.T) {
	p := apptest.Open(t)
	old := time.Now().Add(-100 * 24 * time.Hour)
	endings := make([]store.Ending, pruneStep+1)
	entries := make([]store.Entry, len(endings))
	for i := range endings {
		ref := news.Ref{Item: news.NewID("old", string(rune(i))), Revision: 1}
		entries[i] = store.Entry{ID: ref.Item}
		endings[i] = store.Ending{Ref: ref, Outcome: news.Dropped, Reason: "no_text", At: old}
	}
	if _, err := p.Store.Submit(t.Context(), old, entries); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Store.End(t.Context(), endings); err != nil {
		t.Fatal(err)
	}
	s := New(DefaultConfig(), p)
	apptest.Run(t, s)
	stagetest.Eventually(t, "pruned", func() bool {
		stats, err := p.Store.LedgerStats(t.Context())
		return err == nil && stats.Ended[news.Dropped] == 0
	})
	stagetest.Eventually(t, "counted", func() bool {
		return testutil.ToFloat64(s.pruner.deleted.WithLabelValues(string(store.PrunedItems))) == float64(len(endings))
	})
}

// TestSilences: what was announced of an article after it was removed goes too.
func TestSilences(t *testing.T) {
	p := apptest.Open(t)
	ids := map[string]news.ID{}
	for _, name := range []string{"removed", "stays"} {
		c := classified(found(t, p, name), name)
		ids[name] = c.Item
		ending := store.Ending{Ref: c.Ref, Outcome: news.Archived, At: time.Now(), Article: &c.Article, Verdict: &c.Verdict, Story: c.Story}
		if _, err := p.Store.End(t.Context(), []store.Ending{ending}); err != nil {
			t.Fatal(err)
		}
		if name == "removed" { // between the write and the announcement
			if _, err := p.Store.RemoveArticle(t.Context(), c.Item, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		m, err := event.Encode(announcement(c.Head, ending, nil), "archiver", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Bus.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	apptest.Run(t, New(DefaultConfig(), p))
	stagetest.Eventually(t, "silenced", func() bool {
		n, err := p.Bus.Depth(t.Context(), "NEWS_ARCHIVED")
		return err == nil && n == 1
	})
	if got := announced(t, p); got.ItemID != ids["stays"] {
		t.Errorf("left is %+v", got.Record)
	}
}

// busy is a store in which there is always more to prune.
type busy struct {
	store.Retention
	calls int
	keep  store.Cutoffs
}

func (b *busy) Prune(_ context.Context, keep store.Cutoffs, limit int) (store.Pruned, error) {
	b.calls++
	b.keep = keep
	return store.Pruned{More: b.calls < 50, Rows: map[store.PrunedTable]int{store.PrunedPages: limit}}, nil
}

// TestPruningPauses: between two steps there is time for others. One line tells of all.
func TestPruningPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := DefaultRetention()
		keep.Polls = 0
		b := &busy{}
		var log strings.Builder
		p := newPruner(b, keep, prometheus.NewRegistry(), slog.New(slog.NewTextHandler(&log, nil)), time.Now, nil)
		start := time.Now()
		if err := p.prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 49*prunePause {
			t.Errorf("50 steps took %v", took)
		}
		if !b.keep.Polls.IsZero() || !b.keep.Pages.Equal(start.Add(-keep.Pages)) {
			t.Errorf("cutoffs %+v", b.keep)
		}
		if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "pages=25000") {
			t.Errorf("the log says %q", got)
		}
	})
}

func TestRetentionValidate(t *testing.T) {
	if err := DefaultRetention().Validate(); err != nil {
		t.Error(err)
	}
	forEver := Retention{Every: time.Second}
	if err := forEver.Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Retention){
		"pages": func(r *Retention) { r.Pages = time.Second }, "polls": func(r *Retention) { r.Polls = -time.Hour },
		"every": func(r *Retention) { r.Every = 0 },
	} {
		r := DefaultRetention()
		spoil(&r)
		if err := r.Validate(); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
