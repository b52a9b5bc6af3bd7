package watches

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/phrases"
)

// stretchesOf are the stretches of a near over the hits of its conditions, found by
// trying every choice of one hit of each.
func stretchesOf(n *node, kids [][]hit, sentence func(int32) int32) []hit {
	var all []hit
	var chosen []hit
	var choose func(kid int)
	choose = func(kid int) {
		if kid < len(kids) {
			for _, h := range kids[kid] {
				if fitsBeside(n, chosen, h) {
					chosen = append(chosen, h)
					choose(kid + 1)
					chosen = chosen[:kid]
				}
			}
			return
		}
		w := chosen[0]
		for _, h := range chosen {
			w.from, w.to = min(w.from, h.from), max(w.to, h.to)
		}
		if (n.words == 0 || w.to-w.from <= n.words) && (!n.same || sentence(w.from) == sentence(w.to-1)) {
			all = append(all, hit{from: w.from, to: w.to})
		}
	}
	choose(0)
	slices.SortFunc(all, byPlace)
	all = slices.Compact(all)
	return slices.DeleteFunc(slices.Clone(all), func(w hit) bool {
		return slices.ContainsFunc(all, func(v hit) bool { return v != w && v.from >= w.from && v.to <= w.to })
	})
}

func fitsBeside(n *node, chosen []hit, h hit) bool {
	if n.ordered {
		return len(chosen) == 0 || chosen[len(chosen)-1].to <= h.from
	}
	return h.n > 0 || !slices.ContainsFunc(chosen, func(o hit) bool { return o.n == 0 && o.from < h.to && h.from < o.to })
}

// TestNearReference: near finds what trying everything finds, of hits of all lengths.
func TestNearReference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	for round := range 5_000 {
		n := &node{kind: kindNear, ordered: random.IntN(2) == 0, same: random.IntN(3) == 0}
		if !n.same || random.IntN(2) == 0 {
			n.words = int32(1 + random.IntN(20))
		}
		body := ""
		for range 30 {
			body += "aa" + strings.Repeat(".", random.IntN(8)/7) + " "
		}
		c := &scratch{set: &Set{nodes: make([]node, MaxOf)}}
		c.begin(Article{BodyRaw: body, Body: phrases.Prepare(body)})
		c.results = make([]result, 2+random.IntN(3))
		kids := make([][]hit, len(c.results))
		for k := range kids {
			for range 1 + random.IntN(6) {
				from := c.base + int32(random.IntN(30))
				h := hit{from: from, to: min(from+1+int32(random.IntN(6)), c.base+30)}
				if random.IntN(4) == 0 {
					h.n = 2
				}
				kids[k] = append(kids[k], h)
			}
			slices.SortFunc(kids[k], byPlace)
			c.results[k] = result{number: c.number, ok: true, hits: kids[k]}
			n.all = append(n.all, int32(k))
		}
		got := c.near(n, nil)
		for i := range got {
			parts := c.parts[got[i].parts : got[i].parts+got[i].n]
			if len(parts) != len(kids) || slices.MaxFunc(parts, func(x, y hit) int { return cmp.Compare(x.to, y.to) }).to != got[i].to {
				t.Fatalf("round %d: the stretch %+v is of %+v", round, got[i], parts)
			}
			got[i] = hit{from: got[i].from, to: got[i].to}
		}
		if want := stretchesOf(n, kids, c.sentence); !slices.Equal(got, want) {
			t.Fatalf("round %d: %+v of %v\n got %v\nwant %v", round, *n, kids, got, want)
		}
	}
}

// BenchmarkNear is of conditions that are met all over a long text.
func BenchmarkNear(b *testing.B) {
	for _, of := range []int{2, 4, 8} {
		var kids, text strings.Builder
		for k := range of {
			kids.WriteString("[")
			for i := range 20 {
				fmt.Fprintf(&kids, "k%di%d, ", k, i)
			}
			kids.WriteString("other word], ")
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 20_000 {
			fmt.Fprintf(&text, "k%di%d ", random.IntN(of), random.IntN(20))
		}
		s := setOf(b, fmt.Sprintf("version: 1\nwatches: [{id: w, any: [{near: {words: 100, of: [%s]}}]}]", kids.String()))
		article := articleOf("", text.String())
		b.Run(fmt.Sprintf("of=%d", of), func(b *testing.B) {
			for b.Loop() {
				s.Match(article)
			}
		})
	}
}
