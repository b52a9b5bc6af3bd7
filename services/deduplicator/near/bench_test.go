package near

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// press writes articles of about 250 words in a vocabulary of Zipf's law; one in
// twenty is a copy of one of the last thousand, with some words changed.
type press struct {
	random *rand.Rand
	zipf   *rand.Zipf
	past   []string
}

func newPress() *press {
	r := rand.New(rand.NewPCG(1, 2))
	return &press{random: r, zipf: rand.NewZipf(r, 1.1, 8, 200_000)}
}

func (p *press) word() string {
	n := p.zipf.Uint64()
	word := make([]rune, 0, 12)
	for n = n*2654435761%(1<<30) + 40; n > 0; n /= 27 {
		word = append(word, 'ا'+rune(n%27))
	}
	return string(word)
}

func (p *press) article() string {
	if len(p.past) > 0 && p.random.IntN(20) == 0 {
		words := strings.Fields(p.past[p.random.IntN(len(p.past))])
		for range len(words) / 20 {
			words[p.random.IntN(len(words))] = p.word()
		}
		return strings.Join(words, " ")
	}
	words := make([]string, int(250*math.Exp(p.random.NormFloat64()/2)))
	for i := range words {
		words[i] = p.word()
	}
	text := strings.Join(words, " ")
	if len(p.past) < 1000 {
		p.past = append(p.past, text)
	} else {
		p.past[p.random.IntN(1000)] = text
	}
	return text
}

const batch = 1000

// batch is the prints of so many articles.
func (p *press) batch() []Print {
	prints := make([]Print, batch)
	for i := range prints {
		prints[i] = PrintOf("ar", "", p.article())
	}
	return prints
}

// BenchmarkIndex tells what finding and adding a document costs, its print apart, when
// the index has grown to a size. A million takes minutes: set MARSAD_BENCH_MILLION.
func BenchmarkIndex(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("MARSAD_BENCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	x, p := New(testWindow), newPress()
	before := heap()
	n := 0
	pass := func(prints []Print) {
		for _, one := range prints {
			seen := start.Add(time.Duration(n) * 2 * time.Second)
			matches := x.Find(one, seen, seen)
			var m *Match
			if len(matches) > 0 {
				m = &matches[0]
			}
			x.Add(x.Entry(itemOf(n), one, seen, seen, m))
			if n++; n%64 == 0 {
				x.Mark()
			}
		}
	}
	for _, size := range sizes {
		for n < size {
			pass(p.batch())
		}
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			b.StopTimer()
			for done := 0; done < b.N; done += batch {
				prints := p.batch()
				b.StartTimer()
				pass(prints[:min(batch, b.N-done)])
				b.StopTimer()
			}
			b.ReportMetric(float64(x.Bytes()-New(testWindow).Bytes())/float64(x.Len()), "index-B/doc")
			b.ReportMetric(float64(heap()-before)/float64(x.Len()), "heap-B/doc")
		})
	}
	runtime.KeepAlive(x)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkPrintOf(b *testing.B) {
	p := newPress()
	texts := make([]string, batch)
	size := 0
	for i := range texts {
		texts[i] = p.article()
		size += len(texts[i])
	}
	b.SetBytes(int64(size / batch))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		PrintOf("ar", "", texts[i%batch])
	}
}

// BenchmarkMinHash128 is what 128 hash functions on the same shingles cost, for
// comparison: without a table of any kind.
func BenchmarkMinHash128(b *testing.B) {
	prints := newPress().batch()
	var a, c, least [128]uint32
	for i := range a {
		a[i], c[i] = rand.Uint32()|1, rand.Uint32()
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		for i := range least {
			least[i] = math.MaxUint32
		}
		for _, h := range prints[n%batch].Shingles {
			for i := range least {
				least[i] = min(least[i], a[i]*h+c[i])
			}
		}
	}
	runtime.KeepAlive(least)
}
