package score

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/pkg/watches"
	"marsad/services/classifier"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// Speed is how fast articles are worked through in one way, on one core.
type Speed struct {
	Work                  string  `json:"work"`
	ArticlesPerSecond     float64 `json:"articles_per_second"`
	Share                 float64 `json:"share"` // of the speed of only folding and cutting into words
	MegabytesPerSecond    float64 `json:"megabytes_per_second"`
	AllocationsPerArticle float64 `json:"allocations_per_article"`
}

// way is a way of working through an article.
type way struct {
	name string
	do   func(a *news.Article)
}

// phrasesOfWatch is how many phrases each of the watches has that speed is measured with.
const phrasesOfWatch = 20

// measureSpeeds times all ways in turn, rounds times, and keeps the best of each.
func measureSpeeds(ctx context.Context, labelled []training.Article, rounds int) ([]Speed, error) {
	articles, size := make([]news.Article, len(labelled)), 0
	for i, a := range labelled {
		articles[i] = news.Article{Lang: a.Lang, Title: a.Title, Text: a.Text}
		size += len(a.Title) + len(a.Text)
	}
	ways, err := newWays(articles)
	if err != nil {
		return nil, err
	}
	speeds := make([]Speed, len(ways))
	for range rounds {
		for i, w := range ways {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			took, allocations := timed(articles, w.do)
			rate := float64(len(articles)) / took.Seconds()
			if s := &speeds[i]; rate > s.ArticlesPerSecond {
				*s = Speed{Work: w.name, ArticlesPerSecond: rate, MegabytesPerSecond: float64(size) / 1e6 / took.Seconds(), AllocationsPerArticle: allocations / float64(len(articles))}
			}
		}
	}
	for i := range speeds {
		speeds[i].Share = speeds[i].ArticlesPerSecond / speeds[0].ArticlesPerSecond
	}
	return speeds, nil
}

// newWays gives only folding and cutting into words first.
func newWays(articles []news.Article) ([]way, error) {
	only, err := topics.Default(topics.MinConfidence)
	if err != nil {
		return nil, err
	}
	labels, err := classifier.NewLabeller(classifier.DefaultConfig())
	if err != nil {
		return nil, err
	}
	ways := []way{
		{"words only", func(a *news.Article) { words(a.Title); words(a.Text) }},
		{"topics", func(a *news.Article) { only.Classify(a.Lang, text.Tokens(a.Title), text.Tokens(a.Text)) }},
		{"all, no watches", func(a *news.Article) { labels.Label(*a) }},
	}
	for _, n := range []int{100, 1000} {
		set, err := watches.Load(someWatches(articles, n), watches.Names{})
		if err != nil {
			return nil, err
		}
		watching := labels.With(func() *watches.Set { return set })
		ways = append(ways, way{fmt.Sprintf("all, %d watches", n), func(a *news.Article) { watching.Label(*a) }})
	}
	return ways, nil
}

func words(s string) {
	for range text.Tokens(s) {
	}
}

func timed(articles []news.Article, do func(*news.Article)) (took time.Duration, allocations float64) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for i := range articles {
		do(&articles[i])
	}
	took = time.Since(start)
	runtime.ReadMemStats(&after)
	return took, float64(after.Mallocs - before.Mallocs)
}

// someWatches makes watches that want one of ten phrases and one of ten others: pairs of
// words of four letters or more that stand side by side in the articles, so that each is
// met somewhere. They are always the same.
func someWatches(articles []news.Article, n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("version: 1\nwatches:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: w%d\n    name: w%d\n    all:\n", i, i)
		for at := range phrasesOfWatch {
			if at%(phrasesOfWatch/2) == 0 {
				b.WriteString("      - any:\n")
			}
			fmt.Fprintf(&b, "          - %q\n", pairOf(random, articles))
		}
	}
	return []byte(b.String())
}

func pairOf(random *rand.Rand, articles []news.Article) string {
	for range 100 {
		of := strings.Fields(articles[random.IntN(len(articles))].Text)
		if len(of) < 2 {
			continue
		}
		at := random.IntN(len(of) - 1)
		first, second := cleaned(of[at]), cleaned(of[at+1])
		if min(utf8.RuneCountInString(first), utf8.RuneCountInString(second)) >= 4 && text.Words(first+" "+second) == 2 {
			return first + " " + second
		}
	}
	return "two words"
}

// cleaned leaves only letters, so that nothing has a meaning in a file of watches.
func cleaned(word string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"*@\\", r) {
			return -1
		}
		return r
	}, word)
}

func speedTable(speeds []Speed) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "one core\tarticles/s\tMB/s\tof words only\tallocations\t")
	for _, s := range speeds {
		fmt.Fprintf(w, "%s\t%.0f\t%.1f\t%.0f%%\t%.1f\t\n", s.Work, s.ArticlesPerSecond, s.MegabytesPerSecond, 100*s.Share, s.AllocationsPerArticle)
	}
	w.Flush()
	return b.String()
}
