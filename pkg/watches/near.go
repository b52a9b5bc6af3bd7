package watches

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// near finds the stretches that have a hit of each condition: of those that end at the
// same place the shortest, and none with another in it. No word serves two conditions:
// the hits of a stretch do not overlap. Only what a near within found may overlap with
// the other hits, where order does not count: it has gaps that these may stand in.
func (c *scratch) near(n *node, hits []hit) []hit {
	for _, kid := range n.all {
		if len(c.eval(kid).hits) == 0 {
			return hits
		}
	}
	for _, kid := range n.none {
		c.eval(kid) // now, as one may be a near that needs the same memory
	}
	s := &c.stretches
	s.begin(c, n)
	begun := int32(-1)
	for i := 0; i < len(s.ends); {
		for to := s.ends[i].to; i < len(s.ends) && s.ends[i].to == to; i++ {
			c.steps += s.take(n, s.ends[i])
		}
		w, found := s.shortest(begun)
		if !found {
			continue
		}
		begun = w.from // what begins there and ends later has this one in it
		if !c.fits(n, w) {
			continue
		}
		w.parts, w.n = int32(len(c.parts)), int32(len(n.all))
		c.parts = append(c.parts, s.parts...)
		hits = append(hits, w)
	}
	return hits
}

// stretches goes over the hits of the conditions of a near by where they end. It keeps,
// for each set of these conditions, the runs of hits that do not overlap, one of each:
// of those that ended so far the one that began last. Where order counts, only the sets
// of the first conditions have runs.
type stretches struct {
	ends  []ending
	runs  [1 << MaxOf][]run // by where they end, and by where they begin
	kids  int
	loose [MaxOf]hit // of each condition the stretch of a near that began last
	isMet [MaxOf]bool
	parts []hit // of the shortest
}

// ending is a hit of one of the conditions.
type ending struct {
	hit
	kid int
}

// run is a hit with the run before it.
type run struct {
	from   int32 // where the first hit begins
	last   ending
	before int // the run of the other conditions
}

func (s *stretches) begin(c *scratch, n *node) {
	s.kids = len(n.all)
	s.ends = s.ends[:0]
	s.isMet = [MaxOf]bool{}
	for set := range s.runs[:1<<s.kids] {
		s.runs[set] = s.runs[set][:0]
	}
	for i, kid := range n.all {
		for _, h := range c.results[kid].hits {
			s.ends = append(s.ends, ending{h, i})
		}
	}
	slices.SortFunc(s.ends, func(x, y ending) int { return cmp.Compare(x.to, y.to) })
}

// take puts a hit behind the runs that ended before it. It gives how many steps it took.
func (s *stretches) take(n *node, h ending) (steps int) {
	switch {
	case n.ordered:
		s.follow(n, 1<<h.kid-1, h)
		return 1
	case h.n > 0:
		if !s.isMet[h.kid] || s.loose[h.kid].from < h.from {
			s.isMet[h.kid], s.loose[h.kid] = true, h.hit
		}
		return 1
	}
	for set := range 1 << s.kids {
		if set>>h.kid&1 == 0 {
			s.follow(n, set, h)
			steps++
		}
	}
	return steps
}

// follow makes a run of a hit and the run of a set of other conditions, if there is one.
func (s *stretches) follow(n *node, set int, h ending) {
	r := run{from: h.from, last: h}
	if set != 0 {
		before := s.runs[set]
		last := len(before) - 1
		if last >= 0 && before[last].last.to > h.from {
			last = sort.Search(last, func(i int) bool { return before[i].last.to > h.from }) - 1
		}
		if last < 0 || n.words > 0 && h.to-before[last].from > n.words {
			return
		}
		r.from, r.before = before[last].from, last
	}
	set |= 1 << h.kid
	runs := s.runs[set]
	if i := len(runs) - 1; i >= 0 {
		if runs[i].from >= r.from {
			return
		}
		if runs[i].last.to == h.to { // nothing has followed it yet
			runs[i] = r
			return
		}
	}
	s.runs[set] = append(runs, r)
}

// shortest is the stretch, of those that ended so far, that began last, if that is
// after begun. Its parts are s.parts.
func (s *stretches) shortest(begun int32) (w hit, found bool) {
	all, loose := 1<<s.kids-1, 0
	for kid, met := range s.isMet {
		if met {
			loose |= 1 << kid
		}
	}
	best, bestFrom := -1, begun
	for set := loose; ; set = (set - 1) & loose { // those whose hit is a loose one
		if from := s.fromOf(all&^set, set); from > bestFrom {
			best, bestFrom = set, from
		}
		if set == 0 {
			break
		}
	}
	if best < 0 {
		return w, false
	}
	s.collect(all&^best, best)
	w = hit{from: bestFrom, what: noAtom}
	for _, h := range s.parts {
		w.to = max(w.to, h.to)
	}
	return w, true
}

// fromOf is where the stretch begins that has the last run of a set of conditions, and
// the loose hits of others; -1 if there is none.
func (s *stretches) fromOf(set, loose int) int32 {
	from := int32(math.MaxInt32)
	if set != 0 {
		runs := s.runs[set]
		if len(runs) == 0 {
			return -1
		}
		from = runs[len(runs)-1].from
	}
	for kid := range s.kids {
		if loose>>kid&1 == 1 {
			from = min(from, s.loose[kid].from)
		}
	}
	return from
}

// collect puts together the hits of the same stretch.
func (s *stretches) collect(set, loose int) {
	s.parts = s.parts[:0]
	for i := len(s.runs[set]) - 1; set != 0; {
		r := &s.runs[set][i]
		s.parts = append(s.parts, r.last.hit)
		set &^= 1 << r.last.kid
		i = r.before
	}
	for kid := range s.kids {
		if loose>>kid&1 == 1 {
			s.parts = append(s.parts, s.loose[kid])
		}
	}
}
