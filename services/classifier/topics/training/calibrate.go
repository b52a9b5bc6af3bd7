package training

import (
	"marsad/services/classifier/topics"
)

// calibrationCost holds the calibration of topics with few articles back.
const calibrationCost = 1

// calibrate finds how scores of articles that were held out become probabilities.
func calibrate(of *[topics.Count]topics.Topic, scores []topics.Scores, labels [][topics.Count]bool) {
	for k := range of {
		p := problem{prior: make([]float64, 2), cost: calibrationCost}
		for i := range scores {
			rivals := scores[i].Rivals()
			p.rows = append(p.rows, Row{Columns: []int32{0, 1}, Values: []float32{float32(scores[i][k]), float32(rivals[k])}})
			p.has = append(p.has, labels[i][k])
		}
		s := p.fit()
		of[k].Slope, of[k].Rival, of[k].Offset = float32(s.weights[0]), float32(s.weights[1]), float32(s.bias)
	}
}

// CalibrateAcross gives articles of one language their probabilities from scores that
// were held out by the folds of Folds: each calibrated on the articles of the other
// folds, as the scores of Train are.
func CalibrateAcross(articles []Article, scores []topics.Scores) []topics.Scores {
	fold, folds := Folds(articles)
	labels := make([][topics.Count]bool, len(articles))
	for i, a := range articles {
		labels[i] = labelsOf(a)
	}
	return calibrateAcross(fold, folds, scores, labels)
}

func calibrateAcross(fold []int, folds int, scores []topics.Scores, labels [][topics.Count]bool) []topics.Scores {
	probabilities := make([]topics.Scores, len(scores))
	for left := range folds {
		var others []topics.Scores
		var has [][topics.Count]bool
		for i, s := range scores {
			if fold[i] != left {
				others = append(others, s)
				has = append(has, labels[i])
			}
		}
		var model topics.Model
		calibrate(&model.Topics, others, has)
		for i, s := range scores {
			if fold[i] == left {
				probabilities[i] = model.Probabilities(s)
			}
		}
	}
	return probabilities
}

// thresholdsAcross gives each article the threshold of the articles of the other folds.
func (l *learner) thresholdsAcross(probabilities []topics.Scores) []float64 {
	of := make([]float64, len(probabilities))
	for left := range l.folds {
		var others []topics.Scores
		var labelled []document
		for i, p := range probabilities {
			if l.fold[i] != left {
				others = append(others, p)
				labelled = append(labelled, l.labelled[i])
			}
		}
		at := threshold(others, labelled)
		for i := range of {
			if l.fold[i] == left {
				of[i] = at
			}
		}
	}
	return of
}

// threshold is the probability from which an article has a topic: the one at which
// the mean F1 of the topics of the first level is best. One for each topic, chosen by
// itself, did worse on articles held out: most topics have few.
func threshold(probabilities []topics.Scores, labelled []document) float64 {
	best, bestF1 := 0., -1.
	for step := 20; step <= 60; step++ {
		at := float64(step) / 100
		if f1 := macroF1(probabilities, labelled, at); f1 > bestF1 {
			best, bestF1 = at, f1
		}
	}
	return best
}

func macroF1(probabilities []topics.Scores, labelled []document, threshold float64) float64 {
	sum := 0.
	for k := range topics.First {
		hits, said, are := 0, 0, 0
		for i, p := range probabilities {
			says, is := p[k] >= threshold, labelled[i].labels[k]
			if says {
				said++
			}
			if is {
				are++
			}
			if says && is {
				hits++
			}
		}
		sum += 2 * float64(hits) / max(1, float64(said+are))
	}
	return sum / topics.First
}
