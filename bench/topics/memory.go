package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

	"marsad/pkg/places"
	"marsad/pkg/text"
	"marsad/pkg/watches"
	"marsad/services/classifier/organisations"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// loaded is what the classifier holds: heap that is still in use when all is collected.
type loaded struct {
	name  string
	bytes int64
}

const (
	manyWatches = 1000
	phrasesEach = 20
)

// loadAll loads one thing after another and says what each took.
func loadAll(labelled []training.Article) ([]loaded, error) {
	var (
		classifier *topics.Classifier
		finder     *organisations.Finder
		set        *watches.Set
	)
	raw := manyOf(labelled)
	all := []loaded{}
	for _, thing := range []struct {
		name string
		load func() error
	}{
		{"topics", func() (err error) { classifier, err = topics.Default(topics.MinConfidence); return err }},
		{"places", func() error { places.Find("", ""); return nil }},
		{"organisations", func() (err error) { finder, err = organisations.New(organisations.Default()); return err }},
		{fmt.Sprintf("%d watches of %d phrases", manyWatches, phrasesEach), func() (err error) { set, err = watches.Load(raw, watches.Names{}); return err }},
	} {
		before := heap()
		if err := thing.load(); err != nil {
			return nil, fmt.Errorf("%s: %w", thing.name, err)
		}
		all = append(all, loaded{thing.name, heap() - before})
	}
	runtime.KeepAlive(raw)
	runtime.KeepAlive(classifier)
	runtime.KeepAlive(finder)
	runtime.KeepAlive(set)
	return all, nil
}

func heap() int64 {
	runtime.GC()
	runtime.GC() // pools give up what they hold at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// manyOf makes watches of pairs of words that stand side by side in articles, always
// the same.
func manyOf(articles []training.Article) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("version: 1\nwatches:\n")
	for i := range manyWatches {
		fmt.Fprintf(&b, "  - id: w%d\n    name: w%d\n    any:\n", i, i)
		for range phrasesEach {
			fmt.Fprintf(&b, "      - %q\n", pairOf(random, articles[random.IntN(len(articles))]))
		}
	}
	return []byte(b.String())
}

func pairOf(random *rand.Rand, a training.Article) string {
	var words []string
	for token := range text.Tokens(a.Text) {
		words = append(words, token.Text)
	}
	if len(words) < 2 {
		return "two words"
	}
	at := random.IntN(len(words) - 1)
	return words[at] + " " + words[at+1]
}

// showMemory comes first: what others leave behind would be counted.
func showMemory(_ context.Context, _ string, labelled []training.Article) error {
	all, err := loadAll(labelled)
	if err != nil {
		return err
	}
	runtime.KeepAlive(labelled)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "loaded\tMB of heap\ttogether\t")
	sum := int64(0)
	for _, l := range all {
		sum += l.bytes
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t\n", l.name, float64(l.bytes)/1e6, float64(sum)/1e6)
	}
	w.Flush()
	return nil
}
