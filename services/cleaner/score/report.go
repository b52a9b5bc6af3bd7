package score

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"marsad/pkg/text"
)

// Report is the result of a run. Rates are 0 to 1.
type Report struct {
	Overall           *Scores            `json:"overall"`
	Sets              map[string]*Scores `json:"sets"`
	Scripts           map[string]*Scores `json:"scripts"`  // of title and body
	DatedBy           map[string]*Rate   `json:"dated_by"` // how often dates found there are right, by the day
	Failed            map[string]int     `json:"failed"`   // pages without article, by reason
	CPUSeconds        float64            `json:"cpu_seconds"`
	PagesPerCPUSecond float64            `json:"pages_per_cpu_second"`
	AllocatedBytes    uint64             `json:"allocated_bytes"`
	BytesPerPage      float64            `json:"bytes_per_page"` // allocated
}

// Scores are those of a group of documents. Each figure counts only the
// documents whose label has it.
type Scores struct {
	Documents int  `json:"documents"`
	Body      Body `json:"body"`
	Title     Rate `json:"title"`     // exact after normalisation
	Published Rate `json:"published"` // by day
	Instant   Rate `json:"instant"`   // of labels with time of day and zone: equal to the minute
	Authors   Rate `json:"authors"`   // all of them found
	Lang      Rate `json:"lang"`
	Wanted    Rate `json:"wanted"`   // snippets that are in the text
	Unwanted  Rate `json:"unwanted"` // snippets that are in the text: fewer is better
}

// Body compares texts: precision and recall averaged over documents, F1 of the
// averages, and the share of bodies whose words are all right.
type Body struct {
	Documents int     `json:"documents"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Exact     Rate    `json:"exact"`
}

// Rate is how often something was so.
type Rate struct {
	Hits  int     `json:"hits"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // Hits / Of; 0 when Of is
}

func (r *Rate) add(hit bool) {
	r.Of++
	if hit {
		r.Hits++
	}
	r.Share = float64(r.Hits) / float64(r.Of)
}

func newReport() *Report {
	return &Report{Overall: &Scores{}, Sets: map[string]*Scores{}, Scripts: map[string]*Scores{}, Failed: map[string]int{}, DatedBy: map[string]*Rate{}}
}

// add scores one document in all its groups.
func (r *Report) add(want gold, got Prediction) {
	if got.Reason != "" {
		r.Failed[got.Reason]++
	}
	if from := string(got.PublishedFrom); from != "" && want.Published != "" {
		if r.DatedBy[from] == nil {
			r.DatedBy[from] = &Rate{}
		}
		r.DatedBy[from].add(sameDay(want.Published, want.Alternatives, got.Published))
	}
	groups := []*Scores{r.Overall, group(r.Sets, want.Set), group(r.Scripts, scriptOf(want, got))}
	var o overlap
	exact := false
	if want.Body != nil {
		o, exact = compareBodies(*want.Body, got.Text), sameBody(*want.Body, got.Text)
	}
	for _, s := range groups {
		s.Documents++
		if want.Body != nil {
			s.Body.Documents++
			s.Body.Precision += o.precision()
			s.Body.Recall += o.recall()
			s.Body.Exact.add(exact)
		}
		s.addFields(want, got)
	}
}

func (s *Scores) addFields(want gold, got Prediction) {
	if want.Title != "" {
		s.Title.add(sameTitle(want.Title, got.Title))
	}
	if want.Published != "" {
		s.Published.add(sameDay(want.Published, want.Alternatives, got.Published))
		if t, ok := instant(want.Published); ok {
			s.Instant.add(sameInstant(t, got.Published))
		}
	}
	if len(want.Authors) > 0 {
		s.Authors.add(allFound(want.Authors, got.Authors))
	}
	if want.Lang != "" {
		s.Lang.add(text.Base(want.Lang) == got.Lang)
	}
	for _, snippet := range want.Wanted {
		s.Wanted.add(contains(got.Text, snippet))
	}
	for _, snippet := range want.Unwanted {
		s.Unwanted.add(contains(got.Text, snippet))
	}
}

