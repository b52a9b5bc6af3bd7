package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// The topics that publishers' sections stand for.
const (
	culture  = "01000000"
	economy  = "04000000"
	politics = "11000000"
	science  = "13000000"
	sport    = "15000000"
	conflict = "16000000"
)

// sectionTopics are those sections that both corpora have.
var sectionTopics = map[string]string{
	"Culture": culture, "Finance": economy, "Politics": politics, "Tech": science, "Sports": sport, // SANAD
	"culture": culture, "economy": economy, "internationalNews": politics, "middleEast": politics, "technology": science, "sport": sport, // ANT
}

var classes = []int{topics.Index(culture), topics.Index(economy), topics.Index(politics), topics.Index(science), topics.Index(sport)}

// most is how many articles are learned from: every so many-th is taken.
const most = 6000

// filed is an article that a publisher filed under a section.
type filed struct {
	training.Article // with one topic
	class            int
	bag              bag
}

// readSections reads the files of a corpus.
func readSections(pattern string, words dictionary) ([]filed, error) {
	files, err := filepath.Glob(pattern)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no %s", pattern)
	}
	var all []filed
	for _, file := range files {
		of, err := readFiled(file, words)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, of...)
	}
	return all, err
}

func readFiled(path string, words dictionary) ([]filed, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	var all []filed
	for lines.Scan() {
		var in struct{ Source, Label, Lang, Title, Text string }
		if err := json.Unmarshal(lines.Bytes(), &in); err != nil {
			return nil, err
		}
		code := sectionTopics[in.Label]
		if code == "" {
			continue
		}
		f := filed{class: topics.Index(code)}
		f.Article = training.Article{Source: in.Source, Lang: in.Lang, Title: in.Title, Text: in.Text, Topics: []string{code}}
		f.bag = words.bag(f.Article)
		all = append(all, f)
	}
	return all, lines.Err()
}

// split is articles to learn sections from, and others to tell them of.
type split struct {
	name        string
	train, test []filed
	pooled      bool // counted together with the others that are
}

func splits(sanad, ant []filed) []split {
	bySource := map[string][]filed{}
	for _, f := range ant {
		bySource[f.Source] = append(bySource[f.Source], f)
	}
	all := []split{{name: "SANAD to ANT", train: sanad, test: ant}}
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		s := split{name: "ANT, others to " + source, test: bySource[source], pooled: true}
		for _, f := range ant {
			if f.Source != source {
				s.train = append(s.train, f)
			}
		}
		all = append(all, s)
	}
	all = append(all, sameSources("SANAD, same sources", sanad), sameSources("ANT, same sources", ant))
	for i := range all {
		all[i].train = thinned(all[i].train)
	}
	return all
}

// sameSources holds every fifth article out.
func sameSources(name string, all []filed) split {
	s := split{name: name}
	for i, f := range all {
		if i%5 == 0 {
			s.test = append(s.test, f)
		} else {
			s.train = append(s.train, f)
		}
	}
	return s
}

func thinned(all []filed) []filed {
	var some []filed
	for i := 0; i < len(all); i += 1 + len(all)/(most+1) {
		some = append(some, all[i])
	}
	return some
}

// contender learns sections, and gives what tells how much speaks for each.
type contender struct {
	name  string
	learn func(ctx context.Context, train []filed) (func(filed) topics.Scores, error)
}

func contenders(words dictionary, unread *topics.Model) []contender {
	peer := func(learn learner) func(context.Context, []filed) (func(filed) topics.Scores, error) {
		return func(_ context.Context, train []filed) (func(filed) topics.Scores, error) {
			bags, of := make([]bag, len(train)), make([]labels, len(train))
			for i, f := range train {
				bags[i], of[i] = f.bag, labelsOf(f.Article)
			}
			score := learn(bags, of, len(words))
			return func(f filed) topics.Scores { return score(f.bag) }, nil
		}
	}
	return []contender{
		{"naive Bayes", peer(naiveBayes(false, smoothing))},
		{"logistic regression", peer(tuned.learn)},
		{"marsad's learner", func(ctx context.Context, train []filed) (func(filed) topics.Scores, error) {
			articles := make([]training.Article, len(train))
			for i, f := range train {
				articles[i] = f.Article
			}
			model, err := training.Fit(ctx, "ar", articles)
			return func(f filed) topics.Scores { return scoresOf(model, f) }, err
		}},
		{"marsad's topics, no sections", func(context.Context, []filed) (func(filed) topics.Scores, error) {
			return func(f filed) topics.Scores { return asSections(unread.Probabilities(scoresOf(unread, f))) }, nil
		}},
	}
}

