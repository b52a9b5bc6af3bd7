package score

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// shingleLength is in tokens.
const shingleLength = 4

// overlap is how much of a text was found: shares of the shingles of gold and
// prediction together, so that long texts weigh no more than short ones.
type overlap struct{ truePositive, falsePositive, falseNegative float64 }

// compareBodies counts shingles as ScrapingHub's article-extraction-benchmark
// does (evaluate.py, string_shingle_matching).
func compareBodies(want, got string) overlap {
	counts := map[string]int{} // in got, less in want
	common, all := map[string]int{}, 0
	for _, s := range shingles(want) {
		counts[s]--
		common[s]++
		all++
	}
	var o overlap
	for _, s := range shingles(got) {
		if common[s] > 0 {
			common[s]--
			o.truePositive++
		}
		counts[s]++
		all++
	}
	for _, n := range counts {
		o.falsePositive += float64(max(0, n))
		o.falseNegative += float64(max(0, -n))
	}
	if total := o.truePositive + o.falsePositive + o.falseNegative; total > 0 {
		o.truePositive /= total
		o.falsePositive /= total
		o.falseNegative /= total
	}
	return o
}

func (o overlap) precision() float64 {
	switch {
	case o.falsePositive == 0 && o.falseNegative == 0:
		return 1
	case o.truePositive == 0:
		return 0
	}
	return o.truePositive / (o.truePositive + o.falsePositive)
}

func (o overlap) recall() float64 {
	switch {
	case o.falsePositive == 0 && o.falseNegative == 0:
		return 1
	case o.truePositive == 0:
		return 0
	}
	return o.truePositive / (o.truePositive + o.falseNegative)
}

// shingles are the overlapping runs of shingleLength tokens; a shorter text is
// one shingle.
func shingles(s string) []string {
	tokens := words(s)
	n := max(1, len(tokens)-shingleLength+1)
	all := make([]string, 0, n)
	for i := range n {
		all = append(all, strings.Join(tokens[i:min(len(tokens), i+shingleLength)], " "))
	}
	return all
}

// words are the matches of \w+ as Python has it, in NFC: letters, numbers and the
// underscore. Combining marks separate, there as here.
func words(s string) []string {
	return strings.FieldsFunc(norm.NFC.String(s), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsNumber(r)
	})
}

// sameBody reports whether two texts have the same words in the same order.
func sameBody(want, got string) bool { return slices.Equal(words(want), words(got)) }
