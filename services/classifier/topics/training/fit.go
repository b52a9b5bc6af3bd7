package training

import (
	"math"

	"marsad/services/classifier/topics"
)

// Row is an article as a regression sees it: columns and their values.
type Row struct {
	Columns []int32
	Values  []float32
}

// problem is one topic's logistic regression: the weights w and bias b that minimise
//
//	½·|w - prior|² + cost·Σ importance·log(1 + exp(∓(w·x + b)))
//
// which is the most probable w when a Gaussian around the prior is believed
// beforehand. Balancing is after King and Zeng ("Logistic regression in rare events
// data", 2001).
type problem struct {
	rows     []Row
	has      []bool    // the topic, one a row
	trust    []float64 // in has, 0 to 1, one a row; nil: all are trusted
	prior    []float64
	cost     float64
	balanced bool // both classes are of the same importance in sum
}

// solution of a problem: weights are those beside the prior.
type solution struct {
	weights []float64
	bias    float64
}

// fit minimises by L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited
// storage", 1980). It is deterministic.
func (p *problem) fit() solution {
	n := len(p.prior)
	x := minimise(p.loss, make([]float64, n+1))
	for i := range n {
		x[i] += p.prior[i]
	}
	return solution{weights: x[:n], bias: x[n]}
}

// Regress fits a logistic regression with as many weights as columns, around none, and
// the bias: cost is that of a wrong answer against the size of weights, balanced gives
// both answers the same importance in sum.
func Regress(rows []Row, has []bool, columns int, cost float64, balanced bool) (weights []float64, bias float64) {
	p := problem{rows: rows, has: has, prior: make([]float64, columns), cost: cost, balanced: balanced}
	s := p.fit()
	return s.weights, s.bias
}

func (p *problem) importance() (with, without float64) {
	if !p.balanced {
		return 1, 1
	}
	n := 0
	for _, h := range p.has {
		if h {
			n++
		}
	}
	all := float64(len(p.has))
	return all / (2 * max(1, float64(n))), all / (2 * max(1, all-float64(n)))
}

// loss takes weights beside the prior, then the bias, and sets the gradient.
func (p *problem) loss(x, gradient []float64) float64 {
	n := len(p.prior)
	sum := 0.
	for i, w := range x[:n] {
		sum += w * w / 2
		gradient[i] = w
	}
	gradient[n] = 0
	with, without := p.importance()
	for i, r := range p.rows {
		score := x[n]
		for k, c := range r.Columns {
			score += float64(r.Values[k]) * (x[c] + p.prior[c])
		}
		sign, weight := -1., p.cost*without
		if p.has[i] {
			sign, weight = 1, p.cost*with
		}
		margin := sign * score
		if p.trust != nil {
			weight *= p.trust[i]
		}
		sum += weight * softplus(-margin)
		slope := -sign * weight * topics.Sigmoid(-margin)
		gradient[n] += slope
		for k, c := range r.Columns {
			gradient[c] += slope * float64(r.Values[k])
		}
	}
	return sum
}

// softplus is log(1 + exp(x)).
func softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}

const (
	remembered    = 8   // steps that the curvature is estimated from
	maxSteps      = 100 // of the minimiser
	tolerance     = 1e-4
	armijo        = 1e-4 // share of the promised descent that a step must bring
	maxBacktracks = 30
)

// step is a pair of differences: of places and of gradients.
type step struct {
	x, g []float64
	dot  float64
}

// minimise finds where f is least, from x on. f sets the gradient.
func minimise(f func(x, gradient []float64) float64, x []float64) []float64 {
	gradient := make([]float64, len(x))
	value := f(x, gradient)
	first := norm(gradient)
	var steps []step
	for range maxSteps {
		direction := descent(gradient, steps)
		slope := dot(direction, gradient)
		length := 1.
		if len(steps) == 0 {
			length = 1 / max(1, norm(gradient))
		}
		next, nextGradient := make([]float64, len(x)), make([]float64, len(x))
		var nextValue float64
		for range maxBacktracks {
			for i := range x {
				next[i] = x[i] + length*direction[i]
			}
			if nextValue = f(next, nextGradient); nextValue <= value+armijo*length*slope {
				break
			}
			length /= 2
		}
		s := step{x: difference(next, x), g: difference(nextGradient, gradient)}
		if s.dot = dot(s.x, s.g); s.dot > 0 {
			if steps = append(steps, s); len(steps) > remembered {
				steps = steps[1:]
			}
		}
		x, gradient, value = next, nextGradient, nextValue
		if norm(gradient) <= tolerance*first {
			break
		}
	}
	return x
}

// descent is the direction that the two-loop recursion gives.
func descent(gradient []float64, steps []step) []float64 {
	d := make([]float64, len(gradient))
	for i, g := range gradient {
		d[i] = -g
	}
	shares := make([]float64, len(steps))
	for k := len(steps) - 1; k >= 0; k-- {
		s := steps[k]
		shares[k] = dot(s.x, d) / s.dot
		add(d, s.g, -shares[k])
	}
	if n := len(steps); n > 0 {
		last := steps[n-1]
		scale := last.dot / dot(last.g, last.g)
		for i := range d {
			d[i] *= scale
		}
	}
	for k, s := range steps {
		add(d, s.x, shares[k]-dot(s.g, d)/s.dot)
	}
	return d
}

func dot(a, b []float64) float64 {
	sum := 0.
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func norm(a []float64) float64 { return math.Sqrt(dot(a, a)) }

func add(to, what []float64, times float64) {
	for i, v := range what {
		to[i] += times * v
	}
}

func difference(a, b []float64) []float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return d
}
