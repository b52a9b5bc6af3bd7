package news_test

import (
	"testing"
	"time"

	"marsad/pkg/news"
)

func TestIDsDifferByParts(t *testing.T) {
	if news.NewID("a", "bc") == news.NewID("ab", "c") {
		t.Error("parts run into each other")
	}
	if id := news.NewID("a"); !id.Valid() || id != news.NewID("a") {
		t.Errorf("NewID = %s", id)
	}
	for _, id := range []news.ID{"", "x", news.NewID("a")[1:], "G" + news.NewID("a")[1:]} {
		if id.Valid() {
			t.Errorf("%q is valid", id)
		}
	}
}

func TestKeyRoundTrip(t *testing.T) {
	ref := news.Ref{Item: news.NewID("a"), Revision: 12}
	if got, err := news.ParseKey(ref.Key()); err != nil || got != ref {
		t.Errorf("ParseKey(%s) = %+v, %v", ref.Key(), got, err)
	}
	for _, key := range []string{"", "-", "x-1", string(ref.Item), string(ref.Item) + "-0", string(ref.Item) + "-x"} {
		if got, err := news.ParseKey(key); err == nil {
			t.Errorf("ParseKey(%q) = %+v", key, got)
		}
	}
}

func TestOlder(t *testing.T) {
	r := func(revision, generation int) news.Ref { return news.Ref{Revision: revision, Generation: generation} }
	for _, tc := range []struct {
		a, b  news.Ref
		older bool
	}{
		{r(1, 0), r(1, 0), false}, {r(1, 0), r(2, 0), true}, {r(2, 0), r(1, 5), false}, {r(1, 0), r(1, 1), true}, {r(1, 1), r(1, 0), false},
	} {
		if got := tc.a.Older(tc.b); got != tc.older {
			t.Errorf("%v.Older(%v) = %v", tc.a, tc.b, got)
		}
	}
}

func TestHealth(t *testing.T) {
	now := time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC)
	long := now.Add(-2 * news.QuietAfter)
	for name, tc := range map[string]struct {
		source news.Source
		want   news.Health
	}{
		"fresh":          {news.Source{Kind: news.KindFeed, AddedAt: now}, news.Healthy},
		"lively":         {news.Source{Kind: news.KindFeed, AddedAt: long, LastNew: now}, news.Healthy},
		"silent":         {news.Source{Kind: news.KindFeed, AddedAt: long, LastNew: long}, news.Quiet},
		"never anything": {news.Source{Kind: news.KindFeed, AddedAt: long}, news.Quiet},
		"failing":        {news.Source{Kind: news.KindFeed, AddedAt: long, Failures: 1}, news.Failing},
		"paused":         {news.Source{Kind: news.KindFeed, AddedAt: now, Failures: 1, Paused: true}, news.Paused},
		"manual":         {news.Source{Kind: news.KindManual, AddedAt: long}, news.Healthy},
	} {
		if got := tc.source.Health(now); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestHashSeesWhatReadersSee(t *testing.T) {
	at := time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC)
	base := news.Found{Title: "t", Summary: "s", Content: "c", Updated: &at}
	same := base
	same.Categories, same.Image = []string{"x"}, "i"
	elsewhere := at.In(time.FixedZone("", 3600))
	same.Updated = &elsewhere
	if base.Hash() != same.Hash() {
		t.Error("changed with what readers do not see")
	}
	for _, change := range []func(f *news.Found){
		func(f *news.Found) { f.Title = "u" }, func(f *news.Found) { f.Content = "d" }, func(f *news.Found) { f.Summary = "z" }, func(f *news.Found) { f.Updated = nil },
	} {
		changed := base
		change(&changed)
		if changed.Hash() == base.Hash() {
			t.Errorf("not changed: %+v", changed)
		}
	}
}

func TestItemID(t *testing.T) {
	a, b := news.NewSourceID("a"), news.NewSourceID("b")
	if news.ItemID("https://n.example/1", a, "x") != news.ItemID("https://n.example/1", b, "y") {
		t.Error("one address, two items")
	}
	if news.ItemID("", a, "x") == news.ItemID("", b, "x") {
		t.Error("guids of two sources are one item")
	}
}
