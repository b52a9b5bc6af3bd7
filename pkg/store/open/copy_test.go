package open_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
	"marsad/pkg/store/postgres/throwaway"
	"marsad/pkg/store/sqlstore"
	"marsad/pkg/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(throwaway.Main(m)) }

// filled is a store with something in every state.
func filled(t *testing.T) (dsn string) {
	t.Helper()
	dsn = filepath.Join(t.TempDir(), "full.db")
	s, err := open.Open(t.Context(), dsn, open.Options{Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	source := news.Source{ID: news.NewID("s"), Publisher: news.NewPublisher("p"), Kind: news.KindFeed, URL: "https://a.example/feed", Name: "ن"}
	_, err = s.AddSources(t.Context(), source)
	must(err)
	corpus := storetest.NewCorpus(time.Minute)
	entries := corpus.Entries(300)
	_, err = s.RecordPoll(t.Context(), store.PollResult{Source: source.ID, Poll: news.Poll{At: storetest.CorpusStart}, Items: entries[:200]})
	must(err)
	_, err = s.Submit(t.Context(), storetest.CorpusStart, entries[200:])
	must(err)
	var endings []store.Ending
	for i, e := range entries[50:] {
		ending := corpus.Ending(e)
		switch i {
		case 1:
			ending = store.Ending{Ref: ending.Ref, Outcome: news.Dropped, Reason: "advertisement", At: storetest.CorpusStart}
		case 2:
			ending = store.Ending{Ref: ending.Ref, Outcome: news.Dead, At: storetest.CorpusStart, Letter: &store.DeadLetter{Ref: ending.Ref, Payload: []byte{0, 1, 255}}}
		case 3:
			ending.Article.Title = "a NUL \x00, and \xff, which is no letter"
		}
		endings = append(endings, ending)
	}
	_, err = s.End(t.Context(), endings)
	must(err)
	for i, e := range entries[:20] {
		must(s.SavePage(t.Context(), news.Page{Ref: news.Ref{Item: e.ID, Revision: 1}, Kind: news.PageHTML, Body: []byte(corpus.Words(1000 * i)), FetchedAt: storetest.CorpusStart}, "", store.Slot{}))
	}
	must(s.MarkInLine(t.Context(), storetest.CorpusStart, news.Ref{Item: entries[0].ID, Revision: 1}))
	_, err = s.RemoveArticle(t.Context(), entries[60].ID, storetest.CorpusStart)
	must(err)
	_, _, err = s.ApplyWatches(t.Context(), store.WatchSet{AppliedAt: storetest.CorpusStart, YAML: []byte("watches: []")})
	must(err)
	return dsn
}

// TestCopy goes to PostgreSQL and back: what comes back is what went, but for
// text that PostgreSQL does not take.
func TestCopy(t *testing.T) {
	from, to := filled(t), throwaway.Database(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := open.Copy(ctx, from, to, open.Options{}, func(at open.Copying) {
		if at.Table == "articles" { // it is interrupted, and goes on
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a copy that was interrupted: %v", err)
	}
	compared := map[string]int64{}
	note := func(at open.Copying) {
		if at.Step == open.Comparing && at.Done == at.Total {
			compared[at.Table] = at.Total
		}
	}
	if err := open.Copy(t.Context(), from, to, open.Options{}, note); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"items", "articles", "pages", "article_topics", "tombstones", "dead_letters", "watches", "stories", "item_finders"} {
		if compared[table] == 0 {
			t.Errorf("nothing of %s was compared", table)
		}
	}
	if err := open.Copy(t.Context(), from, to, open.Options{}, note); !errors.Is(err, sqlstore.ErrNotEmpty) {
		t.Errorf("onto a full store: %v", err)
	}
	if err := open.Copy(t.Context(), filled(t), half(t, from), open.Options{}, note); !errors.Is(err, sqlstore.ErrOther) {
		t.Errorf("onto a store that another half filled: %v", err)
	}
	back := filepath.Join(t.TempDir(), "back.db")
	if err := open.Copy(t.Context(), to, back, open.Options{}, note); err != nil {
		t.Fatal(err)
	}
	same(t, to, back)
}

// half is a store that was half filled. Nobody else may use it.
func half(t *testing.T, from string) string {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "half.db")
	ctx, cancel := context.WithCancel(t.Context())
	_ = open.Copy(ctx, from, dsn, open.Options{}, func(at open.Copying) {
		if at.Table == "payloads" {
			cancel()
		}
	})
	if _, err := open.Open(t.Context(), dsn, open.Options{}); !errors.Is(err, sqlstore.ErrFilling) {
		t.Errorf("a half filled store is opened: %v", err)
	}
	return dsn
}

// same asks two stores the same.
func same(t *testing.T, a, b string) {
	t.Helper()
	var answers []string
	for _, dsn := range []string{a, b} {
		s, err := open.Open(t.Context(), dsn, open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var titles []string
		hits, err := s.Search(t.Context(), store.Query{Match: store.Match{{Any: []store.Phrase{{storetest.Word(1)}}}}, Limit: 300})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits.Articles {
			titles = append(titles, h.Title)
		}
		report, err := s.Audit(t.Context(), storetest.CorpusStart, func([]news.Ref) error { return nil })
		if err != nil || len(report.Offenders) > 0 {
			t.Errorf("audit of %s: %v %v", dsn, report.Offenders, err)
		}
		// Numbers go on where they were.
		if _, err := s.Submit(t.Context(), storetest.CorpusStart, storetest.NewCorpus(0).Entries(400)[350:]); err != nil {
			t.Error(err)
		}
		answers = append(answers, strings.Join(titles, "\n"))
	}
	if answers[0] != answers[1] || answers[0] == "" {
		t.Errorf("answers differ:\n%s\n---\n%s", answers[0], answers[1])
	}
}
