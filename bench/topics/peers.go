package main

import (
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// bag is the words of an article, as Marsad cuts and folds them, but neither stemmed nor
// weighted by where they stand: their numbers, and how often each is there.
type bag struct {
	words []int32
	times []float32
}

// dictionary numbers words.
type dictionary map[string]int32

func (d dictionary) bag(a training.Article) bag {
	at := map[int32]int{}
	var b bag
	for _, part := range []string{a.Title, a.Text} {
		for token := range text.Tokens(part) {
			word, known := d[token.Text]
			if !known {
				word = int32(len(d))
				d[token.Text] = word
			}
			i, there := at[word]
			if !there {
				i = len(b.words)
				at[word] = i
				b.words, b.times = append(b.words, word), append(b.times, 0)
			}
			b.times[i]++
		}
	}
	return b
}

// labels are the topics that an article has.
type labels [topics.Count]bool

func labelsOf(a training.Article) (l labels) {
	for _, code := range a.Topics {
		l[topics.Index(code)] = true
	}
	return l
}

// scorer says how much speaks for each topic.
type scorer func(bag) topics.Scores

// learner makes a scorer of articles, whose words are numbered below words.
type learner func(articles []bag, of []labels, words int) scorer

// never is the score of a topic that no article had.
const never = -1e3

// linear is a scorer that adds the weights of words, times how often each is there.
type linear struct {
	weights []topics.Scores // of words
	bias    topics.Scores
}

func (l *linear) score(b bag) topics.Scores {
	scores := l.bias
	for i, word := range b.words {
		for k, w := range l.weights[word] {
			scores[k] += float64(b.times[i]) * w
		}
	}
	return scores
}

// naiveBayes is the multinomial model (McCallum and Nigam, "A comparison of event models
// for naive Bayes text classification", 1998), smoothed by so much, which is 1 with
// Laplace: each topic against all articles without it, which gives log odds, or by
// itself, for articles of one topic each.
func naiveBayes(oneVsRest bool, smoothing float64) learner {
	return func(articles []bag, of []labels, words int) scorer {
		with, all := make([]topics.Scores, words), make([]float64, words)
		var articlesWith, wordsWith topics.Scores
		wordsAll, distinct := 0., 0.
		for i, b := range articles {
			for k, has := range of[i] {
				if has {
					articlesWith[k]++
				}
			}
			for j, word := range b.words {
				n := float64(b.times[j])
				if all[word] == 0 {
					distinct++
				}
				all[word] += n
				wordsAll += n
				for k, has := range of[i] {
					if has {
						with[word][k] += n
						wordsWith[k] += n
					}
				}
			}
		}
		l := &linear{weights: with}
		for k, n := range articlesWith {
			rest := float64(len(articles)) - n
			switch {
			case n == 0:
				l.bias[k] = never
			case oneVsRest:
				l.bias[k] = math.Log((n + 1) / (rest + 1))
			default:
				l.bias[k] = math.Log(n)
			}
			for word, total := range all {
				if total == 0 { // in no article
					continue
				}
				counted := with[word][k]
				with[word][k] = math.Log((counted + smoothing) / (wordsWith[k] + smoothing*distinct))
				if oneVsRest {
					with[word][k] -= math.Log((total - counted + smoothing) / (wordsAll - wordsWith[k] + smoothing*distinct))
				}
			}
		}
		return l.score
	}
}

// regression is the setting of logistic regression over tf·idf.
type regression struct {
	cost     float64 // of a wrong answer
	balanced bool    // both answers are of the same importance in sum
	damped   bool    // the logarithm of how often a word is there
}

// What -tune found best on Arabic news.
var tuned = regression{cost: 100, balanced: true, damped: true}

const smoothing = .1

// inArticles is in how many articles a word must be.
const inArticles = 2

// learn fits each topic against the rest, on rows of length one.
func (r regression) learn(articles []bag, of []labels, words int) scorer {
	v := newVocabulary(articles, words)
	rows := make([]training.Row, len(articles))
	for i, b := range articles {
		rows[i] = r.row(b, v)
	}
	l := &linear{weights: make([]topics.Scores, len(v.idf))}
	var fitting errgroup.Group
	fitting.SetLimit(runtime.GOMAXPROCS(0))
	for k := range topics.Count {
		has := make([]bool, len(of))
		for i := range of {
			has[i] = of[i][k]
		}
		if l.bias[k] = never; !slices.Contains(has, true) {
			continue
		}
		fitting.Go(func() error {
			var weights []float64
			weights, l.bias[k] = training.Regress(rows, has, len(v.idf), r.cost, r.balanced)
			for column, w := range weights {
				l.weights[column][k] = w
			}
			return nil
		})
	}
	_ = fitting.Wait() // none gives an error
	return func(b bag) topics.Scores {
		row := r.row(b, v)
		return l.score(bag{row.Columns, row.Values})
	}
}

// vocabulary is the words that are in enough articles: their columns and their idf.
type vocabulary struct {
	column []int32 // of a word; -1: it has none
	idf    []float64
}

func newVocabulary(articles []bag, words int) *vocabulary {
	in := make([]int, words)
	for _, b := range articles {
		for _, word := range b.words {
			in[word]++
		}
	}
	v := &vocabulary{column: make([]int32, words)}
	for word, n := range in {
		if v.column[word] = -1; n >= inArticles {
			v.column[word] = int32(len(v.idf))
			v.idf = append(v.idf, 1+math.Log(float64(1+len(articles))/float64(1+n)))
		}
	}
	return v
}

func (r regression) row(b bag, v *vocabulary) training.Row {
	var row training.Row
	length := 0.
	for i, word := range b.words {
		column := v.column[word]
		if column < 0 {
			continue
		}
		value := float64(b.times[i])
		if r.damped {
			value = 1 + math.Log(value)
		}
		value *= v.idf[column]
		row.Columns, row.Values = append(row.Columns, column), append(row.Values, float32(value))
		length += value * value
	}
	for i := range row.Values {
		row.Values[i] /= float32(math.Sqrt(length))
	}
	return row
}
