package score

import (
	"cmp"
	"math"
	"slices"
)

// clustering is the cluster of each document as it is known and as it was found.
type clustering struct {
	gold, found []string
}

// bcubed is the average over documents of how much of the story found with it belongs
// to its cluster, and how much of its cluster is found with it (Bagga and Baldwin,
// "Entity-Based Cross-Document Coreferencing", 1998; Amigó et al., "A comparison of
// extrinsic clustering evaluation metrics", 2009).
func (c clustering) bcubed() (precision, recall, f1 float64) {
	gold, found, both := c.counts()
	for i := range c.gold {
		hits := float64(both[[2]string{c.gold[i], c.found[i]}])
		precision += hits / float64(found[c.found[i]])
		recall += hits / float64(gold[c.gold[i]])
	}
	n := float64(len(c.gold))
	precision, recall = precision/n, recall/n
	return precision, recall, 2 * precision * recall / (precision + recall)
}

// samePairs counts the pairs of documents that are together in the labels, in what was
// found, and in both.
func (c clustering) samePairs() (gold, found, both float64) {
	g, f, b := c.counts()
	for _, n := range g {
		gold += pairsOf(n)
	}
	for _, n := range f {
		found += pairsOf(n)
	}
	for _, n := range b {
		both += pairsOf(n)
	}
	return gold, found, both
}

// pairs are precision, recall and F1 over pairs of documents that are in one group.
func (c clustering) pairs() (precision, recall, f1 float64) {
	gold, found, both := c.samePairs()
	return finite(both / found), finite(both / gold), finite(2 * both / (found + gold))
}

// ari is the share of pairs of documents on which both agree, adjusted for chance (Hubert
// and Arabie, "Comparing Partitions", 1985).
func (c clustering) ari() float64 {
	rows, columns, index := c.samePairs()
	expected := rows * columns / max(pairsOf(len(c.gold)), 1)
	if greatest := (rows + columns) / 2; greatest != expected {
		return (index - expected) / (greatest - expected)
	}
	return 1
}

func (c clustering) counts() (gold, found map[string]int, both map[[2]string]int) {
	gold, found, both = map[string]int{}, map[string]int{}, map[[2]string]int{}
	for i := range c.gold {
		gold[c.gold[i]]++
		found[c.found[i]]++
		both[[2]string{c.gold[i], c.found[i]}]++
	}
	return gold, found, both
}

func pairsOf(n int) float64 { return float64(n) * float64(n-1) / 2 }

// likeness is the similarity that was found for a pair, and what it is known to be: 1 to 4.
type likeness struct {
	similarity, overall float64
}

func (l likeness) same() bool { return l.overall < sameBelow }

// sameBelow is the overall likeness below which a pair is on the same story.
const sameBelow = 2.5

// auc is how probable it is that a pair on the same story is found more alike than
// one on different stories; ties count half. It is NaN without one of either.
func auc(pairs []likeness) float64 {
	ordered := slices.Clone(pairs)
	slices.SortFunc(ordered, func(a, b likeness) int { return cmp.Compare(a.similarity, b.similarity) })
	ranks, same := 0.0, 0.0
	for i := 0; i < len(ordered); {
		j := i
		for j < len(ordered) && ordered[j].similarity == ordered[i].similarity {
			j++
		}
		for _, p := range ordered[i:j] {
			if p.same() {
				same++
				ranks += float64(i+1+j) / 2
			}
		}
		i = j
	}
	return (ranks - same*(same+1)/2) / (same * (float64(len(ordered)) - same))
}

// pearson is the correlation of similarity and likeness, turned so that 1 is best.
func pearson(pairs []likeness) float64 {
	n := float64(len(pairs))
	x, y := 0.0, 0.0
	for _, p := range pairs {
		x += p.similarity / n
		y -= p.overall / n
	}
	xy, xx, yy := 0.0, 0.0, 0.0
	for _, p := range pairs {
		dx, dy := p.similarity-x, -p.overall-y
		xy += dx * dy
		xx += dx * dx
		yy += dy * dy
	}
	return xy / math.Sqrt(xx*yy)
}
