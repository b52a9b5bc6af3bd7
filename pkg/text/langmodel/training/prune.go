package training

import (
	"math"
	"slices"

	"marsad/pkg/text/langmodel"
)

// prune keeps the weights that matter most: by their size, and by how much their
// feature was learned from. What all classes have in common is taken off before, which
// changes no probability and leaves most weights near zero.
func (t *trainer) prune() {
	matters := make([]float32, len(t.weights))
	if t.classes > 1 {
		for id := range t.hashes {
			t.centre(id)
			often := math.Sqrt(float64(t.squares[id]))
			for k, w := range t.row(id) {
				matters[id*t.classes+k] = float32(math.Abs(float64(w)) * often)
			}
		}
	}
	least := float32(0)
	if keep := t.budget(); keep < len(matters) {
		least = slices.Sorted(slices.Values(matters))[len(matters)-keep]
	}
	t.kept = make([]bool, len(matters))
	for i, m := range matters {
		if t.kept[i] = m >= least && m > 0; !t.kept[i] {
			t.weights[i] = 0
		}
	}
}

// manyLanguages is how many languages of a script need all weights they may have:
// fewer are easier to tell apart.
const manyLanguages = 12

// budget is how many weights may be kept.
func (t *trainer) budget() int {
	return t.classes * t.opts.PerLanguage * min(t.classes, manyLanguages) / manyLanguages
}

// centre takes the median off the weights of a feature.
func (t *trainer) centre(id int) {
	row := t.row(id)
	sorted := slices.Sorted(slices.Values(row))
	n := len(sorted)
	median := (sorted[(n-1)/2] + sorted[n/2]) / 2
	for k := range row {
		row[k] -= median
	}
}

// quantise rounds the weights to a byte each and divides all scores by the temperature.
func (t *trainer) quantise(c *langmodel.Classifier, temperature float32) {
	greatest := float32(0)
	for _, w := range t.weights {
		greatest = max(greatest, w, -w)
	}
	unit := max(greatest/levels, math.SmallestNonzeroFloat32)
	c.Scale = unit / temperature
	for i, w := range t.weights {
		if value := int8(math.Round(float64(w / unit))); value != 0 {
			c.Weights = append(c.Weights, langmodel.Weight{Feature: t.hashes[i/t.classes], Language: uint8(i % t.classes), Value: value})
		}
	}
	for _, b := range t.bias {
		c.Bias = append(c.Bias, b/temperature)
	}
}
