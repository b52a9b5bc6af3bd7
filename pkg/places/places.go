// Package places finds the countries an article mentions, by name, demonym, city and
// seat of power, in Arabic, English and French.
//
// Ambiguous words are decided so:
//
//   - عمان is Oman, unless the text speaks of Jordan otherwise and of Oman not.
//   - مالي is mostly "financial": Mali needs a word before it that says so.
//   - اليمنى is "right"; only اليمني, with a dotted ya, is Yemeni.
//   - "Georgia" is the country only in a text that mentions it in another way (Tbilisi),
//     and the American state in a text that speaks of that.
//   - "Jordan" and "Chad" beside another capitalised word are people.
//   - Congo alone is the Democratic Republic, Korea alone the South, as in the news.
//   - A name or a title that contains a country's (New Mexico, تركي آل الشيخ) is none, and
//     so is what repeats it (تركي) in a text that does not mean the country elsewhere.
//   - A language (اللغة الفرنسية) is no country; neither are the Maghreb, Latin
//     America, the Indian Ocean, treaties named after cities, and peanuts.
//   - "turkey", "china", "us" need their capital letters.
//   - The White House, the Kremlin and the like mean their countries.
package places

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"marsad/pkg/names"
	"marsad/pkg/news"
	"marsad/pkg/phrases"
)

// Mention is a place in an article that means a country.
type Mention struct {
	Code string // ISO 3166-1 alpha-2
	names.Span
}

// Locate gives the mentions of countries in an article, those of the title first, in
// order. They do not overlap. It takes time linear in the length of the article and
// is safe for concurrent use.
func Locate(title, body *phrases.Text) []Mention {
	known := countries()
	found := known.index.Locate(title, body)
	if len(found) == 0 {
		return nil
	}
	mentions := make([]Mention, 0, len(found))
	for _, m := range found {
		if code := known.rows[m.Thing].code; code != nowhere {
			mentions = append(mentions, Mention{code, m.Span})
		}
	}
	return mentions
}

// Count sums mentions up by country, the most mentioned first, then by code. It never
// gives nil.
func Count(mentions []Mention) []news.Place {
	found := []news.Place{}
	for _, m := range mentions {
		i := slices.IndexFunc(found, func(p news.Place) bool { return p.Code == m.Code })
		if i < 0 {
			i = len(found)
			found = append(found, news.Place{Code: m.Code, Name: countries().names[m.Code]})
		}
		found[i].Mentions++
		found[i].InTitle = found[i].InTitle || m.InTitle
	}
	slices.SortFunc(found, func(a, b news.Place) int {
		return cmp.Or(cmp.Compare(b.Mentions, a.Mentions), strings.Compare(a.Code, b.Code))
	})
	return found
}

// Find counts the countries that an article mentions.
func Find(title, body string) []news.Place {
	t := prepared.Get().(*[2]phrases.Text)
	defer prepared.Put(t)
	t[0].Reset(title)
	t[1].Reset(body)
	return Count(Locate(&t[0], &t[1]))
}

// prepared are the texts of articles that Find is done with.
var prepared = sync.Pool{New: func() any { return new([2]phrases.Text) }}

// Name is the English short name of a country, by its code, or empty.
func Name(code string) string {
	if code == nowhere {
		return ""
	}
	return countries().names[code]
}

// Codes are the codes of all countries, in order.
func Codes() []string {
	codes := slices.Sorted(maps.Keys(countries().names))
	return slices.DeleteFunc(codes, func(code string) bool { return code == nowhere })
}
