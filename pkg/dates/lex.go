package dates

import (
	"unicode"
	"unicode/utf8"
)

// token is a number, a word, or one character of another kind.
type token struct {
	start, end int
	kind       tokenKind
	spaced     bool // white space stands before it
	digits     int  // of a number
	value      int  // of a number; the character otherwise
	entry      *entry
	span       int  // how many tokens the entry's name covers
	looked     bool // entry has been looked up
}

type tokenKind uint8

const (
	mark tokenKind = iota
	number
	word
)

// lex appends the tokens of s[from:to].
func lex(toks []token, s string, from, to int) []token {
	spaced := true
	for i := from; i < to; {
		r, size := decode(s, i)
		t := token{start: i, spaced: spaced, value: int(r)}
		switch digit := digitOf(r); {
		case invisible(r):
			i += size
			continue
		case unicode.IsSpace(r):
			i += size
			spaced = true
			continue
		case digit >= 0:
			t.kind = number
			t.end, t.digits, t.value = lexNumber(s, i, to)
		case ideograph(r):
			t.kind, t.end = word, i+size
		case unicode.IsLetter(r) || r == 'º' || r == 'ª':
			t.kind, t.end = word, lexWord(s, i, to)
		default:
			t.end = i + size
		}
		spaced = false
		i = t.end
		toks = append(toks, t)
	}
	return toks
}

func decode(s string, i int) (r rune, size int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

// maxDigits is the length of the longest number that means something: a time in
// milliseconds, with room for fractions of seconds.
const maxDigits = 18

func lexNumber(s string, i, to int) (end, digits, value int) {
	for i < to {
		r, size := decode(s, i)
		d := digitOf(r)
		if d < 0 {
			break
		}
		if digits < maxDigits {
			value = value*10 + d
		}
		digits++
		i += size
	}
	return i, digits, value
}

// lexWord takes letters and marks, and the dots within abbreviations: a.m., พ.ศ.
func lexWord(s string, i, to int) int {
	letters, dotted := 0, true
	for i < to {
		r, size := decode(s, i)
		switch {
		case r == '.' && dotted && letters <= 2 && i+1 < to:
			next, _ := decode(s, i+1)
			if !unicode.IsLetter(next) || ideograph(next) || shortRun(s, i+1, to) > 2 {
				return i
			}
			letters = 0
		case ideograph(r):
			return i
		case unicode.IsLetter(r):
			letters++
			dotted = letters <= 2
		case unicode.IsMark(r) || invisible(r) || r == 'ـ' || r == 'º' || r == 'ª':
		default:
			return i
		}
		i += size
	}
	return i
}

// shortRun counts up to three letters from i.
func shortRun(s string, i, to int) int {
	n := 0
	for i < to && n < 3 {
		r, size := decode(s, i)
		switch {
		case unicode.IsLetter(r):
			n++
		case !unicode.IsMark(r):
			return n
		}
		i += size
	}
	return n
}

// invisible reports whether r is a bidirectional mark or joiner, which may stand
// anywhere in a date.
func invisible(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x061C || r == 0xFEFF || r == 0x00AD
}

// ideograph reports whether r is a word by itself.
func ideograph(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }

// zeros are the digits zero of the scripts in whose digits dates are written, and
// of the full-width forms. Their other digits follow in order.
var zeros = [...]rune{'٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '０'}

// digitOf is the value of a decimal digit; -1 for another character.
func digitOf(r rune) int {
	if r < 0x660 {
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return -1
	}
	for _, zero := range zeros {
		if r < zero {
			return -1
		}
		if r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}
