package near

import "slices"

// sketch counts in how many texts a hash occurred lately. It is a count-min
// sketch of one row (Cormode and Muthukrishnan, 2005) that forgets by
// generations: it holds the counts of the present one and of the one before.
// Hashes that fall into one cell are counted together.
type sketch struct {
	cells []cell // a power of two
	shift int
	log   []change // since it was settled
	// waiting are texts that are not counted yet, of the generation before and of
	// this one: while many are replayed, those of older generations never are.
	waiting [2][][]uint32
}

// cell counts up to 255 of each generation.
type cell struct{ now, before uint8 }

type change struct {
	at  uint32
	old cell
}

// sketchBits is for 16 million cells: 32 MB.
const sketchBits = 24

func newSketch(width int) sketch { return sketch{cells: make([]cell, 1<<width), shift: 32 - width} }

// count is what a cell will hold after so many turns.
func (c cell) count(turns uint32) int {
	switch turns {
	case 0:
		return int(c.now) + int(c.before)
	case 1:
		return int(c.now)
	}
	return 0
}

// count is in how many texts hash is when the sketch has turned so many times more.
// All texts must have been counted.
func (s *sketch) count(hash, turns uint32) int { return s.cells[hash>>s.shift].count(turns) }

// add lets a text wait to be counted.
func (s *sketch) add(hashes []uint32) { s.waiting[1] = append(s.waiting[1], hashes) }

// countWaiting counts the texts that wait, so that it can be undone.
func (s *sketch) countWaiting() {
	s.eachWaiting(func(at uint32, generation int) {
		s.log = append(s.log, change{at, s.cells[at]})
		s.cells[at].add(generation)
	})
}

// settle counts the texts that wait, and keeps all counts for good.
func (s *sketch) settle() {
	s.eachWaiting(func(at uint32, generation int) { s.cells[at].add(generation) })
	s.log = s.log[:0]
}

func (s *sketch) eachWaiting(count func(at uint32, generation int)) {
	for generation, texts := range s.waiting {
		for _, hashes := range texts {
			for _, hash := range hashes {
				count(hash>>s.shift, generation)
			}
		}
		clear(texts)
		s.waiting[generation] = texts[:0]
	}
}

func (c *cell) add(generation int) {
	n := &c.now
	if generation == 0 {
		n = &c.before
	}
	if *n < 255 {
		*n++
	}
}

// turn begins a generation. It cannot be undone.
func (s *sketch) turn() {
	s.log = s.log[:0]
	s.waiting[0], s.waiting[1] = s.waiting[1], nil
	for i, c := range s.cells {
		s.cells[i] = cell{before: c.now}
	}
}

// undo takes back what was added since the sketch was settled.
func (s *sketch) undo() {
	s.waiting = [2][][]uint32{}
	for _, c := range slices.Backward(s.log) {
		s.cells[c.at] = c.old
	}
	s.settle()
}

func (s *sketch) bytes() int { return 2*len(s.cells) + 8*cap(s.log) }