func scoresOf(m *topics.Model, f filed) topics.Scores {
	return m.Score(text.Tokens(f.Title), text.Tokens(f.Text))
}

// asSections: what publishers file under politics is war as well.
func asSections(p topics.Scores) topics.Scores {
	at := topics.Index(politics)
	p[at] = max(p[at], p[topics.Index(conflict)])
	return p
}

// showSections trains on sections of some sources, and scores on others.
func showSections(ctx context.Context, dir string, labelled []training.Article) error {
	words := dictionary{}
	sanad, err := readSections(filepath.Join(dir, "sanad*.jsonl.gz"), words)
	if err != nil {
		return err
	}
	ant, err := readSections(filepath.Join(dir, "ant*.jsonl.gz"), words)
	if err != nil {
		return err
	}
	unread, err := withoutSources(ctx, labelled, ant)
	if err != nil {
		return err
	}
	all := contenders(words, unread)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "accuracy / macro F1\tlearned from\ttold\tsections\t")
	for _, c := range all {
		fmt.Fprintf(w, "%s\t", c.name)
	}
	fmt.Fprintln(w)
	pooled, open := make([]confusion, len(all)), false
	for _, s := range splits(sanad, ant) {
		counts := make([]confusion, len(all))
		for i, c := range all {
			say("%s: %s", s.name, c.name)
			if counts[i], err = told(ctx, c, s); err != nil {
				return err
			}
			if s.pooled {
				pooled[i].add(counts[i])
			}
		}
		if open && !s.pooled {
			showSplit(w, "ANT, a source left out: all", 0, pooled)
		}
		open = s.pooled
		showSplit(w, s.name, len(s.train), counts)
	}
	w.Flush()
	return nil
}

// withoutSources makes the model of topics of labelled articles alone, and of no
// article of the sources that its answers are scored on.
func withoutSources(ctx context.Context, labelled []training.Article, scored []filed) (*topics.Model, error) {
	sources := map[string]bool{}
	for _, f := range scored {
		sources[f.Source] = true
	}
	labelled = slices.DeleteFunc(slices.Clone(labelled), func(a training.Article) bool { return a.Lang != "ar" || sources[a.Source] })
	learned, err := training.Train(ctx, labelled, nil, training.Options{})
	if err != nil {
		return nil, err
	}
	if len(learned) == 0 {
		return nil, fmt.Errorf("no labelled article in Arabic is of other sources than %v", slices.Sorted(maps.Keys(sources)))
	}
	return learned[0].Model, nil
}

// confusion counts articles: by their section, and by the one they were told to be of.
type confusion [topics.Count][topics.Count]int

func (c *confusion) add(other confusion) {
	for is := range c {
		for said := range c {
			c[is][said] += other[is][said]
		}
	}
}

func told(ctx context.Context, c contender, s split) (confusion, error) {
	var counts confusion
	score, err := c.learn(ctx, s.train)
	if err != nil {
		return counts, err
	}
	for _, f := range s.test {
		scores, best := score(f), classes[0]
		for _, k := range classes[1:] {
			if scores[k] > scores[best] {
				best = k
			}
		}
		counts[f.class][best]++
	}
	return counts, ctx.Err()
}

// figures are the share of articles told rightly, and the mean F1 of the sections that
// are there.
func (c *confusion) figures() (accuracy, macro float64, articles, sections int) {
	right := 0
	for _, k := range classes {
		are, said := 0, 0
		for _, other := range classes {
			are += c[k][other]
			said += c[other][k]
		}
		articles += are
		right += c[k][k]
		if are > 0 {
			sections++
			macro += 2 * float64(c[k][k]) / float64(are+said)
		}
	}
	return float64(right) / float64(max(1, articles)), macro / float64(max(1, sections)), articles, sections
}

func showSplit(w *tabwriter.Writer, name string, learned int, counts []confusion) {
	_, _, articles, sections := counts[0].figures()
	from := "-"
	if learned > 0 {
		from = fmt.Sprint(learned)
	}
	fmt.Fprintf(w, "%s\t%s\t%d\t%d\t", name, from, articles, sections)
	for i := range counts {
		accuracy, macro, _, _ := counts[i].figures()
		fmt.Fprintf(w, "%.3f / %.3f\t", accuracy, macro)
	}
	fmt.Fprintln(w)
}
