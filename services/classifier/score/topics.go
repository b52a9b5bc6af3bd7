package score

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// TopicOptions say how to run; the zero value is good.
type TopicOptions struct {
	Rounds      int                   // how often each way of working is timed; the fastest counts; 0: none is
	Predictions io.Writer             // one JSON object per article, in their order; nil: none
	Progress    func(done, total int) // called now and then
}

// Judged is an article with its labels and what it was given.
type Judged struct {
	Article       training.Article
	Probabilities topics.Scores
	Threshold     float64 // from which probability it has a topic
	Abstained     news.Abstention
}

// TopicPrediction is what an article got.
type TopicPrediction struct {
	ID        json.RawMessage `json:"id"`
	Lang      string          `json:"lang"`
	Topics    []CodeP         `json:"topics"`    // those it would have if the classifier did not abstain
	Abstained bool            `json:"abstained"` // the classifier gives it no topic
	Reason    news.Abstention `json:"reason,omitempty"`
}

// CodeP is a topic and its probability.
type CodeP struct {
	Code string  `json:"code"`
	P    float64 `json:"p"`
}

// RunTopics scores the classifier that is built in on labelled articles: a file, or a
// folder as training.Read takes it. Articles without topics are left out.
func RunTopics(ctx context.Context, path string, opts TopicOptions) (*TopicReport, error) {
	articles, err := training.Read(path)
	if err != nil {
		return nil, err
	}
	classifier, err := topics.Default(topics.MinConfidence)
	if err != nil {
		return nil, err
	}
	var judged []Judged
	for i, a := range articles {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := classifier.Classify(a.Lang, text.Tokens(a.Title), text.Tokens(a.Text))
		judged = append(judged, Judged{Article: a, Probabilities: r.Probabilities, Threshold: classifier.Threshold(a.Lang), Abstained: r.Abstained})
		if opts.Progress != nil {
			opts.Progress(i+1, len(articles))
		}
	}
	report := NewTopicReport(judged)
	if opts.Rounds > 0 {
		if report.Speeds, err = measureSpeeds(ctx, articles, opts.Rounds); err != nil {
			return nil, err
		}
	}
	return report, predictTopics(opts.Predictions, judged)
}

// RunTopicsHeldOut scores models that are trained anew, each on the sources (in Arabic)
// or articles that it is not scored on, of a folder as training.Read and ReadTexts take it.
func RunTopicsHeldOut(ctx context.Context, folder string, opts TopicOptions) (*TopicReport, error) {
	labelled, err := training.Read(folder)
	if err != nil {
		return nil, err
	}
	texts, err := training.ReadTexts(folder)
	if err != nil {
		return nil, err
	}
	learned, err := training.Train(ctx, labelled, texts, training.Options{HeldOutOnly: true, Progress: opts.Progress})
	if err != nil {
		return nil, err
	}
	judged := HeldOut(learned)
	return NewTopicReport(judged), predictTopics(opts.Predictions, judged)
}

// HeldOut are the articles of a training, as models that had not seen them judge.
func HeldOut(learned []training.Learned) []Judged {
	var judged []Judged
	for _, l := range learned {
		for i, a := range l.Articles {
			j := Judged{Article: a, Probabilities: l.HeldOut[i], Threshold: l.Thresholds[i]}
			switch p := j.Probabilities; {
			case text.Words(a.Title)+text.Words(a.Text) < topics.MinWords:
				j.Abstained = news.TooShort
			case p[p.Best()] < topics.MinConfidence:
				j.Abstained = news.LowConfidence
			}
			judged = append(judged, j)
		}
	}
	return judged
}

// has reports whether the article has a topic, as the classifier would say if it did
// not abstain.
func (j *Judged) has(topic int) bool {
	return j.supported() && (j.Probabilities[topic] >= j.Threshold || topic == j.Probabilities.Best())
}

func (j *Judged) supported() bool { return j.Abstained != news.UnsupportedLanguage }

// right reports whether the most probable topic is among the article's.
func (j *Judged) right() bool {
	return j.supported() && slices.Contains(j.Article.Topics, topics.Names[j.Probabilities.Best()].Code)
}

func predictTopics(w io.Writer, judged []Judged) error {
	if w == nil {
		return nil
	}
	out := json.NewEncoder(w)
	for _, j := range judged {
		p := TopicPrediction{ID: j.Article.ID, Lang: j.Article.Lang, Topics: []CodeP{}, Abstained: j.Abstained != "", Reason: j.Abstained}
		for k, n := range topics.Names {
			if j.has(k) {
				p.Topics = append(p.Topics, CodeP{n.Code, j.Probabilities[k]})
			}
		}
		slices.SortStableFunc(p.Topics, func(a, b CodeP) int {
			return cmp.Or(cmp.Compare(topics.Level(a.Code), topics.Level(b.Code)), cmp.Compare(b.P, a.P))
		})
		if err := out.Encode(p); err != nil {
			return fmt.Errorf("predictions: %w", err)
		}
	}
	return nil
}
