package score

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
)

// judged is a labelled pair and what was found.
type judged struct {
	label
	found bool
}

// rates are precision, recall and F1 of finding duplicates.
type rates [3]float64

func ratesOf(pairs []judged) rates {
	hits, found, wanted := 0.0, 0.0, 0.0
	for _, p := range pairs {
		if p.found {
			found += p.weight
		}
		if p.duplicate {
			wanted += p.weight
		}
		if p.found && p.duplicate {
			hits += p.weight
		}
	}
	return rates{finite(hits / found), finite(hits / wanted), finite(2 * hits / (found + wanted))}
}

// resamples is how often pairs are drawn anew.
const resamples = 2000

// bootstrap tells how far rates may be off because other pairs could have been labelled:
// the middle 95 % of what pairs drawn anew from the labelled ones give, from each stratum
// as many as it has (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
// chapters 13 and 8). Pairs of one weight are a stratum. The draws are always the same.
func bootstrap(pairs []judged) (low, high rates) {
	if len(pairs) == 0 {
		return low, high
	}
	ordered := slices.Clone(pairs)
	slices.SortStableFunc(ordered, func(a, b judged) int { return cmp.Compare(a.weight, b.weight) })
	strata := slices.Collect(stretches(ordered))
	random := rand.New(rand.NewPCG(1993, 95))
	var drawn [3][]float64
	sample := make([]judged, 0, len(ordered))
	for range resamples {
		sample = sample[:0]
		for _, s := range strata {
			for range s {
				sample = append(sample, s[random.IntN(len(s))])
			}
		}
		for i, v := range ratesOf(sample) {
			drawn[i] = append(drawn[i], v)
		}
	}
	for i := range drawn {
		slices.Sort(drawn[i])
		low[i], high[i] = drawn[i][resamples*25/1000], drawn[i][resamples*975/1000-1]
	}
	return low, high
}

// stretches yields the runs of pairs of one weight.
func stretches(ordered []judged) func(yield func([]judged) bool) {
	return func(yield func([]judged) bool) {
		for from := 0; from < len(ordered); {
			to := from
			for to < len(ordered) && ordered[to].weight == ordered[from].weight {
				to++
			}
			if !yield(ordered[from:to]) {
				return
			}
			from = to
		}
	}
}

func pairRates(by, confidence string, pairs []judged) *LabelledPairs {
	value := ratesOf(pairs)
	low, high := bootstrap(pairs)
	s := &LabelledPairs{By: by, Confidence: confidence, Pairs: len(pairs)}
	for i, to := range []*Estimate{&s.Precision, &s.Recall, &s.F1} {
		*to = Estimate{value[i], low[i], high[i]}
	}
	for _, p := range pairs {
		s.Duplicates += tally(p.duplicate)
	}
	return s
}

// labelled scores labelled pairs, all of them and by how sure their judge was.
func labelled(by string, labels []label, found func(label) bool) []*LabelledPairs {
	var all, sure []judged
	byConfidence := map[int][]judged{}
	for _, l := range labels {
		p := judged{l, found(l)}
		all = append(all, p)
		byConfidence[l.confidence] = append(byConfidence[l.confidence], p)
		if l.confidence >= 2 {
			sure = append(sure, p)
		}
	}
	scores := []*LabelledPairs{pairRates(by, "all", all)}
	if len(sure) > 0 {
		scores = append(scores, pairRates(by, "≥ 2", sure))
	}
	for _, c := range []int{3, 2, 1} {
		if len(byConfidence[c]) > 0 {
			scores = append(scores, pairRates(by, strconv.Itoa(c), byConfidence[c]))
		}
	}
	return scores
}

// distractor is the kind of documents that only look like others.
const distractor = "distract"

// madeCopies scores a stream made of copies that are known.
func madeCopies(documents []Document, findings []Finding) *MadeCopies {
	c := clustering{gold: make([]string, len(documents)), found: make([]string, len(documents))}
	for i, d := range documents {
		c.gold[i], c.found[i] = d.cluster, strconv.Itoa(findings[i].Leader)
	}
	s := &MadeCopies{ARI: c.ari(), Kinds: map[string]*KindRecall{}}
	s.Precision, s.Recall, s.F1 = c.pairs()
	gold, found, both := c.counts()
	for i, d := range documents {
		if d.kind == distractor {
			s.Distractors++
			s.Merged += tally(found[c.found[i]] > 1)
			continue
		}
		if gold[d.cluster] < 2 {
			continue
		}
		k := s.Kinds[d.kind]
		if k == nil {
			k = &KindRecall{}
			s.Kinds[d.kind] = k
		}
		k.Documents++
		k.Found += tally(both[[2]string{d.cluster, c.found[i]}] > 1)
	}
	for _, k := range s.Kinds {
		k.Recall = float64(k.Found) / float64(k.Documents)
	}
	return s
}
