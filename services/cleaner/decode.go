package cleaner

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"marsad/pkg/text"
)

// decode gives the text of body as valid UTF-8; it may share body's memory. Bytes that are UTF-8 are taken
// for it whatever is declared: text in another encoding hardly ever is, and
// wrong declarations are common. Then the byte order mark, Content-Type and
// <meta> decide as the HTML standard says ("determining the character
// encoding"). Undeclared, the encoding in which the text makes most sense wins,
// rather than the standard's Western default.
func decode(body []byte, contentType string) []byte {
	if utf8.Valid(body) && !bytes.Contains(body, []byte{0x1b}) { // ESC: ISO-2022
		return bytes.TrimPrefix(body, []byte("\uFEFF"))
	}
	declared, name, certain := charset.DetermineEncoding(body, contentType)
	if !certain || name == "utf-8" && !mostlyUTF8(body) {
		declared = guessEncoding(body)
	}
	decoded, err := declared.NewDecoder().Bytes(body)
	if err != nil {
		decoded = body
	}
	return bytes.TrimPrefix(bytes.ToValidUTF8(decoded, []byte("\uFFFD")), []byte("\uFEFF"))
}

// mostlyUTF8 reports whether body is UTF-8 with some broken characters, rather
// than something else: most of its non-ASCII characters decode.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	return good > bad
}

// guessable are the encodings of undeclared text, most frequent first, each with
// the languages written in it: nearly any bytes decode as Central European, but
// to no language of Central Europe.
var guessable = []struct {
	encoding  encoding.Encoding
	languages string
}{
	{charmap.Windows1252, "en fr es pt it de nl sv da nb fi ca eu id ms sw"},
	{charmap.Windows1256, "ar fa ur"},
	{charmap.Windows1251, "ru uk bg sr mk be"},
	{charmap.Windows1250, "pl cs sk hu hr sl ro sq"},
	{charmap.Windows1253, "el"},
	{charmap.Windows1254, "tr"},
	{charmap.Windows1255, "he yi"},
	{charmap.Windows874, "th"},
	{simplifiedchinese.GB18030, "zh"},
	{japanese.ShiftJIS, "ja"},
	{japanese.EUCJP, "ja"},
	{korean.EUCKR, "ko"},
	{traditionalchinese.Big5, "zh"},
}

// guessSample is how many bytes of non-ASCII words decide.
const guessSample = 4096

// guessEncoding picks the encoding in which the words with non-ASCII letters
// read most like a language.
func guessEncoding(body []byte) encoding.Encoding {
	if mostlyUTF8(body) {
		return encoding.Nop
	}
	sample := foreignWords(body)
	best, bestScore := encoding.Encoding(charmap.Windows1252), 0.0
	for _, candidate := range guessable {
		decoded, err := candidate.encoding.NewDecoder().Bytes(sample)
		if err != nil {
			continue
		}
		s := string(decoded)
		lang, score := text.Language(s)
		if score -= penalty(s); score > bestScore && strings.Contains(candidate.languages, lang) {
			best, bestScore = candidate.encoding, score
		}
	}
	return best
}

// penalty is the share of characters that did not decode.
func penalty(s string) float64 {
	return float64(strings.Count(s, "\uFFFD")) * 5 / float64(len(s)+1)
}

// foreignWords are the words of body that hold bytes beyond ASCII, and the words
// beside them.
func foreignWords(body []byte) []byte {
	words := bytes.FieldsFunc(body[:min(len(body), 64*guessSample)], func(r rune) bool { return r < 'A' && r != utf8.RuneError })
	foreign := func(i int) bool {
		return i >= 0 && i < len(words) && bytes.ContainsFunc(words[i], func(r rune) bool { return r >= utf8.RuneSelf })
	}
	var sample []byte
	for i, w := range words {
		if foreign(i-1) || foreign(i) || foreign(i+1) {
			sample = append(append(sample, w...), ' ')
		}
		if len(sample) > guessSample {
			break
		}
	}
	return sample
}
