package watches

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// readLists reads the named lists, and then puts them into one another.
func (p *fileReader) readLists(e entry) {
	if e.value == nil {
		return
	}
	entries := p.mapping(e.value, "lists", nil)
	for _, name := range sorted(entries) {
		p.knownName("list", name, entries[name].at)
		before := p.errors
		l := &list{at: entries[name].at, items: p.listItems(entries[name].value, "the list "+name, false)}
		l.broken = p.errors > before
		p.lists[name] = l
	}
	for _, name := range sorted(entries) {
		p.resolve(name, p.lists[name], 0)
	}
}

// knownName refuses a name that could not be referred to.
func (p *fileReader) knownName(what, name string, at Position) {
	if !isID(name) {
		p.wrong(at, "the name of a %s is made of a-z, 0-9, - and _, at most 64 of them: %q is not", what, name)
	}
}

func isID(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// listItems reads phrases and names of lists.
func (p *fileReader) listItems(n ast.Node, what string, exact bool) []item {
	var items []item
	texts, at := p.texts(n, what)
	for i, s := range texts {
		if name, ok := strings.CutPrefix(s, "@"); ok {
			if name == "" {
				p.wrong(at[i], "\"@\" names no list: write its name behind it, as \"@weapons\"")
				continue
			}
			items = append(items, item{name: name, at: at[i]})
			continue
		}
		p.phrases++
		if p.phrases == MaxPhrases+1 {
			p.wrong(at[i], "here begins phrase %d of the file, and %d are the most", p.phrases, MaxPhrases)
		}
		if p.goodPhrase(s, at[i]) {
			items = append(items, item{phrase: phrase{s, exact}, at: at[i]})
		}
	}
	return items
}

// goodPhrase says what is wrong with a phrase.
func (p *fileReader) goodPhrase(s string, at Position) bool {
	words, letters := 0, 0
	points := []rune(s)
	stars := strings.Count(s, "*")
	for t := range text.Tokens(s) {
		words++
		letters += len([]rune(t.Text))
		if t.End < len(points) && points[t.End] == '*' {
			stars--
			if n := len([]rune(t.Text)); n < minStar {
				p.wrong(at, "%q: %d letters before a star would find nearly every word: write at least %d", s, n, minStar)
				return false
			} else if n > phrases.MaxStar {
				p.wrong(at, "%q: %d letters before a star, and %d are the most: write fewer of them", shorten(s), n, phrases.MaxStar)
				return false
			}
			if t.End+1 < len(points) && points[t.End+1] != ' ' {
				p.wrong(at, "%q: a star stands at the end of a word: it begins longer words", s)
				return false
			}
		}
	}
	switch {
	case words == 0:
		p.wrong(at, "%q has no word: a phrase needs letters or digits", s)
	case stars > 0:
		p.wrong(at, "%q: a star stands at the end of a word, as in \"defen*\": for words in between use near", s)
	case words > MaxWords:
		p.wrong(at, "%q has %d words, and %d are the most: use near with its parts", shorten(s), words, MaxWords)
	case words == 1 && letters == 1:
		p.wrong(at, "%q is a single letter or digit, which nearly every text has: write a longer phrase", s)
	default:
		return true
	}
	return false
}

// shorten cuts a text that is quoted in a mistake.
func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// resolve puts the lists that a list names in it.
func (p *fileReader) resolve(name string, l *list, depth int) {
	if l.state == resolved {
		return
	}
	l.state = open
	seen := map[phrase]bool{}
	add := func(ph phrase) {
		if !seen[ph] && len(l.phrases) < MaxPhrases {
			seen[ph] = true
			l.phrases = append(l.phrases, ph)
		}
	}
	for _, it := range l.items {
		if it.name == "" {
			add(it.phrase)
			continue
		}
		other := p.lists[it.name]
		switch {
		case other == nil:
			p.wrong(it.at, "there is no list %q%s", it.name, p.hint(func() string { return meant(it.name, known(&p.reader, "list", p.lists)) }))
		case other.state == open:
			p.wrong(it.at, "the list %q goes in circles: %q holds it already", name, it.name)
		case depth >= MaxDepth:
			p.wrong(it.at, "lists are nested deeper than %d", MaxDepth)
		default:
			p.resolve(it.name, other, depth+1)
			other.used = true
			if p.copied += len(other.phrases); p.copied > MaxExpanded {
				p.tooManyCopies(it.at)
				continue
			}
			for _, ph := range other.phrases {
				add(ph)
			}
		}
	}
	l.state = resolved
}

// tooManyCopies says once that lists are named too often beside other phrases.
func (p *fileReader) tooManyCopies(at Position) {
	if !p.overfull {
		p.overfull = true
		p.wrong(at, "up to here lists with more than %d phrases together are put into others: name the long ones in fewer places, or alone", MaxExpanded)
	}
}

// readRules reads the named conditions, which may refer to one another in any order.
func (p *fileReader) readRules(e entry) {
	if e.value == nil {
		return
	}
	entries := p.mapping(e.value, "rules", nil)
	for name, e := range entries {
		p.knownName("rule", name, e.at)
		p.rules[name] = &rule{at: e.at}
	}
	for _, name := range sorted(entries) {
		p.within = name
		p.rules[name].cond = p.condition(entries[name].value, 0)
	}
	p.within = ""
	for _, name := range sorted(entries) {
		p.follow(name)
	}
}

// follow puts the conditions of rules where they are named, and gives how deep a rule is.
func (p *fileReader) follow(name string) int {
	r := p.rules[name]
	if r.state == resolved {
		return r.depth
	}
	r.state = open
	r.depth = p.link(name, r.cond)
	r.state = resolved
	return r.depth
}

// link resolves the rules that a condition names, and gives how deep it is.
func (p *fileReader) link(within string, c *condition) int {
	if c == nil {
		return 0
	}
	deepest := 0
	if c.kind == kindRule && len(c.of) == 0 {
		target := p.rules[c.values[0]]
		switch {
		case target == nil:
			p.wrong(c.at, "there is no rule %q%s", c.values[0], p.hint(func() string { return meant(c.values[0], known(&p.reader, "rule", p.rules)) }))
		case target.state == open:
			p.wrong(c.at, "the rule %q goes in circles: it comes back to %q", within, c.values[0])
		default:
			deepest = p.follow(c.values[0])
			target.used = true
			if target.cond != nil {
				c.of = []*condition{target.cond}
			}
		}
	} else {
		for _, part := range [][]*condition{c.of, c.all, c.any, c.none} {
			for _, kid := range part {
				deepest = max(deepest, p.link(within, kid))
			}
		}
	}
	for _, kid := range c.except {
		deepest = max(deepest, p.link(within, kid))
	}
	if c.kind == kindNear {
		p.standing(slices.Concat(c.of, c.none), "near")
	}
	p.standing(c.except, "except")
	if (len(c.except) > 0 || c.in != anywhere || c.times > 1) && !p.stands.of(c) {
		p.wrong(c.at, "in, times and except are for what stands in the text: phrases, places, organisations, regex, near, and any of these")
	}
	if deepest == MaxDepth {
		p.wrong(c.at, "conditions are nested deeper than %d, rules included", MaxDepth)
	}
	return deepest + 1
}
