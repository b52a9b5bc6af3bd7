package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
	"marsad/pkg/store/storetest"
)

// TestSameAnswers asks both backends the same of the same articles, more of them
// than a search looks through at first: same hits, same order.
func TestSameAnswers(t *testing.T) {
	here := open(t, migrated(t))
	there, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), sqlite.Options{Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	for _, s := range []store.Store{here, there} {
		fillCorpus(t, s, 2500)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 400 {
		query := randomQuery(random)
		for range 3 {
			got, err := here.Search(t.Context(), query)
			if err != nil {
				t.Fatalf("%+v: %v", query, err)
			}
			want, err := there.Search(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("query %d, %+v: PostgreSQL differs from SQLite (-SQLite +PostgreSQL):\n%s", n, query, diff)
			}
			if query.Before = got.Next; query.Before == 0 {
				break
			}
		}
	}
	for _, order := range store.StoryOrders {
		query := store.StoryQuery{Order: order, Limit: 50}
		got, err := here.Stories(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		want, err := there.Stories(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stories by %s differ:\n%s", order, diff)
		}
	}
}

// fillCorpus archives and indexes articles over some months.
func fillCorpus(t *testing.T, s store.Store, articles int) {
	t.Helper()
	corpus := storetest.NewCorpus(time.Hour)
	for range articles / 100 {
		entries := corpus.Entries(100)
		if _, err := s.Submit(t.Context(), storetest.CorpusStart, entries); err != nil {
			t.Fatal(err)
		}
		endings := make([]store.Ending, len(entries))
		for i, e := range entries {
			endings[i] = corpus.Ending(e)
		}
		if _, err := s.End(t.Context(), endings); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if n, err := s.IndexPending(t.Context(), 500); err != nil || n == 0 {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
}

// randomQuery has words of all kinds, phrases, alternatives, exclusions and filters.
func randomQuery(random *rand.Rand) store.Query {
	q := store.Query{Limit: 1 + random.IntN(30)}
	word := func() string { return storetest.Word(random.Uint64N(1 << (1 + random.IntN(14)))) }
	input := ""
	for range random.IntN(4) {
		switch random.IntN(5) {
		case 0:
			input += fmt.Sprintf(`"%s %s" `, storetest.Word(random.Uint64N(4)), storetest.Word(random.Uint64N(4)))
		case 1:
			input += word() + " OR " + word() + " "
		case 2:
			input += word() + " -" + word() + " "
		default:
			input += word() + " "
		}
	}
	q.Match, _ = store.ParseMatch(input) // what is no match is a query without words
	switch random.IntN(6) {
	case 0:
		q.Topic = fmt.Sprint(random.IntN(117))
	case 1:
		q.Country = fmt.Sprintf("A%d", random.IntN(200))
	case 2:
		q.Publisher, q.Lang = news.NewID(fmt.Sprint(random.IntN(200))), "ar"
	case 3:
		q.Since = storetest.CorpusBegin.Add(time.Duration(random.IntN(2500)) * time.Hour)
	case 4:
		q.Until = storetest.CorpusBegin.Add(time.Duration(random.IntN(2500)) * time.Hour)
	}
	return q
}
