package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"text/tabwriter"

	"marsad/pkg/news"
	"marsad/services/classifier/score"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// showLabels scores all on the same articles, each by a model that did not see its
// source (Arabic) or itself. Marsad also learns from articles without topics: that is
// shown with and without.
func showLabels(ctx context.Context, dir string, labelled []training.Article) error {
	texts, err := training.ReadTexts(dir)
	if err != nil {
		return err
	}
	full, err := heldOut(ctx, "marsad", labelled, texts)
	if err != nil {
		return err
	}
	alone, err := heldOut(ctx, "marsad without texts", labelled, nil)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	for i, l := range full {
		head(w, l.Lang, len(l.Articles))
		row(w, "marsad", score.HeldOut(full[i:i+1]))
		row(w, "marsad, labelled articles only", score.HeldOut(alone[i:i+1]))
		if err := peerRows(ctx, w, "logistic regression", l.Articles, tuned.learn); err != nil {
			return err
		}
		if err := peerRows(ctx, w, "naive Bayes", l.Articles, naiveBayes(true, smoothing)); err != nil {
			return err
		}
		w.Flush()
		fmt.Println()
	}
	return nil
}

func head(w *tabwriter.Writer, lang string, articles int) {
	fmt.Fprintf(w, "%s, %d articles\tmacro F1\tmicro F1\tmain\tof 80%%\tECE\tfrom\t\n", lang, articles)
}

func row(w *tabwriter.Writer, name string, judged []score.Judged) {
	threshold := judged[0].Threshold
	s := score.NewTopicReport(judged).Languages[0]
	fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.2f\t\n", name, s.Macro, s.Micro, s.Main, s.Main80, s.ECE, threshold)
}

func heldOut(ctx context.Context, name string, labelled, texts []training.Article) ([]training.Learned, error) {
	return training.Train(ctx, labelled, texts, training.Options{HeldOutOnly: true, Progress: func(done, total int) {
		say("%s: model %d of %d", name, done, total)
	}})
}

// leftOut scores each article of a language by a model of the articles of other folds.
func leftOut(ctx context.Context, articles []training.Article, learn learner) ([]topics.Scores, error) {
	words := dictionary{}
	bags, of := make([]bag, len(articles)), make([]labels, len(articles))
	for i, a := range articles {
		bags[i], of[i] = words.bag(a), labelsOf(a)
	}
	scores := make([]topics.Scores, len(articles))
	fold, folds := training.Folds(articles)
	for left := range folds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var others []bag
		var have []labels
		for i, b := range bags {
			if fold[i] != left {
				others, have = append(others, b), append(have, of[i])
			}
		}
		score := learn(others, have, len(words))
		for i, b := range bags {
			if fold[i] == left {
				scores[i] = score(b)
			}
		}
	}
	return scores, nil
}

// squashed takes scores as log odds. Where the probability would be rounded to one,
// it stays below, so that the higher score is the higher probability.
func squashed(scores []topics.Scores) []topics.Scores {
	const high = 20
	all := make([]topics.Scores, len(scores))
	for i, of := range scores {
		for k, s := range of {
			all[i][k] = topics.Sigmoid(min(s, high))
			if s > high {
				all[i][k] = 1 - (1-topics.Sigmoid(high))*high/s
			}
		}
	}
	return all
}

// judge takes the threshold with the best macro F1, as Marsad does, but seeks it among
// all hundredths: scores that are not calibrated can need any.
func judge(articles []training.Article, probabilities []topics.Scores) []score.Judged {
	judged := make([]score.Judged, len(articles))
	for i, a := range articles {
		judged[i] = score.Judged{Article: a, Probabilities: probabilities[i]}
		if p := probabilities[i]; p[p.Best()] < topics.MinConfidence {
			judged[i].Abstained = news.LowConfidence
		}
	}
	best, bestF1 := 0., math.Inf(-1)
	for step := 1; step < 100; step++ {
		setThreshold(judged, float64(step)/100)
		if f1 := score.NewTopicReport(judged).Languages[0].Macro; f1 > bestF1 {
			best, bestF1 = judged[0].Threshold, f1
		}
	}
	setThreshold(judged, best)
	return judged
}

func setThreshold(judged []score.Judged, threshold float64) {
	for i := range judged {
		judged[i].Threshold = threshold
	}
}

// showTuning scores the peers with every setting, on articles in Arabic.
func showTuning(ctx context.Context, labelled []training.Article) error {
	var articles []training.Article
	for _, a := range labelled {
		if a.Lang == "ar" {
			articles = append(articles, a)
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	head(w, "ar", len(articles))
	for _, s := range []float64{1, .3, .1, .03, .01} {
		if err := peerRows(ctx, w, fmt.Sprintf("naive Bayes, smoothing %g", s), articles, naiveBayes(true, s)); err != nil {
			return err
		}
	}
	for _, cost := range []float64{5, 20, 100} {
		for i := range 4 {
			r := regression{cost: cost, balanced: i&1 > 0, damped: i&2 > 0}
			name := fmt.Sprintf("cost %g, balanced %v, damped %v", r.cost, r.balanced, r.damped)
			if err := peerRows(ctx, w, name, articles, r.learn); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return nil
}

// peerRows shows a peer's probabilities as they come, and calibrated as Marsad's are.
func peerRows(ctx context.Context, w *tabwriter.Writer, name string, articles []training.Article, learn learner) error {
	say("%s: %s", articles[0].Lang, name)
	scores, err := leftOut(ctx, articles, learn)
	if err != nil {
		return err
	}
	row(w, name, judge(articles, squashed(scores)))
	row(w, name+", calibrated", judge(articles, training.CalibrateAcross(articles, scores)))
	return nil
}
