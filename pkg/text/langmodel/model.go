package langmodel

import (
	"math"

	"marsad/pkg/text/script"
)

// Unknown stands for no language the model knows (BCP 47 "und").
const Unknown = "und"

// maxLanguages is how many languages one script can have.
const maxLanguages = 128

// Model tells languages apart. It never changes and is safe for concurrent use.
type Model struct {
	byScript map[script.Script]*classifier
}

// classifier is a linear model of the languages of one script. Its weights are
// sparse: a feature has some for the languages it speaks for or against.
type classifier struct {
	languages []string
	bias      []float32 // one a language
	scale     float32   // of weights
	table     []entry   // of features by hash, open addressing; its length is a power of two
	weights   []weight
}

// entry says where the weights of a feature are. The zero value is none.
type entry struct {
	key  uint32 // the hash; above its bits, how many weights there are: 1 or more
	from uint32
}

func (e entry) hash() uint32 { return e.key & (1<<hashBits - 1) }
func (e entry) to() uint32   { return e.from + e.key>>hashBits }

type weight struct {
	language uint8
	value    int8
}

// Languages are those the model knows in a script, Unknown for what it was shown
// as none of them; nil for a script it does not know.
func (m *Model) Languages(in script.Script) []string {
	if c := m.byScript[in]; c != nil {
		return c.languages
	}
	return nil
}

// Scripts are those the model knows, in no order.
func (m *Model) Scripts() []script.Script {
	var all []script.Script
	for in := range m.byScript {
		all = append(all, in)
	}
	return all
}

// Classify tells the likeliest language of those words of s that are written in
// a script, and its probability, 0 to 1. Where that is likelier than all
// languages to be none of them, it is Unknown, with the probability of the likeliest
// language. Of a long text it takes a sample of words, spread evenly.
func (m *Model) Classify(in script.Script, s string) (lang string, p float64) {
	c := m.byScript[in]
	if c == nil {
		return Unknown, 0
	}
	var sums [maxLanguages]int32
	var probabilities [maxLanguages]float32
	n := c.add(in, s, &sums)
	if n == 0 {
		return Unknown, 0
	}
	scores := probabilities[:len(c.languages)]
	norm := c.scale * Norm(n)
	for l := range scores {
		scores[l] = float32(sums[l])*norm + c.bias[l]
	}
	Softmax(scores)
	best, none := -1, float32(0)
	for l, name := range c.languages {
		switch {
		case name == Unknown:
			none = scores[l]
		case best < 0 || scores[l] > scores[best]:
			best = l
		}
	}
	if best < 0 || none > scores[best] {
		return Unknown, float64(scores[max(best, 0)])
	}
	return c.languages[best], float64(scores[best])
}

// Of a text longer than sampledBytes the first words are read, and then every
// second one, third one and so on: about sampledBytes in all.
const (
	sampledBytes = 512
	firstWords   = 25
)

// add sums the weights of the features of s and counts the features.
func (c *classifier) add(in script.Script, s string, sums *[maxLanguages]int32) (n int) {
	count, every := 0, 1+len(s)/sampledBytes
	var letters [maxWord]rune
	var hashes [maxFeatures]uint32
	words(in, s, letters[:0], func(word []rune) {
		if count++; count > firstWords && count%every != 0 {
			return
		}
		all := features(hashes[:0], word)
		n += len(all)
		for _, hash := range all {
			e := c.find(hash)
			for _, w := range c.weights[e.from:e.to()] {
				sums[w.language%maxLanguages] += int32(w.value)
			}
		}
	})
	return n
}

func (c *classifier) find(hash uint32) entry {
	mask := uint32(len(c.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if e := c.table[i]; e.hash() == hash || e.key == 0 {
			return e
		}
	}
}

// enoughFeatures is how many features say all that a text can say: from there on
// they are averaged, lest a long text make the model surer than it can be.
const enoughFeatures = 600

// Norm is what the sum of the weights of n features is multiplied by.
func Norm(n int) float32 {
	root := math.Sqrt(float64(n))
	if n > enoughFeatures {
		root = float64(n) / math.Sqrt(enoughFeatures)
	}
	return float32(1 / root)
}

// Softmax turns scores into probabilities, in place.
func Softmax(scores []float32) {
	top := float32(math.Inf(-1))
	for _, s := range scores {
		top = max(top, s)
	}
	sum := float32(0)
	for i, s := range scores {
		scores[i] = float32(math.Exp(float64(s - top)))
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
