package training

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/script"
)

// Sentence is an example of a language.
type Sentence struct {
	Lang   string // BCP 47 base language, or langmodel.Unknown for what is none of them
	Text   string
	Weight float32 // how much it counts; most have 1
}

// Options say how to train; the zero value is good.
type Options struct {
	Epochs      int                   // passes over the sentences; default 20
	PerLanguage int                   // weights kept for each language of a script, on average; default 9000; fewer where a script has few
	Progress    func(done, total int) // called after every pass over the sentences of a script
}

// Result is what came of a script.
type Result struct {
	Script    string
	Languages []string
	Sentences int
	Weights   int
	Whole     Rate // of the sentences held out, before all were trained on
	Start     Rate // of their first four words
}

// Rate is how many were right.
type Rate struct {
	Right, Of int
}

// Share is 0 to 1; 0 without any.
func (r Rate) Share() float64 { return float64(r.Right) / max(1, float64(r.Of)) }

// holdOut says that one of so many sentences is held out to calibrate and to measure.
const holdOut = 10

// Train makes the classifiers of all scripts the sentences are written in, in
// the order of their names. The same sentences and options give the same
// classifiers.
func Train(ctx context.Context, sentences []Sentence, opts Options) ([]langmodel.Classifier, []Result, error) {
	opts.Epochs = cmp.Or(opts.Epochs, 20)
	opts.PerLanguage = cmp.Or(opts.PerLanguage, 9000)
	groups := byScript(sentences)
	scripts := slices.SortedFunc(maps.Keys(groups), func(a, b script.Script) int { return cmp.Compare(a.String(), b.String()) })
	bar := &progress{show: opts.Progress, total: len(scripts) * 2 * (opts.Epochs + opts.finishing())}
	classifiers, results := make([]langmodel.Classifier, len(scripts)), make([]Result, len(scripts))
	next := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				classifiers[i], results[i] = trainScript(ctx, scripts[i], groups[scripts[i]], opts, bar.step)
			}
		})
	}
	for i := range scripts {
		next <- i
	}
	close(next)
	group.Wait()
	return classifiers, results, ctx.Err()
}

// finishing is the number of passes after pruning.
func (o Options) finishing() int { return max(1, o.Epochs/4) }

func byScript(sentences []Sentence) map[script.Script][]Sentence {
	groups := map[script.Script][]Sentence{}
	for _, s := range sentences {
		if in := scriptOf(s.Text); in != script.None {
			groups[in] = append(groups[in], s)
		}
	}
	return groups
}

func scriptOf(s string) script.Script {
	var counts script.Counts
	counts.Add(s)
	in, _ := counts.Main()
	return in
}

type progress struct {
	mu          sync.Mutex
	show        func(done, total int)
	done, total int
}

func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.show != nil {
		p.show(p.done, p.total)
	}
}

// trainScript trains twice: without the sentences held out, to calibrate and to
// measure, and then with all.
func trainScript(ctx context.Context, in script.Script, sentences []Sentence, opts Options, step func()) (langmodel.Classifier, Result) {
	languages := languagesOf(sentences)
	docs := documents(in, sentences, languages)
	var kept, held []document
	for _, d := range docs {
		if d.nth%holdOut == 0 {
			held = append(held, d)
		} else {
			kept = append(kept, d)
		}
	}
	if ctx.Err() != nil {
		return langmodel.Classifier{}, Result{}
	}
	trial := newTrainer(kept, len(languages), opts)
	trial.run(ctx, step)
	for i := range held {
		trial.lookUp(&held[i])
	}
	if ctx.Err() != nil {
		return langmodel.Classifier{}, Result{}
	}
	final := newTrainer(docs, len(languages), opts)
	final.run(ctx, step)
	c := langmodel.Classifier{Script: in, Languages: languages}
	final.quantise(&c, trial.temperature(held))
	return c, Result{
		Script: in.String(), Languages: languages, Sentences: len(docs), Weights: len(c.Weights),
		Whole: trial.accuracy(held, 0), Start: trial.accuracy(held, startWords),
	}
}

func languagesOf(sentences []Sentence) []string {
	seen := map[string]bool{}
	for _, s := range sentences {
		seen[s.Lang] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
