package phrases

import (
	"math/bits"
	"math/rand/v2"
)

// seed is of this process: hashes only filter, and never leave it.
var seed = rand.Uint64()

// hash is wyhash (Wang, Barthelmé, Anderson, "Modern Non-Cryptographic Hash Function and
// Pseudorandom Number Generator", 2020), shortened for words.
func hash(s string) uint64 {
	const k0, k1 = 0x2d358dccaa6c78a5, 0x8bb84b93962eacc9
	h, n := seed, len(s)
	for len(s) > 16 {
		h = mix(eight(s)^k0, eight(s[8:])^h)
		s = s[16:]
	}
	var a, b uint64
	switch {
	case len(s) >= 8:
		a, b = eight(s), eight(s[len(s)-8:])
	case len(s) >= 4:
		a, b = four(s), four(s[len(s)-4:])
	case len(s) > 0:
		a, b = uint64(s[0])<<8|uint64(s[len(s)/2]), uint64(s[len(s)-1])
	}
	return mix(k0^uint64(n), mix(a^k1, b^h))
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func eight(s string) uint64 { return four(s) | four(s[4:])<<32 }

func four(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
