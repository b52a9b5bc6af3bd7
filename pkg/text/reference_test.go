package text

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// What is fast is held against what is plain: stems made with lists of endings, and
// tokens cut and folded without tables.

// stemByLists is Stem for words without digits.
func stemByLists(lang, s string) string {
	cut := func(least int, endings ...string) (done bool) {
		for _, ending := range endings {
			if rest, ok := strings.CutSuffix(s, ending); ok && len(rest) >= least {
				s = rest
				return true
			}
		}
		return false
	}
	switch lang {
	case "ar":
		s = frontByLists(s)
		for _, ending := range []string{"ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"} {
			cut(4, ending)
		}
	case "en":
		switch {
		case len(s) < 4:
		case strings.HasSuffix(s, "ies") && !strings.HasSuffix(s, "eies") && !strings.HasSuffix(s, "aies"):
			s = strings.TrimSuffix(s, "ies") + "y"
		case !strings.HasSuffix(s, "us") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "is"):
			cut(0, "s")
		}
		if whole := s; cut(3, "ing", "ed") {
			if strings.ContainsAny(s, "aeiouy") {
				s = undouble(s)
			} else {
				s = whole
			}
		}
		cut(3, "e")
	case "fr":
		if len(s) < 5 {
			return s
		}
		if stem, ok := strings.CutSuffix(s, "eaux"); ok {
			return stem + "eau"
		}
		if stem, ok := strings.CutSuffix(s, "aux"); ok && len(s) > 5 {
			return stem + "al"
		}
		cut(0, "s", "x")
		cut(4, "r")
		cut(4, "e")
		cut(4, "e")
		s = undouble(s)
	case "es":
		if len(s) >= 5 {
			cut(4, "s")
			cut(0, "a", "o", "e", "i")
		}
	case "de":
		cut(4, "ern", "em", "en", "er", "es", "e", "s", "n")
	}
	return s
}

func frontByLists(s string) string {
	for _, front := range []string{"وال", "بال", "كال", "فال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(s, front); ok && len(rest) >= 4 {
			return rest
		}
	}
	if rest, ok := strings.CutPrefix(s, "و"); ok && len(rest) >= 6 {
		return rest
	}
	return s
}

var stemLetters = map[string][]string{
	"ar": strings.Split("ا ل و ب ك ف ه ن ت ي م س ال لل ها ات ون x 1", " "),
	"en": strings.Split("a e i o u y s d g n t l ss ing ed ies us é z 1", " "),
	"fr": strings.Split("a e i s x r l n t aux eaux re ee é u 1", " "),
	"es": strings.Split("a o e i s n r as os t ñ 1", " "),
	"de": strings.Split("e n r s m t ern en er es em ü 1", " "),
}

// TestStemByLists stems words put together of what endings are made of.
func TestStemByLists(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for lang, letters := range stemLetters {
		for range 100_000 {
			var b strings.Builder
			for range random.IntN(9) {
				b.WriteString(letters[random.IntN(len(letters))])
			}
			word := b.String()
			want := word
			if !strings.Contains(word, "1") {
				want = stemByLists(lang, word)
			}
			if got := Stem(lang, word); got != want {
				t.Fatalf("Stem(%q, %q) = %q, want %q", lang, word, got, want)
			}
		}
	}
}

// tokensByRunes is Tokens.
func tokensByRunes(s string) []Token {
	var tokens []Token
	add := func(raw string, start int) {
		for word := range wordsOf(string(foldComposed(raw))) {
			tokens = append(tokens, Token{word, raw, start, start + utf8.RuneCountInString(raw)})
		}
	}
	from, fromPoint, in, point := 0, 0, outside, 0
	end := func(at int) {
		if raw := s[from:at]; in == cjk && point-fromPoint > 1 {
			for i, start := 0, fromPoint; start+1 < point; start++ {
				_, size := utf8.DecodeRuneInString(raw[i:])
				_, next := utf8.DecodeRuneInString(raw[i+size:])
				add(raw[i:i+size+next], start)
				i += size
			}
		} else if in == word || in == cjk {
			add(raw, fromPoint)
		}
	}
	for i, r := range s {
		if k := classify(r); k != in && (k != attached || in == outside) {
			end(i)
			from, fromPoint, in = i, point, k
			if k == attached {
				in = outside
			}
		}
		point++
	}
	end(len(s))
	return tokens
}

func checkTokens(t *testing.T, s string) {
	t.Helper()
	var got []Token
	for token := range Tokens(s) {
		got = append(got, token)
	}
	if diff := cmp.Diff(tokensByRunes(s), got); diff != "" {
		t.Fatalf("Tokens(%q) (-want +got):\n%s", s, diff)
	}
	if got, want := Fold(s), string(foldComposed(s)); got != want {
		t.Fatalf("Fold(%q) = %q, want %q", s, got, want)
	}
}

// TestTokensByRunes cuts mixtures of two blocks of characters.
func TestTokensByRunes(t *testing.T) {
	blocks := [][2]rune{
		{' ', '~'}, {0, 0xFF}, {0xC0, 0x24F}, {0x2B0, 0x36F}, {0x370, 0x52F}, {0x590, 0x7FF}, {0x600, 0x6FF}, {0x621, 0x64A},
		{0x800, 0xFFF}, {0x1E00, 0x20FF}, {0x2E80, 0x30FF}, {0x4E00, 0x4E20}, {0xF900, 0xFFFF}, {0x10000, 0x1FFFF},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		first, second := blocks[random.IntN(len(blocks))], blocks[random.IntN(len(blocks))]
		var s []byte
		for range random.IntN(12) {
			block := first
			switch random.IntN(12) {
			case 0:
				s = append(s, byte(random.IntN(256)))
			case 1, 2:
				s = append(s, ' ')
			case 3, 4:
				block = second
			}
			s = utf8.AppendRune(s, block[0]+random.Int32N(block[1]-block[0]+1))
		}
		checkTokens(t, string(s))
	}
}

// words is a text of n words made of syllables, as frequent as words of their rank
// are in the news: by Zipf's law.
func words(lang string, n int) []string {
	const vocabulary = 20_000
	syllables := stemLetters[lang]
	syllables = syllables[:len(syllables)-1] // no digits
	random := rand.New(rand.NewPCG(5, 6))
	list := make([]string, n)
	for i := range list {
		rank := uint64(math.Exp(random.Float64() * math.Log(vocabulary)))
		ofRank := rand.New(rand.NewPCG(rank, 1))
		var b strings.Builder
		for range 1 + ofRank.IntN(3) + ofRank.IntN(4) {
			b.WriteString(syllables[ofRank.IntN(len(syllables))])
		}
		list[i] = b.String()
	}
	return list
}

func BenchmarkStem(b *testing.B) {
	for _, lang := range []string{"ar", "en", "fr"} {
		list := words(lang, 4096)
		b.Run(lang, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				Stem(lang, list[i%len(list)])
			}
		})
	}
}

// BenchmarkTokensOfNews is of texts whose words differ, unlike those of BenchmarkTokens.
func BenchmarkTokensOfNews(b *testing.B) {
	for _, lang := range []string{"ar", "en", "fr"} {
		s := strings.Join(words(lang, 4096), " ")
		b.Run(lang, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				for range Tokens(s) {
				}
			}
		})
	}
}
