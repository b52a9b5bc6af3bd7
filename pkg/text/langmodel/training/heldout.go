package training

import (
	"math"

	"marsad/pkg/text/langmodel"
)

// startWords is how many words the start of a sentence has.
const startWords = 4

// accuracy is how often held-out documents are told right by their first words;
// by all of them if words is 0.
func (t *trainer) accuracy(held []document, words int) (r Rate) {
	for i := range held {
		t.judge(&held[i], words, 1)
		best := 0
		for k, p := range t.scores {
			if p > t.scores[best] {
				best = k
			}
		}
		r.Of++
		if best == held[i].class {
			r.Right++
		}
	}
	return r
}

// judge sets t.scores for the first words of a document.
func (t *trainer) judge(d *document, words int, temperature float32) {
	to := len(d.ends)
	if words > 0 {
		to = min(to, words)
	}
	start, end := d.features(0, to)
	t.sum(d.ids[start:end], langmodel.Norm(end-start))
	for k := range t.scores {
		t.scores[k] /= temperature
	}
	langmodel.Softmax(t.scores)
}

// temperature is what scores must be divided by for probabilities to be what
// they say on the held-out documents and their starts (Guo et al. 2017, "On
// Calibration of Modern Neural Networks", ICML).
func (t *trainer) temperature(held []document) float32 {
	best, least := float32(1), math.Inf(1)
	for candidate := float32(0.5); candidate <= 2; candidate += 0.125 {
		loss := 0.0
		for i := range held {
			for _, words := range []int{0, startWords} {
				t.judge(&held[i], words, candidate)
				loss -= math.Log(max(1e-9, float64(t.scores[held[i].class])))
			}
		}
		if loss < least {
			best, least = candidate, loss
		}
	}
	return best
}
