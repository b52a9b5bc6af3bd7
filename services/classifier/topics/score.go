package topics

import (
	"iter"
	"math"
	"sync"

	"marsad/pkg/text"
)

// Scores are what a model says of each topic, in the order of Names.
type Scores [Count]float64

// tally counts the features of one article.
type tally struct {
	model   *Model
	counts  []uint16 // of each feature; all zero between articles
	touched []uint32 // the features with a count
	words   int
	pairs   bool // the word before may begin a pair
	hash    uint32
}

var tallies sync.Pool

func (m *Model) tally() *tally {
	t, ok := tallies.Get().(*tally)
	if !ok {
		t = &tally{}
	}
	if len(t.counts) < len(m.features) {
		t.counts = make([]uint16, len(m.features))
	}
	t.model, t.words = m, 0
	return t
}

func (t *tally) release() {
	for _, i := range t.touched {
		t.counts[i] = 0
	}
	t.touched, t.model = t.touched[:0], nil
	tallies.Put(t)
}

// part counts the words of the title or the body, so many at most.
func (t *tally) part(tokens iter.Seq[text.Token], most int, weight func(n int) int) {
	n := 0
	t.pairs = false
	for token := range tokens {
		if n == most {
			break
		}
		t.word(Hash(t.model.Lang, token.Text), weight(n))
		n++
	}
	t.words += n
}

func (t *tally) word(hash uint32, weight int) {
	if t.pairs {
		if i := t.model.find(Pair(t.hash, hash)); i >= 0 {
			t.add(i, weight)
		}
	}
	i := t.model.find(hash)
	t.pairs = i >= 0 && t.model.features[i].Begins
	t.hash = hash
	if i >= 0 {
		t.add(i, weight)
	}
}

func (t *tally) add(i, weight int) {
	if t.counts[i] == 0 {
		t.touched = append(t.touched, uint32(i))
	}
	t.counts[i] = uint16(min(math.MaxUint16, int(t.counts[i])+weight))
}

var (
	dampedTable = makeTable(64, Damped)
	scaleTable  = makeTable(256, func(e int) float64 { return math.Pow(scaleBase, float64(e-scaleZero)) })
)

func makeTable(n int, f func(int) float64) []float64 {
	table := make([]float64, n)
	for i := range table {
		table[i] = f(i)
	}
	return table
}

func dampedCount(n uint16) float64 {
	if int(n) < len(dampedTable) {
		return dampedTable[n]
	}
	return Damped(int(n))
}

// value is how much a feature counts in the article, before it is brought to length one.
func (t *tally) value(i uint32) float64 {
	return dampedCount(t.counts[i]) * t.model.features[i].idf()
}

// scores are the weights of the features, and the length of the article.
func (t *tally) scores() (scores Scores, length float64) {
	for _, i := range t.touched {
		f := &t.model.features[i]
		v := t.value(i)
		length += v * v
		v *= scaleTable[f.Scale]
		for k, w := range f.Weights {
			scores[k] += v * float64(w)
		}
	}
	length = math.Sqrt(length)
	for k := range scores {
		if length > 0 {
			scores[k] /= length
		}
		scores[k] += float64(t.model.Topics[k].Bias)
	}
	return scores, length
}

// Sigmoid is the logistic function.
func Sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// article counts the words of an article.
func (t *tally) article(title, body iter.Seq[text.Token]) {
	t.part(title, math.MaxInt, func(int) int { return titleWeight })
	t.part(body, t.model.Words, bodyWeight)
}

// Score gives the scores of an article, before they are calibrated.
func (m *Model) Score(title, body iter.Seq[text.Token]) Scores {
	t := m.tally()
	defer t.release()
	t.article(title, body)
	scores, _ := t.scores()
	return scores
}

// Rivals gives for each topic the best score among the others of the first level.
func (s *Scores) Rivals() Scores {
	best, second := 0, 1
	if s[second] > s[best] {
		best, second = second, best
	}
	for k := 2; k < First; k++ {
		switch {
		case s[k] > s[best]:
			best, second = k, best
		case s[k] > s[second]:
			second = k
		}
	}
	var rivals Scores
	for k := range rivals {
		rivals[k] = s[best]
	}
	rivals[best] = s[second]
	return rivals
}

// Probabilities calibrates scores.
func (m *Model) Probabilities(scores Scores) Scores {
	rivals := scores.Rivals()
	for k := range scores {
		t := &m.Topics[k]
		scores[k] = Sigmoid(float64(t.Slope)*scores[k] + float64(t.Rival)*rivals[k] + float64(t.Offset))
	}
	return scores
}
