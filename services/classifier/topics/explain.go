package topics

import (
	"cmp"
	"slices"

	"marsad/pkg/text"
)

// Reason is a word, or two side by side, that spoke for a topic or against it.
type Reason struct {
	Text  string  `json:"text"`  // as first written in the article
	Count int     `json:"count"` // how often it is there
	Score float64 `json:"score"` // what it added to the score: above 0, for the topic
}

// Explain gives the words that did most for the score of a topic, or against it, at
// most n, never nil. The score is their sum, with those of the other words and the topic's bias.
func (c *Classifier) Explain(lang, title, body, code string, n int) []Reason {
	reasons := []Reason{}
	m, topic := c.models[lang], Index(code)
	if m == nil || topic < 0 {
		return reasons
	}
	t := m.tally()
	defer t.release()
	t.article(text.Tokens(title), text.Tokens(body))
	_, length := t.scores()
	if length == 0 {
		return reasons
	}
	written := m.written(lang, title, body)
	for _, i := range t.touched {
		f := &m.features[i]
		if f.Weights[topic] != 0 {
			w := written[i]
			w.Score = t.value(i) * f.scale() * float64(f.Weights[topic]) / length
			reasons = append(reasons, w)
		}
	}
	slices.SortFunc(reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(max(b.Score, -b.Score), max(a.Score, -a.Score)), cmp.Compare(a.Text, b.Text))
	})
	return reasons[:min(n, len(reasons))]
}

// written tells how the features of an article are written in it, and how often.
func (m *Model) written(lang, title, body string) map[uint32]Reason {
	found := map[uint32]Reason{}
	note := func(feature int, raw string) {
		r := found[uint32(feature)]
		r.Text = cmp.Or(r.Text, raw)
		r.Count++
		found[uint32(feature)] = r
	}
	for _, part := range [...]string{title, body} {
		var before text.Token
		var hashBefore uint32
		for t := range text.Tokens(part) {
			hash := Hash(lang, t.Text)
			if i := m.find(hash); i >= 0 {
				note(i, t.Raw)
			}
			if before.Text != "" {
				if i := m.find(Pair(hashBefore, hash)); i >= 0 {
					note(i, before.Raw+" "+t.Raw)
				}
			}
			before, hashBefore = t, hash
		}
	}
	return found
}
