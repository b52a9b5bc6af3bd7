package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings spellings of the same word to one form. It applies Unicode NFKC
// and simple lower case, then:
//
//   - removes harakat, tatweel, Hebrew points, soft hyphens, variation
//     selectors, and bidirectional and zero-width marks (a Persian word written
//     with a zero-width non-joiner becomes one word);
//   - folds Arabic letters: أإآٱ → ا, ؤ → و, ئىی → ي, ة and the Urdu and Kurdish
//     forms of heh → ه, ک → ك. A hamza seat becomes the letter it sits on, since
//     writers drop the hamza far more often than the seat; ء alone stays;
//   - folds decimal digits of every script to ASCII;
//   - removes the diacritics of Latin and Greek letters (é → e, ø → o, ß → ss,
//     æ → ae, ς → σ) and folds ё → е. Other Cyrillic letters, and the vowel signs
//     of Indic scripts, are letters of their own and stay.
//
// The result is valid UTF-8; invalid bytes become U+FFFD. Fold is idempotent.
func Fold(s string) string {
	if i := firstUnfolded(s); i == len(s) {
		return s
	}
	return string(appendFold(make([]byte, 0, len(s)), s))
}

// firstUnfolded is the length of the longest ASCII prefix that folding keeps.
func firstUnfolded(s string) int {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return i
		}
	}
	return len(s)
}

// appendFold appends Fold(s) to dst.
func appendFold(dst []byte, s string) []byte {
	folded, plain := appendFoldPlain(dst, s)
	if plain {
		return folded
	}
	return append(dst, foldComposed(s)...)
}

// appendFoldPlain appends Fold(s) to dst, unless s has a character that may fold
// otherwise beside others.
func appendFoldPlain(dst []byte, s string) (folded []byte, plain bool) {
	for i := 0; i < len(s); {
		l, size := letterAt(s, i)
		if l&alone == 0 {
			r, _ := utf8.DecodeRuneInString(s[i:])
			if r >= utf8.RuneSelf && !foldsAlone(r) {
				return dst, false
			}
			dst = appendFoldedRune(dst, r)
		} else if to := l & foldsTo; to >= utf8.RuneSelf {
			dst = append(dst, 0xC0|byte(to>>6), 0x80|byte(to&0x3F))
		} else if to > 0 {
			dst = append(dst, byte(to))
		}
		i += size
	}
	return dst, true
}

// foldsAlone reports whether r folds the same whatever else of this kind stands
// around it, so that normalising first would change nothing: the letters, marks and
// punctuation of everyday Arabic, whose marks are all removed, so that their order and
// composition do not matter; and the composed Latin letters of Europe, which
// change only beside a combining mark.
func foldsAlone(r rune) bool {
	switch {
	case r >= 0x00C0 && r <= 0x017E:
		return r != 'Ĳ' && r != 'ĳ' && r != 'Ŀ' && r != 'ŀ' && r != 'ŉ' // decompose
	case r >= 0x0600 && r <= 0x06FF:
		return r < 0x0675 || r > 0x0678 // high-hamza ligatures decompose
	case r >= 0x2012 && r <= 0x201F && r != 0x2017, r >= 0x200B && r <= 0x200F:
		return true
	}
	return r == '«' || r == '»'
}

// foldComposed folds text that needs normalising. Removing a mark can bring two
// characters together that compose, and lower case can leave the normal form:
// the loop runs until nothing is left to compose, which makes Fold idempotent.
func foldComposed(s string) []byte {
	buf := make([]byte, 0, len(s)+8)
	for _, r := range s {
		if !ignored(r) {
			buf = utf8.AppendRune(buf, r)
		}
	}
	for {
		normal := norm.NFKC.Bytes(buf)
		buf = make([]byte, 0, len(normal))
		for i := 0; i < len(normal); {
			r, size := utf8.DecodeRune(normal[i:])
			i += size
			buf = appendFoldedRune(buf, r)
		}
		if norm.NFKC.IsNormal(buf) {
			return buf
		}
	}
}

