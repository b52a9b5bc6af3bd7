package body

import "math"

// forest is a sum of oblivious decision trees, in which all nodes of a level ask
// the same question (Prokhorenkova et al. 2018, "CatBoost: unbiased boosting with
// categorical features"): a tree is a handful of comparisons and a table.
type forest struct {
	bias  float32
	trees []tree
}

// treeDepth is how many questions a tree asks.
const treeDepth = 6

type tree struct {
	feature   [treeDepth]uint8
	threshold [treeDepth]float32
	leaf      [1 << treeDepth]float32
}

// Most blocks of a page are nothing like text. After settledAfter trees, those with
// log odds below hopeless are not looked at any further: what is left of the forest
// does not lift them to anything near even.
const (
	settledAfter = 60
	hopeless     = -4.5
)

// score is the log odds of a row.
func (f *forest) score(r *row) float32 {
	sum := f.bias
	for i := range f.trees {
		if i == settledAfter && sum < hopeless {
			break
		}
		t := &f.trees[i]
		at := 0
		for k := range treeDepth {
			more := 0
			if r[t.feature[k]] > t.threshold[k] {
				more = 1 // no branch, which could not be predicted
			}
			at |= more << k
		}
		sum += t.leaf[at]
	}
	return sum
}

func probability(logOdds float32) float32 { return float32(1 / (1 + math.Exp(-float64(logOdds)))) }
