package score

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"marsad/services/classifier/topics"
)

// TopicReport says how well topics are told.
type TopicReport struct {
	Languages []*TopicScore `json:"languages"`
	Speeds    []Speed       `json:"speeds,omitempty"`
}

// TopicScore is the figures of one language, shares from 0 to 1. F1 takes what the
// classifier would say if it did not abstain; main topics of the first level only.
type TopicScore struct {
	Lang     string  `json:"lang"`
	Articles int     `json:"articles"`
	Macro    float64 `json:"macro_f1"` // mean over the topics of the first level
	Micro    float64 `json:"micro_f1"`
	Main     float64 `json:"main"`    // the most probable topic is among the article's
	Main80   float64 `json:"main_80"` // the same, of the 80 % of articles whose topic is the most probable
	Coverage float64 `json:"coverage"`
	Covered  float64 `json:"covered"` // main, of articles that are given topics
	// Expected calibration errors (Naeini, Cooper and Hauskrecht, 2015), ten bins: of the
	// most probable topic, and of all topics.
	ECE    float64                `json:"ece"`
	ECEAll float64                `json:"ece_all"`
	Topics []OneTopic             `json:"topics"`
	Source map[string]SourceScore `json:"sources"`
}

// OneTopic is the figures of a topic.
type OneTopic struct {
	Code      string  `json:"code"`
	Label     string  `json:"label"`
	Articles  int     `json:"articles"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// SourceScore is the figures of a source.
type SourceScore struct {
	Articles int     `json:"articles"`
	Main     float64 `json:"main"`
	Micro    float64 `json:"micro_f1"`
}

// NewTopicReport counts.
func NewTopicReport(judged []Judged) *TopicReport {
	byLang := map[string][]Judged{}
	for _, j := range judged {
		if len(j.Article.Topics) > 0 {
			byLang[j.Article.Lang] = append(byLang[j.Article.Lang], j)
		}
	}
	report := &TopicReport{Languages: []*TopicScore{}}
	for _, lang := range slices.Sorted(maps.Keys(byLang)) {
		report.Languages = append(report.Languages, newTopicScore(lang, byLang[lang]))
	}
	return report
}

func newTopicScore(lang string, judged []Judged) *TopicScore {
	s := &TopicScore{Lang: lang, Articles: len(judged), Source: map[string]SourceScore{}}
	s.countTopics(judged)
	s.Micro = micro(judged)
	s.Main = shareRight(judged)
	slices.SortStableFunc(judged, func(a, b Judged) int { return cmp.Compare(b.confidence(), a.confidence()) })
	s.Main80 = shareRight(judged[:len(judged)*8/10])
	var given []Judged
	bySource := map[string][]Judged{}
	for _, j := range judged {
		if j.Abstained == "" {
			given = append(given, j)
		}
		bySource[j.Article.Source] = append(bySource[j.Article.Source], j)
	}
	s.Coverage, s.Covered = float64(len(given))/float64(len(judged)), shareRight(given)
	for source, of := range bySource {
		s.Source[source] = SourceScore{len(of), shareRight(of), micro(of)}
	}
	s.calibration(judged)
	return s
}

func (j *Judged) confidence() float64 { return j.Probabilities[j.Probabilities.Best()] }

func shareRight(judged []Judged) float64 {
	right := 0
	for _, j := range judged {
		if j.right() {
			right++
		}
	}
	return float64(right) / float64(max(1, len(judged)))
}

// hits counts a topic: said rightly, said, and there.
type hits struct{ right, said, are int }

func (h *hits) add(j *Judged, topic int) {
	says, is := j.has(topic), slices.Contains(j.Article.Topics, topics.Names[topic].Code)
	if says {
		h.said++
	}
	if is {
		h.are++
	}
	if says && is {
		h.right++
	}
}

func (h *hits) f1() float64 { return 2 * float64(h.right) / float64(max(1, h.said+h.are)) }

func (s *TopicScore) countTopics(judged []Judged) {
	for k, name := range topics.Names {
		var h hits
		for i := range judged {
			h.add(&judged[i], k)
		}
		one := OneTopic{Code: name.Code, Label: name.English, Articles: h.are, F1: h.f1()}
		one.Precision = float64(h.right) / float64(max(1, h.said))
		one.Recall = float64(h.right) / float64(max(1, h.are))
		s.Topics = append(s.Topics, one)
		if k < topics.First {
			s.Macro += one.F1 / topics.First
		}
	}
}

func micro(judged []Judged) float64 {
	var h hits
	for i := range judged {
		for k := range topics.First {
			h.add(&judged[i], k)
		}
	}
	return h.f1()
}

const bins = 10

// bin gathers probabilities that are about the same.
type bin struct{ n, p, right float64 }

func (s *TopicScore) calibration(judged []Judged) {
	var best, all [bins]bin
	for i := range judged {
		j := &judged[i]
		note(&best, j.confidence(), j.right())
		for k := range topics.First {
			note(&all, j.Probabilities[k], slices.Contains(j.Article.Topics, topics.Names[k].Code))
		}
	}
	s.ECE, s.ECEAll = calibrationError(best), calibrationError(all)
}

func note(to *[bins]bin, p float64, right bool) {
	b := &to[min(bins-1, int(p*bins))]
	b.n++
	b.p += p
	if right {
		b.right++
	}
}

func calibrationError(of [bins]bin) float64 {
	sum, n := 0., 0.
	for _, b := range of {
		sum += max(b.p-b.right, b.right-b.p)
		n += b.n
	}
	return sum / max(1, n)
}

// Table is the report as people read it.
func (r *TopicReport) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "lang\tarticles\tmacro F1\tmicro F1\tmain\tof surest 80%\tgiven topics\tmain of those\tECE\tof all topics\t")
	for _, s := range r.Languages {
		fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n",
			s.Lang, s.Articles, s.Macro, s.Micro, s.Main, s.Main80, s.Coverage, s.Covered, s.ECE, s.ECEAll)
	}
	w.Flush()
	for _, s := range r.Languages {
		b.WriteString("\n")
		s.tables(&b)
	}
	if len(r.Speeds) > 0 {
		b.WriteString("\n" + speedTable(r.Speeds))
	}
	return b.String()
}

func (s *TopicScore) tables(b *strings.Builder) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\ttopic\tarticles\tprecision\trecall\tF1\t\n", s.Lang)
	for _, t := range s.Topics {
		if t.Articles > 0 {
			fmt.Fprintf(w, "\t%s %s\t%d\t%.2f\t%.2f\t%.2f\t\n", t.Code, t.Label, t.Articles, t.Precision, t.Recall, t.F1)
		}
	}
	w.Flush()
	if len(s.Source) < 2 {
		return
	}
	fmt.Fprintf(w, "%s\tsource\tarticles\tmain\tmicro F1\t\n", s.Lang)
	for _, name := range slices.Sorted(maps.Keys(s.Source)) {
		of := s.Source[name]
		fmt.Fprintf(w, "\t%s\t%d\t%.2f\t%.2f\t\n", name, of.Articles, of.Main, of.Micro)
	}
	w.Flush()
}
