package text

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/script"
)

// Unknown is the language of a text that cannot be told (BCP 47 "und").
const Unknown = langmodel.Unknown

// languageWindow is how many bytes decide, about 750 words of Arabic: a
// language shows early.
const languageWindow = 8 << 10

// minLanguageConfidence is what Language must reach to name a language.
const minLanguageConfidence = 0.35

// foreignShare is the share of letters in other scripts that leaves Language as
// sure as it was: names and brands are in all news.
const foreignShare = 0.25

// latinDiscount is how many Latin letters weigh as one of another script beside
// them: names and brands are written in Latin everywhere, hardly ever the other way round.
const latinDiscount = 2

// Language guesses the language a text is mostly written in: a BCP 47 base
// language ("ar", "ckb") and how probable that is, 0 to 1; Unknown when unsure,
// with the confidence that did not suffice. All kinds of Arabic are "ar", and of
// Chinese "zh".
//
// The script of most letters comes first, then, where several languages share
// it, a model of the character sequences of its words. Addresses and handles say
// nothing. The method is described in docs/methods/language.md.
func Language(s string) (lang string, confidence float64) {
	s = withoutAddresses(window(s, languageWindow))
	var counts script.Counts
	counts.Add(s)
	counts[script.Latin] = (counts[script.Latin] + latinDiscount - 1) / latinDiscount
	in, share := counts.Main()
	lang, confidence = languages().Classify(in, s)
	confidence *= min(1, share/(1-foreignShare))
	if confidence < minLanguageConfidence {
		return Unknown, confidence
	}
	return lang, confidence
}

// window is the first bytes of s, without a character that is cut.
func window(s string, bytes int) string {
	if len(s) <= bytes {
		return s
	}
	for bytes > 0 && !utf8.RuneStart(s[bytes]) {
		bytes--
	}
	return s[:bytes]
}

// Languages made by `marsad train lang`.
//
//go:embed languages.model
var languageFile []byte

// languages reads the model at its first use.
var languages = sync.OnceValue(func() *langmodel.Model {
	m, err := langmodel.Read(languageFile)
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return m
})

// LanguageModelBytes is the size of the model of Language, as it is in the program.
func LanguageModelBytes() int { return len(languageFile) }

// Base is the base language of a BCP 47 tag as pages and feeds give it: "ar" for
// "ar-MA" and "AR_ma". It is empty when tag is no language tag, and the codes
// that ISO 639 withdrew get their successors.
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), "-")
	base = strings.ToLower(base)
	if len(base) < 2 || len(base) > 3 || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	switch base {
	case "iw":
		return "he"
	case "in":
		return "id"
	case "ji":
		return "yi"
	case "no":
		return "nb"
	case Unknown, "mul", "zxx", "mis":
		return ""
	}
	return base
}

// Script is the script of most letters of s, by its name in Unicode ("Arabic"),
// and its share of all letters; empty without letters of a script known here.
// Japanese is "Kana". A character of Chinese, Japanese or Korean weighs three letters, as it says
// about as much.
func Script(s string) (name string, share float64) {
	var counts script.Counts
	counts.Add(s)
	in, share := counts.Main()
	return in.String(), share
}
