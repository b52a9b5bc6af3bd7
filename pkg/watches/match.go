package watches

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// Article is what watches are sought in.
type Article struct {
	Lang      string // BCP 47 base language
	Source    string // its name
	Publisher string // its name
	Domain    string // of the article's address

	TitleRaw, BodyRaw string
	Title, Body       *phrases.Text // the same, prepared

	Places        []Span // of countries, by code
	Organisations []Span
	Topics        []news.Topic
}

// Span is where something was found: the tokens [From, To) of the title or the body.
type Span struct {
	ID       string
	InTitle  bool
	From, To int
}

// Match gives the watches that match an article, in the order of the file, with what
// matched where. It is not nil.
func (s *Set) Match(a Article) []news.Watch {
	c := s.scratch.Get().(*scratch)
	defer s.scratch.Put(c)
	defer c.end()
	return c.match(a)
}

func (c *scratch) match(a Article) []news.Watch {
	found := []news.Watch{}
	c.begin(a)
	slices.Sort(c.candidates)
	for _, id := range c.candidates {
		w := &c.set.watches[id]
		if !w.accepts(&c.article) || !c.eval(w.root).ok {
			continue
		}
		if score := c.score(w.root, id); score >= w.score {
			found = append(found, news.Watch{ID: w.id, Score: score, Matches: c.report(w.root)})
		}
	}
	return found
}

// accepts reports whether an article is of the languages and sources of a watch.
func (w *watch) accepts(a *Article) bool {
	return (len(w.languages) == 0 || slices.Contains(w.languages, a.Lang)) &&
		(len(w.sources) == 0 || a.isFrom(w.sources))
}

// isFrom reports whether the article is of one of the sources: names of sources and
// publishers, or domains with all below them.
func (a *Article) isFrom(sources []string) bool {
	source, publisher, domain := foldName(a.Source), foldName(a.Publisher), foldName(a.Domain)
	return slices.ContainsFunc(sources, func(s string) bool {
		return s == source || s == publisher || s == domain || strings.HasSuffix(domain, "."+s)
	})
}

// hit is what was found at the positions [from, to): tokens of the title, then, after
// a gap that nothing is near across, tokens of the body. A condition without a place has -1.
type hit struct {
	from, to int32
	what     int32 // an atom, or noAtom
	node     int32 // the condition that found it
	parts    int32 // of a near: the hits parts[parts:parts+n]
	n        int32
}

const noAtom = -1

func byPlace(x, y hit) int { return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to)) }

// mention is a hit of an atom, and the next of the same.
type mention struct {
	from, to int32
	next     int32 // index+1
}

// result is what a condition came to, of the article that has number.
type result struct {
	number uint64
	ok     bool
	hits   []hit // by place

	scored   int32 // the watch+1 that score is of
	scoredIn uint64
	score    float64
}

// scratch is the memory of one evaluation at a time.
type scratch struct {
	set     *Set
	article Article
	number  uint64 // of the article
	base    int32  // position of the first token of the body

	mentions    []mention
	first, last []int32 // of each atom: index+1 in mentions
	count       []int32
	touched     []int32
	places      []hit // of all countries
	placeCodes  []string

	seen       []uint64 // of each watch: the article it was last a candidate for
	candidates []int32

	results   []result
	parts     []hit
	met       []int32
	stretches stretches
	narrowed  []int32 // the groups and rules with in or except that score is within
	steps     int     // taken for all articles so far: hits looked at

	cutUp     uint64 // the article whose sentences are known
	sentences []int32

	measured                uint64 // the article of which these are known
	titleBegins, bodyBegins []int32
}

func newScratch(s *Set) *scratch {
	return &scratch{
		set:   s,
		first: make([]int32, len(s.atoms)), last: make([]int32, len(s.atoms)), count: make([]int32, len(s.atoms)),
		seen: make([]uint64, len(s.watches)), results: make([]result, len(s.nodes)),
	}
}

