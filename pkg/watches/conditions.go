package watches

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

const minStar = phrases.MinStar

// subjects are the keys that say what a condition looks for: one of them, or a group
// of all, any and none.
var subjects = []string{"phrases", "exact", "place", "other_place", "organisation", "topic", "language", "source", "regex", "near", "rule"}

var (
	groupKeys     = []string{"all", "any", "none"}
	modifierKeys  = []string{"weight", "in", "times", "except", "min_p"}
	conditionKeys = slices.Concat(subjects, groupKeys, modifierKeys)
	nearKeys      = []string{"words", "sentence", "ordered", "of", "none"}
)

// conditions reads a list of conditions.
func (p *fileReader) conditions(e entry, what string, depth int) []*condition {
	nodes := p.items(e.value)
	if len(nodes) == 0 {
		p.wrong(e.at, "%s is empty: write at least one condition, or take it out", what)
	}
	var list []*condition
	for _, n := range nodes {
		if c := p.condition(n, depth); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// condition reads a condition; nil if it is none.
func (p *fileReader) condition(n ast.Node, depth int) *condition {
	c := &condition{at: place(n), weight: 1, times: 1, rule: p.within}
	if depth > MaxDepth {
		p.wrong(c.at, "conditions are nested deeper than %d", MaxDepth)
		return nil
	}
	if _, ok := scalar(n); ok {
		p.phraseList(n, c, false)
		return c
	}
	if _, ok := n.(*ast.SequenceNode); ok { // a list of phrases
		p.phraseList(n, c, false)
		return c
	}
	e := p.mapping(n, "a condition", conditionKeys)
	if e == nil {
		return nil
	}
	if !p.subject(e, c, depth) {
		return nil
	}
	p.modifiers(e, c, depth)
	return c
}

// subject reads what a condition looks for.
func (p *fileReader) subject(e map[string]entry, c *condition, depth int) bool {
	var found []string
	for _, key := range sorted(e) {
		if slices.Contains(subjects, key) {
			found = append(found, key)
		}
	}
	group := slices.ContainsFunc(groupKeys, func(key string) bool { return e[key].value != nil })
	switch {
	case len(found) == 0 && group:
		c.kind = kindGroup
		p.group(e, c, depth+1)
		return true
	case len(found) == 0:
		p.wrong(c.at, "the condition says nothing to look for%s, or any, all, none", oneOf(subjects))
		return false
	case len(found) > 1 || group:
		p.wrong(c.at, "the condition looks for several things (%s): write each as a condition of its own, under all or any", strings.Join(sorted(e), ", "))
		return false
	}
	p.look(found[0], e[found[0]], c, depth)
	return true
}

func (p *fileReader) look(key string, e entry, c *condition, depth int) {
	switch key {
	case "phrases", "exact":
		p.phraseList(e.value, c, key == "exact")
	case "place":
		c.kind, c.values = kindPlace, p.countries(e.value)
	case "other_place":
		c.kind, c.values = kindOtherPlace, p.countries(e.value)
	case "organisation":
		c.kind, c.values = kindOrganisation, p.known(e.value, "organisation", p.names.Organisations)
	case "topic":
		c.kind, c.values = kindTopic, p.topics(e.value)
	case "language":
		c.kind, c.values = kindLanguage, p.languages(e.value)
	case "source":
		c.kind, c.values = kindSource, p.sources(e.value)
	case "regex":
		c.kind = kindRegex
		p.readRegex(e.value, c)
	case "near":
		c.kind = kindNear
		p.near(e, c, depth)
	case "rule":
		c.kind = kindRule
		c.values = []string{p.text(e.value, "rule")}
	}
}

func (p *fileReader) group(e map[string]entry, c *condition, depth int) {
	for key, into := range map[string]*[]*condition{"all": &c.all, "any": &c.any, "none": &c.none} {
		if v, ok := e[key]; ok {
			*into = p.conditions(v, key, depth)
		}
	}
}

// phraseList reads phrases, and names of lists.
func (p *fileReader) phraseList(n ast.Node, c *condition, exact bool) {
	c.kind = kindPhrases
	items := p.listItems(n, "phrases", exact)
	if len(items) == 1 && items[0].name != "" && !exact {
		if l := p.lists[items[0].name]; l != nil { // shared by all that name it
			l.used = true
			c.list = l
			return
		}
	}
	c.list = &list{at: c.at, items: items}
	p.resolve("", c.list, 0)
	if exact {
		for i := range c.list.phrases {
			c.list.phrases[i].exact = true
		}
	}
}

func (p *fileReader) near(e entry, c *condition, depth int) {
	parts := p.mapping(e.value, "near", nearKeys)
	if parts == nil {
		return
	}
	if words, ok := parts["words"]; ok {
		c.words = p.whole(words.value, "words", 1, MaxNear)
	}
	c.same, c.ordered = p.yes(parts, "sentence"), p.yes(parts, "ordered")
	if _, ok := parts["words"]; !ok && !c.same {
		p.wrong(e.at, "near says not how near: write 'words: 15' or 'sentence: true', or both")
	}
	if of, ok := parts["of"]; ok {
		c.of = p.conditions(of, "of", depth+1)
		if n := len(p.items(of.value)); n < 2 || n > MaxOf {
			p.wrong(of.at, "near is of 2 to %d conditions, not %d", MaxOf, n)
		}
	} else {
		p.wrong(e.at, "near has no conditions: write them under of")
	}
	if none, ok := parts["none"]; ok {
		c.none = p.conditions(none, "none", depth+1)
	}
}

// standings remembers whether what conditions find stands at places in the text.
type standings map[*condition]bool

func (s standings) of(c *condition) bool {
	if known, ok := s[c]; ok {
		return known
	}
	s[c] = true // in a circle, which is a mistake
	switch c.kind {
	case kindRule:
		s[c] = len(c.of) == 0 || s.of(c.of[0])
	case kindGroup:
		s[c] = len(c.any) > 0 && len(c.all)+len(c.none) == 0 && !slices.ContainsFunc(c.any, func(kid *condition) bool { return !s.of(kid) })
	default:
		s[c] = c.kind.hasPlace()
	}
	return s[c]
}

// standing refuses conditions of which nothing stands at a place in the text.
func (p *fileReader) standing(list []*condition, where string) {
	for _, c := range list {
		if !p.stands.of(c) {
			p.wrong(c.at, "%s takes what stands in the text: phrases, places, organisations, regex, near, and any of these. Write this condition beside it, under all", where)
		}
	}
}

// yes reads a value that is true or false.
func (p *fileReader) yes(parts map[string]entry, key string) bool {
	e, ok := parts[key]
	if !ok {
		return false
	}
	s, _ := scalar(e.value)
	if s != "true" && s != "false" {
		p.wrong(place(e.value), "%s must be true or false", key)
	}
	return s == "true"
}

func (p *fileReader) modifiers(e map[string]entry, c *condition, depth int) {
	if v, ok := e["weight"]; ok {
		c.weight = p.number(v.value, "weight", 1000)
	}
	if v, ok := e["times"]; ok {
		c.times = max(p.whole(v.value, "times", 1, 100), 1)
	}
	if v, ok := e["min_p"]; ok {
		c.minP = p.number(v.value, "min_p", 1)
		if c.kind != kindTopic {
			p.wrong(v.at, "min_p is for topic: how probable it must be")
		}
	}
	if v, ok := e["in"]; ok {
		switch s, _ := scalar(v.value); s {
		case "title":
			c.in = inTitle
		case "text":
			c.in = inText
		default:
			p.wrong(place(v.value), "in must be title or text")
		}
	}
	if v, ok := e["except"]; ok {
		c.except = p.conditions(v, "except", depth+1)
	}
}

// countries reads codes of ISO 3166-1.
func (p *fileReader) countries(n ast.Node) []string {
	codes, at := p.texts(n, "place")
	for i, code := range codes {
		region, err := language.ParseRegion(code)
		if err != nil || !region.IsCountry() || region.String() != code || region.Canonicalize() != region {
			p.wrong(at[i], "%q is no code of a country (ISO 3166-1, two capitals)%s", code, p.hint(func() string { return countryMeant(code) }))
		}
	}
	return codes
}

// countryMeant finds a country by a code in other letters, an old code, or a name.
func countryMeant(s string) string {
	if region, err := language.ParseRegion(strings.ToUpper(s)); err == nil && region.Canonicalize().IsCountry() {
		return fmt.Sprintf(" (did you mean %s?)", region.Canonicalize())
	}
	if code, ok := countryCodes()[text.Fold(s)]; ok {
		return fmt.Sprintf(" (did you mean %s?)", code)
	}
	return ", as MA"
}

// countryCodes are the codes of countries by their names, folded, in English, Arabic
// and French.
var countryCodes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for _, tag := range []language.Tag{language.English, language.Arabic, language.French} {
		names := display.Regions(tag)
		for a := 'A'; a <= 'Z'; a++ {
			for b := 'A'; b <= 'Z'; b++ {
				region, err := language.ParseRegion(string([]rune{a, b}))
				if err != nil || !region.IsCountry() {
					continue
				}
				name := text.Fold(names.Name(region))
				if _, ok := codes[name]; !ok {
					codes[name] = region.String()
				}
			}
		}
	}
	return codes
})

