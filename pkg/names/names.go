// Package names finds things by their names in an article, and decides what a name
// means that several share, or that is an everyday word too.
//
// The longest name wins, from left to right. A name may have conditions, which look
// at how it is written, or at what else the article speaks of. A Weak name counts
// only in an article that means its thing firmly elsewhere, by a name that means
// nothing else; it then beats a thing that shares the name and is not met elsewhere.
//
// A name that contains another and means something different (New Mexico) is filed
// for a thing of its own, which the caller leaves out.
package names

import (
	"slices"
	"strings"
	"sync"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// Index is a set of names. The zero value is empty. It is safe for concurrent use
// when nothing is added any more.
type Index struct {
	set    phrases.Set
	senses []sense
	things int32
	barred []string
	scans  sync.Pool // *scan, at rest
}

// sense is one thing that a name means, and when.
type sense struct {
	thing int32
	when  Condition
}

// Span is where in an article a name stands: in its title, or in its text.
type Span struct {
	InTitle    bool
	From, To   int // tokens, To after the last
	Start, End int // code points
}

// Mention is a name found.
type Mention struct {
	Thing int32
	Span
}

// Add files a name of a thing, a small number from 0. It reports whether the name
// has words. Arabic names are met with particles.
func (x *Index) Add(name string, thing int32, when Condition, how phrases.How) bool {
	if x.set.Add(name, int32(len(x.senses)), how|phrases.Particles) == 0 {
		return false
	}
	x.senses = append(x.senses, sense{thing, when})
	x.things = max(x.things, thing+1)
	return true
}

// HasWords reports whether a name has any, so that it can be found.
func HasWords(name string) bool {
	for range text.Tokens(name) {
		return true
	}
	return false
}

// Bar makes a word one after which no name counts: after "language", "French" is no
// mention of France. The word is given folded, without article and particles.
func (x *Index) Bar(word string) {
	x.barred = append(x.barred, word)
}

// Locate gives the names in an article, those of the title first, in order. It takes
// time linear in the length of the article.
func (x *Index) Locate(title, body *phrases.Text) []Mention {
	s, _ := x.scans.Get().(*scan)
	if s == nil {
		s = &scan{index: x, firm: make([]int32, x.things)}
	}
	s.title, s.body = title, body
	s.read(title, true)
	s.read(body, false)
	mentions := s.resolve()
	s.rest()
	return mentions
}

// hit is a sense of a name met. Those of one name follow each other.
type hit struct {
	sense
	from, to int32
	inTitle  bool
	bare     bool
}

// scan reads one article after another.
type scan struct {
	index       *Index
	title, body *phrases.Text
	hits        []hit
	last        int     // where in hits the last name begins
	firm        []int32 // how often the article means each thing firmly
}

// rest forgets the article, and keeps the memory.
func (s *scan) rest() {
	for _, h := range s.hits {
		s.firm[h.thing] = 0
	}
	s.hits, s.title, s.body = s.hits[:0], nil, nil
	s.index.scans.Put(s)
}

func (s *scan) read(t *phrases.Text, inTitle bool) {
	s.last = len(s.hits)
	s.index.set.Find(t, func(m phrases.Match) {
		sense := s.index.senses[m.ID]
		if sense.when.holds(t, m.From, m.To) && !s.index.bars(t.Tokens, m.From) {
			s.take(hit{sense, int32(m.From), int32(m.To), inTitle, m.Bare})
		}
	})
	s.last = len(s.hits)
}

// take adds a hit, unless a name met before covers it. A longer name from the same
// word replaces the shorter; so does, at one length, the word as it stands the word
// without its particles.
func (s *scan) take(h hit) {
	if s.last < len(s.hits) {
		switch best := s.hits[s.last]; {
		case h.from >= best.to:
			s.last = len(s.hits)
		case h.from > best.from, h.to < best.to, h.to == best.to && h.bare && !best.bare:
			return
		case h.to > best.to:
			s.hits = s.hits[:s.last]
		}
	}
	s.hits = append(s.hits, h)
}

// bars reports whether the word before token i is a barred one.
func (x *Index) bars(tokens []text.Token, i int) bool {
	if i == 0 {
		return false
	}
	before := tokens[i-1].Text
	return slices.ContainsFunc(x.barred, func(word string) bool {
		return strings.HasSuffix(before, word) && text.WithoutArticle(before) == word
	})
}

// resolve decides between senses.
func (s *scan) resolve() []Mention {
	if len(s.hits) == 0 {
		return nil
	}
	s.countFirm()
	mentions := make([]Mention, 0, len(s.hits))
	for name := range s.names {
		if thing := choose(name, s.firm); thing >= 0 {
			mentions = append(mentions, Mention{thing, s.span(name[0])})
		}
	}
	return mentions
}

func (s *scan) span(h hit) Span {
	tokens := s.body.Tokens
	if h.inTitle {
		tokens = s.title.Tokens
	}
	return Span{
		InTitle: h.inTitle, From: int(h.from), To: int(h.to),
		Start: tokens[h.from].Start, End: tokens[h.to-1].End,
	}
}

// names yields the hits of each name met.
func (s *scan) names(yield func([]hit) bool) {
	for i := 0; i < len(s.hits); {
		j := i + 1
		for j < len(s.hits) && s.hits[j].from == s.hits[i].from && s.hits[j].inTitle == s.hits[i].inTitle {
			j++
		}
		if !yield(s.hits[i:j]) {
			return
		}
		i = j
	}
}

// countFirm counts for each thing the clues, and the names that can mean nothing else.
func (s *scan) countFirm() {
	for name := range s.names {
		only, weak := none, true
		for _, h := range name {
			switch {
			case h.when&Clue != 0:
				s.firm[h.thing]++
				continue
			case only == none:
				only = h.thing
			case only != h.thing:
				only = several
			}
			weak = weak && h.when&Weak != 0
		}
		if only >= 0 && !weak {
			s.firm[only]++
		}
	}
}

const (
	none    int32 = -1
	several int32 = -2
)

// choose gives what a name means, or none: the first thing that the article means
// firmly, of those that the name is no weak name of before the others; or else the first
// of those.
func choose(name []hit, firm []int32) int32 {
	chosen := none
	for _, weak := range [...]Condition{0, Weak} {
		for _, h := range name {
			if h.when&(Weak|Clue) != weak || chosen != none && firm[chosen] > 0 {
				continue
			}
			if firm[h.thing] > 0 || chosen == none && weak == 0 {
				chosen = h.thing
			}
		}
	}
	return chosen
}
