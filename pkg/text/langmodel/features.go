package langmodel

// Features of a word are its sequences of 1 to maxGram characters, the borders
// of the word being characters too, and the whole word where it is longer.

const (
	maxGram  = 5
	hashBits = 24 // of a feature: 16 million, of which a script uses some ten thousands
)

const (
	border    = ' '
	wholeSeed = 0x9E3779B9
	prime     = 0x01000193
)

// maxFeatures is how many features a word has at most.
const maxFeatures = (maxWord+2)*maxGram + 1

// features appends the hashes of the features of a word to dst. They are below
// 1<<hashBits; what is rare falls together with something else, as in Weinberger
// et al. 2009, "Feature Hashing for Large Scale Multitask Learning" (ICML).
func features(dst []uint32, word []rune) []uint32 {
	padded := [maxWord + 2]rune{0: border}
	n := copy(padded[1:maxWord+1], word) + 2
	padded[n-1] = border
	for i := range n {
		h := uint32(0)
		for k, r := range padded[i:min(i+maxGram, n)] {
			h = (h ^ uint32(r)) * prime
			if k > 0 || r != border {
				dst = append(dst, mixed(h+uint32(k)))
			}
		}
	}
	if n > maxGram {
		h := uint32(wholeSeed)
		for _, r := range padded[1 : n-1] {
			h = (h ^ uint32(r)) * prime
		}
		dst = append(dst, mixed(h))
	}
	return dst
}

// mixed spreads a hash over its lowest bits (the finaliser of MurmurHash3).
func mixed(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	h ^= h >> 16
	return h & (1<<hashBits - 1)
}