// languages reads codes of languages.
func (p *fileReader) languages(n ast.Node) []string {
	codes, at := p.texts(n, "language")
	for i, code := range codes {
		base, err := language.ParseBase(code)
		switch {
		case code == "und":
		case err != nil:
			p.wrong(at[i], "%q is no code of a language, as ar, en or fr", code)
		case base.String() != code:
			p.wrong(at[i], "%q is no code of a language as articles have it (did you mean %s?)", code, base)
		}
	}
	return codes
}

// sources reads names and domains.
func (p *fileReader) sources(n ast.Node) []string {
	names, _ := p.texts(n, "source")
	for i, name := range names {
		names[i] = foldName(name)
	}
	return names
}

// foldName makes names of sources that differ only in spelling the same.
func foldName(s string) string { return strings.Join(strings.Fields(text.Fold(s)), " ") }

// topics reads codes of IPTC Media Topics.
func (p *fileReader) topics(n ast.Node) []string {
	codes, at := p.texts(n, "topic")
	for i, code := range codes {
		if len(code) == 8 && strings.Trim(code, "0123456789") == "" {
			continue
		}
		hint := p.hint(func() string {
			if known := idOf(code, known(&p.reader, "topic", p.names.Topics), p.names.Topics); known != "" {
				return fmt.Sprintf(" (did you mean %s?)", known)
			}
			return ""
		})
		p.wrong(at[i], "%q is no code of an IPTC Media Topic%s", code, cmp.Or(hint, ": eight digits, as 11000000"))
		codes[i] = ""
	}
	p.check(codes, at, "topic", p.names.Topics)
	return codes
}

