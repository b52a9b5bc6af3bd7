package phrases

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"marsad/pkg/text"
)

// syllables make words. The Arabic ones have particles and the article among them.
var syllables = map[string][]string{
	"arabic":  strings.Fields("با مر سل ني كت عم ال ال جد وز حر ق ش ت ه ير ون و ل"),
	"english": strings.Fields("ba mor sel ni cat am tion ment re po li ve s t er in"),
}

// wordOf gives the word of a rank.
func wordOf(lang string, rank uint64) string {
	random := rand.New(rand.NewPCG(rank, 1))
	var b strings.Builder
	for range 2 + min(rank/100, 1) + random.Uint64N(2) {
		b.WriteString(syllables[lang][random.IntN(len(syllables[lang]))])
	}
	return b.String()
}

const vocabulary = 40_000

// words is a text whose words are as frequent as in the news: by Zipf's law.
func words(lang string, n int) string {
	random := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	for range n {
		b.WriteString(wordOf(lang, uint64(math.Exp(random.Float64()*math.Log(vocabulary)))))
		b.WriteByte(' ')
	}
	return b.String()
}

// setOf has phrases of one and two words, none of the most frequent alone.
func setOf(lang string, phrases int, how How) *Set {
	random := rand.New(rand.NewPCG(7, 8))
	rare := func() string { return wordOf(lang, 2000+random.Uint64N(vocabulary-2000)) }
	var s Set
	for id := range phrases {
		phrase := rare()
		switch {
		case how&Stars != 0:
			phrase += "*"
		case id%2 == 0:
			phrase += " " + rare()
		}
		s.Add(phrase, int32(id), how)
	}
	return &s
}

// BenchmarkPhrases tells what each step costs beside cutting the text into words.
func BenchmarkPhrases(b *testing.B) {
	for _, lang := range []string{"arabic", "english"} {
		s := words(lang, 400)
		run := func(name string, do func()) {
			b.Run(lang+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(s)))
				for b.Loop() {
					do()
				}
			})
		}
		var t Text
		run("tokens", func() {
			for range text.Tokens(s) {
			}
		})
		run("prepare", func() { Prepare(s) })
		run("reset", func() { t.Reset(s) })
		for _, n := range []int{100, 10_000} {
			set, stars := setOf(lang, n, Particles|Article), setOf(lang, n/10, Particles|Article|Stars)
			run(fmt.Sprintf("find/phrases=%d", n), func() { set.Find(&t, func(Match) {}) })
			run(fmt.Sprintf("find/stars=%d", n/10), func() { stars.Find(&t, func(Match) {}) })
		}
	}
}
