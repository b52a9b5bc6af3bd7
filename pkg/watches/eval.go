package watches

import (
	"slices"
	"sort"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// eval evaluates a condition, once for an article.
func (c *scratch) eval(id int32) *result {
	r, n := &c.results[id], &c.set.nodes[id]
	if r.number == c.number {
		return r
	}
	r.number, r.ok = c.number, true
	hits := r.hits[:0]
	switch n.kind {
	case kindGroup:
		hits, r.ok = c.group(n, hits)
	case kindRule:
		kid := c.eval(n.all[0])
		hits, r.ok = append(hits, kid.hits...), kid.ok
	case kindNear:
		hits = c.near(n, hits)
	case kindOtherPlace:
		hits = c.otherPlaces(id, n, hits)
	case kindRegex:
		hits = c.search(id, n, hits)
	case kindTopic, kindLanguage, kindSource:
		if r.ok = c.holds(n); r.ok {
			hits = append(hits, hit{from: -1, to: -1, what: noAtom, node: id})
		}
	case kindPhrases:
		hits = c.look(id, c.set.lists[n.list], hits)
	default:
		hits = c.look(id, n.atoms, hits)
	}
	if r.ok && n.stands {
		hits = c.narrow(n, hits)
		r.ok = enough(hits, n.times)
	}
	if !r.ok {
		hits = hits[:0]
	}
	r.hits = hits
	return r
}

// group puts together the hits of its conditions, as far as these hold.
func (c *scratch) group(n *node, hits []hit) (_ []hit, ok bool) {
	for _, kid := range n.all {
		if !c.eval(kid).ok {
			return hits, false
		}
	}
	for _, kid := range n.any {
		ok = c.eval(kid).ok || ok
	}
	if len(n.any) > 0 && !ok {
		return hits, false
	}
	for _, kid := range n.none {
		if c.eval(kid).ok {
			return hits, false
		}
	}
	for _, kids := range [...][]int32{n.all, n.any} {
		for _, kid := range kids {
			hits = append(hits, c.eval(kid).hits...)
		}
	}
	slices.SortFunc(hits, byPlace)
	return hits, true
}

// look finds the mentions of atoms, by place.
func (c *scratch) look(id int32, atoms []int32, hits []hit) []hit {
	met := 0
	for _, a := range c.metOf(atoms) {
		if c.first[a] != 0 {
			met++
		}
		for m := c.first[a]; m != 0; m = c.mentions[m-1].next {
			c.steps++
			hits = append(hits, hit{from: c.mentions[m-1].from, to: c.mentions[m-1].to, what: a, node: id})
		}
	}
	if met > 1 {
		slices.SortFunc(hits, byPlace)
	}
	return hits
}

// metOf leaves out atoms that were not met, where there are many.
func (c *scratch) metOf(atoms []int32) []int32 {
	if len(atoms) <= 8*len(c.touched) {
		return atoms
	}
	met := c.met[:0]
	for _, a := range c.touched {
		if _, ok := slices.BinarySearch(atoms, a); ok {
			met = append(met, a)
		}
	}
	c.met = met
	return met
}

func (c *scratch) otherPlaces(id int32, n *node, hits []hit) []hit {
	for _, p := range c.places {
		if p.what == noAtom || !slices.Contains(n.atoms, p.what) {
			p.node = id
			hits = append(hits, p)
		}
	}
	return hits
}

// holds reports whether a condition on the whole article holds.
func (c *scratch) holds(n *node) bool {
	switch n.kind {
	case kindLanguage:
		return slices.Contains(n.values, c.article.Lang)
	case kindSource:
		return c.article.isFrom(n.values)
	}
	return slices.ContainsFunc(c.article.Topics, func(t news.Topic) bool {
		return t.P >= n.minP && slices.Contains(n.values, t.Code)
	})
}

// search runs a regular expression.
func (c *scratch) search(id int32, n *node, hits []hit) []hit {
	hits = searchIn(c.article.TitleRaw, c.article.Title.Tokens, 0, id, n, hits)
	return searchIn(c.article.BodyRaw, c.article.Body.Tokens, c.base, id, n, hits)
}

func searchIn(raw string, tokens []text.Token, base, id int32, n *node, hits []hit) []hit {
	raw = raw[:min(len(raw), maxSearched)]
	point, at := 0, 0
	for _, m := range n.pattern.FindAllStringIndex(raw, MaxMatches) {
		point += utf8.RuneCountInString(raw[at:m[0]])
		at = m[0]
		end := point + utf8.RuneCountInString(raw[m[0]:m[1]])
		from := sort.Search(len(tokens), func(i int) bool { return tokens[i].End > point })
		to := sort.Search(len(tokens), func(i int) bool { return tokens[i].Start >= end })
		if from < to {
			hits = append(hits, hit{from: base + int32(from), to: base + int32(to), what: noAtom, node: id})
		}
	}
	return hits
}

// narrow takes out hits that stand in another field, or overlap with what is excepted.
func (c *scratch) narrow(n *node, hits []hit) []hit {
	if n.in != anywhere {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return (h.from >= c.base) != (n.in == inText) })
	}
	for _, kid := range n.except {
		if len(hits) == 0 {
			break
		}
		hits = apart(hits, c.eval(kid).hits)
	}
	return hits
}

// enough reports whether so many of the hits, which are by place, stand apart.
func enough(hits []hit, times int) bool {
	if len(hits) < times || times == 1 {
		return len(hits) >= times
	}
	n, end := 0, int32(-1)
	for _, h := range hits {
		if h.from < end {
			end = min(end, h.to)
			continue
		}
		n, end = n+1, h.to
	}
	return n >= times
}

// apart takes out the hits that overlap with one of others. Both are by place.
func apart(hits, others []hit) []hit {
	next := 0
	return slices.DeleteFunc(hits, func(h hit) bool {
		for next < len(others) && others[next].to <= h.from {
			next++
		}
		return next < len(others) && others[next].from < h.to
	})
}

// fits reports whether a stretch is short enough, in one sentence, and free of what
// must not be there.
func (c *scratch) fits(n *node, w hit) bool {
	if n.words > 0 && w.to-w.from > n.words || w.from < c.base && w.to > c.base {
		return false
	}
	if n.same && c.sentence(w.from) != c.sentence(w.to-1) {
		return false
	}
	for _, kid := range n.none {
		if c.beside(n, w, c.eval(kid).hits) {
			return false
		}
	}
	return true
}

// beside reports whether one of hits stands in the sentence of w or, where near is
// not of sentences, in w itself.
func (c *scratch) beside(n *node, w hit, hits []hit) bool {
	if n.same {
		in := c.sentence(w.from)
		i := sort.Search(len(hits), func(i int) bool { return c.sentence(hits[i].from) >= in })
		return i < len(hits) && c.sentence(hits[i].from) == in
	}
	i := sort.Search(len(hits), func(i int) bool { return hits[i].from >= w.from })
	return i < len(hits) && hits[i].from < w.to
}

// sentence is the number of the sentence that a position is in; the title has 0.
func (c *scratch) sentence(at int32) int32 {
	if at < c.base {
		return 0
	}
	if c.cutUp != c.number {
		c.cutUp = c.number
		c.measure()
		c.sentences = sentences(c.article.BodyRaw, c.article.Body.Tokens, c.bodyBegins, c.sentences[:0])
	}
	return c.sentences[at-c.base]
}
