package phrases

import (
	"hash/maphash"
	"strings"
)

// words are the words and stems of phrases, numbered from 0 in the order they came. Who
// asks has their hashes already. Open addressing, at most half full.
type words struct {
	texts []string
	slots []uint32 // numbers + 1, 0 for a free slot
}

// add gives the number of a word, a new one if there is none.
func (w *words) add(word string) uint32 {
	if 2*len(w.texts) >= len(w.slots) {
		w.grow()
	}
	i := w.slot(word, maphash.String(seed, word))
	if w.slots[i] == 0 {
		w.texts = append(w.texts, strings.Clone(word)) // it may be a piece of something large
		w.slots[i] = uint32(len(w.texts))
	}
	return w.slots[i] - 1
}

// find gives the number of a word by its hash.
func (w *words) find(word string, hash uint64) (number uint32, ok bool) {
	number = w.slots[w.slot(word, hash)]
	return number - 1, number != 0
}

// slot is where a word stands, or the free slot where it belongs.
func (w *words) slot(word string, hash uint64) int {
	mask := len(w.slots) - 1
	i := int(hash>>20) & mask // the filters take the lower bits
	for w.slots[i] != 0 && w.texts[w.slots[i]-1] != word {
		i = (i + 1) & mask
	}
	return i
}

func (w *words) grow() {
	w.slots = make([]uint32, max(64, 2*len(w.slots)))
	for i, word := range w.texts {
		w.slots[w.slot(word, maphash.String(seed, word))] = uint32(i + 1)
	}
}

// edges are where a step leads, 0 for nowhere: met as written, or also with the
// article.
type edges struct {
	exact, open int32
}

// table is a map of steps to edges that a lookup reads in one place of memory mostly:
// open addressing, at most half full. The zero value is empty.
type table struct {
	slots []slot
	used  int
}

type slot struct {
	step  step
	edges edges // none: the slot is free
}

// get gives the edges of a step.
func (t *table) get(s step) edges {
	if len(t.slots) == 0 {
		return edges{}
	}
	return t.slots[t.find(s)].edges
}

// set files the edges of a step, which are some.
func (t *table) set(s step, e edges) {
	if 2*t.used >= len(t.slots) {
		t.grow()
	}
	at := &t.slots[t.find(s)]
	if at.edges == (edges{}) {
		t.used++
	}
	*at = slot{s, e}
}

// find gives the slot of a step, or the free one where it belongs.
func (t *table) find(s step) int {
	mask := len(t.slots) - 1
	i := int(s.hash()) & mask
	for t.slots[i].step != s && t.slots[i].edges != (edges{}) {
		i = (i + 1) & mask
	}
	return i
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(64, 2*len(old)))
	for _, o := range old {
		if o.edges != (edges{}) {
			t.slots[t.find(o.step)] = o
		}
	}
}

// hash spreads steps by Fibonacci hashing (Knuth, The Art of Computer Programming,
// volume 3, section 6.4).
func (s step) hash() uint32 {
	const golden = 0x9E3779B97F4A7C15
	return uint32((uint64(s.from)<<32 | uint64(s.word)) * golden >> 32)
}
