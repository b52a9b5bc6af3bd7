package story

import "math"

// counts holds how often words occur, in a table with room for all that are read.
type counts struct {
	slots [1024]count
	n     int
}

type count struct {
	hash uint32 // with used set; 0: empty
	n    float32
	idf  float32
}

const used = 1 << 31 // no hash has it: they have 24 bits

// at is the count of a word, with its hash set; n is 0 when it is new.
func (c *counts) at(hash uint32) *count {
	for i := hash % uint32(len(c.slots)); ; i = (i + 1) % uint32(len(c.slots)) {
		slot := &c.slots[i]
		if slot.hash == 0 {
			slot.hash = hash | used
			c.n++
		}
		if slot.hash == hash|used {
			return slot
		}
	}
}

// weighted are the words with a weight above 0, in the order of the table.
func (c *counts) weighted() []weighted {
	all := make([]weighted, 0, c.n)
	for i := range c.slots {
		slot := &c.slots[i]
		if w := float32(math.Log1p(float64(slot.n))) * slot.idf; w > 0 {
			all = append(all, weighted{slot.hash &^ used, w})
		}
	}
	return all
}

// uncommon are the words so far that are not common.
func (c *counts) uncommon() []count {
	var words []count
	for _, slot := range c.slots {
		if slot.idf >= minNameIDF {
			words = append(words, slot)
		}
	}
	return words
}

// repeated are the hashes of words that were read again since.
func (c *counts) repeated(words []count) []uint32 {
	var hashes []uint32
	for _, w := range words {
		if hash := w.hash &^ used; c.at(hash).n > w.n {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}
