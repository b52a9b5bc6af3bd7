package training

import (
	"slices"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/script"
)

// document is a sentence as a trainer sees it.
type document struct {
	class  int
	nth    int // of its language
	weight float32
	hashes []uint32 // features
	ends   []int    // of the words in hashes
	ids    []int32  // of hashes in the dictionary of a trainer, or unlisted
}

// unlisted is the id of a feature that is not in the dictionary.
const unlisted = -1

func documents(in script.Script, sentences []Sentence, languages []string) []document {
	seen := make([]int, len(languages))
	docs := make([]document, 0, len(sentences))
	for _, s := range sentences {
		class, _ := slices.BinarySearch(languages, s.Lang)
		d := document{class: class, nth: seen[class], weight: s.Weight}
		langmodel.Words(in, s.Text, func(features []uint32) {
			d.hashes = append(d.hashes, features...)
			d.ends = append(d.ends, len(d.hashes))
		})
		if len(d.ends) == 0 {
			continue
		}
		seen[class]++
		docs = append(docs, d)
	}
	return docs
}

// features is where those of the words from..to are in hashes and ids; to > from.
func (d *document) features(from, to int) (start, end int) {
	if from > 0 {
		start = d.ends[from-1]
	}
	return start, d.ends[to-1]
}

// A dictionary has the features that occur in minDocuments, or more if those
// are more than maxDictionary.
const (
	minDocuments  = 2
	maxDictionary = 400_000
)

// dictionary lists features, rising.
func dictionary(docs []document) []uint32 {
	counts, last := map[uint32]int{}, map[uint32]int{}
	for i, d := range docs {
		for _, h := range d.hashes {
			if last[h] != i+1 {
				last[h] = i + 1
				counts[h]++
			}
		}
	}
	for least := minDocuments; ; least++ {
		var hashes []uint32
		for h, n := range counts {
			if n >= least {
				hashes = append(hashes, h)
			}
		}
		if len(hashes) <= maxDictionary {
			slices.Sort(hashes)
			return hashes
		}
	}
}
