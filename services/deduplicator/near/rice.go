package near

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Sorted sets of hashes are kept as the differences of neighbours, each in a
// Rice code (Rice and Plaunt, 1971): the high part in unary, the low bits as
// they are. For hashes, whose differences are geometric, that is within 4 % of
// the fewest bits possible.

var errTruncated = errors.New("print is cut short")

// riceBits is the best number of low bits for n values evenly spread below limit.
func riceBits(n int, limit uint64) int {
	if n == 0 {
		return 0
	}
	return max(0, bits.Len64(limit/uint64(n))-1)
}

// bitWriter appends bits to a slice, the lowest of a byte first.
type bitWriter struct {
	out  []byte
	word uint64
	n    int // bits in word
}

func (w *bitWriter) write(value uint64, n int) {
	w.word |= value << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.word))
		w.word >>= 8
	}
}

func (w *bitWriter) close() []byte {
	if w.n > 0 {
		w.out = append(w.out, byte(w.word))
	}
	return w.out
}

// appendRice appends the code of a non-decreasing sequence, with k low bits, k < 48.
func appendRice(dst []byte, k int, values func(i int) uint64, n int) []byte {
	w := bitWriter{out: dst}
	var last uint64
	for i := range n {
		v := values(i)
		delta := v - last
		last = v
		high, low := delta>>k, delta&(1<<k-1)
		for ; high >= 8; high -= 8 {
			w.write(1<<8-1, 8)
		}
		w.write(1<<high-1|low<<(high+1), int(high)+1+k)
	}
	return w.close()
}

// riceReader reads what appendRice wrote.
type riceReader struct {
	in   []byte
	at   int // bits read
	k    int
	last uint64
}

// peek returns the bits to come, the next one lowest, and how many they are: at least
// 57, but at the end.
func (r *riceReader) peek() (word uint64, n int) {
	rest := r.in[r.at>>3:]
	if len(rest) >= 8 {
		return binary.LittleEndian.Uint64(rest) >> (r.at & 7), 64 - r.at&7
	}
	for i, b := range rest {
		word |= uint64(b) << (8 * i)
	}
	return word >> (r.at & 7), 8*len(rest) - r.at&7
}

// next returns the next value, or errTruncated.
func (r *riceReader) next() (uint64, error) {
	word, n := r.peek()
	high := bits.TrailingZeros64(^word)
	if high+1+r.k > n {
		return r.long()
	}
	r.at += high + 1 + r.k
	r.last += uint64(high)<<r.k | word>>(high+1)&(1<<r.k-1)
	return r.last, nil
}

// long reads a value that does not fit into a word, or is cut short.
func (r *riceReader) long() (uint64, error) {
	var high uint64
	for {
		word, n := r.peek()
		ones := min(bits.TrailingZeros64(^word), n)
		high += uint64(ones)
		if ones < n {
			r.at += ones + 1
			break
		}
		if n == 0 {
			return 0, errTruncated
		}
		r.at += n
	}
	word, n := r.peek()
	if n < r.k {
		return 0, errTruncated
	}
	r.at += r.k
	r.last += high<<r.k | word&(1<<r.k-1)
	return r.last, nil
}
