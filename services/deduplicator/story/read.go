package story

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

// reader gathers the words of one article.
type reader struct {
	lang    string
	known   bool // the background has words of the language
	seed    uint32
	words   counts
	names   []uint32
	numbers []uint32
}

// read takes the first tokens of s, each counting weight.
func (r *reader) read(s string, tokens int, weight float32) {
	n := 0
	var number []byte   // digits of a number so far: "12,500" is one
	var before, end int // where the last token ended, in code points; bytes of s read so far
	for t := range text.Tokens(s) {
		if n++; n > tokens {
			break
		}
		digits := text.IsNumber(t.Text)
		if len(number) > 0 && (!digits || t.Start != before+1 || len(t.Text) != 3) {
			r.number(number)
			number = number[:0]
		}
		if digits {
			number = append(number, t.Text...)
		}
		opens := before == 0 || opensSentence(s, &end, t.Raw)
		before = t.End
		r.word(t, weight, opens)
	}
	r.number(number)
}

// opensSentence reports whether the word raw, found from byte *from of s on, stands
// behind a full stop or the like, and moves *from behind it.
func opensSentence(s string, from *int, raw string) bool {
	i := strings.Index(s[*from:], raw)
	if i < 0 {
		return false
	}
	gap := s[*from : *from+i]
	*from += i + len(raw)
	return strings.ContainsAny(gap, ".!?:\n\"“«؟…")
}

// word counts a word, and keeps it as a name if it can be one.
func (r *reader) word(t text.Token, weight float32, opensSentence bool) {
	if len(t.Text) > maxWord || len(t.Text) < 2 {
		return
	}
	stem := text.Stem(r.lang, t.Text)
	if utf8.RuneCountInString(stem) < 2 {
		return
	}
	hash := hashWord(r.seed, stem)
	c := r.words.at(hash)
	if c.n == 0 {
		c.idf = background().idf(r.known, hash, stem)
	}
	c.n += weight
	first, _ := utf8.DecodeRuneInString(t.Raw)
	switch {
	case first >= 0x0600 && first <= 0x06FF:
	case !opensSentence && unicode.IsUpper(first):
	default:
		return
	}
	if c.idf >= minNameIDF && len(r.names) < maxNamesRead {
		if key, ok := nameKey(t.Text); ok {
			r.names = append(r.names, key)
		}
	}
}

func (r *reader) number(digits []byte) {
	if key, ok := numberKey(digits); ok {
		r.numbers = append(r.numbers, key)
	}
}

// weighted is a word and its weight.
type weighted struct {
	hash   uint32
	weight float32
}

// terms are the weightiest words: log(1+tf)·idf (Salton and Buckley,
// "Term-weighting approaches in automatic text retrieval", 1988).
func (r *reader) terms() []term {
	all := r.words.weighted()
	if len(all) > maxTerms {
		slices.SortFunc(all, func(a, b weighted) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.hash, b.hash))
		})
		all = all[:maxTerms]
	}
	greatest := float32(0)
	for _, w := range all {
		greatest = max(greatest, w.weight)
	}
	terms := make([]term, 0, len(all))
	for _, w := range all {
		if quantised := math.Round(float64(w.weight/greatest) * 255); quantised >= 1 {
			terms = append(terms, newTerm(w.hash, uint8(quantised)))
		}
	}
	slices.Sort(terms)
	return terms
}

// sortedSet is the first most of the keys, sorted, each once.
func sortedSet(keys []uint32, most int) []uint32 {
	var set []uint32
	for _, key := range keys {
		if len(set) == most {
			break
		}
		if !slices.Contains(set, key) {
			set = append(set, key)
		}
	}
	slices.Sort(set)
	return set
}

// placesOf are the countries named most in the title and the start of the body. The
// article is about those of the title.
func placesOf(title, body string) []place {
	inTitle := places.Find(title, "")
	var out []place
	for _, p := range places.Find(title, upTo(body, leadBytes)) {
		if len(out) == maxPlaces {
			break
		}
		main := slices.ContainsFunc(inTitle, func(t news.Place) bool { return t.Code == p.Code })
		out = append(out, newPlace(p.Code, main))
	}
	slices.Sort(out)
	return out
}
