package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// testAudit audits a store where everything is as it should be; backends make
// offenders in their own tests.
func testAudit(w *world) {
	ctx := w.Context()
	source := w.feed("a.example", "P")
	var entries []store.Entry
	for i := range 6 {
		entries = append(entries, entry(fmt.Sprintf("https://a.example/%d", i), name(i)))
	}
	w.poll(source, start, entries...)
	ref := func(i int) news.Ref { return first(entries[i]) }
	w.end(archived(ref(0), "0", "x"), dropped(ref(1), "r"), dead(ref(2), "r"))
	w.inLine(after(time.Minute), ref(3))
	w.inLine(after(2*time.Minute), ref(4))
	w.must(w.RemoveSource(ctx, source.ID))
	silent := w.feed("silent.example", "P")

	var asked []news.Ref
	report, err := w.Audit(ctx, after(2*time.Minute), func(refs []news.Ref) error {
		asked = append(asked, refs...)
		return nil
	})
	w.must(err)
	equal(w, asked, []news.Ref{ref(3)})
	exactly(w, report.Offenders, []store.Offender{})
	slices.SortFunc(report.Sources, func(a, b store.SourceAudit) int { return strings.Compare(a.Name, b.Name) })
	equal(w, report.Sources, []store.SourceAudit{
		{ID: source.ID, Name: source.Name, Counts: news.Counts{Found: 6, Archived: 1, Dropped: 1, Dead: 1, Open: 3}},
		{ID: silent.ID, Name: silent.Name},
	})
	unreachable := errors.New("bus down")
	if _, err := w.Audit(ctx, after(time.Hour), func([]news.Ref) error { return unreachable }); !errors.Is(err, unreachable) {
		w.Errorf("inLine's error is lost: %v", err)
	}
}
