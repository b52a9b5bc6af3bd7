// Package training makes the models of topics of labelled articles, of articles whose
// topics are not known, and of a lexicon.
package training

import (
	"context"
	"fmt"
	"slices"

	"marsad/services/classifier/topics"
)

// Options of Train; the zero value is good.
type Options struct {
	HeldOutOnly bool                  // do not make the model itself
	Progress    func(done, total int) // called after every model that is made for itself or for a test
}

// Learned is what Train makes of the articles of one language.
type Learned struct {
	Lang     string
	Model    *topics.Model // nil if HeldOutOnly
	Articles []Article
	// HeldOut are the probabilities of each article, from a model and a calibration that
	// did not see its source (in Arabic) or itself, and Thresholds those from which it
	// has a topic, chosen on the others.
	HeldOut    []topics.Scores
	Thresholds []float64
	Texts      int // articles without topics that were learned from
}

// Languages are those a lexicon is there for.
var Languages = []string{"ar", "en", "fr"}

// Train makes the models of labelled articles, and of texts. The same articles give
// the same models.
func Train(ctx context.Context, labelled, texts []Article, opts Options) ([]Learned, error) {
	var learners []*learner
	total := 0
	for _, lang := range Languages {
		l, err := newLearner(lang, labelled, texts)
		if err != nil {
			return nil, err
		}
		if len(l.articles) > 0 {
			learners = append(learners, l)
			total += l.folds + 1
		}
	}
	done := 0
	progress := func() {
		if done++; opts.Progress != nil {
			opts.Progress(done, total)
		}
	}
	var all []Learned
	for _, l := range learners {
		l.progress = progress
		learned, err := l.learn(ctx, !opts.HeldOutOnly)
		if err != nil {
			return nil, err
		}
		all = append(all, learned)
	}
	return all, nil
}

// Fit makes a model of labelled articles alone: around the lexicon, but without texts,
// and not calibrated (its scores are log odds in which all topics are as frequent).
// Articles of other languages are left out.
func Fit(ctx context.Context, lang string, labelled []Article) (*topics.Model, error) {
	l, err := newLearner(lang, labelled, nil)
	if err != nil {
		return nil, err
	}
	return fit(ctx, l.lang, l.lexicon, l.labelled, nil)
}

// learner is what the models of one language are made of.
type learner struct {
	lang     string
	lexicon  *lexicon
	articles []Article
	labelled []document // of articles
	fold     []int      // of articles
	folds    int
	texts    []document
	sources  []string // of texts
	progress func()
}

func newLearner(lang string, labelled, texts []Article) (*learner, error) {
	lex, err := readLexicon(lexiconText, lang)
	if err != nil {
		return nil, fmt.Errorf("lexicon: %w", err)
	}
	l := &learner{lang: lang, lexicon: lex}
	for _, a := range labelled {
		if a.Lang == lang && len(a.Topics) > 0 {
			l.articles = append(l.articles, a)
		}
	}
	l.labelled = newDocuments(lex, l.articles)
	l.fold, l.folds = Folds(l.articles)
	texts = slices.DeleteFunc(slices.Clone(texts), func(a Article) bool { return a.Lang != lang })
	for i := 0; i < len(texts); i += 1 + len(texts)/maxTexts {
		l.texts = append(l.texts, newDocument(lex, texts[i]))
		l.sources = append(l.sources, texts[i].Source)
	}
	return l, nil
}

// learn makes the model, if wanted, and calibrates it on articles held out.
func (l *learner) learn(ctx context.Context, wanted bool) (Learned, error) {
	learned := Learned{Lang: l.lang, Articles: l.articles, Texts: len(l.texts)}
	scores, err := l.scoreHeldOut(ctx)
	if err != nil {
		return learned, err
	}
	labels := make([][topics.Count]bool, len(l.labelled))
	for i, d := range l.labelled {
		labels[i] = d.labels
	}
	learned.HeldOut = calibrateAcross(l.fold, l.folds, scores, labels)
	learned.Thresholds = l.thresholdsAcross(learned.HeldOut)
	if wanted {
		model, err := fit(ctx, l.lang, l.lexicon, l.labelled, l.texts)
		if err != nil {
			return learned, err
		}
		calibrate(&model.Topics, scores, labels)
		model.Threshold = float32(threshold(learned.HeldOut, l.labelled))
		learned.Model = model
	}
	l.progress()
	return learned, nil
}
