package pyexpr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	nameToken tokenKind = iota
	numberToken
	stringToken
	signToken
	endToken
)

type token struct {
	kind tokenKind
	text string // of a string: its value
}

// lex cuts an expression into tokens.
func lex(src string) ([]token, error) {
	var list []token
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case stringStart(src[i:]) > 0:
			value, n, err := quoted(src[i:])
			if err != nil {
				return nil, err
			}
			list = append(list, token{stringToken, value})
			i += n
		case c >= '0' && c <= '9':
			n := span(src[i:], func(c byte) bool { return c >= '0' && c <= '9' || c == '.' || c == 'x' || c >= 'a' && c <= 'f' })
			list = append(list, token{numberToken, src[i : i+n]})
			i += n
		case nameByte(c):
			n := span(src[i:], func(c byte) bool { return nameByte(c) || c >= '0' && c <= '9' })
			list = append(list, token{nameToken, src[i : i+n]})
			i += n
		default:
			n := 1
			if i+1 < len(src) && strings.Contains("== != <= >=", src[i:i+2]) && src[i+1] == '=' {
				n = 2
			}
			list = append(list, token{signToken, src[i : i+n]})
			i += n
		}
	}
	return append(list, token{kind: endToken}), nil
}

func nameByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

// stringStart is where the quote of a string stands, counted from 1: after its prefix.
func stringStart(s string) int {
	n := span(s, func(c byte) bool { return strings.IndexByte("uUrRbB", c) >= 0 })
	if n <= 2 && n < len(s) && (s[n] == '\'' || s[n] == '"') {
		return n + 1
	}
	return 0
}

// quoted reads a string, and gives how long it is written.
func quoted(s string) (value string, n int, err error) {
	at := stringStart(s)
	quote, raw := s[at-1:at], strings.ContainsAny(s[:at-1], "rR")
	if strings.HasPrefix(s[at-1:], strings.Repeat(quote, 3)) {
		quote = strings.Repeat(quote, 3)
	}
	var b strings.Builder
	for i := at - 1 + len(quote); i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], quote):
			return b.String(), i + len(quote), nil
		case s[i] == '\\' && i+1 < len(s) && !raw:
			text, used := escape(s[i:])
			b.WriteString(text)
			i += used
		default:
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
			i += size
		}
	}
	return "", 0, fmt.Errorf("a string without end: %.40s", s)
}

// escape reads what a backslash begins.
func escape(s string) (text string, n int) {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]
	if digits > 0 && len(s) >= 2+digits {
		if r, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil {
			return string(rune(r)), 2 + digits
		}
	}
	if i := strings.IndexByte("ntr\\'\"0\n", s[1]); i >= 0 {
		return []string{"\n", "\t", "\r", "\\", "'", "\"", "\x00", ""}[i], 2
	}
	return s[:2], 2
}
