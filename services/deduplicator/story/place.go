package story

import (
	"slices"
	"time"

	"marsad/pkg/news"
)

// Placement says where an article belongs.
type Placement struct {
	Story      news.ID // empty: a story of its own
	Similarity float64 // to the story, 0 to 1; to the story most like it if it gets its own
	Moves      []Move  // members whose story changes because of the article
	Link       news.ID // a story in another language that is surely on the same event; mostly empty
}

const (
	// oldest and newest are how many members speak for a story that is large,
	// together with those that share most words with the article.
	oldest, newest, alike = 6, 8, 2
	// sampled is how many members are compared at most.
	sampled = oldest + newest + alike
	// closest is how many of the members most like an article count half.
	closest = 3
)

// scored is a story that an article was compared to.
type scored struct {
	story      *story
	similarity float64
	ratio      float64 // of similarity to what is needed
}

// Place says where an article with its time belongs. It changes nothing.
func (c *Clusterer) Place(f Features, at time.Time) Placement {
	if f.Empty() {
		return Placement{}
	}
	stories := c.compare(f, at.Unix())
	var p Placement
	if len(stories) > 0 {
		p.Similarity = stories[0].similarity
	}
	p.Link = c.link(f, at.Unix())
	if len(stories) == 0 || stories[0].ratio < 1 {
		return p
	}
	p.Story = stories[0].story.id.id()
	if !c.split(&p, stories[0].story, f) {
		c.merge(&p, stories)
	}
	return p
}

// compare scores the stories that the article may belong to, best first.
func (c *Clusterer) compare(f Features, at int64) []scored {
	hits := c.candidates(f, at)
	var stories []scored
	for _, h := range hits {
		s := c.member(h.n).story
		if len(stories) == maxStories {
			break
		}
		if !slices.ContainsFunc(stories, func(other scored) bool { return other.story == s }) {
			stories = append(stories, scored{story: s})
		}
	}
	for i := range stories {
		c.score(&stories[i], f, at, hits)
	}
	slices.SortStableFunc(stories, func(a, b scored) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return int(a.story.members[0]) - int(b.story.members[0])
	})
	return stories
}

// score compares an article with members of a story. Its similarity is half the
// average of all, half the average of the closest three: an article need not be
// like all that was written on an event, and must not be like just one.
func (c *Clusterer) score(s *scored, f Features, at int64, hits []hit) {
	var buf [sampled]number
	sum, n, gap := 0.0, 0, int64(1)<<62
	var top [closest]float64 // greatest first
	for _, m := range c.sample(buf[:0], s.story, hits) {
		member := c.member(m)
		similarity := ofStory(f, member.features)
		sum += similarity
		n++
		gap = min(gap, max(member.at-at, at-member.at))
		for i := range top {
			if similarity > top[i] {
				similarity, top[i] = top[i], similarity
			}
		}
	}
	best, k := 0.0, min(n, closest)
	for _, similarity := range top[:k] {
		best += similarity
	}
	s.similarity = (sum/float64(n) + best/float64(k)) / 2
	s.ratio = s.similarity / (c.cfg.Threshold * (1 + float64(gap)/float64(c.quiet())))
	if gap > c.quiet() {
		s.ratio = 0
	}
}

// sample appends the members that speak for a story.
func (c *Clusterer) sample(dst []number, s *story, hits []hit) []number {
	if len(s.members) <= sampled {
		return append(dst, s.members...)
	}
	dst = append(dst, s.members[:oldest]...)
	dst = append(dst, s.members[len(s.members)-newest:]...)
	for _, h := range hits {
		if len(dst) == sampled {
			break
		}
		if c.member(h.n).story == s && !slices.Contains(dst, h.n) {
			dst = append(dst, h.n)
		}
	}
	return dst
}

// quiet is Config.Quiet in seconds.
func (c *Clusterer) quiet() int64 { return int64(c.cfg.Quiet / time.Second) }
