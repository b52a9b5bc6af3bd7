package body

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// example is one labelled block.
type example struct {
	row    *row
	target float32 // 0 or 1
	weight float32
}

// booster grows a forest by gradient boosting of the logistic loss (Friedman
// 2001, "Greedy function approximation: a gradient boosting machine"), on features
// put into bins, each tree on some of the examples and features (Friedman 2002,
// "Stochastic gradient boosting"). The draws are the same each time.
type booster struct {
	trees    int
	rate     float64
	lambda   float64 // L2 regularisation of leaves
	features int
	sample   float64 // share of the examples that a tree sees
	columns  float64 // share of the features that it may ask for
}

// maxBins is how many values of a feature are told apart.
const maxBins = 64

// grow learns of the examples until ctx ends: the forest is then of no use.
func (o booster) grow(ctx context.Context, examples []example, progress func(done, total int)) forest {
	edges := make([][]float32, o.features)
	bins := make([][]uint8, o.features)
	for f := range o.features {
		edges[f] = quantiles(examples, f)
		bins[f] = make([]uint8, len(examples))
		for i := range examples {
			k, _ := slices.BinarySearch(edges[f], examples[i].row[f])
			bins[f][i] = uint8(k)
		}
	}
	g := growth{booster: o, random: rand.New(rand.NewPCG(1, 1)), allowed: make([]bool, o.features), examples: examples, edges: edges, bins: bins,
		scores: make([]float64, len(examples)), gradient: make([]float64, len(examples)), hessian: make([]float64, len(examples)), leaf: make([]uint8, len(examples))}
	var positive, all float64
	for _, e := range examples {
		positive += float64(e.weight * e.target)
		all += float64(e.weight)
	}
	bias := math.Log(positive / (all - positive))
	for i := range g.scores {
		g.scores[i] = bias
	}
	result := forest{bias: float32(bias)}
	for k := 0; k < o.trees && ctx.Err() == nil; k++ {
		result.trees = append(result.trees, g.tree())
		progress(k+1, o.trees)
	}
	return result
}

type growth struct {
	booster
	examples                  []example
	edges                     [][]float32
	bins                      [][]uint8
	scores, gradient, hessian []float64
	leaf                      []uint8
	random                    *rand.Rand
	allowed                   []bool // features that the tree may ask for
}

// tree grows one tree and adds it to the scores.
func (g *growth) tree() tree {
	for f := range g.allowed {
		g.allowed[f] = g.random.Float64() < g.columns
	}
	for i, e := range g.examples {
		p := 1 / (1 + math.Exp(-g.scores[i]))
		g.gradient[i] = float64(e.weight) * (float64(e.target) - p)
		g.hessian[i] = float64(e.weight) * p * (1 - p)
		g.leaf[i] = 0
		if g.random.Float64() >= g.sample {
			g.gradient[i], g.hessian[i] = 0, 0
		}
	}
	var t tree
	for level := range treeDepth {
		f, bin := g.split(level)
		t.feature[level], t.threshold[level] = uint8(f), g.edges[f][bin]
		for i := range g.leaf {
			if int(g.bins[f][i]) > bin {
				g.leaf[i] |= 1 << level
			}
		}
	}
	var gradient, hessian [1 << treeDepth]float64
	for i, leaf := range g.leaf {
		gradient[leaf] += g.gradient[i]
		hessian[leaf] += g.hessian[i]
	}
	for k := range t.leaf {
		t.leaf[k] = float32(g.rate * gradient[k] / (hessian[k] + g.lambda))
	}
	for i, leaf := range g.leaf {
		g.scores[i] += float64(t.leaf[leaf])
	}
	return t
}

// split is the feature and the bin after which all leaves of a level are parted
// best.
func (g *growth) split(level int) (feature, bin int) {
	leaves := 1 << level
	best := math.Inf(-1)
	type sums struct{ gradient, hessian float64 }
	histogram := make([]sums, leaves*maxBins)
	for f := range g.features {
		n := len(g.edges[f])
		if n == 0 || !g.allowed[f] {
			continue
		}
		clear(histogram)
		for i, b := range g.bins[f] {
			h := &histogram[int(g.leaf[i])*maxBins+int(b)]
			h.gradient += g.gradient[i]
			h.hessian += g.hessian[i]
		}
		gains := make([]float64, n)
		for leaf := range leaves {
			h := histogram[leaf*maxBins : (leaf+1)*maxBins]
			var all, left sums
			for _, s := range h {
				all.gradient += s.gradient
				all.hessian += s.hessian
			}
			for k := range n {
				left.gradient += h[k].gradient
				left.hessian += h[k].hessian
				r := sums{all.gradient - left.gradient, all.hessian - left.hessian}
				gains[k] += left.gradient*left.gradient/(left.hessian+g.lambda) + r.gradient*r.gradient/(r.hessian+g.lambda)
			}
		}
		for k, gain := range gains {
			if gain > best {
				best, feature, bin = gain, f, k
			}
		}
	}
	return feature, bin
}

// quantiles are the values that part a feature into bins: a value belongs right
// of all edges below it.
func quantiles(examples []example, f int) []float32 {
	values := make([]float32, len(examples))
	for i, e := range examples {
		values[i] = e.row[f]
	}
	slices.Sort(values)
	distinct := slices.Compact(slices.Clone(values))
	if len(distinct) <= maxBins-1 {
		if len(distinct) < 2 {
			return nil
		}
		return distinct[:len(distinct)-1]
	}
	var edges []float32
	for k := 1; k < maxBins; k++ {
		edges = append(edges, values[k*len(values)/maxBins])
	}
	edges = slices.Compact(edges)
	if edges[len(edges)-1] == values[len(values)-1] {
		edges = edges[:len(edges)-1]
	}
	return edges
}
