package store_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func TestParseMatch(t *testing.T) {
	one := func(phrases ...store.Phrase) store.Clause { return store.Clause{Any: phrases} }
	not := func(phrase ...string) store.Clause { return store.Clause{Any: []store.Phrase{phrase}, Not: true} }
	for input, want := range map[string]store.Match{
		"":                         nil,
		"  ... - \" ":              nil,
		"Military army":            {one(store.Phrase{"military"}), one(store.Phrase{"army"})},
		`"Military army"`:          {one(store.Phrase{"military", "army"})},
		"«الجيش الملكي» “a b":      {one(store.Phrase{"جيش", "ملكي"}), one(store.Phrase{"a", "b"})},
		"a OR b OR c d":            {one(store.Phrase{"a"}, store.Phrase{"b"}, store.Phrase{"c"}), one(store.Phrase{"d"})},
		"OR a OR":                  {one(store.Phrase{"a"})},
		"a or b":                   {one(store.Phrase{"a"}), one(store.Phrase{"or"}), one(store.Phrase{"b"})},
		`a "OR" b`:                 {one(store.Phrase{"a"}), one(store.Phrase{"or"}), one(store.Phrase{"b"})},
		`a -b -"c d" -الحكومة`:     {one(store.Phrase{"a"}), not("b"), not("c", "d"), not("حكومه")},
		"-b OR a":                  {not("b"), one(store.Phrase{"a"})},
		"well-known U.S. covid-19": {one(store.Phrase{"well", "known"}), one(store.Phrase{"u", "s"}), one(store.Phrase{"covid", "19"})},
	} {
		got, err := store.ParseMatch(input)
		if err != nil {
			t.Errorf("ParseMatch(%q): %v", input, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseMatch(%q) (-want +got):\n%s", input, diff)
		}
	}
	for _, input := range []string{"-a", `-"a b" -c`} {
		if got, err := store.ParseMatch(input); err == nil {
			t.Errorf("ParseMatch(%q) = %v, want an error", input, got)
		}
	}
}

func TestSeq(t *testing.T) {
	at := time.Date(2026, 1, 28, 0, 0, 0, 0, time.UTC)
	low, high := news.ID("00000"), news.ID("fffff")
	seqs := []int64{
		store.Seq(time.Time{}, low), store.Seq(at, low), store.Seq(at, "8"), store.Seq(at, high), store.Seq(at.Add(time.Second), low),
	}
	if !slices.IsSorted([]int64{seqs[0], seqs[1], seqs[3], seqs[4]}) || seqs[0] != 0 || seqs[2] < seqs[1] || seqs[2] > seqs[3] {
		t.Errorf("out of order: %x", seqs)
	}
	if got := store.SeqAt(at); got != seqs[1] || seqs[4]-got != 1<<20 {
		t.Errorf("SeqAt is %x, the first article %x", got, seqs[1])
	}
	if far := store.Seq(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), high); far < 0 || far > math.MaxInt64/2 {
		t.Errorf("the year 9999 is %x", far)
	}
}

func TestEffectiveTime(t *testing.T) {
	found := time.Date(2026, 1, 28, 9, 0, 0, 0, time.UTC)
	for published, want := range map[time.Time]time.Time{
		found.Add(-48 * time.Hour):                  found.Add(-48 * time.Hour),
		found.Add(time.Hour):                        found.Add(time.Hour),
		found.Add(time.Hour + 1):                    found,
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC): found,
		{}: found,
	} {
		if got := store.EffectiveTime(&published, found); !got.Equal(want) {
			t.Errorf("published %v: %v, want %v", published, got, want)
		}
	}
	if got := store.EffectiveTime(nil, found); !got.Equal(found) {
		t.Errorf("no date: %v", got)
	}
}
