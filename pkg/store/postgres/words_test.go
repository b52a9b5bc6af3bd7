package postgres

import (
	"slices"
	"strings"
	"testing"

	"marsad/pkg/store/sqlstore"
)

func sqlDocument(title, text string) sqlstore.Document {
	return sqlstore.Document{Seq: 1 << 40, Title: title, Text: text}
}

func TestVector(t *testing.T) {
	got := vector(sqlDocument("a b", "b c a"))
	got = got[strings.Index(got, "'a'"):]
	if want := `'a':1,6 'b':2,4 'c':5 `; got != want {
		t.Errorf("vector %s, want %s", got, want)
	}
	if got := vector(sqlDocument("", strings.Repeat("word ", 20_000))); strings.Count(got, ",") != mostPlaces-1 {
		t.Errorf("%d places of one word", strings.Count(got, ",")+1)
	}
	if got := cut(strings.Repeat("ب", 2000)); len(got) > longestWord || !strings.HasPrefix(strings.Repeat("ب", 2000), got) {
		t.Errorf("a word was cut to %d bytes", len(got))
	}
}

// TestCovering: slices cover all of a time, with few of them.
func TestCovering(t *testing.T) {
	for _, span := range []int64{1, 4095, 4096, 100_000, 1 << 20, 20 << 20} {
		from, to := int64(1_760_000_000), 1_760_000_000+span
		cover := covering(from, to)
		if len(cover) > maxSlices+1 {
			t.Errorf("%d slices for %d seconds", len(cover), span)
		}
		for at := from; at <= to; at += max(span/50, 1) {
			if !slices.ContainsFunc([]int{0, 1, 2}, func(level int) bool { return slices.Contains(cover, quoted(slice(level, at))) }) {
				t.Fatalf("%d of %d seconds is not covered by %v", at-from, span, cover)
			}
		}
	}
}
