package watches

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/text"
)

// sentences numbers the sentence of each token of s, which begin at the bytes begins,
// from 1. A sentence ends with . ! ? ؟ ; ؛ … 。 and the like, and with a paragraph; a full
// stop ends none inside a number or an abbreviation, or after an initial.
func sentences(s string, tokens []text.Token, begins, numbers []int32) []int32 {
	number := int32(1)
	end := 0 // the byte after the tokens so far
	for i, t := range tokens {
		at := int(begins[i])
		if i > 0 && end < at && ends(s[end:at], tokens[i-1]) {
			number++
		}
		end = max(end, at+len(t.Raw))
		numbers = append(numbers, number)
	}
	return numbers
}

// ends reports whether a sentence ends in what stands between a word and the next.
func ends(between string, before text.Token) bool {
	if strings.Count(between, "\n") > 1 {
		return true
	}
	if strings.ContainsAny(between, "!?؟۔…。！？;؛；") {
		return true
	}
	i := strings.IndexByte(between, '.')
	if i < 0 || i+1 >= len(between) {
		return false // a number, or a name such as U.S.
	}
	next, _ := utf8.DecodeRuneInString(between[i+1:])
	if !unicode.IsSpace(next) && !unicode.IsPunct(next) {
		return false
	}
	return utf8.RuneCountInString(before.Text) > 1 && !abbreviations[before.Text]
}

// abbreviations are words, folded, that are written with a full stop.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "no": true, "vs": true, "etc": true, "gen": true, "col": true,
	"lt": true, "sgt": true, "maj": true, "capt": true, "adm": true, "cmdr": true, "sen": true, "rep": true, "gov": true, "jr": true, "sr": true,
	"inc": true, "ltd": true, "corp": true, "mm": true, "mme": true, "gal": true, "cf": true, "av": true, "env": true,
}
