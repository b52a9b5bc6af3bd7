package near

import (
	"encoding/binary"
	"slices"
	"sort"
	"unsafe"
)

// kept is what stays in memory of an indexed text, beside its lists.
type kept struct {
	item      itemID
	seen      uint32  // seconds since 1970; never before that of an earlier text
	published uint32  // the same; 0 if not known
	leader    uint32  // number of the text it is grouped with
	words     uint32  //
	shingles  uint32  // how many
	mass      float32 // weight of the shingles when it was added
	lang      [2]byte
	lists     [lists]uint8 // their lengths
	data      uint32       // where in the block's bytes the lists begin, and after them the shingles
}

// texts are the kept texts by number, in blocks that are freed when they are old.
type texts struct {
	blocks []*textBlock
	first  uint32 // number of the first text
	next   uint32 // number of the text to come
}

type textBlock struct {
	texts []kept // blockTexts, but for the last block
	data  []byte
}

const blockTexts = 1 << 10

func (t *texts) has(number uint32) bool { return number >= t.first && number < t.next }

func (t *texts) at(number uint32) (*kept, *textBlock) {
	i := number - t.first
	b := t.blocks[i/blockTexts]
	return &b.texts[i%blockTexts], b
}

// since is the number of the first text that was seen at a time or later.
func (t *texts) since(seen uint32) uint32 {
	return t.first + uint32(sort.Search(int(t.next-t.first), func(i int) bool {
		k, _ := t.at(t.first + uint32(i))
		return k.seen >= seen
	}))
}

// last is the block that takes the next text.
func (t *texts) last() *textBlock {
	n := len(t.blocks)
	if n > 0 && len(t.blocks[n-1].texts) < blockTexts {
		return t.blocks[n-1]
	}
	likely := 0 // bytes of data
	if n > 0 {
		full := t.blocks[n-1]
		full.data = slices.Clone(full.data) // no room to spare in what is full
		likely = len(full.data) * 9 / 8
	}
	t.blocks = append(t.blocks, &textBlock{texts: make([]kept, 0, blockTexts), data: make([]byte, 0, likely)})
	return t.blocks[n]
}

func (t *texts) add(k kept, p Print) {
	b := t.last()
	k.data = uint32(len(b.data))
	for i, list := range p.Lists {
		k.lists[i] = uint8(len(list))
		b.data = appendPacked(b.data, list)
	}
	b.data = appendRice(b.data, setPrecision, func(i int) uint64 { return reduce(p.Shingles[i], k.shingles) }, len(p.Shingles))
	b.texts = append(b.texts, k)
	t.next++
}

// most that may be missing between two texts: after more, those before are given up.
const mostMissing = 1 << 20

// skip makes the next text have the given number: those before are missing, and match nothing.
func (t *texts) skip(number uint32) {
	if len(t.blocks) == 0 || number-t.next > mostMissing {
		t.blocks, t.first, t.next = nil, number, number
	}
	for t.next < number {
		k := kept{leader: t.next}
		if t.next > t.first {
			before, _ := t.at(t.next - 1)
			k.seen = before.seen
		}
		t.add(k, Print{})
	}
}

// undo takes back the latest texts, down to next.
func (t *texts) undo(next uint32) {
	for t.next > max(next, t.first) {
		t.next--
		b := t.blocks[len(t.blocks)-1]
		last := len(b.texts) - 1
		b.data, b.texts = b.data[:b.texts[last].data], b.texts[:last]
		if last == 0 {
			t.blocks = t.blocks[:len(t.blocks)-1]
		}
	}
	t.first, t.next = min(t.first, next), next
}

// expire frees the blocks whose texts were all seen before a time.
func (t *texts) expire(before uint32) {
	freed := 0
	for freed < len(t.blocks)-1 && t.blocks[freed].texts[blockTexts-1].seen < before {
		freed++
	}
	t.blocks = slices.Delete(t.blocks, 0, freed)
	t.first += uint32(freed) * blockTexts
}

func (t *texts) bytes() (n int) {
	for _, b := range t.blocks {
		n += blockTexts*int(unsafe.Sizeof(kept{})) + cap(b.data)
	}
	return n
}

// A stored set is Golomb-coded (Putze, Sanders and Singler, "Cache-, Hash- and
// Space-Efficient Bloom Filters", 2007): each hash is reduced to one of
// 2^setPrecision values for each in the set, and what is not in it passes for a
// member once in that many times.
const setPrecision = 8

// reduce keeps the order.
func reduce(hash, count uint32) uint64 { return uint64(hash) * (uint64(count) << setPrecision) >> 32 }

// setReader reads a stored set in order.
type setReader struct {
	riceReader
	left  uint32
	value uint64
}

func (b *textBlock) set(k *kept) setReader {
	return setReader{riceReader: riceReader{in: b.data[k.list(lists):], k: setPrecision}, left: k.shingles}
}

func (s *setReader) next() bool {
	if s.left == 0 {
		return false
	}
	s.left--
	var err error
	s.value, err = s.riceReader.next()
	return err == nil
}

// list is where a list begins.
func (k *kept) list(i int) uint32 {
	at := k.data
	for _, n := range k.lists[:i] {
		at += 2 * uint32(n)
	}
	return at
}

func (b *textBlock) list(k *kept, i int) packed { return packed(b.data[k.list(i):k.list(i+1)]) }

// packed is a list of short hashes as bytes.
type packed []byte

func (p packed) len() int        { return len(p) / 2 }
func (p packed) at(i int) uint16 { return binary.LittleEndian.Uint16(p[2*i:]) }

func (p packed) appendTo(list List) List {
	for i := range p.len() {
		list = append(list, p.at(i))
	}
	return list
}

func appendPacked(dst []byte, list List) []byte {
	for _, v := range list {
		dst = binary.LittleEndian.AppendUint16(dst, v)
	}
	return dst
}
