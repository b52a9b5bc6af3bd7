package phrases

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// stems says of most words that they begin with none of the stems added: by their first
// three letters, and then letter by letter, as long as some stem goes on so.
type stems struct {
	heads filter
	short bool   // a stem with the article has no head
	begun filter // beginnings of stems, from MinStar characters on, and stems
	whole filter // stems
}

func (s *stems) add(stem string) {
	h, articled, ok := head(stem)
	if ok {
		s.heads.add(h)
	} else if articled {
		s.short = true
	}
	var p prefix
	for i := 0; i < len(stem); {
		p, i = p.grow(stem, i)
		if p.n >= MinStar {
			s.begun.add(p.hash())
		}
	}
	s.whole.add(p.hash())
}

// begin reports whether a word may begin with a stem.
func (s *stems) begin(word string) bool {
	h, articled, ok := head(word)
	if ok && !s.heads.has(h) && (!articled || !s.short) {
		return false
	}
	return s.goOn(prefix{}, word)
}

// goOn reports whether what begins with start, and then has the letters of rest, may
// begin with a stem.
func (s *stems) goOn(start prefix, rest string) bool {
	p := start
	for i := 0; i < len(rest); {
		p, i = p.grow(rest, i)
		if p.n < MinStar {
			continue
		}
		if h := p.hash(); !s.begun.has(h) {
			return false
		} else if s.whole.has(h) {
			return true
		}
	}
	return false
}

// head hashes the first three letters of a word, those behind the article if it has
// one, if they take one byte each, or two each.
func head(word string) (hash uint64, articled, ok bool) {
	if len(word) < 3 {
		return 0, false, false
	}
	letters := three(word)
	if letters&0x808080 == 0 {
		return letters * golden >> 24, false, true
	}
	word, articled = strings.CutPrefix(word, article)
	if len(word) < 6 {
		return 0, articled, false
	}
	letters = three(word) | three(word[3:])<<24
	if letters&0xE000E000E0 != 0xC000C000C0 { // not all take two bytes
		return 0, articled, false
	}
	if articled {
		letters = ^letters
	}
	return letters * golden >> 24, articled, true
}

func three(s string) uint64 { return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 }

// prefix is the beginning of a word.
type prefix struct {
	sum uint64
	n   int // characters
}

// grow reads the character of a word at byte i, and gives where the next begins.
func (p prefix) grow(word string, i int) (prefix, int) {
	r := uint64(word[i])
	for i++; i < len(word) && !utf8.RuneStart(word[i]); i++ {
		r = r<<8 | uint64(word[i])
	}
	return prefix{(p.sum ^ r) * golden, p.n + 1}, i
}

// hash takes the bits of the sum that all letters bear on.
func (p prefix) hash() uint64 { return p.sum >> 24 }

// afterArticle is when ال was read.
var afterArticle = func() (p prefix) {
	for i := 0; i < len(article); {
		p, i = p.grow(article, i)
	}
	return p
}()

// beginnings yields those of a word that may be stems, of up to longest bytes.
func beginnings(word string, longest int) iter.Seq[string] {
	return func(yield func(string) bool) {
		n := 0
		for i := range word {
			if i > longest {
				return
			}
			if n >= MinStar && !yield(word[:i]) {
				return
			}
			n++
		}
		if n >= MinStar && len(word) <= longest {
			yield(word)
		}
	}
}
