package text

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Token is a word of a text.
type Token struct {
	Text  string // folded: only letters, marks and digits
	Raw   string // as written
	Start int    // in Unicode code points of the text, from 0
	End   int    // the code point after the last
}

// Tokens yields the words of s in order. A word is a run of letters, marks and
// digits; everything else separates. Chinese and Japanese, which do not put
// spaces between words, give overlapping pairs of characters (a lone character
// gives itself), as in Lucene's CJKAnalyzer; a run of Thai, Lao, Khmer or
// Burmese is one token. The few characters that fold to a phrase (ﷺ) give one
// token per word, all at the place of the character.
func Tokens(s string) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		var buf []byte
		var words arena
		for run := range runs(s) {
			if run.cjk {
				if !yieldPairs(run, yield) {
					return
				}
				continue
			}
			var plain bool
			if buf, plain = appendFoldPlain(buf[:0], run.raw); plain && len(buf) > 0 {
				// What is plain is one word: nothing in it separates.
				folded := run.raw
				if string(buf) != run.raw {
					folded = words.hold(buf)
				}
				if !yield(Token{Text: folded, Raw: run.raw, Start: run.start, End: run.end}) {
					return
				}
				continue
			}
			for word := range wordsOf(Fold(run.raw)) {
				if !yield(Token{Text: word, Raw: run.raw, Start: run.start, End: run.end}) {
					return
				}
			}
		}
	}
}

// arena makes strings of bytes, many in one allocation.
type arena struct{ strings.Builder }

const arenaSize = 2048

func (a *arena) hold(b []byte) string {
	if a.Cap()-a.Len() < len(b) {
		a.Builder = strings.Builder{}
		a.Grow(max(arenaSize, len(b)))
	}
	from := a.Len()
	a.Write(b)
	return a.String()[from:]
}

// Words counts the words of s. Each Chinese or Japanese character counts as one.
func Words(s string) int {
	n := 0
	for run := range runs(s) {
		if run.cjk {
			n += run.end - run.start
		} else {
			n++
		}
	}
	return n
}

// IsNumber reports whether a folded word is made of digits: folding makes those of
// all scripts ASCII.
func IsNumber(folded string) bool {
	for i := range len(folded) {
		if folded[i] < '0' || folded[i] > '9' {
			return false
		}
	}
	return folded != ""
}

// run is a stretch of word characters of one kind.
type run struct {
	raw        string
	start, end int // code points
	cjk        bool
}

// runs cuts s into its words, and its stretches of Chinese and Japanese.
func runs(s string) iter.Seq[run] {
	return func(yield func(run) bool) {
		from, fromPoint, in := 0, 0, outside
		point := 0
		for i, r := range s {
			k := kindOf(r)
			if k == attached { // belongs to whatever it follows
				k = in
			}
			if k != in {
				if in != outside && !yield(run{s[from:i], fromPoint, point, in == cjk}) {
					return
				}
				from, fromPoint, in = i, point, k
			}
			point++
		}
		if in != outside {
			yield(run{s[from:], fromPoint, point, in == cjk})
		}
	}
}

type kind uint8

const (
	outside  kind = iota
	word          // a letter or digit of a script with words
	cjk           // a character of a script without
	attached      // a mark or joiner
)

func kindOf(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return word
		}
		return outside
	case r >= 0x0620 && r <= 0x064A, r >= 0x0671 && r <= 0x06D3:
		return word
	case ignored(r), unicode.IsMark(r):
		return attached
	case r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー':
		if unicode.IsLetter(r) {
			return cjk
		}
		return outside
	case unicode.IsLetter(r), unicode.Is(unicode.Nd, r):
		return word
	}
	return outside
}

func yieldPairs(run run, yield func(Token) bool) bool {
	if run.end-run.start == 1 {
		return yieldPair(run.raw, run.start, run.end, yield)
	}
	prev, point := -1, run.start
	for i, r := range run.raw {
		if prev >= 0 && !yieldPair(run.raw[prev:i+utf8.RuneLen(r)], point-1, point+1, yield) {
			return false
		}
		prev = i
		point++
	}
	return true
}

func yieldPair(raw string, start, end int, yield func(Token) bool) bool {
	for w := range wordsOf(Fold(raw)) {
		if !yield(Token{Text: w, Raw: raw, Start: start, End: end}) {
			return false
		}
	}
	return true
}

// wordsOf yields the stretches of word characters of a folded word: itself,
// but for compatibility characters that folded to several words.
func wordsOf(folded string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from := -1
		for i, r := range folded {
			switch inside := kindOf(r) != outside; {
			case inside && from < 0:
				from = i
			case !inside && from >= 0:
				if !yield(folded[from:i]) {
					return
				}
				from = -1
			}
		}
		if from >= 0 {
			yield(folded[from:])
		}
	}
}