// appendFoldedRune folds one character of text that is in NFKC.
func appendFoldedRune(dst []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, byte(r))
	case r >= 0x0600 && r <= 0x06FF:
		return appendFoldedArabic(dst, r)
	case ignored(r):
		return dst
	}
	r = unicode.ToLower(r)
	if r >= 0x0660 && unicode.Is(unicode.Nd, r) {
		return append(dst, digit(r))
	}
	if base, ok := undiacritic[r]; ok {
		r = base
	}
	if wide, ok := expansions[r]; ok {
		return append(dst, wide...)
	}
	return utf8.AppendRune(dst, r)
}

func appendFoldedArabic(dst []byte, r rune) []byte {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		r = 'ا'
	case 'ؤ':
		r = 'و'
	case 'ئ', 'ى', 'ی':
		r = 'ي'
	case 'ة', 'ۃ', 'ہ', 'ۂ', 'ھ', 'ۀ', 'ە':
		r = 'ه'
	case 'ک', 'ڪ':
		r = 'ك'
	case 'ۓ':
		r = 'ے'
	}
	switch {
	case r >= '٠' && r <= '٩':
		return append(dst, '0'+byte(r-'٠'))
	case r >= '۰' && r <= '۹':
		return append(dst, '0'+byte(r-'۰'))
	case ignored(r):
		return dst
	}
	return utf8.AppendRune(dst, r)
}

// ignored reports whether folding removes r.
func ignored(r rune) bool {
	switch {
	case r < 0x00AD:
		return false
	case r == 0x00AD, // soft hyphen
		r >= 0x0300 && r <= 0x036F,              // combining diacritics that did not compose
		r >= 0x0591 && r <= 0x05BD, r == 0x05BF, // Hebrew points and accents
		r == 0x05C1, r == 0x05C2, r == 0x05C4, r == 0x05C5, r == 0x05C7,
		r >= 0x0610 && r <= 0x061A, r == 0x061C, // Arabic signs, Arabic letter mark
		r == 0x0640,                // tatweel
		r >= 0x064B && r <= 0x065F, // harakat
		r == 0x0670,                // superscript alef
		r >= 0x06D6 && r <= 0x06DC, r >= 0x06DF && r <= 0x06E8,
		r >= 0x06EA && r <= 0x06ED, // Koranic annotation
		r >= 0x08CA && r <= 0x08FF && r != 0x08E2,
		r == 0x180E,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F,
		r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return true
	}
	return false
}

// digit gives the ASCII digit of a decimal digit. Unicode encodes the digits of
// a script in order from zero (The Unicode Standard, section 4.6), and each range
// of the Nd table starts at a zero.
func digit(r rune) byte {
	for _, t := range unicode.Nd.R16 {
		if lo, hi := rune(t.Lo), rune(t.Hi); lo <= r && r <= hi {
			return '0' + byte((r-lo)%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if lo, hi := rune(t.Lo), rune(t.Hi); lo <= r && r <= hi {
			return '0' + byte((r-lo)%10)
		}
	}
	return '0'
}

// expansions are letters that fold to two.
var expansions = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th"}

// undiacritic maps a lower-case Latin or Greek letter with diacritics to the
// bare letter.
var undiacritic = makeUndiacritic()

func makeUndiacritic() map[rune]rune {
	bare := map[rune]rune{
		'ø': 'o', 'đ': 'd', 'ð': 'd', 'ł': 'l', 'ħ': 'h', 'ı': 'i', 'ŧ': 't',
		'ς': 'σ', 'ё': 'е',
	}
	for _, block := range [][2]rune{{0x00C0, 0x024F}, {0x0370, 0x03FF}, {0x1E00, 0x1FFF}} {
		for r := block[0]; r <= block[1]; r++ {
			base, size := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
			if size == utf8.RuneLen(r) && base == r || !unicode.IsLetter(base) {
				continue
			}
			if to, ok := bare[base]; ok {
				base = to
			}
			bare[r] = base
		}
	}
	return bare
}
