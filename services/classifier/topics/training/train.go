package training

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
)

// What the models are made with was chosen by how they score held-out articles: those
// figures flatter them a little.
const (
	cost       = 20 // of a wrong answer, against the size of weights
	textCost   = 5  // the same, of an article whose topics were guessed
	belief     = 5  // the weight that the lexicon gives a word for its topic
	inLabelled = 2  // a feature is in so many labelled articles,
	inTexts    = 10 // or in so many of all, or in the lexicon
	maxTexts   = 20000
)

// wordsRead is how many words of the body a model reads: more did not make it better.
var wordsRead = map[string]int{"ar": 150, "en": 600, "fr": 300}

// fit makes the model of articles of one language, not calibrated yet. It is made
// twice: first of the labelled articles; then of those and of texts, whose topics the
// first model guesses (self-training: Yarowsky, "Unsupervised word sense
// disambiguation rivaling supervised methods", 1995). What the texts teach is the
// prior of what the labelled articles teach.
func fit(ctx context.Context, lang string, lex *lexicon, labelled, texts []document) (*topics.Model, error) {
	model, err := fitPrior(ctx, lang, lex, labelled, nil)
	if err != nil || len(texts) == 0 {
		return model, err
	}
	guess(model, texts)
	return fitPrior(ctx, lang, lex, labelled, texts)
}

// guess sets the labels of texts, and how much they are to be trusted.
func guess(model *topics.Model, texts []document) {
	for i := range texts {
		scores := model.Score(text.Tokens(texts[i].title), text.Tokens(texts[i].body))
		for k, score := range scores {
			texts[i].labels[k] = score > 0
			texts[i].trust[k] = math.Abs(2*topics.Sigmoid(score) - 1)
		}
	}
}

// fitPrior fits texts around what the lexicon says, then labelled articles around that.
func fitPrior(ctx context.Context, lang string, lex *lexicon, labelled, texts []document) (*topics.Model, error) {
	v := newVocabulary(lex, labelled, texts)
	labelledRows, textRows := v.rows(labelled), v.rows(texts)
	var solutions [topics.Count]solution
	err := each(ctx, topics.Count, func(topic int) {
		prior := v.prior(lex, topic)
		if len(texts) > 0 {
			p := problem{rows: textRows, prior: prior, cost: textCost, balanced: true}
			p.has, p.trust = answers(texts, topic)
			prior = p.fit().weights
		}
		p := problem{rows: labelledRows, prior: prior, cost: cost, balanced: true}
		p.has, _ = answers(labelled, topic)
		solutions[topic] = p.fit()
	})
	if err != nil {
		return nil, err
	}
	return v.model(lang, lex, solutions), nil
}

func answers(documents []document, topic int) (has []bool, trust []float64) {
	for _, d := range documents {
		has = append(has, d.labels[topic])
		trust = append(trust, d.trust[topic])
	}
	return has, trust
}

// model rounds what was found, leaving out features that say nothing.
func (v *vocabulary) model(lang string, lex *lexicon, solutions [topics.Count]solution) *topics.Model {
	var features []topics.Feature
	for i, hash := range v.hashes {
		var weights [topics.Count]float64
		for k, s := range solutions {
			weights[k] = s.weights[i]
		}
		features = append(features, topics.NewFeature(hash, v.idf[i], weights, lex.begins[hash]))
	}
	var of [topics.Count]topics.Topic
	for k, s := range solutions {
		of[k] = topics.Topic{Bias: float32(s.bias), Slope: 1}
	}
	return topics.New(lang, wordsRead[lang], 0, of, features)
}

// document is an article's features and how often each counts.
type document struct {
	title, body string
	features    []feature // by hash
	labels      [topics.Count]bool
	trust       [topics.Count]float64 // in labels that were guessed
}

type feature struct {
	hash  uint32
	count int
}

func newDocument(lex *lexicon, a Article) document {
	counts := map[uint32]int{}
	var before uint32
	for hash, o := range topics.Words(a.Lang, a.Title, a.Text, wordsRead[a.Lang]) {
		counts[hash] += o.Weight
		if o.Follows && lex.begins[before] {
			if pair := topics.Pair(before, hash); lex.topics[pair] != nil {
				counts[pair] += o.Weight
			}
		}
		before = hash
	}
	d := document{title: a.Title, body: a.Text}
	for hash, n := range counts {
		d.features = append(d.features, feature{hash, n})
	}
	slices.SortFunc(d.features, func(a, b feature) int { return int(int64(a.hash) - int64(b.hash)) })
	d.labels = labelsOf(a)
	return d
}

func labelsOf(a Article) (labels [topics.Count]bool) {
	for _, code := range a.Topics {
		labels[topics.Index(code)] = true
	}
	return labels
}

func newDocuments(lex *lexicon, articles []Article) []document {
	documents := make([]document, len(articles))
	for i, a := range articles {
		documents[i] = newDocument(lex, a)
	}
	return documents
}

// vocabulary is the features of a model: their columns and their idf.
type vocabulary struct {
	hashes []uint32 // in order
	column map[uint32]int32
	idf    []float64
}

func newVocabulary(lex *lexicon, labelled, texts []document) *vocabulary {
	inLabels, inAll := map[uint32]int{}, map[uint32]int{}
	for hash := range lex.topics {
		inAll[hash] = 0
	}
	for i, d := range slices.Concat(labelled, texts) {
		for _, f := range d.features {
			inAll[f.hash]++
			if i < len(labelled) {
				inLabels[f.hash]++
			}
		}
	}
	v := &vocabulary{column: map[uint32]int32{}}
	for hash, n := range inAll {
		if inLabels[hash] >= inLabelled || n >= inTexts || lex.topics[hash] != nil {
			v.hashes = append(v.hashes, hash)
		}
	}
	slices.Sort(v.hashes)
	all := float64(1 + len(labelled) + len(texts))
	for i, hash := range v.hashes {
		v.column[hash] = int32(i)
		v.idf = append(v.idf, 1+math.Log(all/float64(1+max(inLabelled, inAll[hash]))))
	}
	return v
}

func (v *vocabulary) rows(documents []document) []Row {
	rows := make([]Row, len(documents))
	for i, d := range documents {
		rows[i] = v.row(d)
	}
	return rows
}

func (v *vocabulary) row(d document) Row {
	var r Row
	length := 0.
	for _, f := range d.features {
		c, ok := v.column[f.hash]
		if !ok {
			continue
		}
		value := topics.Damped(f.count) * v.idf[c]
		length += value * value
		r.Columns = append(r.Columns, c)
		r.Values = append(r.Values, float32(value))
	}
	length = math.Sqrt(length)
	for i := range r.Values {
		r.Values[i] /= float32(length)
	}
	return r
}

// prior is what the lexicon says of a topic.
func (v *vocabulary) prior(lex *lexicon, topic int) []float64 {
	prior := make([]float64, len(v.hashes))
	for i, hash := range v.hashes {
		if slices.Contains(lex.topics[hash], topic) {
			prior[i] = belief
		}
	}
	return prior
}

// each calls f for the numbers below n, several at once.
func each(ctx context.Context, n int, f func(i int)) error {
	todo := make(chan int)
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := range todo {
				f(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		todo <- i
	}
	close(todo)
	working.Wait()
	return ctx.Err()
}
