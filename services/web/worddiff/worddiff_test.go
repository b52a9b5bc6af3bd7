package worddiff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marsad/services/web/worddiff"
)

// marked writes segments as git does with --word-diff.
func marked(segments []worddiff.Segment) string {
	var b strings.Builder
	for _, s := range segments {
		switch s.Op {
		case worddiff.Deleted:
			b.WriteString("[-" + s.Text + "-]")
		case worddiff.Inserted:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		exact      bool
		want       string
	}{
		{"nothing", "", "", false, ""},
		{"the same", "one two.", "one two.", false, "one two."},
		{"replaced", "one two three", "one 2 three", false, "one [-two-]{+2+} three"},
		{"deleted", "one two three", "one three", false, "one [-two-] three"},
		{"inserted", "one three", "one two three", false, "one {+two+} three"},
		{"deleted at the start", "one two", "two", false, "[-one-] two"},
		{"deleted at the end", "one two", "one", false, "one [-two-]"},
		{"inserted at both ends", "two", "one two three.", false, "{+one+} two {+three+}."},
		{"all is new", "", "one, two", false, "{+one, two+}"},
		{"all is gone", "one, two", "", false, "[-one, two-]"},
		{"paragraphs", "one\n\ntwo\n\nthree", "one\n\nthree", false, "one\n\n[-two-]\n\nthree"},
		{"spelling makes no difference", "أعلنت الحكومةُ اليوم", "اعلنت الحكومه، اليوم!", false, "اعلنت الحكومه، اليوم!"},
		{"unless it is asked for", "أعلنت الحكومة اليوم", "اعلنت الحكومة، اليوم", true, "[-أعلنت-]{+اعلنت+} الحكومة{+،+} اليوم"},
		{"before punctuation", "one two.", "one 2.", true, "one [-two-]{+2+}."},
		{"punctuation that is gone", "one, two (three)", "one two three)", true, "one[-,-] two [-(-] three)"},
		{"white space never does", "one  two\n\nthree", "one two three", true, "one two three"},
		{"Arabic", "زار الوزير مدينة الجبل أمس", "زار الوزير قرية الوادي أمس", false, "زار الوزير [-مدينة الجبل-]{+قرية الوادي+} أمس"},
		{"a letter of several words", "قال ﷺ كلمة", "قال كلمة", false, "قال [-ﷺ-] كلمة"},
		{"Chinese", "北京天安门", "北京大安门", false, "北[-京天-]{+京大+}安门"},
		{"case", "Le Monde", "LE MONDE", false, "LE MONDE"},
	} {
		if got := marked(worddiff.Compare(test.a, test.b, test.exact)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestMarks: punctuation is no word.
func TestMarks(t *testing.T) {
	words, marks := 0, 0
	for _, s := range worddiff.Compare("one, two.", "one; three.", true) {
		if s.Op != worddiff.Same {
			words, marks = words+s.Words, marks+s.Marks
		}
	}
	if words != 2 || marks != 2 {
		t.Errorf("%d words and %d marks differ, want 2 and 2", words, marks)
	}
}

// TestCompareLong takes texts of 5 MB: nearly the same ones, and ones that have
// nothing in common.
func TestCompareLong(t *testing.T) {
	var a, b, c strings.Builder
	for i := 0; a.Len() < 5<<20; i++ {
		word := "كلمة"
		if i%1000 == 999 {
			word = "غيرها"
		}
		fmt.Fprintf(&a, "كلمة%d ", i)
		fmt.Fprintf(&b, "%s%d ", word, i)
		fmt.Fprintf(&c, "شيء%d ", -i)
	}
	start := time.Now()
	for name, other := range map[string]string{"near": b.String(), "far": c.String(), "shorter": a.String()[1<<20:]} {
		if got := worddiff.Compare(a.String(), other, false); len(got) == 0 {
			t.Errorf("%s: nothing", name)
		}
	}
	if took := time.Since(start); took > time.Minute { // 3 * patience, and what preparing takes on a slow machine
		t.Errorf("it took %v", took)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("أعلنت الحكومة", "اعلنت الدولة", true)
	f.Add("北京 a\n\nb", "ﷺ北", false)
	f.Fuzz(func(t *testing.T, a, b string, exact bool) {
		inA, inB := 0, 0
		for i, s := range worddiff.Compare(a, b, exact) {
			if s.Text == "" || utf8.ValidString(a) && utf8.ValidString(b) && !utf8.ValidString(s.Text) {
				t.Errorf("segment %d: %q", i, s.Text)
			}
			if s.Op != worddiff.Inserted {
				inA += s.Words
			}
			if s.Op != worddiff.Deleted {
				inB += s.Words
			}
		}
		words := func(s string) int {
			n := 0
			for _, segment := range worddiff.Compare(s, s, exact) {
				n += segment.Words
			}
			return n
		}
		if inA != words(a) || inB != words(b) {
			t.Errorf("%d and %d words, want %d and %d", inA, inB, words(a), words(b))
		}
	})
}
