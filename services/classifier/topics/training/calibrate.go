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
			p.rows = append(p.rows, row{columns: []int32{0, 1}, values: []float32{float32(scores[i][k]), float32(rivals[k])}})
			p.has = append(p.has, labels[i][k])
		}
		s := p.fit()
		of[k].Slope, of[k].Rival, of[k].Offset = float32(s.weights[0]), float32(s.weights[1]), float32(s.bias)
	}
}

// calibrateAcross gives each article its probabilities, calibrated on the articles of
// the other folds.
func (l *learner) calibrateAcross(scores []topics.Scores) []topics.Scores {
	probabilities := make([]topics.Scores, len(scores))
	for fold := range l.folds {
		var others []topics.Scores
		var labels [][topics.Count]bool
		for i, s := range scores {
			if l.fold[i] != fold {
				others = append(others, s)
				labels = append(labels, l.labelled[i].labels)
			}
		}
		var model topics.Model
		calibrate(&model.Topics, others, labels)
		for i, s := range scores {
			if l.fold[i] == fold {
				probabilities[i] = model.Probabilities(s)
			}
		}
	}
	return probabilities
}

// threshold is the probability from which an article has a topic: the one at which
// the mean F1 of the topics of the first level is best. One for each topic, chosen by
// itself, did worse on articles held out: most topics have few.
func threshold(probabilities []topics.Scores, labelled []document) float32 {
	best, bestF1 := 0., -1.
	for step := 20; step <= 60; step++ {
		at := float64(step) / 100
		if f1 := macroF1(probabilities, labelled, at); f1 > bestF1 {
			best, bestF1 = at, f1
		}
	}
	return float32(best)
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
