// Package places finds the countries an article mentions, by name, demonym and
// well-known city, in Arabic, English and French.
//
// Ambiguous words are decided so:
//
//   - عمان is Oman, unless the text speaks of Jordan otherwise and of Oman not.
//   - مالي is mostly "financial": Mali needs a word before or after that says so.
//   - اليمنى is "right"; only اليمني, with a dotted ya, is Yemeni.
//   - "Georgia" is the country only in a text that mentions it in another way (Tbilisi).
//   - "Jordan" and "Chad" beside another capitalised word are people.
//   - Congo alone is the Democratic Republic, Korea alone the South, as in the news.
//   - A language (اللغة الفرنسية) is no country; neither are the Maghreb, Latin
//     America, New Mexico, and other names that contain a country's.
//   - "turkey", "china", "us" need their capital letters.
package places

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// Find counts the mentions of countries in an article, most mentioned first,
// then by code. It takes time linear in the length of the text and is safe for
// concurrent use.
func Find(title, body string) []news.Place {
	var m mentions
	m.scan(title)
	m.scan(body)
	found := []news.Place{}
	for country, n := range m.resolve() {
		found = append(found, news.Place{Code: countries[country].code, Name: countries[country].name, Mentions: n})
	}
	slices.SortFunc(found, func(a, b news.Place) int {
		return cmp.Or(cmp.Compare(b.Mentions, a.Mentions), strings.Compare(a.Code, b.Code))
	})
	return found
}

// mentions are the senses of each matched form, one list per match.
type mentions [][]sense

// scan matches the longest forms of the dictionary, from left to right.
func (m *mentions) scan(s string) {
	tokens := slices.AppendSeq(make([]text.Token, 0, len(s)/8+8), text.Tokens(s))
	for i := 0; i < len(tokens); {
		senses, length := longest(tokens, i)
		if length == 0 {
			i++
			continue
		}
		if i == 0 || text.WithoutArticle(tokens[i-1].Text) != "لغه" {
			*m = append(*m, senses)
		}
		i += length
	}
}

// longest finds the longest form that starts at token i, and which of its senses
// can be meant there.
func longest(tokens []text.Token, i int) (senses []sense, length int) {
	for _, word := range withoutParticles(tokens[i].Text) {
		at := dictionary
		for j := i; j < len(tokens) && j-i < maxFormLength; j++ {
			if j > i {
				word = tokens[j].Text
			}
			if at = at.next[word]; at == nil {
				break
			}
			if j-i+1 <= length {
				continue
			}
			if possible := at.possible(tokens, i, j); len(possible) > 0 {
				senses, length = possible, j-i+1
			}
		}
	}
	return senses, length
}

// possible are the senses of a form whose conditions hold for tokens i to j.
func (n *node) possible(tokens []text.Token, i, j int) []sense {
	for k, s := range n.senses {
		if s.holds(tokens, i, j) {
			continue
		}
		var rest []sense // the rare case: copy what holds
		for _, s := range n.senses[k+1:] {
			if s.holds(tokens, i, j) {
				rest = append(rest, s)
			}
		}
		return append(n.senses[:k:k], rest...)
	}
	return n.senses
}

func (s sense) holds(tokens []text.Token, i, j int) bool {
	raw := tokens[i].Raw
	switch {
	case s.upper && strings.ToUpper(raw) != raw,
		s.capital && !capitalised(raw),
		s.dotted && strings.HasSuffix(raw, "ى"):
		return false
	case s.alone:
		before := i > 0 && tokens[i-1].End+1 == tokens[i].Start && capitalised(tokens[i-1].Raw) && !opensSentence[tokens[i-1].Text]
		after := j+1 < len(tokens) && tokens[j].End+1 == tokens[j+1].Start && capitalised(tokens[j+1].Raw)
		return !before && !after
	}
	return true
}

// opensSentence are words that may be capitalised before a country's name.
var opensSentence = map[string]bool{
	"in": true, "from": true, "to": true, "for": true, "and": true, "with": true, "while": true, "as": true,
	"if": true, "when": true, "but": true, "both": true, "since": true, "although": true, "neighboring": true,
	"neighbouring": true, "across": true, "outside": true, "like": true, "unlike": true, "of": true, "the": true,
}

func capitalised(raw string) bool {
	r, _ := utf8.DecodeRuneInString(raw)
	return unicode.IsUpper(r)
}

// withoutParticles gives a folded word as it stands, and without the particles
// that Arabic writes at the front of words: و or ف, then ب, ك or ل.
func withoutParticles(word string) []string {
	first, _ := utf8.DecodeRuneInString(word)
	if !strings.ContainsRune("وفبكل", first) {
		return []string{word}
	}
	forms := []string{word}
	stem := word
	if first == 'و' || first == 'ف' {
		stem = word[2:]
		forms = append(forms, stem)
	}
	if rest, ok := strings.CutPrefix(stem, "لل"); ok {
		forms = append(forms, "ال"+rest)
	}
	for _, particle := range []string{"ب", "ك", "ل"} {
		if rest, ok := strings.CutPrefix(stem, particle); ok {
			forms = append(forms, rest)
		}
	}
	return forms
}

// resolve decides between senses: a weak sense counts only where its country is
// also meant firmly, and then beats a firm sense whose country is not met
// elsewhere. It gives the mentions of each country.
func (m mentions) resolve() map[int]int {
	firm := map[int]int{} // mentions with one possible sense
	for _, senses := range m {
		if len(senses) == 1 && !senses[0].weak {
			firm[senses[0].country]++
		}
	}
	counts := map[int]int{}
	for _, senses := range m {
		if country := choose(senses, firm); country != none {
			counts[country]++
		}
	}
	return counts
}

func choose(senses []sense, firm map[int]int) int {
	chosen := none
	for _, s := range senses {
		switch {
		case !s.weak && (chosen == none || firm[s.country] > 0):
			chosen = s.country
		case s.weak && firm[s.country] > 0 && (chosen == none || firm[chosen] == 0):
			chosen = s.country
		}
	}
	return chosen
}
