package text

import (
	"golang.org/x/text/unicode/bidi"

	"marsad/pkg/news"
)

// Direction is how text runs: the way of the majority of its strong characters
// (UAX #9: class L against R and AL), those of URLs, e-mail addresses and handles
// not counted. When there are as many of both, or none, it is the way lang is
// written. lang is a BCP 47 tag.
func Direction(lang, text string) news.Direction {
	rightward, leftward := 0, 0
	for _, r := range withoutAddresses(text) {
		properties, _ := bidi.LookupRune(r)
		switch properties.Class() {
		case bidi.L:
			rightward++
		case bidi.R, bidi.AL:
			leftward++
		}
	}
	if leftward > rightward || leftward == rightward && rightToLeft[Base(lang)] {
		return news.RightToLeft
	}
	return news.LeftToRight
}

// rightToLeft has the languages that are written so.
var rightToLeft = map[string]bool{
	"ar": true, "fa": true, "ur": true, "he": true, "yi": true, "ps": true, "ckb": true,
	"ug": true, "sd": true, "dv": true, "arz": true, "ary": true, "azb": true, "syr": true, "nqo": true,
}
