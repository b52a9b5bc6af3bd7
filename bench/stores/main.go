// Command stores measures a store at growing sizes: how fast it takes articles
// in, and how long a search, a list and an article page take.
//
//	cd bench && go run ./stores -store /var/tmp/bench.db -sizes 10000,100000
//
// The store is filled the archiver's way (Submit, End, IndexPending) until it has
// each size; what it has already, from an earlier run or a copy, is not made again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
	"marsad/pkg/store/storetest"
)

func main() {
	dsn := flag.String("store", "", "the store to fill and measure: a file, or postgres://…")
	sizes := flag.String("sizes", "10000,100000", "articles, ascending")
	queries := flag.Int("queries", 300, "how many of each kind are timed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *dsn, *sizes, *queries); err != nil {
		fmt.Fprintln(os.Stderr, "stores:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, dsn, sizes string, queries int) error {
	if dsn == "" {
		return fmt.Errorf("-store is missing")
	}
	s, err := open.Open(ctx, dsn, open.Options{Migrate: true})
	if err != nil {
		return err
	}
	defer s.Close() //nolint:errcheck // measured and done
	f := newFiller(s)
	if err := f.resume(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-10s %-22s %9s %9s %9s %9s\n", "articles", "", "p50 ms", "p95 ms", "max ms", "per s")
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return fmt.Errorf("-sizes: %w", err)
		}
		if err := f.fill(ctx, n); err != nil {
			return err
		}
		rate, err := f.rate(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-10d %-22s %9s %9s %9s %9.0f\n", f.made, "ingest", "", "", "", rate)
		hits, err := s.Search(ctx, store.Query{Limit: 5000})
		if err != nil {
			return err
		}
		f.back = hits.Next
		for _, k := range kinds(f) {
			if err := k.measure(ctx, out, s, f.made, queries); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	batch      = 100
	indexBatch = 500
	rateOver   = 5000 // articles
	month      = 30 * 24 * time.Hour
)

// filler adds articles to a store, a million a month.
type filler struct {
	store  store.Store
	corpus *storetest.Corpus
	made   int
	ids    []news.ID // some of those made
	back   int64     // the place of one that is not of the newest
}

func newFiller(s store.Store) *filler {
	return &filler{store: s, corpus: storetest.NewCorpus(month / 1_000_000)}
}

// resume passes over what the store has.
func (f *filler) resume(ctx context.Context) error {
	stats, err := f.store.IndexStats(ctx)
	if err != nil {
		return err
	}
	for f.made < stats.Documents+stats.Pending {
		f.entries()
	}
	return f.index(ctx, 0)
}

func (f *filler) entries() []store.Entry {
	entries := f.corpus.Entries(batch)
	f.made += batch
	f.ids = append(f.ids, entries[0].ID)
	return entries
}

func (f *filler) fill(ctx context.Context, until int) error {
	for start := time.Now(); f.made < until; {
		if err := f.add(ctx); err != nil {
			return err
		}
		if err := f.index(ctx, indexBatch); err != nil {
			return err
		}
		if f.made%10_000 == 0 {
			fmt.Fprintf(os.Stderr, "\r%d articles after %v ", f.made, time.Since(start).Round(time.Second))
		}
	}
	return f.index(ctx, 0)
}

// add archives a batch.
func (f *filler) add(ctx context.Context) error {
	entries := f.entries()
	if _, err := f.store.Submit(ctx, storetest.CorpusStart, entries); err != nil {
		return err
	}
	endings := make([]store.Ending, len(entries))
	for i, e := range entries {
		endings[i] = f.corpus.Ending(e)
	}
	_, err := f.store.End(ctx, endings)
	return err
}

// index indexes until at most so many wait.
func (f *filler) index(ctx context.Context, most int) error {
	for {
		stats, err := f.store.IndexStats(ctx)
		if err != nil || stats.Pending <= most {
			return err
		}
		if _, err := f.store.IndexPending(ctx, indexBatch); err != nil {
			return err
		}
	}
}

// rate is how many articles a second the store takes in, ledger and index included.
func (f *filler) rate(ctx context.Context) (float64, error) {
	var took time.Duration
	for range rateOver / batch {
		entries := f.entries()
		endings := make([]store.Ending, len(entries)) // making them is not part of the work
		for i, e := range entries {
			endings[i] = f.corpus.Ending(e)
		}
		start := time.Now()
		if _, err := f.store.Submit(ctx, storetest.CorpusStart, entries); err != nil {
			return 0, err
		}
		if _, err := f.store.End(ctx, endings); err != nil {
			return 0, err
		}
		if err := f.index(ctx, indexBatch); err != nil {
			return 0, err
		}
		took += time.Since(start)
	}
	start := time.Now()
	err := f.index(ctx, 0)
	return rateOver / (took + time.Since(start)).Seconds(), err
}

// kind is a kind of request.
type kind struct {
	name string
	ask  func(ctx context.Context, s store.Store, n int) error
}

func (k kind) measure(ctx context.Context, out io.Writer, s store.Store, articles, n int) error {
	for i := range 20 { // what is asked all the time is in memory
		if err := k.ask(ctx, s, i); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	took := make([]time.Duration, n)
	for i := range took {
		start := time.Now()
		if err := k.ask(ctx, s, i); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	fmt.Fprintf(out, "%-10d %-22s %9.2f %9.2f %9.2f\n", articles, k.name, ms(took[n/2]), ms(took[n*95/100]), ms(took[n-1]))
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
