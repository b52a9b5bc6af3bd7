package story

import (
	"strings"
	"unicode/utf8"

	"marsad/pkg/text"
)

const (
	maxTerms     = 64 // of an article, the weightiest
	maxTitle     = 8
	maxNames     = 12
	maxNamesRead = 3 * maxNames // with repetitions
	maxNumbers   = 8
	maxPlaces    = 6   // countries
	bodyTokens   = 400 // that are read
	titleTokens  = 40
	bodyBytes    = 16 << 10 // that are looked at for bodyTokens
	titleBytes   = 1 << 10
	leadBytes    = 1000 // where countries are looked for
	maxWord      = 64   // bytes; what is longer is no word
)

// What an occurrence of a word counts, by where it stands.
const (
	inTitle = 3
	inBody  = 1
)

// Features are what an article is recognised by: about 400 bytes. They are made
// once, outside any lock, and never change. The zero value has no words, and is
// like nothing.
type Features struct {
	lang    string   // BCP 47 base language; "" if unknown
	terms   []term   // by hash, each once; weights scaled so that the greatest is 255
	title   []uint32 // hashes of its uncommon words that the body repeats, sorted, each once
	names   []uint32 // hashes of names that other languages write alike, sorted, each once
	numbers []uint32 // hashes of numbers, the same
	places  []place  // countries, sorted
	square  uint32   // the sum of the squared weights of the terms
}

// term is a stemmed word of a language: its hash in the upper 24 bits, its
// weight, 1 to 255, in the lower 8.
type term uint32

func newTerm(hash uint32, weight uint8) term { return term(hash<<8 | uint32(weight)) }

func (t term) hash() uint32   { return uint32(t) >> 8 }
func (t term) weight() uint32 { return uint32(t) & 0xff }

// place is a country: the two letters of its code, and whether the article is about it.
type place uint16

func newPlace(code string, main bool) place {
	p := place(code[0]-'A')<<8 | place(code[1]-'A')<<1
	if main {
		p |= 1
	}
	return p
}

func (p place) country() uint16 { return uint16(p >> 1) }
func (p place) main() bool      { return p&1 != 0 }

// FeaturesOf reads an article in a BCP 47 base language. However long it is, only
// the title and about the first 400 words of the body are read.
func FeaturesOf(lang, head, body string) Features {
	head, body = upTo(head, titleBytes), upTo(body, bodyBytes)
	if lang == text.Unknown {
		lang = ""
	}
	lang = upTo(lang, maxLang)
	r := reader{lang: lang, known: background().knows(lang), seed: hashSeed(lang)}
	r.read(head, titleTokens, inTitle)
	title := r.words.uncommon()
	r.read(body, bodyTokens, inBody)
	terms := r.terms()
	return Features{
		lang: lang, terms: terms, square: square(terms),
		title: sortedSet(r.words.repeated(title), maxTitle),
		names: sortedSet(r.names, maxNames), numbers: sortedSet(r.numbers, maxNumbers),
		places: placesOf(head, body),
	}
}

// Lang is the language the article was read in; empty if it was unknown.
func (f Features) Lang() string { return f.lang }

// Empty reports whether the article has no words to be recognised by.
func (f Features) Empty() bool { return len(f.terms) == 0 }

// upTo is the first bytes of s, without a character that is cut.
func upTo(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	for bytes > 0 && !utf8.RuneStart(s[bytes]) {
		bytes--
	}
	return strings.Clone(s[:bytes]) // does not keep a large text alive
}