// close turns sums into averages.
func (r *Report) close() {
	if r.CPUSeconds > 0 {
		r.PagesPerCPUSecond = float64(r.Overall.Documents) / r.CPUSeconds
	}
	if n := r.Overall.Documents; n > 0 {
		r.BytesPerPage = float64(r.AllocatedBytes) / float64(n)
	}
	for _, s := range r.groups() {
		b := &s.scores.Body
		if b.Documents == 0 {
			continue
		}
		b.Precision /= float64(b.Documents)
		b.Recall /= float64(b.Documents)
		if b.Precision+b.Recall > 0 {
			b.F1 = 2 * b.Precision * b.Recall / (b.Precision + b.Recall)
		}
	}
}

func group(groups map[string]*Scores, name string) *Scores {
	if groups[name] == nil {
		groups[name] = &Scores{}
	}
	return groups[name]
}

// scriptOf is the script a document's label is written in; where the label has no
// text, that of what was found.
func scriptOf(g gold, got Prediction) string {
	sample := g.Title
	if g.Body != nil {
		sample += " " + *g.Body
	}
	if sample == "" {
		sample = got.Title + " " + got.Text
	}
	if script, _ := text.Script(sample); script != "" {
		return script
	}
	return "unknown"
}

type namedScores struct {
	name   string
	scores *Scores
}

// groups lists sets, scripts and the whole, in the order of the table.
func (r *Report) groups() []namedScores {
	var all []namedScores
	for _, name := range slices.Sorted(maps.Keys(r.Sets)) {
		all = append(all, namedScores{name, r.Sets[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Scripts)) {
		all = append(all, namedScores{"script " + name, r.Scripts[name]})
	}
	return append(all, namedScores{"overall", r.Overall})
}

// Table is the report as aligned text, rates in percent; "-" where no document of
// a group is labelled.
func (r *Report) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "group\tdocs\tprec\trecall\tF1\texact\ttitle\tdate\tinstant\tauthors\tlang\twanted\tunwanted\t")
	for _, g := range r.groups() {
		s := g.scores
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", g.name, s.Documents,
			percent(s.Body.Precision, s.Body.Documents), percent(s.Body.Recall, s.Body.Documents),
			percent(s.Body.F1, s.Body.Documents), s.Body.Exact, s.Title, s.Published, s.Instant, s.Authors, s.Lang, s.Wanted, s.Unwanted)
	}
	w.Flush()
	fmt.Fprintf(&b, "%.1f pages per CPU-second, %.2f MB allocated per page", r.PagesPerCPUSecond, r.BytesPerPage/1e6)
	for _, reason := range slices.Sorted(maps.Keys(r.Failed)) {
		fmt.Fprintf(&b, "; %d without article: %s", r.Failed[reason], reason)
	}
	b.WriteByte('\n')
	for i, from := range slices.Sorted(maps.Keys(r.DatedBy)) {
		if i == 0 {
			b.WriteString("dates from")
		}
		fmt.Fprintf(&b, " %s %s (%d)", from, r.DatedBy[from], r.DatedBy[from].Of)
	}
	if len(r.DatedBy) > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

// BodyTable is what the report says of bodies, in percent.
func (r *Report) BodyTable() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "group\tdocs\tprec\trecall\tF1\texact\t")
	for _, g := range r.groups() {
		s := g.scores.Body
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", g.name, s.Documents,
			percent(s.Precision, s.Documents), percent(s.Recall, s.Documents), percent(s.F1, s.Documents), s.Exact)
	}
	w.Flush()
	return b.String()
}

// String is the rate in percent.
func (r Rate) String() string { return percent(r.Share, r.Of) }

func percent(share float64, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*share)
}
