package deduplicator

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/deduplicator/near"
	"marsad/services/deduplicator/story"
)

// BenchmarkRestart reads memory back from the journal of a month: of 20,000
// articles, or as many as MARSAD_RESTART says.
func BenchmarkRestart(b *testing.B) {
	n := 20_000
	if s := os.Getenv("MARSAD_RESTART"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	p := apptest.Open(b)
	cfg := DefaultConfig()
	now := time.Now()
	lease, err := p.Store.AcquireLease(b.Context(), leaseName, "me", now, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	month := newMonth(now.Add(-29*day), n)
	for i := 0; i < n; {
		err := p.Store.Decide(b.Context(), lease, func(tx store.DecisionTx) error {
			for range min(5000, n-i) {
				s := month.step(i)
				entry, err := s.marshal()
				if err != nil {
					return err
				}
				if _, err := tx.Append(store.JournalEntry{Item: s.text.Item, At: s.text.Seen, Data: entry}); err != nil {
					return err
				}
				i++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		m := newMemory(cfg.Window, cfg.Stories)
		if err := m.catchUp(b.Context(), p.Store, now); err != nil {
			b.Fatal(err)
		}
		if m.texts.Len() != n {
			b.Fatalf("%d texts of %d", m.texts.Len(), n)
		}
		b.ReportMetric(float64(m.figures.bytes.Load())/float64(n), "B/article")
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "articles/s")
}

// month makes up articles of 300 words, one after another.
type month struct {
	start    time.Time
	every    time.Duration
	random   *rand.Rand
	features []story.Features
}

func newMonth(start time.Time, n int) *month {
	m := &month{start: start, every: 29 * day / time.Duration(n), random: rand.New(rand.NewPCG(1, 2))}
	for range 500 {
		text := make([]string, 300)
		for i := range text {
			text[i] = coined(m.random)
		}
		m.features = append(m.features, story.FeaturesOf("ar", strings.Join(text[:8], " "), strings.Join(text, " ")))
	}
	return m
}

func (m *month) step(i int) step {
	at := m.start.Add(time.Duration(i) * m.every).Truncate(time.Second)
	e := near.Entry{
		Item: news.NewID(fmt.Sprint(i)), Number: uint32(i + 1), Leader: uint32(i + 1), Generation: uint32(i >> 15), Seen: at, Published: at,
		Print: near.Print{Lang: "ar", Words: 300, Shingles: make([]uint32, 298)},
	}
	e.Lists[0] = make(near.List, 60)
	for k := range e.Shingles {
		e.Shingles[k] = m.random.Uint32()
	}
	for k := range e.Lists[0] {
		e.Lists[0][k] = uint16(m.random.Uint32())
	}
	slices.Sort(e.Shingles)
	slices.Sort(e.Lists[0])
	return step{text: &e, member: &member{item: e.Item, story: e.Item, at: at, features: m.features[i%len(m.features)]}}
}
