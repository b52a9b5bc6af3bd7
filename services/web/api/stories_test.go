package api_test

import (
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// TestFirstWhy puts each rule into words.
func TestFirstWhy(t *testing.T) {
	at := func(minutes float64) time.Time {
		return time.Date(2026, 3, 5, 7, 10, 0, 0, time.UTC).Add(time.Duration(minutes * float64(time.Minute)))
	}
	clock := func(t time.Time) string { return t.Format("15:04") }
	member := func(id, publisher string, published *time.Time, found time.Time, source string) store.Related {
		return store.Related{ID: news.ID(id), Publisher: publisher, Published: published, FoundAt: found, Details: news.Details{PublishedConfidence: .9, OriginalSource: source}}
	}
	for _, test := range []struct {
		name    string
		members []store.Related
		want    string
	}{
		{"one", []store.Related{member("a", "A", nil, at(0), "")}, ""},
		{"published", []store.Related{member("a", "A", new(at(23)), at(30), ""), member("b", "B", new(at(0)), at(40), "")}, "B published 07:10, 23 min before A"},
		{"hours", []store.Related{member("a", "A", new(at(200)), at(300), ""), member("b", "B", new(at(0)), at(40), "")}, "B published 07:10, 3 h before A"},
		{"days", []store.Related{member("a", "A", new(at(4000)), at(4001), ""), member("b", "B", new(at(0)), at(40), "")}, "B published 07:10, 3 days before A"},
		{"the other has no time", []store.Related{member("a", "A", nil, at(30), ""), member("b", "B", new(at(0)), at(40), "")}, "B published 07:10, before A"},
		{"agency", []store.Related{member("a", "Reuters", nil, at(30), ""), member("b", "B", nil, at(1), "Reuters")}, "Reuters an agency's own article, of which the others are taken to be reprints"},
		{"arrived", []store.Related{member("a", "A", nil, at(1), ""), member("b", "B", nil, at(0), "")}, "B found 07:10, 60 s before A; no times of publication that can be trusted tell more"},
	} {
		got := ""
		if f := api.FirstOf(test.members); f != nil {
			got = f.Publisher + " " + f.Why(clock)
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestBond puts into words how an article is related to an earlier one.
func TestBond(t *testing.T) {
	of, other := news.ID("aaaaaaaabbbb"), news.ID("cccccccc")
	self := news.ID("dddddddd")
	relation := func(kind news.VerdictKind, of *news.ID, similarity float64, rule string) store.Related {
		return store.Related{ID: self, Kind: kind, Of: of, Similarity: similarity, Rule: rule, Words: 50}
	}
	excerpt := func(words int) store.Related {
		r := relation(news.Excerpt, &of, .8, "contained")
		r.OfWords = words
		return r
	}
	revised := relation(news.Revision, &self, .7, "same_item")
	revised.Relation, revised.Revised = &news.Verdict{Kind: news.Copy, Of: &of, Similarity: .93, Rule: "near_text"}, 1
	orphan := revised
	orphan.OfRemoved, orphan.Revised = new(time.Now()), 3
	for _, test := range []struct {
		r     store.Related
		shown news.ID
		want  string
	}{
		{relation(news.Original, nil, 0, "first"), of, "original: nothing like it had arrived before; "},
		{relation(news.Original, nil, 0, "other"), of, "original: its own words; "},
		{relation(news.Revision, &self, .7, "same_item"), of, "revision of itself: a later version of the same article; "},
		{relation(news.Copy, &of, 1, news.RuleText), of, "copy of aaaaaaaa: the same text, spelling aside; "},
		{relation(news.Copy, &of, 1, news.RuleCanonicalURL), of, "copy of aaaaaaaa: the same address and title; "},
		{relation(news.Copy, &of, .931, "near_text"), of, "copy of aaaaaaaa: much the same text, 93 % alike; "},
		{relation(news.Copy, &of, .931, "near_text"), other, "copy of aaaaaaaa: much the same text, 93 % like aaaaaaaa; "},
		{excerpt(40), of, "holds aaaaaaaa: 80 % of that is in it; "},
		{excerpt(60), of, "part of aaaaaaaa: 80 % of it is in that; "},
		{excerpt(60), other, "part of aaaaaaaa: 80 % of it is in aaaaaaaa; "},
		{excerpt(0), of, "excerpt of aaaaaaaa: the longer text holds 80 % of the shorter; "},
		{revised, other, "copy of aaaaaaaa: much the same text, 93 % like aaaaaaaa; revised once since"},
		{orphan, other, "copy of a removed article: much the same text, 93 % alike; revised 3 times since"},
	} {
		if got := api.Bound(test.r) + ": " + api.Why(test.r, test.shown) + "; " + api.Since(test.r); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		6 * time.Hour: "6h", 90 * time.Minute: "90m", 42 * time.Hour: "42h", 180 * time.Hour: "8 days", 60_000 * time.Hour: "7 years",
	} {
		if got := api.Length(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
