package main

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/cespare/xxhash/v2"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/deduplicator/score"
)

// grams are the distinct runs of words of a text, hashed.
type grams func(body string) []uint64

// rawGrams takes words as text-dedup does: lower case, cut at whatever is no letter,
// number or underscore, two of which have an empty word between them.
func rawGrams(words int) grams {
	return func(body string) []uint64 {
		var tokens []string
		from, lower := 0, strings.ToLower(body)
		for i, r := range lower {
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '_' {
				tokens = append(tokens, lower[from:i])
				from = i + len(string(r))
			}
		}
		return gramsOf(append(tokens, lower[min(from, len(lower)):]), words)
	}
}

// foldedGrams takes the words that Marsad sees.
func foldedGrams(words int) grams {
	return func(body string) []uint64 {
		var tokens []string
		for token := range text.Tokens(body) {
			tokens = append(tokens, token.Text)
		}
		return gramsOf(tokens, words)
	}
}

// fewestTokens is how many a text needs to be looked at, as in text-dedup.
const fewestTokens = 5

func gramsOf(tokens []string, words int) []uint64 {
	if len(tokens) < fewestTokens {
		return nil
	}
	seen := make(map[uint64]bool, len(tokens))
	hashes := make([]uint64, 0, len(tokens))
	for i := range max(1, len(tokens)-words+1) {
		h := xxhash.Sum64String(strings.Join(tokens[i:min(i+words, len(tokens))], " "))
		if !seen[h] {
			seen[h] = true
			hashes = append(hashes, h)
		}
	}
	return hashes
}

// minHash is MinHash with locality-sensitive hashing (Broder 1997; Indyk and Motwani
// 1998), banded as in text-dedup and datasketch: texts are joined that agree in all
// rows of a band. Nothing is verified.
type minHash struct {
	grams     grams
	functions int
	threshold float64 // of resemblance, which decides bands and rows
}

func (m minHash) detect(ctx context.Context, documents []score.Document) ([]score.Finding, error) {
	bands, rows := bandsAndRows(m.threshold, m.functions)
	random := rand.New(rand.NewPCG(42, 42))
	a, b := make([]uint64, m.functions), make([]uint64, m.functions)
	for i := range a {
		a[i], b[i] = random.Uint64()|1, random.Uint64()
	}
	tables := make([]map[uint64]int, bands)
	for i := range tables {
		tables[i] = map[uint64]int{}
	}
	joined := newClusters(len(documents))
	least := make([]uint32, m.functions)
	for n, d := range documents {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		hashes := m.grams(d.Text)
		if len(hashes) == 0 {
			continue
		}
		for i := range least {
			least[i] = math.MaxUint32
		}
		for _, h := range hashes {
			for i := range least {
				least[i] = min(least[i], uint32((h*a[i]+b[i])>>32))
			}
		}
		for i, table := range tables {
			band := uint64(i)
			for _, v := range least[i*rows : (i+1)*rows] {
				band = (band ^ uint64(v)) * 0x9E3779B97F4A7C15
				band ^= band >> 29
			}
			if other, ok := table[band]; ok {
				joined.join(n, other)
			} else {
				table[band] = n
			}
		}
	}
	return joined.findings(), nil
}

// bandsAndRows are those with the least area of wrong decisions about a threshold, as
// datasketch and text-dedup choose them.
func bandsAndRows(threshold float64, functions int) (bands, rows int) {
	const steps = 200
	least := math.Inf(1)
	for b := 1; b <= functions; b++ {
		for r := 1; r <= functions/b; r++ {
			wrong := 0.0
			for i := range steps {
				s := (float64(i) + 0.5) / steps
				found := 1 - math.Pow(1-math.Pow(s, float64(r)), float64(b))
				if s >= threshold {
					found = 1 - found
				}
				wrong += found
			}
			if wrong < least {
				least, bands, rows = wrong, b, r
			}
		}
	}
	return bands, rows
}

// simHash joins texts whose 64-bit fingerprints differ in few bits (Charikar 2002;
// Manku, Jain and Das Sarma 2007, who use 3).
type simHash struct {
	grams grams
	bits  int // below 4
}

func (s simHash) detect(ctx context.Context, documents []score.Document) ([]score.Finding, error) {
	var tables [4]map[uint16][]int
	for i := range tables {
		tables[i] = map[uint16][]int{}
	}
	prints := make([]uint64, len(documents))
	joined := newClusters(len(documents))
	for n, d := range documents {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		hashes := s.grams(d.Text)
		if len(hashes) == 0 {
			continue
		}
		prints[n] = fingerprint(hashes)
		for i, table := range tables { // who differs in 3 bits is equal in one of 4 quarters
			quarter := uint16(prints[n] >> (16 * i))
			for _, other := range table[quarter] {
				if bits.OnesCount64(prints[n]^prints[other]) <= s.bits {
					joined.join(n, other)
				}
			}
			table[quarter] = append(table[quarter], n)
		}
	}
	return joined.findings(), nil
}

func fingerprint(hashes []uint64) (signs uint64) {
	var sums [64]int
	for _, h := range hashes {
		for i := range sums {
			sums[i] += int(h>>i&1)*2 - 1
		}
	}
	for i, sum := range sums {
		if sum > 0 {
			signs |= 1 << i
		}
	}
	return signs
}

// clusters are a union-find forest, whose roots are the earliest.
type clusters []int

func newClusters(n int) clusters {
	c := make(clusters, n)
	for i := range c {
		c[i] = i
	}
	return c
}

func (c clusters) root(n int) int {
	for c[n] != n {
		c[n] = c[c[n]]
		n = c[n]
	}
	return n
}

func (c clusters) join(a, b int) {
	a, b = c.root(a), c.root(b)
	c[max(a, b)] = min(a, b)
}

func (c clusters) findings() []score.Finding {
	findings := make([]score.Finding, len(c))
	for n := range c {
		f := score.Finding{Verdict: news.Original, Of: -1, Leader: c.root(n), Rule: news.RuleFirst}
		if f.Leader != n {
			f.Verdict, f.Of, f.Rule = news.Copy, f.Leader, news.RuleNearText
		}
		findings[n] = f
	}
	return findings
}
