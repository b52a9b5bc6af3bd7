package classifier

import (
	"marsad/pkg/names"
	"marsad/pkg/news"
	"marsad/pkg/places"
	"marsad/services/classifier/topics"
)

// Explanation is what made an article's labels.
type Explanation struct {
	Topics        []TopicReasons  `json:"topics"` // those it has; the most probable one where that is not sure enough
	Abstained     news.Abstention `json:"abstained,omitempty"`
	Places        []Found         `json:"places"`
	Organisations []Found         `json:"organisations"`
	Watches       []news.Watch    `json:"watches"`
}

// TopicReasons are the words that did most for a topic, or against it.
type TopicReasons struct {
	news.Topic
	Words []topics.Reason `json:"words"`
}

// Found is a place or an organisation with where it was found.
type Found struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Spans []Span `json:"spans"`
}

// Span is a stretch of the text, or of the title, in Unicode code points.
type Span struct {
	In    string `json:"in,omitempty"` // "title"; empty: the text
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// reasonsShown is how many words of a topic are shown.
const reasonsShown = 12

// Explain says what made the labels of an article.
func (l *Labeller) Explain(a news.Article) Explanation {
	r := l.read(&a)
	defer readings.Put(r)
	e := Explanation{Abstained: r.topics.Abstained, Places: []Found{}, Organisations: []Found{}, Watches: l.watches().Match(r.watched(&a))}
	e.Topics = l.topicReasons(&a, r)
	cut := newCutter(a)
	for _, m := range r.places {
		e.Places = found(e.Places, m.Code, places.Name(m.Code), cut.span(m.Span))
	}
	for _, m := range r.organisations {
		o, _ := l.organisations.Organisation(m.ID)
		e.Organisations = found(e.Organisations, m.ID, o.Name, cut.span(m.Span))
	}
	return e
}

func (l *Labeller) topicReasons(a *news.Article, r *reading) []TopicReasons {
	reasons := []TopicReasons{}
	has := r.topics.Topics
	if r.topics.Abstained == news.LowConfidence {
		best := r.topics.Probabilities.Best()
		has = []news.Topic{{Code: topics.Names[best].Code, Label: topics.Names[best].English, P: r.topics.Probabilities[best]}}
	}
	for _, t := range has {
		reasons = append(reasons, TopicReasons{t, l.topics.Explain(a.Lang, a.Title, a.Text, t.Code, reasonsShown)})
	}
	return reasons
}

// found adds a span to what was found, in the order of the first ones.
func found(all []Found, id, name string, span Span) []Found {
	for i := range all {
		if all[i].ID == id {
			all[i].Spans = append(all[i].Spans, span)
			return all
		}
	}
	return append(all, Found{id, name, []Span{span}})
}

// cutter cuts spans out of an article.
type cutter struct{ title, text []rune }

func newCutter(a news.Article) cutter { return cutter{[]rune(a.Title), []rune(a.Text)} }

func (c cutter) span(s names.Span) Span {
	if s.InTitle {
		return Span{"title", string(c.title[s.Start:s.End]), s.Start, s.End}
	}
	return Span{"", string(c.text[s.Start:s.End]), s.Start, s.End}
}
