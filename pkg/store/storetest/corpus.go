package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// CorpusStart is when the articles of a Corpus begin.
var CorpusStart = time.Date(2026, 1, 28, 9, 30, 0, 0, time.UTC)

// CorpusBegin is when the first article of a Corpus with steps was published: long
// before it is found, since a date in the future of its find is not believed.
var CorpusBegin = CorpusStart.AddDate(-10, 0, 0)

// Corpus makes Arabic-like articles of about 3 KB whose words are distributed
// as in real text (Zipf), with the labels the classifier would give. It is for
// benchmarks, of every backend.
type Corpus struct {
	step   time.Duration
	random *rand.Rand
	zipf   *rand.Zipf
	n      int
}

// NewCorpus makes one whose articles were published step after each other, give or take an
// hour; 0: all within a day.
func NewCorpus(step time.Duration) *Corpus {
	random := rand.New(rand.NewPCG(1, 2))
	return &Corpus{step: step, random: random, zipf: rand.NewZipf(random, 1.1, 4, 300_000)}
}

// Word spells n with Arabic letters: frequent words are short.
func Word(n uint64) string {
	letters := []rune("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
	var b strings.Builder
	for n += 30; n > 0; n /= uint64(len(letters)) {
		b.WriteRune(letters[n%uint64(len(letters))])
	}
	return b.String()
}

// Words are n words of a text.
func (c *Corpus) Words(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = Word(c.zipf.Uint64())
	}
	return strings.Join(words, " ")
}

// Entries are documents to be submitted.
func (c *Corpus) Entries(n int) []store.Entry {
	entries := make([]store.Entry, n)
	for i := range entries {
		c.n++
		entries[i] = store.Entry{
			ID: news.NewID("bench", fmt.Sprint(c.n)), URL: fmt.Sprintf("https://h%d.example/%d", c.n%500, c.n),
			Found: news.Found{Title: c.Words(8), Summary: c.Words(20)},
		}
	}
	return entries
}

// Ending archives an entry.
func (c *Corpus) Ending(e store.Entry) store.Ending {
	published := CorpusStart.Add(-time.Duration(c.random.IntN(86400)) * time.Second)
	if c.step > 0 {
		published = CorpusBegin.Add(time.Duration(c.n)*c.step - time.Duration(c.random.IntN(3600))*time.Second)
	}
	labels := news.Labels{
		Topics:        []news.Topic{{Code: fmt.Sprintf("%d", c.random.IntN(17)), Label: "a topic", P: .9}, {Code: fmt.Sprintf("%d", 17+c.random.IntN(100)), Label: "another", P: .6}},
		Places:        []news.Place{{Code: fmt.Sprintf("A%d", c.random.IntN(200)), Name: "A country", Mentions: 3}, {Code: "MA", Name: "Morocco", Mentions: 1}},
		Organisations: []news.Organisation{{ID: string(news.NewID(fmt.Sprint(c.random.IntN(1000)))), Name: "An organisation", Mentions: 2}},
	}
	if c.random.IntN(5) == 0 {
		labels.Watches = []news.Watch{{ID: fmt.Sprintf("w%d", c.random.IntN(20)), Score: 2, Matches: []news.WatchMatch{{Rule: "r", Text: "x", Start: 1, End: 2}}}}
	}
	publisher := fmt.Sprint(c.random.IntN(200))
	return store.Ending{
		Ref: news.Ref{Item: e.ID, Revision: 1}, Outcome: news.Archived, At: CorpusStart,
		Trail: []news.Step{{Service: "fetcher", At: CorpusStart, TookMS: 300}, {Service: "cleaner", At: CorpusStart, TookMS: 12}, {Service: "deduplicator", At: CorpusStart, TookMS: 3}, {Service: "classifier", At: CorpusStart, TookMS: 5}},
		Article: &news.Article{
			ID: e.ID, Source: "Source " + publisher, SourceID: news.NewID("s", publisher), Publisher: "Publisher " + publisher, PublisherID: news.NewID(publisher),
			URL: e.URL, CanonicalURL: e.URL, Title: e.Found.Title, Authors: []string{"A. Writer"}, Published: &published,
			Lang: "ar", Direction: news.RightToLeft, Words: 270, Completeness: news.CompleteFull, Text: c.Words(270),
		},
		Verdict: &news.Verdict{Kind: news.Original, Rule: "new"},
		Story:   news.NewID("story", fmt.Sprint(c.random.IntN(1+c.n/2))),
		Labels:  labels,
	}
}
