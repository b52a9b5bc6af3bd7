package topics

import (
	"iter"
	"math"

	"github.com/cespare/xxhash/v2"

	"marsad/pkg/text"
)

// A feature is a folded and stemmed word, or two side by side, known by its hash. A
// word of the title counts titleWeight times, one of the first words of the body
// leadWeight times.
const (
	titleWeight = 2
	leadWeight  = 2
	leadWords   = 40
	number      = "0" // stands for every number
)

// Hash is what a word is known by.
func Hash(lang, folded string) uint32 {
	if text.IsNumber(folded) {
		return hash(number)
	}
	return hash(text.Stem(lang, folded))
}

func hash(s string) uint32 { return uint32(xxhash.Sum64String(s)) }

// Pair is what two words side by side are known by.
func Pair(first, second uint32) uint32 {
	h := (uint64(first)<<32 | uint64(second)) * 0x9E3779B97F4A7C15
	return uint32(h >> 32)
}

// Words yields the words of the title, and so many of the body at most, with how much
// each counts.
func Words(lang, title, body string, most int) iter.Seq2[uint32, Occurrence] {
	return func(yield func(uint32, Occurrence) bool) {
		n := 0
		for t := range text.Tokens(title) {
			if !yield(Hash(lang, t.Text), Occurrence{titleWeight, n > 0}) {
				return
			}
			n++
		}
		n = 0
		for t := range text.Tokens(body) {
			if n == most {
				return
			}
			if !yield(Hash(lang, t.Text), Occurrence{bodyWeight(n), n > 0}) {
				return
			}
			n++
		}
	}
}

// Occurrence is one of a word.
type Occurrence struct {
	Weight  int  // how much it counts
	Follows bool // another of the same part stands before it
}

func bodyWeight(n int) int {
	if n < leadWords {
		return leadWeight
	}
	return 1
}

// Damped is how much a feature counts that occurs so often (Salton and Buckley,
// "Term-weighting approaches in automatic text retrieval", 1988).
func Damped(occurrences int) float64 { return 1 + math.Log(float64(occurrences)) }
