package story

import (
	"slices"

	"marsad/pkg/news"
)

const (
	// linkGap is how many seconds two articles on one event in two languages may lie apart.
	linkGap = 36 * 60 * 60
	// linkEvidence is how much they must share, in halves of a name: three names of
	// more than three consonants, or numbers of three digits; shorter ones count half.
	linkEvidence = 6
)

// evidence is what speaks for a story in another language.
type evidence struct {
	story *story
	best  int // what the member that shares most shares
}

// link finds the story in another language that is surely on the same event as an
// article: one of its members, written within linkGap, shares rare names and
// numbers and a country with it, and no other story's shares as much.
func (c *Clusterer) link(f Features, at int64) news.ID {
	if len(f.places) == 0 || len(f.names)+len(f.numbers) < linkEvidence/2 {
		return ""
	}
	shared := map[number]int{}
	for _, key := range f.names {
		c.linked(shared, key, 1+int(key&longName), f, at)
	}
	for _, key := range f.numbers {
		c.linked(shared, key, 2, f, at)
	}
	var found []evidence
	for n, score := range shared {
		if score < linkEvidence || !sharesPlace(f, c.member(n).features) {
			continue
		}
		s := c.member(n).story
		i := slices.IndexFunc(found, func(e evidence) bool { return e.story == s })
		if i < 0 {
			i = len(found)
			found = append(found, evidence{story: s})
		}
		found[i].best = max(found[i].best, score)
	}
	return surest(found)
}

// linked adds what a key says to the members in other languages that have it. Keys of
// many articles are of names that are in all news.
func (c *Clusterer) linked(shared map[number]int, key uint32, score int, f Features, at int64) {
	list := c.keys.read(key)
	if len(list) == recent {
		return
	}
	for _, n := range list {
		if n < c.base || !c.near(n, at) {
			continue
		}
		if m := c.member(n); m.features.lang != f.lang && max(m.at-at, at-m.at) <= linkGap {
			shared[n] += score
		}
	}
}

// surest is the story with the most evidence; none if two have the same.
func surest(found []evidence) news.ID {
	var most evidence
	unsure := false
	for _, e := range found {
		switch {
		case e.best > most.best:
			most, unsure = e, false
		case e.best == most.best:
			unsure = true
		}
	}
	if most.story == nil || unsure {
		return ""
	}
	return most.story.id.id()
}
