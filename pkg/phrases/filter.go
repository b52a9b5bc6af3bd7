package phrases

// filter says of nearly all hashes that were not added that they were not: two bits of
// one word of memory for each (Putze, Sanders and Singler, "Cache-, Hash- and
// Space-Efficient Bloom Filters", 2007). The zero value has none.
type filter struct {
	words  []uint64 // a power of two of them, or none
	hashes []uint64
}

// hashesPerWord is how many share a word of memory. One in 250 foreign hashes passes.
const hashesPerWord = 2

func (f *filter) add(hash uint64) {
	f.hashes = append(f.hashes, hash)
	if len(f.hashes) <= hashesPerWord*len(f.words) {
		f.set(hash)
		return
	}
	f.words = make([]uint64, max(16, 2*len(f.words)))
	for _, h := range f.hashes {
		f.set(h)
	}
}

func (f *filter) set(hash uint64) {
	f.words[f.word(hash)] |= twoBits(hash)
}

func (f *filter) has(hash uint64) bool {
	return len(f.words) > 0 && f.words[f.word(hash)]&twoBits(hash) == twoBits(hash)
}

func (f *filter) word(hash uint64) int { return int(hash>>12) & (len(f.words) - 1) }

func twoBits(hash uint64) uint64 { return 1<<(hash&63) | 1<<(hash>>6&63) }
