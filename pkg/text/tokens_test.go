package text

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// benchmarkTexts are about the length of a news article each.
var benchmarkTexts = map[string]string{
	"arabic":  strings.Repeat("أعلنت الوزارة، يوم الثلاثاء، عن افتتاح محطة جديدة لتحلية المياه في المدينة الساحلية. ", 40),
	"english": strings.Repeat("The ministry opened a new desalination plant in the coastal city on Tuesday, it said. ", 40),
	"french":  strings.Repeat("Le ministère a inauguré mardi une nouvelle usine de dessalement dans la cité côtière. ", 40),
}

func TestTokens(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []Token
	}{
		{"empty", "", nil},
		{"punctuation only", " —…! ", nil},
		{"offsets count code points", "قال: «Été»", []Token{
			{"قال", "قال", 0, 3}, {"ete", "Été", 6, 9},
		}},
		{"marks stay in the word", "مُدُن", []Token{{"مدن", "مُدُن", 0, 5}}},
		{"digits", "عام ٢٠٢٦م", []Token{{"عام", "عام", 0, 3}, {"2026م", "٢٠٢٦م", 4, 9}}},
		{"apostrophe separates", "l'eau", []Token{{"l", "l", 0, 1}, {"eau", "eau", 2, 5}}},
		{"chinese pairs", "新闻网", []Token{{"新闻", "新闻", 0, 2}, {"闻网", "闻网", 1, 3}}},
		{"chinese alone", "网 a", []Token{{"网", "网", 0, 1}, {"a", "a", 2, 3}}},
		{"script change", "AI新闻", []Token{{"ai", "AI", 0, 2}, {"新闻", "新闻", 2, 4}}},
		{"a character that folds to a phrase", "ﷺ", []Token{
			{"صلي", "ﷺ", 0, 1}, {"الله", "ﷺ", 0, 1}, {"عليه", "ﷺ", 0, 1}, {"وسلم", "ﷺ", 0, 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, slices.Collect(Tokens(tt.in))); diff != "" {
				t.Errorf("Tokens(%q) (-want +got):\n%s", tt.in, diff)
			}
		})
	}
}

func TestTokensStopsEarly(t *testing.T) {
	for range Tokens("one two 新闻网 ﷺ") {
		break
	}
	n := 0
	for range Tokens("新闻网页") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("saw %d tokens, want 2", n)
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]int{"": 0, "three little words": 3, "كلمتان اثنتان": 2, "新闻网": 3, "a-b": 2} {
		if got := Words(in); got != want {
			t.Errorf("Words(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestSearchTokens(t *testing.T) {
	for in, want := range map[string]string{
		"المغرب":       "مغرب",
		"والمغرب":      "مغرب",
		"بالمغرب":      "مغرب",
		"وبالمغرب":     "مغرب",
		"للمغرب":       "مغرب",
		"مغرب":         "مغرب",
		"الله":         "الله",
		"والد":         "والد",
		"البيت الأبيض": "بيت ابيض",
		"The Albert":   "the albert",
	} {
		if got := strings.Join(SearchTokens(in), " "); got != want {
			t.Errorf("SearchTokens(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"", "قال: «Été»", "ﷺ ﷲ", "新闻ー", "ﹲ", "ŉ", "\xff\xfe", "a\u200db", "\u0e01\u0e38"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkTokens(t, s)
		runes := []rune(s)
		last := 0
		for tok := range Tokens(s) {
			if tok.Start < last || tok.End <= tok.Start || tok.End > len(runes) {
				t.Fatalf("token %+v of %q has wrong offsets", tok, s)
			}
			last = tok.Start
			if utf8.ValidString(s) && string(runes[tok.Start:tok.End]) != tok.Raw {
				t.Fatalf("token %+v of %q: the offsets hold %q", tok, s, string(runes[tok.Start:tok.End]))
			}
			if tok.Text == "" || Fold(tok.Text) != tok.Text {
				t.Fatalf("token %+v of %q is empty or not folded", tok, s)
			}
		}
		for _, tok := range SearchTokens(s) {
			if bad := strings.IndexFunc(tok, separates); tok == "" || bad >= 0 {
				t.Fatalf("search token %q of %q holds a separator at byte %d", tok, s, bad)
			}
		}
		if Words(s) < 0 || len(SearchTokens(s)) > 0 && Words(s) == 0 {
			t.Fatalf("%q has tokens but no words", s)
		}
	})
}

// separates reports whether a full-text tokenizer could split at r.
func separates(r rune) bool {
	if r < utf8.RuneSelf {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

func BenchmarkTokens(b *testing.B) {
	for name, s := range benchmarkTexts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				for range Tokens(s) {
				}
			}
		})
	}
}

func BenchmarkSearchTokens(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchmarkTexts["arabic"])))
	for b.Loop() {
		SearchTokens(benchmarkTexts["arabic"])
	}
}
