package training

import (
	"context"
	"slices"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
)

// minFolds is how many sources a language must have for whole sources to be left out;
// with fewer, every so many-th article is.
const minFolds = 10

// Folds says for each of the articles of one language in which fold it is scored.
func Folds(articles []Article) (fold []int, folds int) {
	var sources []string
	for _, a := range articles {
		sources = append(sources, a.Source)
	}
	names := slices.Compact(slices.Sorted(slices.Values(sources)))
	fold = make([]int, len(articles))
	if len(names) < minFolds {
		for i := range articles {
			fold[i] = i % minFolds
		}
		return fold, minFolds
	}
	for i, s := range sources {
		fold[i], _ = slices.BinarySearch(names, s)
	}
	return fold, len(names)
}

// scoreHeldOut scores each article by a model that saw neither it nor, where whole
// sources are left out, any other article or text of its source.
func (l *learner) scoreHeldOut(ctx context.Context) ([]topics.Scores, error) {
	scores := make([]topics.Scores, len(l.labelled))
	for fold := range l.folds {
		var labelled, texts []document
		left := map[string]bool{}
		for i, a := range l.articles {
			if l.fold[i] == fold {
				left[a.Source] = true
			} else {
				labelled = append(labelled, l.labelled[i])
			}
		}
		for i, d := range l.texts {
			if !left[l.sources[i]] {
				texts = append(texts, d)
			}
		}
		model, err := fit(ctx, l.lang, l.lexicon, labelled, texts)
		if err != nil {
			return nil, err
		}
		for i, d := range l.labelled {
			if l.fold[i] == fold {
				scores[i] = model.Score(text.Tokens(d.title), text.Tokens(d.body))
			}
		}
		l.progress()
	}
	return scores, nil
}
