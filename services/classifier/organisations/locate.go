// Package organisations finds the organisations an article mentions, in Arabic,
// English and French.
//
// It knows those of its list, by name, and the institutions that every country has
// (ministries, armed forces, parliaments), by what they are called beside the name or
// the demonym of a country: وزير الدفاع المصري, the Egyptian army, ministère marocain de la
// Défense. An institution without a country beside it is none.
package organisations

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/names"
	"marsad/pkg/news"
	"marsad/pkg/phrases"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

// Mention is a place in an article that names an organisation.
type Mention struct {
	ID string
	names.Span

	organisation int32
}

// Locate gives the mentions of organisations in an article, those of the title first,
// in order. The countries are those that places.Locate finds in it. It takes time
// linear in the length of the article.
func (f *Finder) Locate(title, body *phrases.Text, countries []places.Mention) []Mention {
	found := f.index.Locate(title, body)
	if len(found) == 0 {
		return nil
	}
	mentions := make([]Mention, 0, len(found))
	for _, m := range found {
		organisation, span := m.Thing, m.Span
		if i := int(m.Thing) - f.named; i >= len(f.institutions) {
			continue
		} else if i >= 0 {
			t := body
			if span.InTitle {
				t = title
			}
			var ok bool
			if organisation, span, ok = f.institutions[i].beside(t.Tokens, span, countries); !ok {
				continue
			}
		}
		mentions = append(mentions, Mention{f.organisations[organisation].ID, span, organisation})
	}
	return mentions
}

// Count sums mentions up by organisation, the most mentioned first, then by id. It
// never gives nil.
func (f *Finder) Count(mentions []Mention) []news.Organisation {
	found := []news.Organisation{}
	for _, m := range mentions {
		i := slices.IndexFunc(found, func(o news.Organisation) bool { return o.ID == m.ID })
		if i < 0 {
			i = len(found)
			found = append(found, news.Organisation{ID: m.ID, Name: f.organisations[m.organisation].Name})
		}
		found[i].Mentions++
		found[i].InTitle = found[i].InTitle || m.InTitle
	}
	slices.SortFunc(found, func(a, b news.Organisation) int {
		return cmp.Or(cmp.Compare(b.Mentions, a.Mentions), strings.Compare(a.ID, b.ID))
	})
	return found
}

// Find counts the organisations that an article mentions.
func (f *Finder) Find(title, body string) []news.Organisation {
	t, b := phrases.Prepare(title), phrases.Prepare(body)
	return f.Count(f.Locate(t, b, places.Locate(t, b)))
}

// Organisation is what is known of an id.
func (f *Finder) Organisation(id string) (Organisation, bool) {
	i, ok := f.byID[id]
	if !ok {
		return Organisation{}, false
	}
	return f.organisations[i], true
}

// beside gives whose institution stands at a span, by the country beside it, and the
// span of both.
func (n institutionOf) beside(tokens []text.Token, at names.Span, countries []places.Mention) (int32, names.Span, bool) {
	after, _ := slices.BinarySearchFunc(countries, at, follows)
	if before := after - 1; before >= 0 && countries[before].InTitle == at.InTitle && n.precedes(tokens, countries[before].Span, at) {
		c := countries[before]
		at.From, at.Start = c.From, c.Start
		return n.of[c.Code], at, true
	}
	if !n.continued && after < len(countries) && countries[after].InTitle == at.InTitle && linked(tokens, at.To, countries[after].From) {
		c := countries[after]
		at.To, at.End = c.To, c.End
		return n.of[c.Code], at, true
	}
	return 0, at, false
}

// follows orders the mentions of countries around a span: 0 is the first that begins
// where it ends, or later.
func follows(c places.Mention, at names.Span) int {
	switch {
	case c.InTitle != at.InTitle:
		if c.InTitle {
			return -1
		}
		return 1
	case c.From < at.To:
		return -1
	}
	return 1
}

// precedes reports whether a country stands right before an institution: Egypt's army.
// Arabic puts it behind.
func (n institutionOf) precedes(tokens []text.Token, country, at names.Span) bool {
	to := country.To
	if r, _ := utf8.DecodeRuneInString(tokens[at.From].Raw); unicode.Is(unicode.Arabic, r) {
		return false
	}
	if n.continued {
		return to == at.From && country.From > 0 && n.heads[tokens[country.From-1].Text]
	}
	if to < at.From && tokens[to].Text == "s" && names.Adjacent(tokens, to) {
		to++
	}
	return to == at.From && names.Adjacent(tokens, to)
}

// maxLinks is how many words may stand between an institution and its country: of the,
// de l'.
const maxLinks = 2

// links are those words.
var links = map[string]bool{
	"of": true, "the": true, "de": true, "du": true, "des": true, "d": true, "la": true, "l": true, "في": true,
}

// linked reports whether only links stand at the tokens [from, to).
func linked(tokens []text.Token, from, to int) bool {
	if to-from > maxLinks {
		return false
	}
	for i := from; i <= to; i++ {
		if !names.Adjacent(tokens, i) || i < to && !links[tokens[i].Text] {
			return false
		}
	}
	return true
}
