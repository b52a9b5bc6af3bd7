package story

import (
	"cmp"
	"slices"
)

const (
	// indexedTerms is by how many of its words an article is found, askedTerms by how
	// many others are looked for.
	indexedTerms, askedTerms = 16, 24
	// maxHits is how many members are looked at more closely.
	maxHits = 32
	// maxStories is to how many stories an article is compared.
	maxStories = 4
)

// hit is a member that shares words with an article.
type hit struct {
	n     number
	score uint32 // sum of the squared weights of the shared words
}

// scratch is memory that every Place uses anew.
type scratch struct {
	slots [8192]hit // by number; score 0: empty
	hits  []uint32  // slots that are taken
	top   [maxHits]hit
	near  [maxHits]hit
	terms []term
}

// byWeight is the n weightiest of the terms, weightiest first.
func (s *scratch) byWeight(terms []term, n int) []term {
	s.terms = append(s.terms[:0], terms...)
	slices.SortFunc(s.terms, func(a, b term) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a, b))
	})
	return s.terms[:min(n, len(s.terms))]
}

// index makes n found by its weightiest words, and by its names and numbers.
func (c *Clusterer) index(n number, f Features) {
	for _, t := range c.scratch.byWeight(f.terms, indexedTerms) {
		c.words.add(t.hash(), n, c.journal.adds)
	}
	for _, key := range f.names {
		c.keys.add(key, n, c.journal.adds)
	}
	for _, key := range f.numbers {
		c.keys.add(key, n, c.journal.adds)
	}
}

// unindex takes back index of the latest member.
func (c *Clusterer) unindex(f Features) {
	for _, t := range c.scratch.byWeight(f.terms, indexedTerms) {
		c.words.undo(t.hash())
	}
	for _, key := range f.names {
		c.keys.undo(key)
	}
	for _, key := range f.numbers {
		c.keys.undo(key)
	}
}

// candidates are the living members within Quiet of a time that share most with an
// article by its weightiest words, best first. It is valid until the next call.
func (c *Clusterer) candidates(f Features, at int64) []hit {
	s := &c.scratch
	s.hits = s.hits[:0]
	for _, t := range s.byWeight(f.terms, askedTerms) {
		for _, n := range c.words.read(t.hash()) {
			if n >= c.base && c.alive.has(n-c.base) {
				s.count(n, t.weight()*t.weight())
			}
		}
	}
	near := s.near[:0]
	for _, h := range s.best() {
		if c.near(h.n, at) {
			near = append(near, h)
		}
	}
	return near
}

// best takes the hits that share most out of the table, and empties it.
func (s *scratch) best() []hit {
	best := s.top[:0]
	for _, at := range s.hits {
		slot := &s.slots[at]
		h := *slot
		*slot = hit{}
		if len(best) == maxHits && !h.before(best[maxHits-1]) {
			continue
		}
		if len(best) < maxHits {
			best = append(best, h)
		}
		i := len(best) - 1
		for ; i > 0 && h.before(best[i-1]); i-- {
			best[i] = best[i-1]
		}
		best[i] = h
	}
	return best
}

// before orders hits: those that share more first, then the newer.
func (h hit) before(other hit) bool {
	return h.score > other.score || h.score == other.score && h.n > other.n
}

// count adds to the score of a member.
func (s *scratch) count(n number, score uint32) {
	const size = uint32(len(s.slots))
	for i := mix(uint32(n)) % size; ; i = (i + 1) % size {
		slot := &s.slots[i]
		if slot.score == 0 {
			s.hits = append(s.hits, i)
			*slot = hit{n, score}
			return
		}
		if slot.n == n {
			slot.score += score
			return
		}
	}
}

// near reports whether a member lives, and its time lies within Quiet of at.
func (c *Clusterer) near(n number, at int64) bool {
	m := c.member(n)
	return m.story != nil && m.at >= at-c.quiet() && m.at <= at+c.quiet()
}
