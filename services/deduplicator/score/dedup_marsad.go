package score

import (
	"context"
	"time"

	"marsad/pkg/news"
	"marsad/services/deduplicator/near"
)

// ShinglesOnly finds nothing: it folds and shingles each document, which is the least
// that any detector does.
func ShinglesOnly(ctx context.Context, documents []Document) ([]Finding, error) {
	findings := make([]Finding, len(documents))
	for i, d := range documents {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		near.Shingles(d.Text)
		findings[i] = original(i)
	}
	return findings, nil
}

// window is how long texts are remembered, as the deduplicator does by default.
const window = 30 * 24 * time.Hour

// marsad detects duplicates as the deduplicator does by resemblance: what it knows by
// address or by the hash of the whole text is not asked.
type marsad struct {
	memory IndexMemory // of the latest index
}

// passage is one pass of a stream through an index.
type passage struct {
	index *near.Index
	empty int // bytes of the index at first
	seen  time.Time
	place map[news.ID]int
}

func newPassage(documents []Document) *passage {
	p := &passage{index: near.New(window), seen: noDate, place: make(map[news.ID]int, len(documents))}
	p.empty = p.index.Bytes()
	for i, d := range documents {
		p.place[d.item()] = i
	}
	return p
}

func (d Document) item() news.ID { return news.NewID(string(d.ID)) }

// find looks for what a document matches. Time does not go back; a document without a
// date is seen when the one before was.
func (p *passage) find(d Document) (near.Print, []near.Match) {
	if d.At.After(p.seen) {
		p.seen = d.At
	}
	prints := near.PrintOf(d.Lang, d.Title, d.Text)
	return prints, p.index.Find(prints, p.seen, d.At)
}

func (p *passage) add(d Document, prints near.Print, matches []near.Match) {
	if len(prints.Shingles) == 0 {
		return
	}
	var match *near.Match
	if len(matches) > 0 {
		match = &matches[0]
	}
	p.index.Add(p.index.Entry(d.item(), prints, p.seen, d.At, match))
}

// settleEvery is how many documents are in a transaction.
const settleEvery = 64

func (m *marsad) detect(ctx context.Context, documents []Document) ([]Finding, error) {
	p := newPassage(documents)
	findings := make([]Finding, len(documents))
	for i, d := range documents {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		prints, matches := p.find(d)
		findings[i] = original(i)
		if len(matches) > 0 {
			findings[i] = p.finding(matches[0])
		}
		if len(matches) == 0 || !matches[0].Same {
			p.add(d, prints, matches)
		}
		if i%settleEvery == settleEvery-1 {
			p.index.Mark()
		}
	}
	m.memory = IndexMemory{Texts: p.index.Len(), FixedBytes: p.empty}
	if m.memory.Texts > 0 {
		m.memory.BytesPerText = float64(p.index.Bytes()-p.empty) / float64(m.memory.Texts)
	}
	return findings, nil
}

func (p *passage) finding(m near.Match) Finding {
	f := Finding{Verdict: m.Kind, Of: p.place[m.Item], Leader: p.place[m.Leader], Similarity: m.Similarity, Rule: news.RuleNearText}
	if m.Kind == news.Excerpt {
		f.Rule = news.RuleContained
	}
	return f
}

// matches lets a stream pass once more, with every text added, and says which pairs
// match: the later document and the earlier one.
func (m *marsad) matches(ctx context.Context, documents []Document) (map[[2]int]bool, error) {
	p := newPassage(documents)
	matched := map[[2]int]bool{}
	for i, d := range documents {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		prints, matches := p.find(d)
		for _, other := range matches {
			matched[[2]int{i, p.place[other.Item]}] = true
		}
		p.add(d, prints, matches)
		if i%settleEvery == settleEvery-1 {
			p.index.Mark()
		}
	}
	return matched, nil
}
