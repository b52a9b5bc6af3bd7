package cleaner

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	zeroWidthNonJoiner = '\u200c' // part of Persian spelling
	zeroWidthJoiner    = '\u200d' // part of Indic spelling, and of emoji
)

// tidy makes s one line of presentable text: valid UTF-8 in NFC, every run of
// white space one space, and no control or formatting characters but the
// joiners. Bidirectional marks go as well: they belong to a page's layout, and
// left unpaired they scramble what they are pasted into.
func tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			space = true
			continue
		case unicode.IsControl(r), unicode.Is(unicode.Co, r):
			continue
		case unicode.Is(unicode.Cf, r) && r != zeroWidthNonJoiner && r != zeroWidthJoiner && !isPrependedMark(r):
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// isPrependedMark reports whether r is one of the formatting characters that
// show, such as the Arabic number sign.
func isPrependedMark(r rune) bool {
	return r >= 0x0600 && r <= 0x0605 || r == 0x06DD || r == 0x070F || r == 0x08E2 || r >= 0xE0020 && r <= 0xE007F
}

// hasLetters reports whether s says anything.
func hasLetters(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

// cut shortens s to at most n code points, at a space where there is one.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	head := string([]rune(s)[:n])
	if i := strings.LastIndexByte(head, ' '); i > 0 {
		head = head[:i]
	}
	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) }) + "…"
}
