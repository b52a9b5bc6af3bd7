package training

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"marsad/pkg/text/langmodel"
)

// Chosen by cross-validation on the training sentences.
const (
	learningRate = 0.3
	biasRate     = 0.02 // of the learning rate
	dropout      = 0.5  // share of features not shown (Srivastava et al. 2014, JMLR 15)
	smoothing    = 1    // added to the counts of naive Bayes
	bayesScale   = 0.5  // of the logarithms of naive Bayes, as first weights
	levels       = 31   // of the size of a weight in the file: a finer one costs bytes and gains nothing
)

// trainer learns the weights of a multinomial logistic regression. They start
// from naive Bayes, as few sentences say little about rare features (Wang and
// Manning 2012, "Baselines and Bigrams", ACL), and go on by stochastic gradient
// descent with a step for each feature (AdaGrad: Duchi, Hazan, Singer 2011, JMLR 12).
type trainer struct {
	docs    []document
	classes int
	opts    Options
	random  *rand.Rand

	hashes  []uint32  // the dictionary
	weights []float32 // of feature f: [f*classes:(f+1)*classes]
	squares []float32 // sums of squared gradients, one a feature
	bias    []float32
	kept    []bool // weights that were not pruned; nil: all

	scores []float32 // scratch
	shown  []int32
}

func newTrainer(docs []document, classes int, opts Options) *trainer {
	t := &trainer{docs: slices.Clone(docs), classes: classes, opts: opts, random: rand.New(rand.NewPCG(uint64(classes), uint64(len(docs))))}
	t.level()
	t.hashes = dictionary(docs)
	for i := range t.docs {
		t.lookUp(&t.docs[i])
	}
	t.weights = make([]float32, len(t.hashes)*classes)
	t.squares = make([]float32, len(t.hashes))
	t.bias = make([]float32, classes)
	t.scores = make([]float32, classes)
	t.bayes()
	return t
}

// level takes weight from the sentences of languages that have more than twice
// the usual number.
func (t *trainer) level() {
	counts := make([]int, t.classes)
	for _, d := range t.docs {
		counts[d.class]++
	}
	usual := slices.Sorted(slices.Values(counts))[t.classes/2]
	for i := range t.docs {
		t.docs[i].weight *= min(1, float32(2*usual)/float32(counts[t.docs[i].class]))
	}
}

func (t *trainer) lookUp(d *document) {
	d.ids = make([]int32, len(d.hashes))
	for i, h := range d.hashes {
		d.ids[i] = unlisted
		if id, ok := slices.BinarySearch(t.hashes, h); ok {
			d.ids[i] = int32(id)
		}
	}
}

// row is the weights of a feature.
func (t *trainer) row(id int) []float32 { return t.weights[id*t.classes:][:t.classes] }

// bayes sets the weights to the logarithms of naive Bayes, centred for each feature.
func (t *trainer) bayes() {
	totals := make([]float64, t.classes)
	for _, d := range t.docs {
		for _, id := range d.ids {
			if id != unlisted {
				t.row(int(id))[d.class] += d.weight
				totals[d.class] += float64(d.weight)
			}
		}
	}
	for id := range t.hashes {
		row, mean := t.row(id), float32(0)
		for k, count := range row {
			row[k] = float32(math.Log((float64(count) + smoothing) / (totals[k] + smoothing*float64(len(t.hashes)))))
			mean += row[k] / float32(t.classes)
		}
		for k := range row {
			row[k] = (row[k] - mean) * bayesScale
		}
	}
}

// run trains, prunes, and trains what is left. step is called after every pass.
func (t *trainer) run(ctx context.Context, step func()) {
	for epoch := range t.opts.Epochs {
		t.pass(ctx, learningRate*(1-0.9*float32(epoch)/float32(t.opts.Epochs)))
		step()
	}
	t.prune()
	for range t.opts.finishing() {
		t.pass(ctx, learningRate*0.1)
		step()
	}
}

// pass shows each document once, in a random order: all of it, or a few words.
func (t *trainer) pass(ctx context.Context, rate float32) {
	if t.classes == 1 {
		return
	}
	for _, i := range t.random.Perm(len(t.docs)) {
		if ctx.Err() != nil {
			return
		}
		d := &t.docs[i]
		from, to := t.window(len(d.ends))
		start, end := d.features(from, to)
		t.learn(d.ids[start:end], d.class, rate, d.weight)
	}
}

// window picks some of n words: in a fifth of the cases all, else the 2 to 8
// first ones, or as many from elsewhere.
func (t *trainer) window(n int) (from, to int) {
	length := min(n, 2+t.random.IntN(7))
	switch pick := t.random.IntN(10); {
	case pick < 2:
		return 0, n
	case pick < 6:
		return 0, length
	}
	from = t.random.IntN(n - length + 1)
	return from, from + length
}

// learn takes one step along the gradient of an example.
func (t *trainer) learn(ids []int32, class int, rate, weight float32) {
	t.shown = t.shown[:0]
	for _, id := range ids {
		if id != unlisted && t.random.Float32() >= dropout {
			t.shown = append(t.shown, id)
		}
	}
	norm := langmodel.Norm(len(ids)) / (1 - dropout)
	t.score(t.shown, norm)
	gradient, square := t.scores, float32(0)
	gradient[class]--
	for k := range gradient {
		gradient[k] *= weight
		t.bias[k] -= biasRate * rate * gradient[k]
		square += gradient[k] * gradient[k]
	}
	for _, id := range t.shown {
		t.squares[id] += square * norm * norm
		t.move(int(id), gradient, rate*norm/float32(math.Sqrt(float64(t.squares[id]+1e-6))))
	}
}

func (t *trainer) move(id int, gradient []float32, step float32) {
	row := t.row(id)
	if t.kept == nil {
		for k, g := range gradient {
			row[k] -= step * g
		}
		return
	}
	kept := t.kept[id*t.classes:]
	for k, g := range gradient {
		if kept[k] {
			row[k] -= step * g
		}
	}
}

// score sets t.scores to the probabilities of the classes.
func (t *trainer) score(ids []int32, norm float32) {
	t.sum(ids, norm)
	langmodel.Softmax(t.scores)
}

func (t *trainer) sum(ids []int32, norm float32) {
	clear(t.scores)
	for _, id := range ids {
		if id == unlisted {
			continue
		}
		for k, w := range t.row(int(id)) {
			t.scores[k] += w
		}
	}
	for k := range t.scores {
		t.scores[k] = t.scores[k]*norm + t.bias[k]
	}
}
