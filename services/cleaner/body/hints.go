package body

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// hintWords are the words of the hints, by their hashes.
type hintWords struct {
	title, description map[uint64]bool
	linked             map[uint64]bool // runs of three words
	hasLinked          bool
	buffer             []uint64
}

// overlap is what a block has in common with the hints: shares of its words, and
// shares of the hint's.
type overlap struct {
	title, ofTitle, description, ofDescription float32
	linked                                     float32 // -1 when there is no articleBody
	hash                                       uint64  // of all words
}

func newHintWords(h Hints) hintWords {
	w := hintWords{title: map[uint64]bool{}, description: map[uint64]bool{}}
	for _, word := range wordHashes([]byte(h.Title), nil) {
		w.title[word] = true
	}
	for _, word := range wordHashes([]byte(h.Description), nil) {
		w.description[word] = true
	}
	if words := wordHashes([]byte(h.Linked), nil); len(words) > 40 {
		w.hasLinked, w.linked = true, map[uint64]bool{}
		for i := range words {
			w.linked[run(words, i)] = true
		}
	}
	return w
}

// run is the hash of three words.
func run(words []uint64, i int) uint64 {
	h := uint64(0)
	for _, w := range words[i:min(i+3, len(words))] {
		h = h*0x9E3779B97F4A7C15 + w
	}
	return h
}

func (w *hintWords) compare(s []byte) (o overlap) {
	words := wordHashes(s, w.buffer[:0])
	w.buffer = words
	n := float32(len(words))
	if n == 0 {
		o.linked = -1
		return o
	}
	inTitle, inDescription, inLinked := float32(0), float32(0), float32(0)
	for i, word := range words {
		o.hash = o.hash*0x100000001b3 ^ word
		if w.title[word] {
			inTitle++
		}
		if w.description[word] {
			inDescription++
		}
		if w.hasLinked && w.linked[run(words, i)] {
			inLinked++
		}
	}
	o.title, o.description, o.linked = inTitle/n, inDescription/n, -1
	o.ofTitle, o.ofDescription = min(1, inTitle/float32(len(w.title)+1)), min(1, inDescription/float32(len(w.description)+1))
	if w.hasLinked {
		o.linked = inLinked / n
	}
	return o
}

// wordHashes appends the hashes of the words of s, in lower case.
func wordHashes(s []byte, to []uint64) []uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(s[i:])
		}
		i += size
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r < utf8.RuneSelf:
			if r < '0' || r > '9' && r < 'a' || r > 'z' {
				r = 0
			}
		case unicode.Is(unicode.Mn, r): // vowel marks neither make words nor part them
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = 0
		default:
			r = unicode.ToLower(r)
		}
		if r != 0 {
			h = (h ^ uint64(r)) * prime
		}
		if (r == 0 || isWide(r)) && h != offset {
			to, h = append(to, h), offset
		}
	}
	if h != offset {
		to = append(to, h)
	}
	return to
}

func firstRune(s []byte) rune { r, _ := utf8.DecodeRune(s); return r }
func lastRune(s []byte) rune  { r, _ := utf8.DecodeLastRune(s); return r }

// kindOfRune sorts the first and last characters of lines.
func kindOfRune(r rune) int {
	switch {
	case r == '.' || r == '。' || r == '।' || r == '۔' || r == '؟' || r == '!' || r == '?' || r == '！' || r == '？':
		return 1
	case r == ':' || r == '：':
		return 2
	case r == '…':
		return 3
	case r == '"' || r == '”' || r == '»' || r == '“' || r == '«' || r == '\'' || r == '’' || r == '‘' || r == '」' || r == '「' || r == '„':
		return 4
	case r == '-' || r == '–' || r == '—' || r == '•' || r == '*' || r == '·' || r == '>' || r == '»' || r == '►' || r == '■':
		return 5
	case r == ')' || r == ']' || r == '(' || r == '[':
		return 6
	case unicode.IsDigit(r):
		return 7
	case unicode.IsUpper(r):
		return 8
	case unicode.IsLower(r):
		return 9
	case unicode.IsLetter(r):
		return 10
	}
	return 11
}

// tagClass orders elements by how often they hold the text of articles.
func tagClass(a atom.Atom) int {
	switch a {
	case atom.P:
		return 10
	case atom.Blockquote:
		return 9
	case atom.H2, atom.H3, atom.H4:
		return 8
	case atom.Li:
		return 7
	case atom.Section, atom.Article, atom.Main:
		return 6
	case atom.Div, atom.Body, atom.Center:
		return 5
	case atom.Td, atom.Th, atom.Dd, atom.Dt:
		return 4
	case atom.Pre:
		return 3
	case atom.H1:
		return 2
	case atom.H5, atom.H6:
		return 1
	}
	return 0
}

func containsAny(s []byte, parts ...string) bool {
	for _, part := range parts {
		if bytes.Contains(s, []byte(part)) {
			return true
		}
	}
	return false
}
