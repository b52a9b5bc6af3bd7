package near

import (
	"math/rand/v2"
	"slices"
)

// postings lists, for each sampled hash, the texts that have it, latest first.
// Chains run through one growing list of entries, as in the match finder of
// DEFLATE (RFC 1951, section 4), which is kept in blocks so that the oldest can
// be freed. Where a chain begins is in a table with linear probing.
type postings struct {
	blocks [][]posting // of blockSize each
	first  uint32      // number of the first entry in blocks
	next   uint32      // number of the entry to come
	slots  []slot      // a power of two
	used   int         // slots that have a hash
	seed   uint64      // odd; where in the table a hash belongs cannot be foreseen
	log    []uint32    // hashes of the entries since they were settled
}

type posting struct {
	text     uint32
	previous uint32 // entry of the same hash; below first: there is none
}

// slot says which is the latest entry of a hash. A hash whose entries were all
// freed or taken back stays until the table is made anew.
type slot struct {
	hash  uint32
	entry uint32 // 0: a free slot
}

const (
	blockSize    = 1 << 14
	fewestSlots  = 1 << 12
	noEntry      = 1 // below any first
	fullestTable = 0.8
)

func newPostings() postings {
	return postings{first: noEntry + 1, next: noEntry + 1, slots: make([]slot, fewestSlots), seed: rand.Uint64() | 1}
}

func (p *postings) at(entry uint32) *posting {
	i := entry - p.first
	return &p.blocks[i/blockSize][i%blockSize]
}

// slot is that of a hash, or the free one where it belongs. The table is read by
// multiply-shift hashing (Dietzfelbinger and others, 1997).
func (p *postings) slot(hash uint32) *slot {
	mask := uint32(len(p.slots) - 1)
	for i := uint32(uint64(hash) * p.seed >> 32); ; i++ {
		if s := &p.slots[i&mask]; s.entry == 0 || s.hash == hash {
			return s
		}
	}
}

func (p *postings) add(hash, text uint32) {
	if p.used >= int(fullestTable*float64(len(p.slots))) {
		p.rehash()
	}
	s := p.slot(hash)
	if s.entry == 0 {
		p.used++
		*s = slot{hash, noEntry}
	}
	if (p.next-p.first)%blockSize == 0 {
		p.blocks = append(p.blocks, make([]posting, blockSize))
	}
	*p.at(p.next) = posting{text: text, previous: s.entry}
	s.entry = p.next
	p.next++
	p.log = append(p.log, hash)
}

// settle keeps what was added so far for good.
func (p *postings) settle() { p.log = p.log[:0] }

// undo takes back what was added since it was settled.
func (p *postings) undo() {
	for _, hash := range slices.Backward(p.log) {
		p.next--
		p.slot(hash).entry = p.at(p.next).previous
		if (p.next-p.first)%blockSize == 0 {
			p.blocks = p.blocks[:len(p.blocks)-1]
		}
	}
	p.settle()
}

// latest is the latest entry of a hash.
func (p *postings) latest(hash uint32) uint32 { return p.slot(hash).entry }

// get is an entry; false if there is none of that number any more.
func (p *postings) get(entry uint32) (posting, bool) {
	if entry < p.first {
		return posting{}, false
	}
	return *p.at(entry), true
}

// rehash makes a table of the hashes that have entries, with room for as many again.
func (p *postings) rehash() {
	old := p.slots
	live := 0
	for _, s := range old {
		if s.entry >= p.first {
			live++
		}
	}
	size := fewestSlots
	for float64(size)*fullestTable < 1.5*float64(live) {
		size *= 2
	}
	p.slots, p.used = make([]slot, size), live
	for _, s := range old {
		if s.entry >= p.first {
			*p.slot(s.hash) = s
		}
	}
}

// expire frees the blocks whose entries are all of texts before first.
func (p *postings) expire(first uint32) {
	freed := 0
	for freed < len(p.blocks)-1 && p.blocks[freed][blockSize-1].text < first {
		freed++
	}
	p.blocks = slices.Delete(p.blocks, 0, freed)
	p.first += uint32(freed) * blockSize
	if p.next > 1<<31 {
		p.renumber()
	}
}

// renumber makes the first entry the lowest again.
func (p *postings) renumber() {
	p.rehash()
	down := p.first - (noEntry + 1)
	for i := range p.slots {
		if p.slots[i].entry > 0 {
			p.slots[i].entry -= down
		}
	}
	for entry := p.first; entry < p.next; entry++ {
		e := p.at(entry)
		e.previous = max(e.previous, p.first-1) - down
	}
	p.first, p.next = p.first-down, p.next-down
}

func (p *postings) bytes() int { return len(p.blocks)*blockSize*8 + len(p.slots)*8 + cap(p.log)*4 }
