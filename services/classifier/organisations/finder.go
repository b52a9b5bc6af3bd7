package organisations

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"marsad/pkg/names"
	"marsad/pkg/places"
	"marsad/pkg/text"
)

// Organisation is one that can be found.
type Organisation struct {
	ID      string
	Kind    string // one of Kinds
	Country string // ISO 3166-1 alpha-2, or empty
	Name    string // in English, where it has such a name
}

// Finder finds organisations. It is safe for concurrent use.
type Finder struct {
	index         names.Index
	organisations []Organisation // the named ones of the lists, and then those of institutions
	named         int
	institutions  []institutionOf
	different     int // rows of names that mean something different
	byID          map[string]int32
}

// The things of the index are the named organisations, the institutions, and then the
// different.

// institutionOf is one that every country has, such as a ministry of defence.
type institutionOf struct {
	id        string
	of        map[string]int32 // organisations, by country
	continued bool             // what follows the country: (ministère marocain) de la Défense
	heads     map[string]bool  // the word before the country then
}

// New makes a finder of lists. A row whose id is known adds its names to that
// organisation; its label, kind and country replace what was there.
func New(lists ...*List) (*Finder, error) {
	f := &Finder{byID: map[string]int32{}}
	institutions := f.collect(lists)
	f.named = len(f.organisations)
	numbers := f.expand(institutions)
	for _, list := range lists {
		for _, r := range list.rows {
			if err := f.stands(r, numbers); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", list.name, r.line, err)
			}
			f.addNames(r, numbers)
		}
	}
	return f, nil
}

// collect makes the organisations of the rows, and gives those of every country.
func (f *Finder) collect(lists []*List) []Organisation {
	var institutions []Organisation
	at := map[string]int{}
	for _, list := range lists {
		for _, r := range list.rows {
			o := Organisation{ID: r.id, Kind: r.kind, Country: r.country, Name: r.label()}
			if r.id == different {
				continue
			}
			if !strings.HasPrefix(r.id, "@") {
				f.define(o)
			} else if i, ok := at[r.id]; ok {
				institutions[i] = o
			} else {
				at[r.id] = len(institutions)
				institutions = append(institutions, o)
			}
		}
	}
	return institutions
}

// define adds an organisation, or replaces the one of its id.
func (f *Finder) define(o Organisation) {
	if i, ok := f.byID[o.ID]; ok {
		f.organisations[i] = o
		return
	}
	f.byID[o.ID] = int32(len(f.organisations))
	f.organisations = append(f.organisations, o)
}

// expand makes the institutions of every country organisations, and gives where in
// f.institutions each is.
func (f *Finder) expand(institutions []Organisation) map[string]int {
	numbers := map[string]int{}
	codes := places.Codes()
	for _, every := range institutions {
		of := make(map[string]int32, len(codes))
		for _, code := range codes {
			id := strings.ToLower(code) + "-" + every.ID[1:]
			if _, ok := f.byID[id]; !ok {
				f.define(Organisation{ID: id, Kind: every.Kind, Country: code, Name: every.Name + " (" + places.Name(code) + ")"})
			}
			of[code] = f.byID[id]
		}
		numbers[every.ID] = len(f.institutions)
		f.institutions = append(f.institutions,
			institutionOf{id: every.ID, of: of},
			institutionOf{id: every.ID, of: of, continued: true, heads: map[string]bool{}})
	}
	return numbers
}

// stands puts an organisation in the place of an institution of its country.
func (f *Finder) stands(r row, numbers map[string]int) error {
	if r.institution == "" {
		return nil
	}
	number, ok := numbers[r.institution]
	if !ok {
		return fmt.Errorf("institution %q: no row has this id", r.institution)
	}
	f.institutions[number].of[r.country] = f.byID[r.id]
	return nil
}

// addNames files the names of a row.
func (f *Finder) addNames(r row, numbers map[string]int) {
	thing := f.byID[r.id]
	if number, ok := numbers[r.id]; ok {
		thing = int32(f.named + number)
	}
	if r.id == different { // a thing of its own, beyond all others
		thing = int32(f.named + len(f.institutions) + f.different)
		f.different++
	}
	for _, list := range r.names {
		for _, name := range list {
			f.addName(name, thing)
		}
	}
}

// hole is where in a name of an institution the country stands.
const hole = "*"

func (f *Finder) addName(name string, thing int32) {
	name, when := names.Signs(name)
	before, after, holed := strings.Cut(name, hole)
	if i := int(thing) - f.named; holed && i >= 0 && i+1 < len(f.institutions) {
		var head string
		for t := range text.Tokens(before) {
			head = t.Text
		}
		f.institutions[i+1].heads[head] = true
		f.index.Add(after, thing+1, when, 0)
		return
	}
	f.index.Add(name, thing, when, 0)
}

// All yields the organisations that can be found.
func (f *Finder) All() iter.Seq[Organisation] { return slices.Values(f.organisations) }
