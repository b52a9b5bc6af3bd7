package storetest

import (
	"errors"
	"slices"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// apply makes a file the newest version.
func (w *world) apply(yaml string, at time.Time) (version int, applied bool) {
	w.Helper()
	version, applied, err := w.ApplyWatches(w.Context(), store.WatchSet{YAML: []byte(yaml), AppliedAt: at, Note: "of " + yaml})
	w.must(err)
	return version, applied
}

// testWatches: every file that is applied is a version, but the same again.
func testWatches(w *world) {
	if _, err := w.Watches(w.Context(), 0); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("no version: %v", err)
	}
	version, err := w.WatchesVersion(w.Context())
	w.must(err)
	equal(w, version, 0)
	for i, step := range []struct {
		yaml    string
		version int
		applied bool
	}{{"one: ١", 1, true}, {"one: ١", 1, false}, {"two", 2, true}, {"one: ١", 3, true}, {"", 4, true}, {"", 4, false}} {
		version, applied := w.apply(step.yaml, after(time.Duration(i)*time.Minute))
		if version != step.version || applied != step.applied {
			w.Errorf("step %d: version %d, applied %v", i, version, applied)
		}
		newest, err := w.WatchesVersion(w.Context())
		w.must(err)
		equal(w, newest, step.version)
	}
	first, err := w.Watches(w.Context(), 1)
	w.must(err)
	equal(w, first, store.WatchSet{Version: 1, AppliedAt: start.Truncate(time.Microsecond), Note: "of one: ١", YAML: []byte("one: ١")})
	newest, err := w.Watches(w.Context(), 0)
	w.must(err)
	equal(w, newest.Version, 4)
	equal(w, len(newest.YAML), 0)
	if _, err := w.Watches(w.Context(), 5); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("version 5: %v", err)
	}
	list, err := w.WatchVersions(w.Context(), 3)
	w.must(err)
	var versions []int
	for _, set := range list {
		versions = append(versions, set.Version)
		if set.YAML != nil {
			w.Error("the list has the files")
		}
	}
	equal(w, versions, []int{4, 3, 2})
}

// testSharedWatches: what one process applies, the other sees.
func testSharedWatches(one, other *world) {
	one.apply("one", start)
	version, applied := other.apply("two", after(time.Second))
	if version != 2 || !applied {
		one.Errorf("version %d, applied %v", version, applied)
	}
	set, err := one.Watches(one.Context(), 0)
	one.must(err)
	equal(one, string(set.YAML), "two")
}

func testWatchCounts(w *world) {
	w.archive([]string{"a", "b", "c"}, func(i int, e *store.Ending) {
		for _, id := range []string{"x", "y", "z"}[:i] {
			e.Labels.Watches = append(e.Labels.Watches, news.Watch{ID: id, Score: 1, Matches: []news.WatchMatch{}})
		}
	})
	counts, err := w.WatchCounts(w.Context())
	w.must(err)
	equal(w, counts, map[string]int{"x": 2, "y": 1})
}

// testArchivedSince: pages by Seq show every article once, oldest first, whatever is
// archived meanwhile.
func testArchivedSince(w *world) {
	const n = 10
	names := make([]string, n)
	for i := range names {
		names[i] = name(i)
	}
	w.archive(names, func(i int, e *store.Ending) {
		published := after(time.Duration(i/2)*time.Second - time.Hour) // two in every second
		e.Article.Published = &published
		e.Labels.Places = []news.Place{{Code: "MA", Name: "Morocco", Mentions: i}}
	})
	since := after(2*time.Second - time.Hour) // leaves out the first four
	var got []string
	var seqs []int64
	after := int64(0)
	for {
		page, err := w.ArchivedSince(w.Context(), since, after, 4)
		w.must(err)
		for _, a := range page {
			got, seqs = append(got, a.Article.Title), append(seqs, a.Seq)
			if a.Item != a.Article.ID || a.Revision != 1 || a.Verdict.Kind != news.Original || a.Story != news.NewID("story of", string(a.Item)) ||
				a.Article.Text != a.Article.Title || len(a.Labels.Places) != 1 || a.Labels.Topics == nil {
				w.Errorf("%+v", a)
			}
			after = a.Seq
		}
		if len(page) < 4 {
			break
		}
		w.archive([]string{"early " + page[0].Article.Title}, func(_ int, e *store.Ending) {
			published := since.Add(-time.Second)
			e.Article.Published = &published
		})
	}
	if !slices.IsSorted(seqs) {
		w.Errorf("not oldest first: %v", seqs)
	}
	equal(w, sorted(got), names[4:])
}
