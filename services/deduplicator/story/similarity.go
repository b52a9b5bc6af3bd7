package story

import (
	"cmp"
	"math"
	"slices"
)

// Similarity says how alike two articles are, 0 to 1. In one language it is the
// cosine of their weighted words; between languages, that of the names and numbers
// both write.
func Similarity(a, b Features) float64 {
	if a.lang != b.lang {
		return keySimilarity(a, b)
	}
	return cosine(a, b) * agreement(a, b)
}

// cosine of the words of two articles: exact up to its last, rounded operations.
func cosine(a, b Features) float64 {
	dot, shared := uint32(0), 0
	for i, j := 0, 0; i < len(a.terms) && j < len(b.terms); {
		x, y := a.terms[i], b.terms[j]
		switch {
		case x.hash() < y.hash():
			i++
		case x.hash() > y.hash():
			j++
		default:
			dot += x.weight() * y.weight()
			shared++
			i++
			j++
		}
	}
	if shared < fewestShared {
		return 0
	}
	return float64(dot) / math.Sqrt(float64(uint64(a.square)*uint64(b.square)))
}

func square(terms []term) (sum uint32) {
	for _, t := range terms {
		sum += t.weight() * t.weight()
	}
	return sum
}

const (
	// fewestShared words make an event: one that two short texts share is chance.
	fewestShared = 2
	// fullOfNumbers is how many numbers an article has that is about them: closing
	// prices, tables, results.
	fullOfNumbers = 4
	// otherNumbers is what remains of the similarity of two such articles that share none.
	otherNumbers = 0.6
	// otherPlaces is what remains of that of originals about different countries.
	otherPlaces = 0.4
	// formulaic is how alike the words of two articles are that were not written twice: those
	// that say the same are copies, which do not come here, and the others fill a form.
	formulaic = 0.7
	// filledOtherwise is what remains of the similarity of a form filled in two ways.
	filledOtherwise = 0.1
)

// agreement lowers the similarity of articles full of numbers that share none.
func agreement(a, b Features) float64 {
	if len(a.numbers) >= fullOfNumbers && len(b.numbers) >= fullOfNumbers && common(a.numbers, b.numbers) == 0 {
		return otherNumbers
	}
	return 1
}

// elsewhere reports whether a is about a country that b does not name.
func elsewhere(a, b Features) bool {
	return slices.ContainsFunc(a.places, func(p place) bool {
		return p.main() && !slices.ContainsFunc(b.places, func(q place) bool { return q.country() == p.country() })
	})
}

// sharesPlace reports whether both name a country.
func sharesPlace(a, b Features) bool {
	return slices.ContainsFunc(a.places, func(p place) bool {
		return slices.ContainsFunc(b.places, func(q place) bool { return q.country() == p.country() })
	})
}

// ofStory is Similarity of two originals. If each is about a country that the other does
// not name, they are mostly on different events of one kind. And were they on the same event and so alike,
// one would be a copy of the other: they are one form that was filled twice, if title
// or numbers say so.
func ofStory(a, b Features) float64 {
	similarity := Similarity(a, b)
	switch {
	case similarity >= formulaic && filledTwice(a, b):
		return similarity * filledOtherwise
	case elsewhere(a, b) && elsewhere(b, a):
		return similarity * otherPlaces
	}
	return similarity
}

// filledTwice reports whether each article's title has an uncommon word, repeated in
// the body, that the other does not have; or most numbers of each are not in the other.
func filledTwice(a, b Features) bool {
	if otherTitle(a, b) && otherTitle(b, a) {
		return true
	}
	numbers := common(a.numbers, b.numbers)
	return 2*numbers < len(a.numbers) && 2*numbers < len(b.numbers)
}

// otherTitle reports whether the title of a has an uncommon word that b does not have.
func otherTitle(a, b Features) bool {
	return slices.ContainsFunc(a.title, func(word uint32) bool {
		if _, ok := slices.BinarySearch(b.title, word); ok {
			return false
		}
		_, ok := slices.BinarySearchFunc(b.terms, word, func(t term, word uint32) int { return cmp.Compare(t.hash(), word) })
		return !ok
	})
}

// keySimilarity is the cosine of two sets of names and numbers.
func keySimilarity(a, b Features) float64 {
	shared := common(a.names, b.names) + common(a.numbers, b.numbers)
	if shared == 0 {
		return 0
	}
	sizes := (len(a.names) + len(a.numbers)) * (len(b.names) + len(b.numbers))
	return float64(shared) / math.Sqrt(float64(sizes))
}

// common counts what two sorted lists have in common.
func common(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// SamePair is how alike two articles are, by Similarity, that are on the same story
// more often than not.
const SamePair = 0.22
