package text

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

// Tidy makes s one line of presentable text: valid UTF-8 in NFC, every run of
// white space one space, and no control or formatting characters but the
// joiners. Bidirectional marks go as well: they belong to a page's layout, and
// left unpaired they scramble what they are pasted into.
func Tidy(s string) string {
	if isTidy(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			space = true
			continue
		case !Visible(r):
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

// isTidy reports whether s is ASCII that Tidy would not change.
func isTidy(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// Visible reports whether a reader can see r, or see its effect on spelling: it is
// neither a control character nor one of formatting, nor of private use.
func Visible(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= ' ' && r != 0x7f
	case unicode.Is(unicode.Cf, r):
		return r == zeroWidthNonJoiner || r == zeroWidthJoiner || isPrependedMark(r)
	}
	return !unicode.In(r, unicode.Cc, unicode.Co)
}

// isPrependedMark reports whether r is one of the formatting characters that
// show, such as the Arabic number sign.
func isPrependedMark(r rune) bool {
	return r >= 0x0600 && r <= 0x0605 || r == 0x06DD || r == 0x070F || r == 0x08E2 || r >= 0xE0020 && r <= 0xE007F
}