// begin finds everything that watches ask for, and the watches that ask for it.
func (c *scratch) begin(a Article) {
	c.number++
	if a.Title == nil {
		a.Title = &phrases.Text{}
	}
	if a.Body == nil {
		a.Body = &phrases.Text{}
	}
	c.article = a
	c.base = int32(len(a.Title.Tokens)) + MaxNear + 1
	c.find(a.Title, 0)
	c.find(a.Body, c.base)
	c.spans(a.Places, c.set.places, true)
	c.spans(a.Organisations, c.set.orgs, false)
	if len(a.Places) > 0 {
		c.nominate(c.set.byAny)
	}
	for _, t := range a.Topics {
		c.nominate(c.set.byTopic[t.Code])
	}
	c.nominate(c.set.always)
}

// end forgets the article, and keeps the memory.
func (c *scratch) end() {
	for _, a := range c.touched {
		c.first[a], c.last[a], c.count[a] = 0, 0, 0
	}
	c.article = Article{}
	c.mentions, c.touched, c.places, c.placeCodes = c.mentions[:0], c.touched[:0], c.places[:0], c.placeCodes[:0]
	c.candidates, c.parts = c.candidates[:0], c.parts[:0]
}

func (c *scratch) find(t *phrases.Text, base int32) {
	c.set.phrases.Find(t, func(m phrases.Match) {
		if raw := c.set.atoms[m.ID].raw; raw != nil && !asWritten(t, m.From, raw) {
			return
		}
		c.mention(m.ID, base+int32(m.From), base+int32(m.To))
	})
}

func asWritten(t *phrases.Text, from int, raw []string) bool {
	for i, word := range raw {
		if t.Tokens[from+i].Raw != word {
			return false
		}
	}
	return true
}

// spans takes over what was found by others; what is out of order is put in order.
func (c *scratch) spans(spans []Span, known map[string]int32, places bool) {
	if !slices.IsSortedFunc(spans, inOrder) {
		spans = slices.SortedFunc(slices.Values(spans), inOrder)
	}
	for _, s := range spans {
		tokens, base := len(c.article.Title.Tokens), int32(0)
		if !s.InTitle {
			tokens, base = len(c.article.Body.Tokens), c.base
		}
		if s.From < 0 || s.From >= s.To || s.To > tokens {
			continue
		}
		from, to, what := base+int32(s.From), base+int32(s.To), int32(noAtom)
		if id, ok := known[s.ID]; ok {
			what = id
			c.mention(id, from, to)
		}
		if places && len(c.places) < 4*maxMentions {
			c.places = append(c.places, hit{from: from, to: to, what: what, parts: int32(len(c.placeCodes))})
			c.placeCodes = append(c.placeCodes, s.ID)
		}
	}
}

