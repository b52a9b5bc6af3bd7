package story

// Hashes are FNV-1a of 32 bits, mixed (as the finaliser of MurmurHash3 does) so
// that any of their bits can be taken. They are part of what is stored: they never
// change.

const (
	fnvOffset uint32 = 2166136261
	fnvPrime  uint32 = 16777619
)

// hashSeed starts the hashes of a language's words.
func hashSeed(lang string) uint32 {
	h := fnvOffset
	for i := range len(lang) {
		h = (h ^ uint32(lang[i])) * fnvPrime
	}
	return (h ^ '/') * fnvPrime
}

// hashWord is the 24-bit hash of a word of the language of seed.
func hashWord(seed uint32, word string) uint32 {
	h := seed
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * fnvPrime
	}
	return mix(h) >> 8
}

// hashKey is the hash of a key of a kind.
func hashKey(kind byte, key []byte) uint32 {
	h := (fnvOffset ^ uint32(kind)) * fnvPrime
	for _, c := range key {
		h = (h ^ uint32(c)) * fnvPrime
	}
	return mix(h)
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
