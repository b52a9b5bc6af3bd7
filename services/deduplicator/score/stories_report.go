package score

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"marsad/services/deduplicator/story"
)

// StoryReport is the result of a run. Rates are 0 to 1.
type StoryReport struct {
	Streams            []*StreamScore `json:"streams"`
	Pairs              []*PairScore   `json:"pairs"`
	DocumentsPerSecond float64        `json:"documents_per_second"`
}

// StreamScore is the figures of one file of documents.
type StreamScore struct {
	File      string      `json:"file"`
	Documents int         `json:"documents"`
	Clusters  int         `json:"clusters"`
	Stories   int         `json:"stories"` // found in file order
	BCubed    BCubed      `json:"bcubed"`  // in file order, as is ARI
	ARI       float64     `json:"ari"`
	Shuffles  int         `json:"shuffles"`
	Shuffled  *OrderScore `json:"shuffled,omitempty"`

	f1s, aris []float64
}

// BCubed is precision, recall and their harmonic mean.
type BCubed struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// OrderScore says how figures spread over random orders.
type OrderScore struct {
	F1  Spread `json:"f1"`
	ARI Spread `json:"ari"`
}

// Spread is mean, standard deviation (of the sample) and least of some figures.
type Spread struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"`
	Min  float64 `json:"min"`
}

// PairScore is the figures of the pairs of one language, or of all of a file.
type PairScore struct {
	File    string  `json:"file"`
	Lang    string  `json:"lang"` // "all": all of the file
	Pairs   int     `json:"pairs"`
	Same    int     `json:"same"` // of the same story
	AUC     float64 `json:"auc"`
	F1      float64 `json:"f1"` // at the threshold that is built in
	Pearson float64 `json:"pearson"`
}

// add takes the scores of one more order; the first is that of the file.
func (s *StreamScore) add(c clustering) {
	precision, recall, f1 := c.bcubed()
	if s.Documents > 0 && s.Stories == 0 {
		_, found, _ := c.counts()
		s.Stories, s.BCubed, s.ARI = len(found), BCubed{precision, recall, f1}, c.ari()
		return
	}
	s.Shuffles++
	s.f1s, s.aris = append(s.f1s, f1), append(s.aris, c.ari())
}

func (s *StreamScore) close() {
	if s.Shuffles > 0 {
		s.Shuffled = &OrderScore{F1: spreadOf(s.f1s), ARI: spreadOf(s.aris)}
	}
}

func spreadOf(values []float64) Spread {
	n := float64(len(values))
	s := Spread{Min: slices.Min(values)}
	for _, v := range values {
		s.Mean += v / n
	}
	if n > 1 {
		for _, v := range values {
			s.SD += (v - s.Mean) * (v - s.Mean) / (n - 1)
		}
		s.SD = math.Sqrt(s.SD)
	}
	return s
}

// pairScores gathers the pairs of a file by language.
type pairScores struct {
	file   string
	byLang map[string][]likeness
}

func (p *pairScores) add(lang string, similarity, overall float64) {
	if p.byLang == nil {
		p.byLang = map[string][]likeness{}
	}
	p.byLang[lang] = append(p.byLang[lang], likeness{similarity, overall})
}

func (p *pairScores) report() []*PairScore {
	var out []*PairScore
	var all []likeness
	for _, lang := range slices.Sorted(maps.Keys(p.byLang)) {
		out = append(out, pairScore(p.file, lang, p.byLang[lang]))
		all = append(all, p.byLang[lang]...)
	}
	return append(out, pairScore(p.file, "all", all))
}

func pairScore(file, lang string, pairs []likeness) *PairScore {
	s := &PairScore{File: file, Lang: lang, Pairs: len(pairs), AUC: finite(auc(pairs)), Pearson: finite(pearson(pairs))}
	hits, found := 0, 0
	for _, p := range pairs {
		same, told := p.same(), p.similarity >= story.SamePair
		s.Same += tally(same)
		found += tally(told)
		hits += tally(same && told)
	}
	s.F1 = 2 * float64(hits) / float64(max(s.Same+found, 1))
	return s
}

// finite is v, or 0 where there is nothing to compare: JSON has no NaN.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func tally(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Table is the report as aligned text, rates in percent.
func (r *StoryReport) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.Streams) > 0 {
		fmt.Fprintln(w, "stream\tdocuments\tclusters\tstories\tB³ prec\trecall\tF1\tARI\tshuffled F1\tmin\tARI\t")
	}
	for _, s := range r.Streams {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t", s.File, s.Documents, s.Clusters, s.Stories,
			100*s.BCubed.Precision, 100*s.BCubed.Recall, 100*s.BCubed.F1, 100*s.ARI)
		if s.Shuffled == nil {
			fmt.Fprintln(w, "-\t-\t-\t")
			continue
		}
		fmt.Fprintf(w, "%.1f ±%.1f\t%.1f\t%.1f ±%.1f\t\n", 100*s.Shuffled.F1.Mean, 100*s.Shuffled.F1.SD, 100*s.Shuffled.F1.Min,
			100*s.Shuffled.ARI.Mean, 100*s.Shuffled.ARI.SD)
	}
	w.Flush()
	if len(r.Pairs) > 0 {
		fmt.Fprintln(w, "pairs\tlang\tpairs\tsame\tAUC\tF1\tPearson\t")
	}
	for _, p := range r.Pairs {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.1f\t%.1f\t%.1f\t\n", p.File, p.Lang, p.Pairs, p.Same, 100*p.AUC, 100*p.F1, 100*p.Pearson)
	}
	w.Flush()
	fmt.Fprintf(&b, "%.0f documents per second\n", r.DocumentsPerSecond)
	return b.String()
}
