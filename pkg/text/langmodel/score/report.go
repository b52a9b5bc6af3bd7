package score

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report is the result of a run. Rates are 0 to 1.
type Report struct {
	Languages          []*Language `json:"languages"` // by code
	Targets            Average     `json:"targets"`   // over the languages that matter most, where present
	All                Average     `json:"all"`
	SentencesPerSecond float64     `json:"sentences_per_second"` // whole ones
	ModelBytes         int         `json:"model_bytes,omitempty"`
}

// Language is the figures of the sentences with one code.
type Language struct {
	Code      string `json:"code"`
	Lang      string `json:"lang"` // BCP 47
	Target    bool   `json:"target"`
	Sentences int    `json:"sentences"`
	Whole     Rate   `json:"whole"` // sentences told right
	Start     Rate   `json:"start"` // told right by their first four words
	Undecided int    `json:"undecided"`
	Confusion string `json:"confusion,omitempty"` // what it was most often taken for, either way

	confusions map[string]int
}

// Average is the mean of the rates of languages, each counting alike.
type Average struct {
	Languages int     `json:"languages"`
	Whole     float64 `json:"whole"`
	Start     float64 `json:"start"`
}

// Rate is how often something was so.
type Rate struct {
	Hits  int     `json:"hits"`
	Of    int     `json:"of"`
	Share float64 `json:"share"`
}

func (r *Rate) add(hit bool) {
	r.Of++
	if hit {
		r.Hits++
	}
	r.Share = float64(r.Hits) / float64(r.Of)
}

// close makes averages and finds the confusions.
func (r *Report) close() {
	slices.SortFunc(r.Languages, func(a, b *Language) int { return cmp.Compare(a.Code, b.Code) })
	for _, l := range r.Languages {
		for _, taken := range slices.Sorted(maps.Keys(l.confusions)) {
			if l.Confusion == "" || l.confusions[taken] > l.confusions[l.Confusion] {
				l.Confusion = taken
			}
		}
		r.All.add(l)
		if l.Target {
			r.Targets.add(l)
		}
	}
}

// add takes one more language into the average.
func (a *Average) add(l *Language) {
	n := float64(a.Languages)
	a.Whole = (a.Whole*n + l.Whole.Share) / (n + 1)
	a.Start = (a.Start*n + l.Start.Share) / (n + 1)
	a.Languages++
}

// Table is the report as aligned text, rates in percent.
func (r *Report) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "code\tlang\tsentences\twhole\t4 words\tundecided\ttaken for\t")
	for _, l := range r.Languages {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.1f\t%d\t%s\t\n",
			l.Code, l.Lang, l.Sentences, 100*l.Whole.Share, 100*l.Start.Share, l.Undecided, cmp.Or(l.Confusion, "-"))
	}
	fmt.Fprintf(w, "all\t\t%d\t%.2f\t%.2f\t\t\t\n", r.All.Languages, 100*r.All.Whole, 100*r.All.Start)
	fmt.Fprintf(w, "targets\t\t%d\t%.2f\t%.2f\t\t\t\n", r.Targets.Languages, 100*r.Targets.Whole, 100*r.Targets.Start)
	w.Flush()
	fmt.Fprintf(&b, "averages are over languages; %.0f sentences per second; model of %d bytes\n", r.SentencesPerSecond, r.ModelBytes)
	return b.String()
}
