package boilerplate

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/text"
)

// folded is a line in the form in which phrases are compared: the letters of
// text.Fold, a single space for everything between words, and "0" for every
// number. It costs no memory but that of its caller.
type folded struct {
	text []byte
	mark int // where in text the first colon, bar or dash stood; -1 without one
}

// read folds a line, into the memory of dst.
func read(dst []byte, line string) folded {
	var (
		table  = table()
		mark   = -1
		gap    = false // something stood between words
		before rune
		beyond fold
	)
	for i := 0; i < len(line); {
		if c := line[i]; 'a' <= c && c <= 'z' && !gap && len(dst) > 0 && dst[len(dst)-1] != '0' {
			dst, before = append(dst, c), rune(c)
			i++
			continue
		}
		r, size := rune(line[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(line[i:])
		}
		var f *fold
		if int(r) < len(table) {
			f = &table[r]
		} else {
			beyond = foldBeyond(r)
			f = &beyond
		}
		n := len(dst)
		switch {
		case f.separates:
			gap = true
			if mark < 0 && n > 0 && marks(r, before, line[i:]) {
				mark = n
			}
		case f.n == 0:
		case f.isNumber():
			if n == 0 || dst[n-1] != '0' { // else "1 234", "12:30"
				dst = appendSpaced(dst, n > 0)
				dst = append(dst, '0')
			}
			gap = false
		case !gap && n > 0 && dst[n-1] == '0' && isThousands(r) && lone(line[i+size:]):
		default:
			dst = appendSpaced(dst, n > 0 && (gap || dst[n-1] == '0'))
			if f.n == 2 { // most letters of Arabic and Cyrillic, without a call to copy
				dst = append(dst, f.bytes[0], f.bytes[1])
			} else {
				dst = append(dst, f.bytes[:f.n]...)
			}
			gap = false
		}
		before = r
		i += size
	}
	return folded{dst, mark}
}

func appendSpaced(dst []byte, space bool) []byte {
	if space {
		return append(dst, ' ')
	}
	return dst
}

// isThousands reports whether a letter after a number says thousand or million.
func isThousands(r rune) bool { return r == 'K' || r == 'k' || r == 'M' }

// lone reports whether no letter follows.
func lone(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsLetter(r)
}

// marks reports whether a sign sets a label apart from what follows it. Hyphens and
// slashes do so only between spaces.
func marks(r, before rune, rest string) bool {
	switch r {
	case ':', '：', '=', '|', '–', '—', '»', '›', ']', '】', '•', '︰', '►', '▶', '⬅', '👈', '👇', '…':
		return true
	case '-', '/', '>':
		return unicode.IsSpace(before) || len(rest) > 1 && rest[1] == ' '
	}
	return false
}

// fold is what a character folds to.
type fold struct {
	bytes     [5]byte
	n         uint8
	separates bool
}

func (f *fold) isNumber() bool { return f.n == 1 && f.bytes[0] == '0' }

// foldBeyond folds a character beyond the table.
func foldBeyond(r rune) (f fold) {
	switch code := foldedRune(r); code {
	case 0:
		f.separates = true
	default:
		f.n = uint8(utf8.EncodeRune(f.bytes[:], code))
	}
	return f
}

// tableSize is past the scripts whose letters have cases or accents.
const tableSize = 0x2100

// table is text.Fold of every character by itself. What composes folds the same
// character by character, since both remove the marks.
var table = sync.OnceValue(func() []fold {
	all := make([]fold, tableSize)
	for r := range rune(tableSize) {
		s := text.Fold(string(r))
		first, _ := utf8.DecodeRuneInString(s)
		f := &all[r]
		switch {
		case s == "":
		case '0' <= first && first <= '9':
			f.n = uint8(copy(f.bytes[:], "0"))
		case unicode.IsLetter(first) || unicode.IsMark(first):
			f.n = uint8(copy(f.bytes[:], s))
			if int(f.n) < len(s) { // a sign that stands for a phrase
				*f = fold{separates: true}
			}
		default:
			f.separates = true
		}
	}
	return all
})

// foldedRune folds a character beyond the table, where letters have neither cases
// nor accents; 0 for what separates.
func foldedRune(r rune) rune {
	switch {
	case r < tableSize:
		f := &table()[r]
		first, _ := utf8.DecodeRune(f.bytes[:f.n])
		if f.n == 0 {
			return 0
		}
		return first
	case r >= 0x3040 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3:
		if r == '・' {
			return 0
		}
		return r
	case r >= 0xFF01 && r <= 0xFF5E: // wide forms of ASCII
		return foldedRune(r - 0xFEE0)
	case unicode.IsLetter(r), unicode.IsMark(r) && r < 0xFE00:
		return r
	case unicode.Is(unicode.Nd, r):
		return '0'
	}
	return 0
}

// unspaced reports whether a script puts no spaces between words.
func unspaced(r rune) bool {
	return r >= 0x0E00 && r <= 0x0EFF || r >= 0x3040 && r <= 0x9FFF || r >= 0x1780 && r <= 0x17FF || r >= 0x1000 && r <= 0x109F
}

// words counts the words of folded text; of scripts without spaces, two characters
// are one, as they are about as much said.
func words(s []byte) int {
	n, unspacedRunes, inWord := 0, 0, false
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			if s[i] != ' ' && !inWord {
				n++
			}
			inWord = s[i] != ' '
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		i += size
		if unspaced(r) {
			unspacedRunes++
			inWord = false
			continue
		}
		if !inWord {
			n++
		}
		inWord = true
	}
	return n + (unspacedRunes+1)/2
}

// boundary reports whether a word can start or end at a place of folded text.
func boundary(s []byte, at int) bool {
	if at <= 0 || at >= len(s) || s[at] == ' ' || s[at-1] == ' ' {
		return true
	}
	if s[at] < utf8.RuneSelf && s[at-1] < utf8.RuneSelf {
		return false
	}
	after, _ := utf8.DecodeRune(s[at:])
	before, _ := utf8.DecodeLastRune(s[:at])
	return unspaced(after) || unspaced(before)
}
