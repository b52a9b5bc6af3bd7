package text

import (
	"iter"
	"strings"
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
		var room [64]byte
		buf := room[:0]
		var words arena
		for rest := (scanner{s: s}); ; {
			run, ok := rest.next()
			if !ok {
				return
			}
			folded := run.raw
			if run.common&unchanged == 0 {
				if run.common&alone == 0 {
					if !yieldRare(run, yield) {
						return
					}
					continue
				}
				// What folds alone is one word: nothing in it separates.
				if buf, _ = appendFoldPlain(buf[:0], run.raw); len(buf) == 0 {
					continue
				}
				folded = words.hold(buf, len(run.raw)+len(s)-rest.at)
			}
			if !yield(Token{Text: folded, Raw: run.raw, Start: run.start, End: run.end}) {
				return
			}
		}
	}
}

// yieldRare yields the words of a run that fold in other ways than letter by letter.
func yieldRare(run run, yield func(Token) bool) bool {
	if run.cjk {
		return yieldPairs(run, yield)
	}
	return yieldFolded(run.raw, run.start, run.end, yield)
}

// arena makes strings of bytes, many in one allocation.
type arena struct{ strings.Builder }

const arenaSize = 2048

// hold makes a string. The bytes of all that follow, with it, are most at most.
func (a *arena) hold(b []byte, most int) string {
	if a.Cap()-a.Len() < len(b) {
		a.Builder = strings.Builder{}
		a.Grow(max(min(arenaSize, most), len(b)))
	}
	from := a.Len()
	a.Write(b)
	return a.String()[from:]
}

// Words counts the words of s. Each Chinese or Japanese character counts as one.
func Words(s string) int {
	n := 0
	for rest := (scanner{s: s}); ; {
		run, ok := rest.next()
		switch {
		case !ok:
			return n
		case run.cjk:
			n += run.end - run.start
		default:
			n++
		}
	}
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
	common     letter // what is true of all its characters: unchanged, alone
}

// scanner cuts s into its words, and its stretches of Chinese and Japanese.
type scanner struct {
	s     string
	at    int // bytes read
	point int // code points read
}

// next gives the next run, if there is one.
func (x *scanner) next() (run, bool) {
	s, i, point := x.s, x.at, x.point
	common, size, in := letter(0), 0, outside
	for ; i < len(s); i += size {
		common, size = letterAt(s, i)
		if in = common.kind(); in == word || in == cjk {
			break
		}
		point++
	}
	if i == len(s) {
		return run{}, false
	}
	from, fromPoint := i, point
	i += size
	for point++; i < len(s); point++ {
		var l letter
		if c := s[i]; c < utf8.RuneSelf { // letterAt, in place
			l, size = letters[c], 1
		} else if pair, ok := pairAt(s, i); ok {
			l, size = pair, 2
		} else {
			l, size = farLetter(s, i)
		}
		if k := l.kind(); k != in && k != attached { // what is attached belongs to whatever it follows
			break
		}
		common &= l
		i += size
	}
	x.at, x.point = i, point
	return run{s[from:i], fromPoint, point, in == cjk, common}, true
}

func yieldPairs(run run, yield func(Token) bool) bool {
	if run.end-run.start == 1 {
		return yieldFolded(run.raw, run.start, run.end, yield)
	}
	prev, point := -1, run.start
	for i, r := range run.raw {
		if prev >= 0 && !yieldFolded(run.raw[prev:i+utf8.RuneLen(r)], point-1, point+1, yield) {
			return false
		}
		prev = i
		point++
	}
	return true
}

// yieldFolded yields the words that raw folds to.
func yieldFolded(raw string, start, end int, yield func(Token) bool) bool {
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
