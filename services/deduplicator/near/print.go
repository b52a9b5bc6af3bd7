package near

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"marsad/pkg/news"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

const (
	shingleWords = 3
	// maxWords bounds the part of a text that is compared.
	maxWords = 20_000
	// leadWords are what stands at the top of an article: where news says who,
	// when, where and how many.
	leadWords = 50
	// leadBytes is about as much: where countries are looked for.
	leadBytes = 600
	// maxTitleWords bounds a title that is none.
	maxTitleWords = 40
	maxCountries  = 8
	// formWords is how long a text is at most that is looked at as a form: a cable,
	// a bulletin, a notice.
	formWords = 150
)

// Print is what an article is compared by. Hashes are sorted, each once.
type Print struct {
	Lang     string   // BCP 47 base language
	Words    int      // of the body, as far as it is compared
	Shingles []uint32 // of the body
	Lists    [lists]List
}

// List is a sorted list of short hashes.
type List []uint16

// The lists of a print.
const (
	lead    = iota // words of the title and the lead
	numbers        // numbers among them
	keys           // words of the title that the body repeats
	// Of texts of at most formWords, which may be forms that were filled:
	words     // all of them
	countries // that title and lead name; the lowest bit is set if the title does
	lists     // how many there are
)

// PrintOf makes the print of an article. It takes time linear in the length of
// the texts, and looks at no more than the first 20,000 words.
func PrintOf(lang, title, body string) Print {
	r := reader{Print: Print{Lang: lang}}
	r.Lists[lead] = make(List, 0, maxTitleWords+leadWords)
	r.Lists[words] = make(List, 0, maxTitleWords+formWords)
	r.readTitle(title)
	r.readBody(body)
	if r.Words <= formWords {
		r.readPlaces(title[:min(len(title), leadBytes)], body[:min(len(body), leadBytes)])
	} else {
		r.Lists[words] = nil
	}
	for i, list := range r.Lists {
		r.Lists[i] = sorted(list)
	}
	return r.Print
}

// Shingles are the shingles of a text as its print has them, and nothing else.
func Shingles(body string) []uint32 {
	s := newShingler(body)
	for token := range text.Tokens(body) {
		if s.add(wordHash(token.Text)); s.words == maxWords {
			break
		}
	}
	return sorted(s.hashes)
}

// shingler makes shingles of words.
type shingler struct {
	words  int
	ring   [shingleWords]uint64
	hashes []uint32
}

func newShingler(body string) shingler {
	return shingler{hashes: make([]uint32, 0, min(len(body)/8, maxWords))}
}

func (s *shingler) add(word uint64) {
	s.ring[s.words%shingleWords] = word
	if s.words++; s.words >= shingleWords {
		s.hashes = append(s.hashes, combine(s.ring, s.words))
	}
}

type reader struct {
	Print
	title List // words
}

func (r *reader) readTitle(title string) {
	for token := range text.Tokens(title) {
		if len(r.title) == maxTitleWords {
			break
		}
		short := shorten(wordHash(token.Text))
		r.title = append(r.title, short)
		r.inLead(token.Text, short)
	}
	r.Lists[words] = append(r.Lists[words], r.title...)
	r.title = sorted(r.title)
}

func (r *reader) readBody(body string) {
	s := newShingler(body)
	for token := range text.Tokens(body) {
		h := wordHash(token.Text)
		short := shorten(h)
		if s.words < leadWords {
			r.inLead(token.Text, short)
		}
		if s.words < formWords {
			r.Lists[words] = append(r.Lists[words], short)
		}
		if _, ok := slices.BinarySearch(r.title, short); ok && len(r.Lists[keys]) < maxTitleWords && !slices.Contains(r.Lists[keys], short) {
			r.Lists[keys] = append(r.Lists[keys], short)
		}
		if s.add(h); s.words == maxWords {
			break
		}
	}
	r.Words, r.Shingles = s.words, sorted(s.hashes)
}

func (r *reader) inLead(word string, short uint16) {
	r.Lists[lead] = append(r.Lists[lead], short)
	if text.IsNumber(word) {
		r.Lists[numbers] = append(r.Lists[numbers], short)
	}
}

// readPlaces notes the countries that title and lead name.
func (r *reader) readPlaces(title, lead string) {
	inTitle := places.Find(title, "")
	for _, p := range places.Find(title, lead) {
		if len(r.Lists[countries]) == maxCountries {
			break
		}
		code := (uint16(p.Code[0]-'A')<<5 | uint16(p.Code[1]-'A')) << 1
		if slices.ContainsFunc(inTitle, func(t news.Place) bool { return t.Code == p.Code }) {
			code |= 1
		}
		r.Lists[countries] = append(r.Lists[countries], code)
	}
}

func wordHash(word string) uint64 { return xxhash.Sum64String(text.WithoutArticle(word)) }

// combine hashes the words of a ring whose oldest is at next.
func combine(ring [shingleWords]uint64, next int) uint32 {
	var h uint64
	for i := range ring {
		h = (h ^ ring[(next+i)%shingleWords]) * 0x9E3779B97F4A7C15
		h ^= h >> 32
	}
	return uint32(h >> 32)
}

func shorten(hash uint64) uint16 { return uint16(hash >> 48) }

func sorted[S ~[]T, T uint16 | uint32](hashes S) S {
	slices.Sort(hashes)
	return slices.Compact(hashes)
}
