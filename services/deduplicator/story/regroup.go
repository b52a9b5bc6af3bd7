package story

import (
	"slices"

	"marsad/pkg/news"
)

const (
	// minPart is how many articles each half of a split story has at least.
	minPart = 2
	// splitDoubt makes splits of small stories rarer: few pairs say little.
	splitDoubt = 2
	// maxMoved is how many members change their story at once at most.
	maxMoved = 200
	// mergeSample is how many members of a story are compared before a merge.
	mergeSample = 8
)

// splitSizes are the sizes at which a story is examined, with the article that
// reaches them. Larger stories are what they are.
var splitSizes = []int{4, 5, 6, 8, 10, 13, 17, 23, 30, 40, 52, 64}

// split examines a story with a new article in it: its articles are gathered into
// two groups by average linkage (Sokal and Michener 1958), and if the groups are
// clearly less alike than the articles within each, they are two stories. That of
// the oldest member keeps the id. It reports whether it split.
func (c *Clusterer) split(p *Placement, s *story, f Features) bool {
	size := len(s.members) + 1
	if _, ok := slices.BinarySearch(splitSizes, size); !ok {
		return false
	}
	features := make([]Features, size)
	for i, n := range s.members {
		features[i] = c.member(n).features
	}
	features[size-1] = f
	table := similarities(features)
	second, across := halves(table)
	within := min(meanWithin(table, second, false), meanWithin(table, second, true))
	if across >= c.cfg.Split*within*(1-splitDoubt/float64(size)) {
		return false
	}
	if n := trues(second); n < minPart || size-n < minPart {
		return false
	}
	id := news.ID("")
	for i, n := range s.members {
		if !second[i] {
			continue
		}
		if id == "" {
			id = c.member(n).id.id()
		}
		p.Moves = append(p.Moves, Move{Item: c.member(n).id.id(), Story: id})
	}
	if second[size-1] {
		p.Story = id
	}
	return true
}

// merge looks whether the second story that the article is like is the same as its
// own. The younger one moves into the older.
func (c *Clusterer) merge(p *Placement, stories []scored) {
	if len(stories) < 2 || stories[1].ratio < 1 || stories[1].similarity < c.cfg.Merge {
		return
	}
	a, b := stories[0].story, stories[1].story
	if b.members[0] < a.members[0] {
		a, b = b, a
	}
	if len(b.members) > maxMoved || !c.same(a, b) {
		return
	}
	p.Story = a.id.id()
	for _, n := range b.members {
		p.Moves = append(p.Moves, Move{Item: c.member(n).id.id(), Story: p.Story})
	}
}

// same reports whether two stories are one: as like each other as Config.Merge
// says, and so like that a split would not part them again.
func (c *Clusterer) same(a, b *story) bool {
	features := c.spread(nil, a)
	first := len(features)
	features = c.spread(features, b)
	across := 0.0
	for _, x := range features[:first] {
		for _, y := range features[first:] {
			across += ofStory(x, y)
		}
	}
	across /= float64(first * (len(features) - first))
	if across < c.cfg.Merge {
		return false
	}
	second := make([]bool, len(features))
	for i := first; i < len(second); i++ {
		second[i] = true
	}
	table := similarities(features)
	within := min(meanWithin(table, second, false), meanWithin(table, second, true), 2*c.cfg.Merge)
	return across >= (1+c.cfg.Split)/2*within
}

// spread appends the features of up to mergeSample members, spread evenly.
func (c *Clusterer) spread(dst []Features, s *story) []Features {
	n := len(s.members)
	k := min(n, mergeSample)
	for i := range k {
		dst = append(dst, c.member(s.members[i*n/k]).features)
	}
	return dst
}
