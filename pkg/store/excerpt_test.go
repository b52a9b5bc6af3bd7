package store_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"marsad/pkg/store"
)

// marked shows an excerpt with its hits in brackets.
func marked(spans []store.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestExcerpt(t *testing.T) {
	for _, test := range []struct {
		name, body, query string
		width             int
		want              string
	}{
		{"whole", "one two three", "two", 100, "one [two] three"},
		{"no hit is the beginning", "one two three four", "nowhere", 9, "one two…"},
		{"no words", "one two three", "", 8, "one two…"},
		{"middle", "aaa bbb ccc ddd eee fff ggg hhh iii", "eee", 15, "…ddd [eee] fff ggg…"},
		{"end", "aaa bbb ccc ddd eee", "eee", 11, "…ccc ddd [eee]"},
		{"white space", "aaa\n\n  bbb\tccc \n", "bbb", 40, "aaa [bbb] ccc"},
		{"cut at a blank line", "aaa\n\nbbb", "aaa", 4, "[aaa]…"},
		{"only space is cut off", "aaa bbb  \n", "aaa", 7, "[aaa] bbb"},
		{"more phrases beat more hits", "x x x x aaaaaaaaaaaaaaaaaaaa x y", "x y", 9, "…[x] [y]"},
		{"more hits beat fewer", "x aaaaaaaaaaaaaaaaaaaa x x", "x", 9, "…[x] [x]"},
		{"phrase", "the big cat, the big dog", `"big dog"`, 50, "the big cat, the [big dog]"},
		{"excluded words are no hits", "one two", "one -two", 50, "[one] two"},
		{"alternatives", "one two three", "one OR three", 50, "[one] two [three]"},
		{"Arabic spellings", "أعلنت الحكومةُ المغربيّة اليوم", "حكومه مغربية", 50, "أعلنت [الحكومةُ] [المغربيّة] اليوم"},
		{"Chinese", "习近平在北京出席会议", "北京", 5, "…在[北京]出席…"},
		{"a hit longer than the width", "a bbbbbbbbbb c", "bbbbbbbbbb", 4, "…[bbbb]…"},
		{"no width", "aaa", "aaa", 0, "…"},
		{"empty", "", "x", 10, ""},
	} {
		match, err := store.ParseMatch(test.query)
		if err != nil {
			t.Fatal(err)
		}
		if got := marked(store.Excerpt(test.body, match, test.width)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("أعلنت الحكومة المغربية", "حكومة", 12)
	f.Add("习近平在北京", "北京 -x", 3)
	f.Add("a\xff b", `"a b`, -1)
	f.Fuzz(func(t *testing.T, body, query string, width int) {
		match, err := store.ParseMatch(query)
		if err != nil {
			return
		}
		length, dots := 0, 0
		for _, s := range store.Excerpt(body, match, width) {
			if !utf8.ValidString(s.Text) || s.Text == "" {
				t.Errorf("span %q", s.Text)
			}
			length += utf8.RuneCountInString(s.Text)
			dots += strings.Count(s.Text, "…")
		}
		if length-min(dots, 2) > max(width, 0) {
			t.Errorf("%d characters, want %d", length, width)
		}
	})
}
