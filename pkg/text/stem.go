package text

import (
	"strings"
	"unicode/utf8"
)

// Stem takes the endings of inflection, and in Arabic the particles in front,
// off a folded word of a base language, lightly: words of one meaning meet, few
// of different meanings do. It never gives an empty word for one that is not, and
// words with digits stay as they are. The methods:
//
//   - Arabic: light10 of Larkey, Ballesteros and Connell, "Light Stemming for
//     Arabic Information Retrieval" (2007).
//   - English: the plural rules of Harman's S-stemmer ("How effective is
//     suffixing?", JASIS 1991), and -ed and -ing after Porter's step 1 (1980).
//   - French, Spanish, Italian, Portuguese: endings of number and gender after
//     Savoy, "A stemming procedure and stopword list for general French corpora"
//     (JASIS 1999) and "Light stemming approaches for the French, Portuguese,
//     German and Hungarian languages" (SAC 2006).
//   - German: endings of declension, after the same.
//   - other languages with an alphabet of Europe: the first letters only, five in Turkish
//     (Can et al., "Information retrieval on Turkish texts", JASIST 2008), six
//     elsewhere (McNamee and Mayfield, "Character n-gram tokenization", 2004, found
//     such truncation about as good as stemmers).
//
// Words of other languages stay as they are.
func Stem(lang, folded string) string {
	stem := stemWord(lang, folded)
	if len(stem) < len(folded) && hasDigit(folded) {
		return folded
	}
	return stem
}

func stemWord(lang, s string) string {
	switch lang {
	case "ar":
		return stemArabic(s)
	case "en":
		return stemEnglish(s)
	case "fr":
		return stemFrench(s)
	case "es", "it", "pt", "ca", "gl":
		return stemSouthern(s)
	case "de":
		return stemGerman(s)
	case "tr", "az":
		return firstLetters(s, 5)
	}
	if r, _ := utf8.DecodeRuneInString(s); r < 0x0530 { // Latin, Greek, Cyrillic
		return firstLetters(s, 6)
	}
	return s
}

func hasDigit(folded string) bool {
	for i := range len(folded) {
		if folded[i]-'0' < 10 {
			return true
		}
	}
	return false
}

// firstLetters is the first n characters of a word.
func firstLetters(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// stemArabic is light10. It takes off, each once and in this order, the endings
// ها ان ات ون ين يه ه ي, if two letters remain. Arabic letters take two bytes each.
func stemArabic(s string) string {
	s = cutFront(s)
	for done := 0; ; {
		size, place := arabicEnding(s, done)
		if size == 0 {
			return s
		}
		s, done = s[:len(s)-size], place
	}
}

// cutFront takes off the article with its particles (two letters must remain), or
// the word "and" (three).
func cutFront(s string) string {
	if len(s) < 8 {
		return s
	}
	switch s[:2] {
	case "و", "ب", "ك", "ف":
		if len(s) >= 10 && s[2:6] == "ال" {
			return s[6:]
		}
		if s[:2] == "و" {
			return s[2:]
		}
	case "ا", "ل":
		if s[2:4] == "ل" {
			return s[4:]
		}
	}
	return s
}

// arabicEnding gives the bytes of the first ending of s behind the place done in
// the order of light10, and its place, from 1; or 0.
func arabicEnding(s string, done int) (size, place int) {
	if len(s) < 6 {
		return 0, 0
	}
	before, last := s[len(s)-4:len(s)-2], s[len(s)-2:]
	place = 0
	switch {
	case len(s) < 8: // an ending of two letters would leave one
	case last == "ا" && before == "ه":
		place = 1
	case last == "ن" && before == "ا":
		place = 2
	case last == "ت" && before == "ا":
		place = 3
	case last == "ن" && before == "و":
		place = 4
	case last == "ن" && before == "ي":
		place = 5
	case last == "ه" && before == "ي":
		place = 6
	}
	switch {
	case place > done:
		return 4, place
	case last == "ه" && done < 7:
		return 2, 7
	case last == "ي" && done < 8:
		return 2, 8
	}
	return 0, 0
}

func stemEnglish(s string) string {
	s = singular(s)
	rest := s
	switch {
	case strings.HasSuffix(s, "ing"):
		rest = s[:len(s)-3]
	case strings.HasSuffix(s, "ed"):
		rest = s[:len(s)-2]
	}
	if len(rest) < len(s) && len(rest) >= 3 && hasVowel(rest) {
		s = undouble(rest)
	}
	return cutLast(s, 'e', 3)
}

func hasVowel(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			return true
		}
	}
	return false
}

// singular is the S-stemmer.
func singular(s string) string {
	if len(s) < 4 || s[len(s)-1] != 's' {
		return s
	}
	switch s[len(s)-2] {
	case 'e':
		if s[len(s)-3] == 'i' && s[len(s)-4] != 'e' && s[len(s)-4] != 'a' {
			return s[:len(s)-3] + "y"
		}
	case 'u', 's', 'i':
		return s
	}
	return s[:len(s)-1]
}

func stemFrench(s string) string {
	if len(s) < 5 {
		return s
	}
	switch {
	case strings.HasSuffix(s, "eaux"):
		return s[:len(s)-1]
	case strings.HasSuffix(s, "aux") && len(s) > 5:
		return s[:len(s)-2] + "l"
	case s[len(s)-1] == 's', s[len(s)-1] == 'x':
		s = s[:len(s)-1]
	}
	s = cutLast(s, 'r', 4)
	s = cutLast(s, 'e', 4)
	return undouble(cutLast(s, 'e', 4))
}

// stemSouthern serves languages whose number and gender are in a last vowel.
func stemSouthern(s string) string {
	if len(s) < 5 {
		return s
	}
	s = cutLast(s, 's', 4)
	switch s[len(s)-1] {
	case 'a', 'o', 'e', 'i':
		return s[:len(s)-1]
	}
	return s
}

// stemGerman takes off one of ern em en er es e s n, if four letters remain.
func stemGerman(s string) string {
	ending := 0
	switch n := len(s); {
	case n < 5:
	case n >= 7 && s[n-3:] == "ern":
		ending = 3
	case n >= 6 && (s[n-2:] == "em" || s[n-2:] == "en" || s[n-2:] == "er" || s[n-2:] == "es"):
		ending = 2
	case s[n-1] == 'e', s[n-1] == 's', s[n-1] == 'n':
		ending = 1
	}
	return s[:len(s)-ending]
}

// undouble makes one of two equal consonants at the end.
func undouble(s string) string {
	n := len(s)
	if n <= 3 || s[n-1] != s[n-2] {
		return s
	}
	switch c := s[n-1]; {
	case c < 'a', c > 'z', c == 'a', c == 'e', c == 'i', c == 'o', c == 'u':
		return s
	}
	return s[:n-1]
}

// cutLast takes a last letter off if at least so many bytes remain.
func cutLast(s string, letter byte, remain int) string {
	if n := len(s) - 1; n >= remain && s[n] == letter {
		return s[:n]
	}
	return s
}
