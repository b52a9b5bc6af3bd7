package phrases

// step leaves a node over a word, or over all words that begin with it.
type step struct {
	from int32
	word uint64 // its hash
	star bool
}

// golden is 2⁶⁴ over the golden ratio.
const golden = 0x9E3779B97F4A7C15

// key is what a step is known by: as good as the hash of its word.
func (s step) key() uint64 {
	n := uint64(s.from) << 1
	if s.star {
		n++
	}
	return s.word ^ n*golden
}

// edges are where a step leads, in the order that is tried; 0 is nowhere. A word with
// the article leads first to what was filed so, and then to what may carry it; one
// without leads first to what may carry it.
type edges [2]int32

// table is a map of the keys of steps to edges that a lookup reads in one place of
// memory mostly: open addressing, at most half full. The zero value is empty.
type table struct {
	slots []slot
	used  int
}

type slot struct {
	key   uint64
	edges edges // none: the slot is free
}

// get gives the edges of a step.
func (t *table) get(key uint64) edges {
	if len(t.slots) == 0 {
		return edges{}
	}
	return t.slots[t.find(key)].edges
}

// set files the edges of a step, which are some.
func (t *table) set(key uint64, e edges) {
	if 2*t.used >= len(t.slots) {
		t.grow()
	}
	at := &t.slots[t.find(key)]
	if at.edges == (edges{}) {
		t.used++
	}
	*at = slot{key, e}
}

// find gives the slot of a step, or the free one where it belongs.
func (t *table) find(key uint64) int {
	mask := len(t.slots) - 1
	i := int(key>>20) & mask
	for t.slots[i].key != key && t.slots[i].edges != (edges{}) {
		i = (i + 1) & mask
	}
	return i
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(64, 2*len(old)))
	for _, o := range old {
		if o.edges != (edges{}) {
			t.slots[t.find(o.key)] = o
		}
	}
}
