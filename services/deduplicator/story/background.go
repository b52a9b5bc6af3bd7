package story

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// background says how rare words are in news in general. A stream tells that of
// itself only after weeks, and never of its first articles.
type backgroundTable struct {
	langs  []string
	hashes []uint32 // of common words, open addressing; with used set, 0: empty
	idfs   []uint8  // in eighths
}

const (
	maxIDF     = 7   // of a word that is not in the table; natural logarithm
	minNameIDF = 4.5 // of a word that can be a name, or says what a title is about
	idfSteps   = 8   // per unit
)

// Made by `marsad train stories`.
//
//go:embed background.bin
var backgroundFile []byte

var background = sync.OnceValue(func() *backgroundTable {
	b, err := readBackground(backgroundFile)
	if err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return b
})

// knows reports whether the table has words of a language.
func (b *backgroundTable) knows(lang string) bool { return slices.Contains(b.langs, lang) }

// idf is the inverse document frequency of a word, 0 to maxIDF. In a language that is
// not known, short words are taken for common.
func (b *backgroundTable) idf(known bool, hash uint32, word string) float32 {
	if len(b.hashes) > 0 {
		for i := hash % uint32(len(b.hashes)); b.hashes[i] != 0; i = (i + 1) % uint32(len(b.hashes)) {
			if b.hashes[i] == hash|used {
				return float32(b.idfs[i]) / idfSteps
			}
		}
	}
	if known {
		return maxIDF
	}
	return maxIDF * min(1, float32(utf8.RuneCountInString(word))/5)
}

const backgroundMagic = "MSB1"

var errBackground = errors.New("no table of word frequencies of this version")

// readBackground reads what Trainer.Write made: the magic, the languages separated
// by spaces with their length before, the number of words, then per word the
// distance to the hash before as a varint, and the idf in eighths.
func readBackground(file []byte) (*backgroundTable, error) {
	rest, ok := strings.CutPrefix(string(file), backgroundMagic)
	if !ok {
		return nil, errBackground
	}
	data := []byte(rest)
	next := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			ok = false
			return 0
		}
		data = data[n:]
		return v
	}
	size := next()
	if !ok || size > uint64(len(data)) {
		return nil, errBackground
	}
	b := &backgroundTable{langs: strings.Fields(string(data[:size]))}
	data = data[size:]
	words := next()
	if !ok || words > uint64(len(data)) {
		return nil, errBackground
	}
	b.hashes, b.idfs = make([]uint32, 2*words+1), make([]uint8, 2*words+1)
	hash := uint32(0)
	for range words {
		hash += uint32(next())
		if len(data) == 0 || !ok {
			return nil, errBackground
		}
		b.insert(hash, data[0])
		data = data[1:]
	}
	return b, nil
}

func (b *backgroundTable) insert(hash uint32, idf uint8) {
	i := hash % uint32(len(b.hashes))
	for b.hashes[i] != 0 {
		i = (i + 1) % uint32(len(b.hashes))
	}
	b.hashes[i], b.idfs[i] = hash|used, idf
}
