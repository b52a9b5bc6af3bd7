// Package script tells in which script a character and a text are written.
package script

import (
	"sync"
	"unicode"
)

// Script is a script of Unicode, or what a character without one is to a text.
type Script uint8

// What Of gives for characters that are of no script known here, and the
// scripts that other packages treat by name. Kana is Japanese as a whole: a text
// with any real share of kana counts its Han characters as Kana too.
const (
	None  Script = iota // no letter
	Mark                // belongs to the letter before
	Other               // a letter of a script not known here
	Latin
	Arabic
	Hebrew
	Han
	Kana
	Hangul
	Thai
	Lao
	Khmer
	Myanmar
	Tibetan
	others // the first of those that need no name
)

// tables lists the scripts known here. Hiragana and Katakana are both Kana.
var tables = []struct {
	script Script
	name   string
	table  *unicode.RangeTable
}{
	{Latin, "Latin", unicode.Latin}, {Arabic, "Arabic", unicode.Arabic}, {Hebrew, "Hebrew", unicode.Hebrew},
	{Han, "Han", unicode.Han}, {Kana, "Kana", unicode.Hiragana}, {Kana, "Kana", unicode.Katakana},
	{Hangul, "Hangul", unicode.Hangul}, {Thai, "Thai", unicode.Thai}, {Lao, "Lao", unicode.Lao},
	{Khmer, "Khmer", unicode.Khmer}, {Myanmar, "Myanmar", unicode.Myanmar}, {Tibetan, "Tibetan", unicode.Tibetan},
	{others, "Cyrillic", unicode.Cyrillic}, {others + 1, "Greek", unicode.Greek},
	{others + 2, "Devanagari", unicode.Devanagari}, {others + 3, "Bengali", unicode.Bengali},
	{others + 4, "Tamil", unicode.Tamil}, {others + 5, "Telugu", unicode.Telugu},
	{others + 6, "Kannada", unicode.Kannada}, {others + 7, "Malayalam", unicode.Malayalam},
	{others + 8, "Gujarati", unicode.Gujarati}, {others + 9, "Gurmukhi", unicode.Gurmukhi},
	{others + 10, "Oriya", unicode.Oriya}, {others + 11, "Sinhala", unicode.Sinhala},
	{others + 12, "Armenian", unicode.Armenian}, {others + 13, "Georgian", unicode.Georgian},
	{others + 14, "Ethiopic", unicode.Ethiopic}, {others + 15, "Thaana", unicode.Thaana},
	{others + 16, "Syriac", unicode.Syriac}, {others + 17, "Nko", unicode.Nko},
	{others + 18, "Tifinagh", unicode.Tifinagh}, {others + 19, "Ol_Chiki", unicode.Ol_Chiki},
}

// count is one more than the greatest Script.
const count = others + 20

// String is the name in Unicode ("Arabic"; "Kana" for Japanese), empty for None, Mark and Other.
func (s Script) String() string {
	for _, t := range tables {
		if t.script == s {
			return t.name
		}
	}
	return ""
}

// Named is the script that String calls name; None if there is none.
func Named(name string) Script {
	for _, t := range tables {
		if t.name == name {
			return t.script
		}
	}
	return None
}

// Of is the script of a letter; Mark and None for what is no letter.
func Of(r rune) Script {
	if known := low(); r >= 0 && int(r) < len(known) {
		return known[r]
	}
	return find(r)
}

// low holds the script of the characters of nearly all texts but Chinese,
// Japanese and Korean.
var low = sync.OnceValue(func() *[0x3100]Script {
	var known [0x3100]Script
	for r := range known {
		known[r] = find(rune(r))
	}
	return &known
})

func find(r rune) Script {
	switch {
	case 0x4E00 <= r && r <= 0x9FFF:
		return Han
	case 0xAC00 <= r && r <= 0xD7A3:
		return Hangul
	case r == 'ー': // of both Hiragana and Katakana, so Unicode says Common
		return Kana
	case unicode.IsMark(r):
		return Mark
	case !unicode.IsLetter(r):
		return None
	}
	for _, t := range tables {
		if unicode.Is(t.table, r) {
			return t.script
		}
	}
	return Other
}

// denseWeight is how many letters a character of Chinese, Japanese or Korean
// weighs: it says about as much.
const denseWeight = 3

// Counts are letters by script; those of Han, Kana and Hangul weigh three.
type Counts [count]int

// Add counts the letters of s.
func (c *Counts) Add(s string) {
	for _, r := range s {
		switch in := Of(r); in {
		case None, Mark:
		case Han, Kana, Hangul:
			c[in] += denseWeight
		default:
			c[in]++
		}
	}
}

// Main is the script of most letters and its share of them all, 0 to 1; None
// and 0 without letters of a script known here. More than one kana to ten Han
// characters make it Kana.
func (c Counts) Main() (script Script, share float64) {
	if c[Kana]*10 > c[Han] {
		c[Kana] += c[Han]
		c[Han] = 0
	}
	total := 0
	for in, n := range c {
		total += n
		if Script(in) > Other && n > c[script] {
			script = Script(in)
		}
	}
	if script == None {
		return None, 0
	}
	return script, float64(c[script]) / float64(total)
}
