package story

import (
	"slices"

	"marsad/pkg/news"
)

const (
	// linkGap is how many seconds two articles on one event in two languages may lie apart.
	linkGap = 36 * 60 * 60
	// linkEvidence is how much they must share, in halves of a name: three names of
	// more than three consonants, or two and two that are shorter, or a number for one
	// that is. At least one must be a name.
	linkEvidence = 6
	// linkCommon is how many recent articles a key is in that is in all news.
	linkCommon = 48
)

// sharing is what a member shares with an article.
type sharing struct{ evidence, names int }

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
	shared := map[number]sharing{}
	for _, key := range f.names {
		c.linked(shared, key, sharing{1 + int(key&longName), 1}, f, at)
	}
	for _, key := range f.numbers {
		c.linked(shared, key, sharing{1, 0}, f, at)
	}
	var found []evidence
	for n, s := range shared {
		if s.evidence < linkEvidence || s.names == 0 || !sharesPlace(f, c.member(n).features) {
			continue
		}
		story := c.member(n).story
		i := slices.IndexFunc(found, func(e evidence) bool { return e.story == story })
		if i < 0 {
			i = len(found)
			found = append(found, evidence{story: story})
		}
		found[i].best = max(found[i].best, s.evidence)
	}
	return surest(found)
}

// linked adds what a key says to the members in other languages that have it. Keys of
// many articles are of names that are in all news: only those that live count, the
// others are forgotten sooner or later.
func (c *Clusterer) linked(shared map[number]sharing, key uint32, says sharing, f Features, at int64) {
	living := slices.DeleteFunc(slices.Clone(c.keys.read(key)), func(n number) bool { return n < c.base || !c.near(n, at) })
	if len(living) >= linkCommon {
		return
	}
	for _, n := range living {
		if m := c.member(n); m.features.lang != f.lang && max(m.at-at, at-m.at) <= linkGap {
			s := shared[n]
			shared[n] = sharing{s.evidence + says.evidence, s.names + says.names}
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