func inOrder(x, y Span) int {
	if x.InTitle != y.InTitle {
		if x.InTitle {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
}

// mention files a hit of an atom; they come by place.
func (c *scratch) mention(a, from, to int32) {
	if c.count[a] == maxMentions {
		return
	}
	c.count[a]++
	c.mentions = append(c.mentions, mention{from: from, to: to})
	n := int32(len(c.mentions))
	if c.first[a] == 0 {
		c.first[a] = n
		c.touched = append(c.touched, a)
		c.nominate(c.set.byAtom[a])
	} else {
		c.mentions[c.last[a]-1].next = n
	}
	c.last[a] = n
}

func (c *scratch) nominate(watches []int32) {
	for _, w := range watches {
		if c.seen[w] != c.number {
			c.seen[w] = c.number
			c.candidates = append(c.candidates, w)
		}
	}
}

// score adds up what the conditions of a watch give.
func (c *scratch) score(id, watch int32) float64 {
	r, n := c.eval(id), &c.set.nodes[id]
	if !r.ok {
		return 0
	}
	free := len(c.narrowed) == 0 // and so the same for all who ask
	if free && r.scored == watch+1 && r.scoredIn == c.number {
		return r.score
	}
	sum := 0.0
	if n.kind == kindGroup || n.kind == kindRule {
		if n.in != anywhere || len(n.except) > 0 {
			c.narrowed = append(c.narrowed, id)
			defer func() { c.narrowed = c.narrowed[:len(c.narrowed)-1] }()
		}
		for _, kid := range n.all {
			sum += c.score(kid, watch)
		}
		for _, kid := range n.any {
			sum += c.score(kid, watch)
		}
	} else if i := slices.IndexFunc(r.hits, c.counts); i >= 0 {
		sum = 1
		if first := r.hits[i].from; first >= 0 && first < c.base {
			sum = c.set.watches[watch].title
		}
	}
	sum *= n.weight
	if free {
		r.score, r.scored, r.scoredIn = sum, watch+1, c.number
	}
	return sum
}

// counts reports whether a hit is still there after the in and except of the groups and
// rules that its condition is part of.
func (c *scratch) counts(h hit) bool {
	for _, id := range c.narrowed {
		if _, ok := slices.BinarySearchFunc(c.results[id].hits, h, byPlace); !ok {
			return false
		}
	}
	return true
}

// report gives what matched where, each thing once, by place.
func (c *scratch) report(root int32) []news.WatchMatch {
	r := c.eval(root)
	var leaves []hit
	c.leaves(r.hits, &leaves)
	slices.SortFunc(leaves, func(x, y hit) int {
		return cmp.Or(byPlace(x, y), cmp.Compare(x.node, y.node), cmp.Compare(x.what, y.what))
	})
	leaves = slices.CompactFunc(leaves, func(x, y hit) bool {
		return x.from == y.from && x.to == y.to && c.rule(x) == c.rule(y)
	})
	leaves = leaves[:min(len(leaves), MaxMatches)]
	matches := make([]news.WatchMatch, len(leaves))
	c.measure()
	for i, h := range leaves {
		m := news.WatchMatch{Rule: c.rule(h)}
		switch {
		case h.from < 0:
		case h.from >= c.base:
			tokens, from, to := c.article.Body.Tokens, h.from-c.base, h.to-c.base
			m.Start, m.End = tokens[from].Start, tokens[to-1].End
			m.Text = cut(c.article.BodyRaw, tokens, c.bodyBegins, from, to)
		default:
			tokens := c.article.Title.Tokens
			m.In, m.Start, m.End = "title", tokens[h.from].Start, tokens[h.to-1].End
			m.Text = cut(c.article.TitleRaw, tokens, c.titleBegins, h.from, h.to)
		}
		matches[i] = m
	}
	return matches
}

// measure finds where the tokens begin, once for an article.
func (c *scratch) measure() {
	if c.measured == c.number {
		return
	}
	c.measured = c.number
	c.titleBegins = beginnings(c.article.TitleRaw, c.article.Title.Tokens, c.titleBegins[:0])
	c.bodyBegins = beginnings(c.article.BodyRaw, c.article.Body.Tokens, c.bodyBegins[:0])
}

// leaves adds what hits are made of.
func (c *scratch) leaves(hits []hit, to *[]hit) {
	for _, h := range hits {
		switch {
		case len(*to) >= 8*MaxMatches:
			return
		case h.n > 0:
			c.leaves(c.parts[h.parts:h.parts+h.n], to)
		default:
			*to = append(*to, h)
		}
	}
}

// rule is how a match names what matched.
func (c *scratch) rule(h hit) string {
	n := &c.set.nodes[h.node]
	name := ""
	switch {
	case n.kind == kindOtherPlace:
		name = "other place " + c.placeCodes[h.parts]
	case h.what != noAtom:
		name = c.set.atoms[h.what].rule
	case n.kind == kindTopic:
		name = "topic " + strings.Join(n.values, ", ")
	case n.kind == kindLanguage:
		name = "language " + strings.Join(n.values, ", ")
	case n.kind == kindSource:
		name = "source " + strings.Join(n.values, ", ")
	case n.kind == kindRegex:
		name = "regex " + n.pattern.String()
	}
	if n.rule != "" {
		return n.rule + ": " + name
	}
	return name
}

// cut is the stretch of a text that tokens [from, to) span. begins are the bytes where
// its tokens begin.
func cut(s string, tokens []text.Token, begins []int32, from, to int32) string {
	if to == from+1 {
		return tokens[from].Raw
	}
	return s[begins[from]:min(int(begins[to-1])+len(tokens[to-1].Raw), len(s))]
}

// beginnings gives the byte where each token of s begins.
func beginnings(s string, tokens []text.Token, begins []int32) []int32 {
	at, point := 0, 0 // bytes and code points so far
	for i, t := range tokens {
		if i > 0 && tokens[i-1].End <= t.Start { // they do not overlap
			at, point = min(at+len(tokens[i-1].Raw), len(s)), tokens[i-1].End
		}
		for ; point < t.Start && at < len(s); point++ {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
		}
		begins = append(begins, int32(at))
	}
	return begins
}
