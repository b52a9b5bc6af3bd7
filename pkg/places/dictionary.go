package places

import (
	_ "embed"
	"strings"
	"sync"

	"marsad/pkg/names"
	"marsad/pkg/phrases"
)

//go:embed countries.tsv
var countriesTSV string

// country is a row of countries.tsv. Several may share a code.
type country struct{ code, name string }

// nowhere is the code of rows that are no country.
const nowhere = "-"

// dictionary is countries.tsv made ready.
type dictionary struct {
	rows  []country
	names map[string]string // of the codes
	index names.Index
}

// countries is read when first needed.
var countries = sync.OnceValue(readCountries)

func readCountries() *dictionary {
	d := &dictionary{names: map[string]string{}}
	d.index.Bar("لغه")
	for line := range strings.Lines(countriesTSV) {
		if !strings.HasPrefix(line, "#") {
			d.read(strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
	}
	return d
}

// read files the names of a row.
func (d *dictionary) read(fields []string) {
	row := int32(len(d.rows))
	d.rows = append(d.rows, country{fields[0], fields[1]})
	if _, ok := d.names[fields[0]]; !ok {
		d.names[fields[0]] = fields[1]
	}
	for _, name := range split(fields[2]) {
		d.add(name, row, 0)
	}
	for _, demonym := range split(fields[3]) {
		how := phrases.Article
		if strings.Contains(demonym, "=") {
			how = 0
		}
		d.add(demonym, row, how, arabicSuffixes...)
	}
	for _, name := range split(fields[4]) {
		d.add(name, row, 0)
	}
	for _, demonym := range split(fields[5]) {
		sign, adjective := demonym[:0], demonym
		if demonym[0] == '?' {
			sign, adjective = "?", demonym[1:]
		}
		for _, inflected := range frenchDemonym(adjective) {
			d.add(sign+inflected, row, 0)
		}
	}
}

func split(field string) []string {
	return strings.FieldsFunc(field, func(r rune) bool { return r == '|' })
}

// add files a form, or where it has no = before it, each of its inflections.
func (d *dictionary) add(form string, row int32, how phrases.How, suffixes ...string) {
	form, when := names.Signs(form)
	form, fixed := strings.CutPrefix(form, "=")
	if fixed || len(suffixes) == 0 {
		d.index.Add(form, row, when, how)
		return
	}
	for _, suffix := range suffixes {
		d.index.Add(inflect(form, suffix), row, when, how)
	}
}

// arabicSuffixes inflect a demonym in ي for gender, number and case.
var arabicSuffixes = []string{"", "ة", "ون", "ين", "ات", "ا", "ان", "تان", "تين"}

// inflect gives each word in ي of an Arabic demonym a suffix.
func inflect(form, suffix string) string {
	words := strings.Fields(form)
	for i, w := range words {
		if strings.HasSuffix(w, "ي") {
			words[i] += suffix
		}
	}
	return strings.Join(words, " ")
}

// frenchDemonym inflects the last word of a demonym for gender and number.
func frenchDemonym(form string) []string {
	if fixed, ok := strings.CutPrefix(form, "="); ok {
		return []string{fixed}
	}
	feminine := form + "e"
	switch {
	case strings.HasSuffix(form, "e"):
		return []string{form, form + "s"}
	case endsIn(form, "ien", "éen", "yen", "on"):
		feminine = form + "ne"
	case strings.HasSuffix(form, "s"):
		return []string{form, feminine, feminine + "s"}
	}
	return []string{form, form + "s", feminine, feminine + "s"}
}

func endsIn(form string, endings ...string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(form, ending) {
			return true
		}
	}
	return false
}
