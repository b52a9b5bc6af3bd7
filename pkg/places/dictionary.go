package places

import (
	_ "embed"
	"slices"
	"strings"

	"marsad/pkg/text"
)

//go:embed countries.tsv
var countriesTSV string

// country is a row of countries.tsv.
type country struct{ code, name string }

// none is the country of forms that contain a country's name and mean none.
const none = -1

// sense is one country a form can mean, and under which conditions. In
// countries.tsv each condition is a character before the form.
type sense struct {
	country int
	capital bool // the first word must be capitalised: all Latin forms but French demonyms
	upper   bool // ^ the first word must be in capitals
	weak    bool // ? counts only in a text that means the country firmly elsewhere
	alone   bool // ~ no capitalised word may stand beside it
	dotted  bool // ! the first word must not end in ى
}

// node is a place in the trie of forms: sequences of folded words.
type node struct {
	next   map[string]*node
	senses []sense
}

var (
	countries     []country
	maxFormLength int // in words
	dictionary    = readCountries()
)

func readCountries() *node {
	root := &node{}
	for line := range strings.Lines(countriesTSV) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		index := none
		if f[0] != "-" {
			index = len(countries)
			countries = append(countries, country{code: f[0], name: f[1]})
		}
		add := func(field string, latin bool, inflect func(string) []string) {
			for _, form := range split(field) {
				form, s := conditions(form)
				s.country, s.capital = index, latin
				for _, inflected := range inflect(form) {
					root.add(inflected, s)
				}
			}
		}
		add(f[2], false, asIs)
		add(f[3], false, arabicDemonym)
		add(f[4], true, asIs)
		add(f[5], false, frenchDemonym)
	}
	return root
}

func split(field string) []string {
	return strings.FieldsFunc(field, func(r rune) bool { return r == '|' })
}

// conditions takes the condition characters off a form.
func conditions(form string) (string, sense) {
	var s sense
	for {
		switch form[0] {
		case '^':
			s.upper = true
		case '?':
			s.weak = true
		case '~':
			s.alone = true
		case '!':
			s.dotted = true
		default:
			return form, s
		}
		form = form[1:]
	}
}

func asIs(form string) []string { return []string{strings.TrimPrefix(form, "=")} }

// arabicSuffixes inflect a demonym in ي for gender, number and case.
var arabicSuffixes = []string{"", "ة", "ون", "ين", "ات", "ا", "ان", "تان", "تين"}

// arabicDemonym inflects each word of a demonym, with and without the article.
func arabicDemonym(form string) []string {
	if strings.HasPrefix(form, "=") {
		return asIs(form)
	}
	var all []string
	words := strings.Fields(form)
	for _, suffix := range arabicSuffixes {
		bare, definite := make([]string, len(words)), make([]string, len(words))
		for i, w := range words {
			bare[i] = w
			if strings.HasSuffix(w, "ي") {
				bare[i] += suffix
			}
			definite[i] = "ال" + bare[i]
		}
		all = append(all, strings.Join(bare, " "), strings.Join(definite, " "))
		if len(words) > 1 && !strings.HasSuffix(words[0], "ي") { // جنوب أفريقي: الجنوب أفريقية
			all = append(all, "ال"+strings.Join(bare, " "))
		}
	}
	return all
}

// frenchDemonym inflects the last word of a demonym for gender and number.
func frenchDemonym(form string) []string {
	if strings.HasPrefix(form, "=") {
		return asIs(form)
	}
	feminine := form + "e"
	switch {
	case strings.HasSuffix(form, "e"):
		feminine = form
	case strings.HasSuffix(form, "ien"), strings.HasSuffix(form, "éen"), strings.HasSuffix(form, "yen"), strings.HasSuffix(form, "on"):
		feminine = form + "ne"
	}
	return []string{form, form + "s", feminine, feminine + "s"}
}

// add files a form under one more sense. Inflections may meet a name (تركيا is
// also the accusative of تركي): a country is filed once, under the sense that
// asks least.
func (n *node) add(form string, s sense) {
	words := 0
	for t := range text.Tokens(form) {
		if n.next == nil {
			n.next = map[string]*node{}
		}
		if n.next[t.Text] == nil {
			n.next[t.Text] = &node{}
		}
		n = n.next[t.Text]
		words++
	}
	maxFormLength = max(maxFormLength, words)
	if i := slices.IndexFunc(n.senses, func(have sense) bool { return have.country == s.country }); i >= 0 {
		have := &n.senses[i]
		have.capital = have.capital && s.capital
		have.upper = have.upper && s.upper
		have.weak = have.weak && s.weak
		have.alone = have.alone && s.alone
		have.dotted = have.dotted && s.dotted
		return
	}
	n.senses = append(n.senses, s)
}
