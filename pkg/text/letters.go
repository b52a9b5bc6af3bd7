package text

import (
	"unicode"
	"unicode/utf8"
)

// letter is what words and folding ask of a character: its kind, and, if it folds
// alone, to what.
type letter uint16

const (
	foldsTo   letter = 1<<11 - 1 // a character below U+0800, 0 for none
	kindBits         = 11        // where the kind stands, in two bits
	alone     letter = 1 << 13   // it folds to foldsTo, whatever stands beside it
	unchanged letter = 1 << 14   // and that is itself
)

func (l letter) kind() kind { return kind(l >> kindBits & 3) }

// lettersEnd is the first character that takes three bytes.
const lettersEnd = 0x0800

// letters are those of one and two bytes: nearly all of European and Arabic texts.
var letters = makeLetters()

func makeLetters() (table [lettersEnd]letter) {
	for r := range rune(lettersEnd) {
		table[r] = letter(classify(r)) << kindBits
		if r == 0 || r >= utf8.RuneSelf && !foldsAlone(r) {
			continue
		}
		folded := appendFoldedRune(nil, r)
		to, size := utf8.DecodeRune(folded)
		switch {
		case len(folded) == 0:
			table[r] |= alone
		case size == len(folded) && to < lettersEnd:
			table[r] |= alone | letter(to)
		}
		if to == r {
			table[r] |= unchanged
		}
	}
	return table
}

// letterAt gives the character of s at byte i, and how many bytes it takes.
func letterAt(s string, i int) (l letter, size int) {
	if c := s[i]; c < utf8.RuneSelf {
		return letters[c], 1
	}
	if l, ok := pairAt(s, i); ok {
		return l, 2
	}
	return farLetter(s, i)
}

// pairAt is letterAt for a character of two bytes.
func pairAt(s string, i int) (l letter, ok bool) {
	if c := s[i]; i+1 < len(s) && 0xC2 <= c && c < 0xE0 && s[i+1]&0xC0 == 0x80 {
		return letters[int(c&0x1F)<<6|int(s[i+1]&0x3F)], true
	}
	return 0, false
}

// farLetter is letterAt for a character that is not in the table.
func farLetter(s string, i int) (letter, int) {
	r, size := utf8.DecodeRuneInString(s[i:])
	return letter(classify(r)) << kindBits, size
}

type kind uint8

const (
	outside  kind = iota
	word          // a letter or digit of a script with words
	cjk           // a character of a script without
	attached      // a mark or joiner
)

func kindOf(r rune) kind {
	if 0 <= r && r < lettersEnd {
		return letters[r].kind()
	}
	return classify(r)
}

// classify is kindOf without its table.
func classify(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return word
		}
		return outside
	case r >= 0x0620 && r <= 0x064A, r >= 0x0671 && r <= 0x06D3:
		return word
	case r >= 0x2010 && r <= 0x2027: // dashes, quotation marks, ellipsis
		return outside
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
