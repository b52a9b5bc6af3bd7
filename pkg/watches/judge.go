package watches

import "slices"

// expanded reports whether all conditions have too much together, which is a mistake.
func (p *fileReader) expanded(watches []Watch) bool {
	total := 0
	seen := map[*condition]int{}
	for _, w := range watches {
		if w.cond != nil {
			total += count(w.cond, seen, 0)
		}
		if total > MaxExpanded {
			p.wrong(w.cond.at, "up to here the conditions have more than %d phrases together, lists included: name the long lists in fewer watches", MaxExpanded)
			return true
		}
	}
	return false
}

func count(c *condition, seen map[*condition]int, depth int) int {
	if n, ok := seen[c]; ok {
		return n
	}
	n := 1
	if c.list != nil {
		n += len(c.list.phrases)
	}
	if depth > 2*MaxDepth {
		return n // a circle, which is reported
	}
	for _, part := range [][]*condition{c.of, c.all, c.any, c.none, c.except} {
		for _, kid := range part {
			n = min(n+count(kid, seen, depth+1), MaxExpanded+1)
		}
	}
	seen[c] = n
	return n
}

// judge says whether a watch can match, and whether it could match anything.
func (p *fileReader) judge(w *Watch) {
	c := w.cond
	at := c.at
	switch {
	case len(c.all)+len(c.any)+len(c.none) == 0:
		p.wrong(at, "the watch has no conditions: write any, all or none with phrases, places or the like")
	case !(asking{}).asks(c):
		p.wrong(at, "the watch only says what must not be there, and would match nearly everything: add any or all")
	default:
		if best := (reaching{}).reach(c, max(w.title, 1)); best < w.score {
			p.wrong(at, "the watch can never match: its conditions give at most %.4g points, and score asks for %.4g", best, w.score)
		}
	}
}

// asking remembers which conditions ask for something that must be there.
type asking map[*condition]bool

func (a asking) asks(c *condition) bool {
	if known, ok := a[c]; ok {
		return known
	}
	a[c] = true // in a circle, which is a mistake
	switch c.kind {
	case kindRule:
		a[c] = len(c.of) == 0 || a.asks(c.of[0])
	case kindGroup:
		optional := len(c.any) == 0 || slices.ContainsFunc(c.any, func(kid *condition) bool { return !a.asks(kid) })
		a[c] = !optional || slices.ContainsFunc(c.all, a.asks)
	}
	return a[c]
}

// reaching remembers the highest scores of conditions.
type reaching map[*condition]float64

func (r reaching) reach(c *condition, title float64) float64 {
	if known, ok := r[c]; ok {
		return known
	}
	r[c] = 0
	sum := title
	if c.kind == kindGroup || c.kind == kindRule {
		sum = 0
		for _, kid := range slices.Concat(c.all, c.any, c.of) {
			sum += r.reach(kid, title)
		}
	}
	r[c] = sum * c.weight
	return r[c]
}

// unused warns of lists and rules that no watch names.
func (p *fileReader) unused() {
	for name, l := range p.lists {
		if !l.used && !l.broken {
			p.warn(l.at, "the list %q is not used: name it as \"@%s\", or take it out", name, name)
		}
	}
	for name, r := range p.rules {
		if !r.used {
			p.warn(r.at, "the rule %q is not used: name it as 'rule: %s', or take it out", name, name)
		}
	}
}
