package langmodel

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"marsad/pkg/text/script"
)

// Words calls yield with the features of each word of s that is written in a
// script: hashes below 1<<24, valid during the call only.
func Words(in script.Script, s string, yield func(features []uint32)) {
	var letters [maxWord]rune
	var hashes [maxFeatures]uint32
	words(in, s, letters[:0], func(word []rune) { yield(features(hashes[:0], word)) })
}

// words calls yield with each word of s that is written in a script: its letters
// in lower case and composed (NFC), with the marks on them, without the vowel
// signs and the stretching that Arabic and Hebrew may have or not. A stretch
// longer than wordLength is cut. The word is valid during the call only.
func words(in script.Script, s string, buf []rune, yield func(word []rune)) {
	word, limit := buf[:0], wordLength(in)
	for _, r := range composed(s) {
		if optional(r) {
			continue
		}
		switch of := script.Of(r); {
		case of == in, in == script.Kana && of == script.Han:
			if len(word) == limit {
				yield(word)
				word = word[:0]
			}
			word = append(word, lower(r))
			continue
		case of == script.Mark && len(word) > 0:
			if len(word) < limit {
				word = append(word, r)
			}
			continue
		}
		if len(word) > 0 {
			yield(word)
			word = word[:0]
		}
	}
	if len(word) > 0 {
		yield(word)
	}
}

// maxWord is the greatest wordLength.
const maxWord = 24

// wordLength is how many characters of a script are read as one word at most.
// Where no spaces part the words, that is about one or two of them.
func wordLength(in script.Script) int {
	switch in {
	case script.Han, script.Kana:
		return 4
	case script.Thai, script.Lao, script.Khmer, script.Myanmar, script.Tibetan:
		return 8
	}
	return maxWord
}

func lower(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return r
	case r == 'İ':
		return 'i'
	}
	return unicode.ToLower(r)
}

// optional reports the signs that writers of Arabic and Hebrew mostly leave out
// (tatweel, harakat, superscript alef, niqqud), and what is not seen inside a
// word: the soft hyphen and the zero width joiner.
func optional(r rune) bool {
	return r == 0x00AD || r == 0x200D || r == 0x0640 || 0x064B <= r && r <= 0x0652 || r == 0x0670 || 0x0591 <= r && r <= 0x05C7
}

// composed is s in NFC; where it holds letters in the shapes they take when
// joined (the presentation forms of Arabic and Hebrew), in NFKC.
func composed(s string) string {
	switch {
	case strings.ContainsFunc(s, presentation):
		return norm.NFKC.String(s)
	case norm.NFC.IsNormalString(s):
		return s
	}
	return norm.NFC.String(s)
}

func presentation(r rune) bool {
	return 0xFB1D <= r && r <= 0xFDFF || 0xFE70 <= r && r <= 0xFEFC
}
