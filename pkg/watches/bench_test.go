package watches

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// vocabulary is of words made of syllables, Arabic and Latin by turns.
var vocabulary = func() []string {
	random := rand.New(rand.NewPCG(7, 7))
	arabic := []string{"با", "مر", "سل", "ني", "كت", "عم", "ال", "جد", "وز", "حر", "ق", "ش", "ت", "ه", "ير", "ون"}
	latin := []string{"ba", "mor", "sel", "ni", "cat", "am", "tion", "ment", "re", "po", "li", "ve", "s", "t", "er", "in"}
	var list []string
	known := map[string]bool{}
	for len(list) < 40_000 {
		syllables := arabic
		if len(list)%2 == 1 {
			syllables = latin
		}
		w := ""
		for range 3 + random.IntN(2) {
			w += syllables[random.IntN(len(syllables))]
		}
		if !known[w] {
			known[w] = true
			list = append(list, w)
		}
	}
	return list
}()

// word draws a word as often as words of its rank are in the news: by Zipf's law.
func word(random *rand.Rand) string {
	rank := math.Exp(random.Float64() * math.Log(float64(len(vocabulary))))
	return vocabulary[min(int(rank), len(vocabulary)-1)]
}

func words(random *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(word(random))
		if i%17 == 16 {
			b.WriteByte('.')
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// generated is a file of watches: half of the phrases are of one word, none of the
// frequent ones, and half of two; one in ten has a star. Every tenth watch has a near.
func generated(watches int) string {
	const each = 20
	random := rand.New(rand.NewPCG(3, 4))
	rare := func() string {
		for {
			if w := vocabulary[4000+random.IntN(len(vocabulary)-4000)]; len([]rune(w)) > 6 {
				return w
			}
		}
	}
	var b strings.Builder
	b.WriteString("version: 1\nwatches:\n")
	for i := range watches {
		fmt.Fprintf(&b, "  - id: w%d\n    any:\n      - phrases:\n", i)
		for j := range each {
			phrase := rare()
			if j%2 == 1 {
				phrase += " " + word(random)
			} else if j%10 == 0 {
				phrase += "*"
			}
			fmt.Fprintf(&b, "          - %q\n", phrase)
		}
		if i%10 == 0 {
			fmt.Fprintf(&b, "      - near: {words: 10, sentence: true, of: [[%s, %s], {place: MA}]}\n", rare(), rare())
		}
	}
	return b.String()
}

func BenchmarkMatch(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	articles := make([]Article, 50)
	for i := range articles {
		articles[i] = articleOf(words(random, 10), words(random, 400))
	}
	b.Run("tokens", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			for range text.Tokens(articles[i%len(articles)].BodyRaw) {
			}
		}
	})
	b.Run("prepare", func(b *testing.B) {
		b.ReportAllocs()
		var t phrases.Text
		for i := range b.N {
			t.Reset(articles[i%len(articles)].BodyRaw)
		}
	})
	for _, n := range []int{1, 100, 1000, 5000} {
		set := setOf(b, generated(n))
		b.Run(fmt.Sprintf("watches=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			found := 0
			for i := range b.N {
				found += len(set.Match(articles[i%len(articles)]))
			}
			b.ReportMetric(float64(found)/float64(b.N), "found/op")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		raw := []byte(generated(n))
		b.Run(fmt.Sprintf("phrases=%d", n*20), func(b *testing.B) {
			var before, after runtime.MemStats
			for range b.N {
				runtime.GC()
				runtime.ReadMemStats(&before)
				set := setOf(b, string(raw))
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
				runtime.KeepAlive(set)
			}
		})
	}
}
