package score

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// DuplicateReport is the result of a run. Rates are 0 to 1.
type DuplicateReport struct {
	Streams []*DuplicateScore `json:"streams"`
}

// DuplicateScore is the figures of one stream.
type DuplicateScore struct {
	File      string         `json:"file"`
	Documents int            `json:"documents"`
	Verdicts  map[string]int `json:"verdicts"`
	Groups    int            `json:"groups"`         // of two documents or more
	Largest   []int          `json:"largest_groups"` // sizes
	// Labelled are scores of labelled pairs: By "group" counts a pair as found when both
	// are in one group, or one was derived from the other; By "match" when the later one
	// matched the earlier one directly, in a pass in which every text was indexed.
	Labelled []*LabelledPairs `json:"labelled,omitempty"`
	Made     *MadeCopies      `json:"made,omitempty"`

	Speed        Speed       `json:"speed"`
	ShinglesOnly Speed       `json:"shingles_only"` // folding and shingling alone, in the same run
	Index        IndexMemory `json:"index"`
}

// LabelledPairs are weighted scores of labelled pairs.
type LabelledPairs struct {
	By         string   `json:"by"`
	Confidence string   `json:"confidence"`
	Pairs      int      `json:"pairs"`
	Duplicates int      `json:"duplicates"`
	Precision  Estimate `json:"precision"`
	Recall     Estimate `json:"recall"`
	F1         Estimate `json:"f1"`
}

// Estimate is a rate with its 95 % interval.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// String is the estimate in percent.
func (e Estimate) String() string {
	return fmt.Sprintf("%.1f (%.1f–%.1f)", 100*e.Value, 100*e.Low, 100*e.High)
}

// MadeCopies are scores of a stream made of copies that are known. Precision, recall and
// F1 are over all pairs of documents.
type MadeCopies struct {
	Precision   float64                `json:"precision"`
	Recall      float64                `json:"recall"`
	F1          float64                `json:"f1"`
	ARI         float64                `json:"ari"`
	Kinds       map[string]*KindRecall `json:"kinds"`
	Distractors int                    `json:"distractors"`
	Merged      int                    `json:"distractors_merged"` // that are grouped with anything
}

// KindRecall is how many documents of a kind are in one group with another of their cluster.
type KindRecall struct {
	Documents int     `json:"documents"`
	Found     int     `json:"found"`
	Recall    float64 `json:"recall"`
}

// Speed is that of the fastest round.
type Speed struct {
	DocumentsPerSecond float64 `json:"documents_per_second"`
	BytesPerDocument   float64 `json:"allocated_bytes_per_document"`
}

func (s *Speed) keepBest(other Speed) {
	if other.DocumentsPerSecond > s.DocumentsPerSecond {
		*s = other
	}
}

// IndexMemory is what an index takes after a stream.
type IndexMemory struct {
	Texts        int     `json:"texts"`
	BytesPerText float64 `json:"bytes_per_text"` // beside FixedBytes
	FixedBytes   int     `json:"fixed_bytes"`    // of an empty index
}

// largestGroups is how many sizes are told.
const largestGroups = 10

func (s *DuplicateScore) count(findings []Finding) {
	s.Verdicts = map[string]int{}
	sizes := map[int]int{}
	for _, f := range findings {
		s.Verdicts[string(f.Verdict)]++
		sizes[f.Leader]++
	}
	for _, n := range sizes {
		if n > 1 {
			s.Groups++
			s.Largest = append(s.Largest, n)
		}
	}
	slices.SortFunc(s.Largest, func(a, b int) int { return b - a })
	s.Largest = s.Largest[:min(len(s.Largest), largestGroups)]
}

// compare scores findings against what is known; direct is nil if it is not known what matched.
func (s *DuplicateScore) compare(stream duplicateStream, findings []Finding, direct map[[2]int]bool) {
	if stream.made() {
		s.Made = madeCopies(stream.documents, findings)
		return
	}
	s.Labelled = labelled("group", stream.labels, func(l label) bool {
		return findings[l.early].Leader == findings[l.late].Leader || findings[l.late].Of == l.early || findings[l.early].Of == l.late
	})
	if direct != nil {
		s.Labelled = append(s.Labelled, labelled("match", stream.labels, func(l label) bool {
			return direct[[2]int{l.late, l.early}]
		})...)
	}
}

// Table is the report as aligned text, rates in percent.
func (r *DuplicateReport) Table() string {
	var b strings.Builder
	for i, s := range r.Streams {
		if i > 0 {
			b.WriteByte('\n')
		}
		s.write(&b)
	}
	return b.String()
}

func (s *DuplicateScore) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %d documents;", s.File, s.Documents)
	for _, verdict := range slices.Sorted(maps.Keys(s.Verdicts)) {
		fmt.Fprintf(b, " %d %s,", s.Verdicts[verdict], verdict)
	}
	fmt.Fprintf(b, " %d groups of two or more, the largest of %s\n", s.Groups, strings.Trim(fmt.Sprint(s.Largest), "[]"))
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(s.Labelled) > 0 {
		fmt.Fprintln(w, "found by\tconfidence\tpairs\tduplicates\tprecision\trecall\tF1\t")
	}
	for _, p := range s.Labelled {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t\n", p.By, p.Confidence, p.Pairs, p.Duplicates, p.Precision, p.Recall, p.F1)
	}
	w.Flush()
	if m := s.Made; m != nil {
		m.write(w)
	}
	s.writeSpeed(b)
}

func (m *MadeCopies) write(w *tabwriter.Writer) {
	kinds := slices.Sorted(maps.Keys(m.Kinds))
	fmt.Fprintf(w, "prec\trecall\tF1\tARI\t%s\tdistractors merged\t\n", strings.Join(kinds, "\t"))
	fmt.Fprintf(w, "%.1f\t%.1f\t%.1f\t%.1f\t", 100*m.Precision, 100*m.Recall, 100*m.F1, 100*m.ARI)
	for _, k := range kinds {
		fmt.Fprintf(w, "%.1f\t", 100*m.Kinds[k].Recall)
	}
	fmt.Fprintf(w, "%d of %d\t\n", m.Merged, m.Distractors)
	w.Flush()
}

func (s *DuplicateScore) writeSpeed(b *strings.Builder) {
	fmt.Fprintf(b, "%.0f documents per second, %.1f KB allocated per document", s.Speed.DocumentsPerSecond, s.Speed.BytesPerDocument/1e3)
	if only := s.ShinglesOnly.DocumentsPerSecond; only > 0 {
		fmt.Fprintf(b, "; folding and shingling alone %.0f (%.0f %%)", only, 100*s.Speed.DocumentsPerSecond/only)
	}
	if s.Index.Texts > 0 {
		fmt.Fprintf(b, "; index of %d texts, %.0f bytes each and %.1f MB", s.Index.Texts, s.Index.BytesPerText, float64(s.Index.FixedBytes)/1e6)
	}
	b.WriteByte('\n')
}
