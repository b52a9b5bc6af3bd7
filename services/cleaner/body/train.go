package body

import (
	"context"
	"errors"
	"hash/fnv"
	"strings"

	"golang.org/x/net/html"
)

// Trainer learns from pages whose article is known.
type Trainer struct {
	pages []trainingPage
}

// ErrNothingToLearn is returned when the pages have no text, or nothing but text.
var ErrNothingToLearn = errors.New("the pages hold no text, or nothing else, to learn from")

// trainingPage is a labelled page, taken apart.
type trainingPage struct {
	*describer
	rows   []row
	labels []bool
	site   string
	words  int // of the article
}

// Add takes a page, its article's text with a paragraph a line, and the site it is
// of.
func (t *Trainer) Add(doc *html.Node, h Hints, article, site string) {
	d := newDescriber(takeApart(doc, 256), h)
	rows := make([]row, len(d.p.blocks))
	for i := range rows {
		d.describe(i, &rows[i])
	}
	t.pages = append(t.pages, trainingPage{d, rows, d.p.label(article), site, len(wordHashes([]byte(article), nil))})
}

// Model learns from all pages and returns the model as it is embedded. The same
// pages in the same order give the same bytes on one architecture. Its
// error is that of ctx.
func (t *Trainer) Model(ctx context.Context, progress func(done, total int)) ([]byte, error) {
	f := t.learn(ctx, func(trainingPage) bool { return true }, progress)
	if len(f.trees) == 0 && ctx.Err() == nil {
		return nil, ErrNothingToLearn
	}
	return f.bytes(), ctx.Err()
}

// HeldOut returns what is found in each page, in the order of Add, by models that
// have seen no page of its site: sites are dealt to so many folds, and each fold is
// read with a model learned from the others. Its error is that of ctx.
func (t *Trainer) HeldOut(ctx context.Context, folds int, progress func(done, total int)) ([]Found, error) {
	found := make([]Found, len(t.pages))
	for fold := range folds {
		f := t.learn(ctx, func(p trainingPage) bool { return foldOf(p.site, folds) != fold }, func(done, total int) {
			progress(fold*total+done, folds*total)
		})
		for i, p := range t.pages {
			if foldOf(p.site, folds) == fold {
				found[i] = f.read(p.describer)
			}
		}
	}
	return found, ctx.Err()
}

func foldOf(site string, folds int) int {
	h := fnv.New32()
	h.Write([]byte(site))
	return int(h.Sum32() % uint32(folds))
}

// learning is how forests are grown. Chosen by cross-validation over sites; the
// figures hardly move around it.
var learning = booster{trees: 200, rate: 0.1, lambda: 0.02, features: width, sample: 0.7, columns: 0.5}

func (t *Trainer) learn(ctx context.Context, with func(trainingPage) bool, progress func(done, total int)) forest {
	var examples []example
	for _, p := range t.pages {
		if with(p) {
			examples = append(examples, p.examples()...)
		}
	}
	labels := map[float32]bool{}
	for _, e := range examples {
		labels[e.target] = true
	}
	if len(labels) < 2 {
		return forest{} // nothing to tell apart
	}
	return learning.grow(ctx, examples, progress)
}

// examples weigh a block by its share of the article's words, so that all pages
// count about the same, and a little more, so that short lines count at all.
func (p trainingPage) examples() []example {
	const (
		least    = 0.002
		most     = 0.5
		minWords = 40
	)
	all := make([]example, len(p.rows))
	for i := range p.rows {
		weight := float32(p.p.blocks[i].words)/float32(max(minWords, p.words)) + least
		all[i] = example{row: &p.rows[i], weight: min(weight, most)}
		if p.labels[i] {
			all[i].target = 1
		}
	}
	return all
}

// label tells the blocks of a page that belong to an article: those that are one of
// its lines, and those of whose runs of four words it has most.
func (p *page) label(article string) []bool {
	lines, runs := map[uint64]bool{}, map[uint64]bool{}
	for line := range strings.Lines(article) {
		if words := wordHashes([]byte(line), nil); len(words) > 0 {
			lines[hashOf(words)] = true
		}
	}
	words := wordHashes([]byte(article), nil)
	for i := 0; i+runLength <= len(words); i++ {
		runs[hashOf(words[i:i+runLength])] = true
	}
	labels := make([]bool, len(p.blocks))
	for i := range p.blocks {
		words = wordHashes(p.bytes(&p.blocks[i]), words[:0])
		common := 0
		for k := 0; k+runLength <= len(words); k++ {
			if runs[hashOf(words[k:k+runLength])] {
				common++
			}
		}
		labels[i] = lines[hashOf(words)] || 2*common > len(words)-runLength+1 && common > 0
	}
	return labels
}

const runLength = 4

func hashOf(words []uint64) uint64 {
	h := uint64(len(words))
	for _, w := range words {
		h = h*0x9E3779B97F4A7C15 + w
	}
	return h
}
