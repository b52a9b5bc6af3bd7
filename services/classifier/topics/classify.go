package topics

import (
	"cmp"
	"embed"
	"fmt"
	"iter"
	"slices"
	"sync"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

//go:embed models
var files embed.FS

// Classifier tells the topics of articles. It is safe for concurrent use.
type Classifier struct {
	models        map[string]*Model // by language
	minConfidence float64
}

const (
	// MinConfidence is the probability that the most probable topic must have, unless
	// one wants otherwise: it is more likely right than wrong.
	MinConfidence = .5
	// MinWords is how many words an article must have: title and body together.
	MinWords = 10
)

// embedded reads the models that are built into the program, once.
var embedded = sync.OnceValues(func() ([]*Model, error) {
	entries, err := files.ReadDir("models")
	if err != nil {
		return nil, err
	}
	var models []*Model
	for _, e := range entries {
		file, err := files.ReadFile("models/" + e.Name())
		if err != nil {
			return nil, err
		}
		m, err := Read(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		models = append(models, m)
	}
	return models, nil
})

// Default makes a classifier of the models that are built into the program.
func Default(minConfidence float64) (*Classifier, error) {
	models, err := embedded()
	if err != nil {
		return nil, err
	}
	return NewClassifier(minConfidence, models...), nil
}

// NewClassifier makes a classifier of a model for each language. An article whose most
// probable topic is less probable than minConfidence gets none.
func NewClassifier(minConfidence float64, models ...*Model) *Classifier {
	c := &Classifier{models: map[string]*Model{}, minConfidence: minConfidence}
	for _, m := range models {
		c.models[m.Lang] = m
	}
	return c
}

// Result is what a classifier says of an article.
type Result struct {
	Topics        []news.Topic // of the first level, then of the second, the most probable first
	Abstained     news.Abstention
	Probabilities Scores // of all topics; zero for a language without a model
}

// Classify tells the topics of an article of a language (BCP 47 base), given as its
// folded words: the most probable topic of the first level, and all others whose
// probability reaches the model's threshold. It abstains rather than guess.
func (c *Classifier) Classify(lang string, title, body iter.Seq[text.Token]) Result {
	m := c.models[lang]
	if m == nil {
		return Result{Abstained: news.UnsupportedLanguage}
	}
	t := m.tally()
	defer t.release()
	t.article(title, body)
	scores, _ := t.scores()
	r := Result{Probabilities: m.Probabilities(scores)}
	best := r.Probabilities.Best()
	switch {
	case t.words < MinWords:
		r.Abstained = news.TooShort
	case r.Probabilities[best] < c.minConfidence:
		r.Abstained = news.LowConfidence
	default:
		r.Topics = m.choose(r.Probabilities, best)
	}
	return r
}

// Best is the place of the highest score of the first level.
func (s *Scores) Best() int {
	best := 0
	for k := range First {
		if s[k] > s[best] {
			best = k
		}
	}
	return best
}

func (m *Model) choose(p Scores, best int) []news.Topic {
	var chosen []news.Topic
	for k, name := range Names {
		if k == best || p[k] >= float64(m.Threshold) {
			chosen = append(chosen, news.Topic{Code: name.Code, Label: name.English, P: p[k]})
		}
	}
	slices.SortStableFunc(chosen, func(a, b news.Topic) int {
		return cmp.Or(cmp.Compare(Level(a.Code), Level(b.Code)), cmp.Compare(b.P, a.P))
	})
	return chosen
}

// Threshold is the probability from which an article of a language has a topic.
func (c *Classifier) Threshold(lang string) float64 {
	if m := c.models[lang]; m != nil {
		return float64(m.Threshold)
	}
	return 0
}
