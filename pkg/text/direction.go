package text

import (
	"unicode"

	"marsad/pkg/news"
)

// Direction is how text runs: the way of the majority of its strong characters
// (UAX #9); without any, the way lang is written. lang is a BCP 47 tag.
func Direction(lang, text string) news.Direction {
	rtl, ltr := 0, 0
	for _, r := range text {
		switch {
		case r >= 0x0590 && unicode.In(r, rightToLeft...):
			rtl++
		case unicode.IsLetter(r):
			ltr++
		}
	}
	if rtl > ltr || rtl == ltr && rightToLeftLanguages[Base(lang)] {
		return news.RightToLeft
	}
	return news.LeftToRight
}

var rightToLeft = []*unicode.RangeTable{
	unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam,
}

var rightToLeftLanguages = map[string]bool{
	"ar": true, "fa": true, "ur": true, "he": true, "yi": true, "ps": true, "ckb": true,
	"ug": true, "sd": true, "dv": true, "arz": true, "ary": true, "azb": true, "syr": true,
}