// known reads IDs that must be in a list, if there is one.
func (p *fileReader) known(n ast.Node, what string, names map[string]string) []string {
	ids, at := p.texts(n, what)
	p.check(ids, at, what, names)
	return ids
}

func (p *fileReader) check(ids []string, at []Position, what string, names map[string]string) {
	if names == nil {
		return
	}
	for i, id := range ids {
		if _, ok := names[id]; ok || id == "" {
			continue
		}
		p.wrong(at[i], "there is no %s %q%s", what, id, p.hint(func() string {
			return nameMeant(id, known(&p.reader, what, names), names)
		}))
	}
}

// nameMeant finds an ID by a name, or one that is spelt alike.
func nameMeant(s string, ids []string, names map[string]string) string {
	if id := idOf(s, ids, names); id != "" {
		return fmt.Sprintf(" (did you mean %q?)", id)
	}
	return meant(s, ids)
}

// idOf is the first of the IDs that has a name; "" if none has.
func idOf(name string, ids []string, names map[string]string) string {
	for _, id := range ids {
		if strings.EqualFold(names[id], name) {
			return id
		}
	}
	return ""
}

// readRegex reads a regular expression that takes bounded time.
func (p *fileReader) readRegex(n ast.Node, c *condition) {
	s := p.text(n, "regex")
	if s == "" {
		return
	}
	p.regexes++
	at := place(n)
	if p.regexes == MaxRegexes+1 {
		p.wrong(at, "here begins regular expression %d of the file, and %d are the most: use phrases, which cost nothing", p.regexes, MaxRegexes)
		return
	}
	if points := len([]rune(s)); points > MaxRegex {
		p.wrong(at, "the regular expression has %d characters, and %d are the most", points, MaxRegex)
		return
	}
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		p.wrong(at, "the regular expression cannot be read: %v (it is of the kind of RE2: no look-ahead, no references)", err)
		return
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		p.wrong(at, "the regular expression cannot be read: %v", err)
		return
	}
	steps := len(program.Inst)
	switch {
	case steps > maxSteps:
		p.wrong(at, "the regular expression unfolds to %d steps, and %d are the most: use smaller numbers in {n,m}", steps, maxSteps)
		return
	case takesNothing(tree):
		p.wrong(at, "the regular expression %q also matches where nothing stands, and so nearly every text: let it ask for something", shorten(s))
		return
	}
	if c.pattern, err = regexp.Compile(s); err != nil {
		p.wrong(at, "the regular expression cannot be read: %v", err)
	}
}

// takesNothing reports whether a regular expression matches an empty stretch somewhere.
func takesNothing(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch, syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return takesNothing(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || takesNothing(re.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, takesNothing)
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(part *syntax.Regexp) bool { return !takesNothing(part) })
	}
	return true // *, ?, and what stands between characters
}
