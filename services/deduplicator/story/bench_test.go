package story

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
)

// newsroom invents articles: events with words of their own, told with common words.
type newsroom struct {
	random *rand.Rand
}

func newNewsroom(seed uint64) *newsroom {
	return &newsroom{random: rand.New(rand.NewPCG(seed, 1))}
}

// word is the n-th of endless invented words, in Arabic letters.
func inventedWord(n int) string {
	letters := []rune("بتثجحخدذرزسشصضطظعغفقكلمنهي")
	var b strings.Builder
	for n += len(letters) * len(letters); n > 0; n /= len(letters) {
		b.WriteRune(letters[n%len(letters)])
	}
	return b.String()
}

// article writes of an event: a third of its words are the event's, the others common
// by Zipf's law.
func (r *newsroom) article(event int) (title, body string) {
	var b strings.Builder
	zipf := rand.NewZipf(r.random, 1.1, 10, 50_000)
	for i := range 300 {
		if i%3 == 0 {
			fmt.Fprint(&b, inventedWord(100_000+event*100+r.random.IntN(40)), " ")
		} else {
			fmt.Fprint(&b, inventedWord(int(zipf.Uint64())), " ")
		}
	}
	return inventedWord(100_000+event*100) + " " + inventedWord(100_001+event*100), b.String()
}

// features are such as those of an article on an event, made without its text: 16 words
// of the 40 of the event, 48 that are common by Zipf's law, 16 names.
func (r *newsroom) features(event int) Features {
	f := Features{lang: "ar", places: []place{newPlace("MA", true)}}
	zipf := rand.NewZipf(r.random, 1.1, 100, 200_000)
	words := map[uint32]uint8{}
	for len(words) < 16 {
		words[mix(uint32(event*100+r.random.IntN(40)))>>8] = uint8(128 + r.random.IntN(128))
	}
	for len(words) < maxTerms {
		words[mix(uint32(1<<31|zipf.Uint64()))>>8] = uint8(20 + r.random.IntN(140))
	}
	for _, hash := range slices.Sorted(maps.Keys(words)) {
		f.terms = append(f.terms, newTerm(hash, words[hash]))
		if len(f.names) < maxNames {
			f.names = append(f.names, hash)
		}
	}
	f.square = square(f.terms)
	return f
}

func BenchmarkFeaturesOf(b *testing.B) {
	r := newNewsroom(1)
	title, body := r.article(1)
	latin := strings.Repeat("The minister of Harbours met Delegates in Northport on Tuesday to sign 12,500 papers. ", 22)
	for name, text := range map[string][2]string{"ar": {title, body}, "en": {"Harbour papers signed in Northport", latin}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				FeaturesOf(name, text[0], text[1])
			}
		})
	}
}

func BenchmarkSimilarity(b *testing.B) {
	r := newNewsroom(1)
	x, y := featuresOf(r.article(1)), featuresOf(r.article(1))
	for b.Loop() {
		Similarity(x, y)
	}
}

func featuresOf(title, body string) Features { return FeaturesOf("ar", title, body) }

// BenchmarkPlace takes a month of so many articles, of events of five on average, then
// measures the next. MARSAD_STORY_BENCH=1 adds a million, and a million in five days.
func BenchmarkPlace(b *testing.B) {
	const month = 30
	streams := []struct{ size, days int }{{10_000, month}, {100_000, month}}
	if os.Getenv("MARSAD_STORY_BENCH") != "" {
		streams = append(streams, []struct{ size, days int }{{1_000_000, month}, {100_000, 5}, {1_000_000, 5}}...)
	}
	for _, s := range streams {
		size := s.size
		b.Run(fmt.Sprintf("%din%ddays", size, s.days), func(b *testing.B) {
			r := newNewsroom(2)
			c := New(DefaultConfig())
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			step := time.Duration(s.days) * 24 * time.Hour / time.Duration(size)
			n := 0
			next := func() (news.ID, Features, time.Time) {
				n++
				event := n/5 - r.random.IntN(200)
				return news.NewID(fmt.Sprint(n)), r.features(max(event, 0)), at.Add(time.Duration(n) * step)
			}
			for n < size {
				id, f, at := next()
				take(c, id, f, at)
				c.Mark()
			}
			ids, features, times := make([]news.ID, 2000), make([]Features, 2000), make([]time.Time, 2000)
			for i := range ids {
				ids[i], features[i], times[i] = next()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				k := i % len(ids) // a second time round they are members already, and only placed
				take(c, ids[k], features[k], times[k])
			}
			b.ReportMetric(float64(c.Bytes())/float64(size), "B/article")
			b.ReportMetric(float64(c.Bytes())/float64(c.Len()), "B/remembered")
		})
	}
}

// take places and adds an article, as the deduplicator does.
func take(c *Clusterer, id news.ID, f Features, at time.Time) Placement {
	p := c.Place(f, at)
	c.Add(id, f, at, p.Story)
	for _, m := range p.Moves {
		c.Move(m.Item, m.Story)
	}
	return p
}
