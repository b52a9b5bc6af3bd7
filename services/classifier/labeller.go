package classifier

import (
	"fmt"
	"os"
	"slices"
	"sync"

	"marsad/pkg/news"
	"marsad/pkg/phrases"
	"marsad/pkg/places"
	"marsad/pkg/watches"
	"marsad/pkg/weburl"
	"marsad/services/classifier/organisations"
	"marsad/services/classifier/topics"
)

// Labeller labels articles. It is safe for concurrent use.
type Labeller struct {
	topics        *topics.Classifier
	organisations *organisations.Finder
	watches       func() *watches.Set
}

// NewLabeller makes a labeller that knows no watches. The error says what is wrong with
// the user's organisations.
func NewLabeller(cfg Config) (*Labeller, error) {
	finder, err := findOrganisations(cfg.Organisations)
	if err != nil {
		return nil, err
	}
	classifier, err := topics.Default(cfg.MinConfidence)
	if err != nil {
		return nil, err
	}
	none := watches.Compile(&watches.File{})
	return &Labeller{classifier, finder, func() *watches.Set { return none }}, nil
}

// With gives a labeller that asks for the set of watches at each article.
func (l *Labeller) With(set func() *watches.Set) *Labeller {
	return &Labeller{l.topics, l.organisations, set}
}

// findOrganisations takes the list that is built in, and the user's own.
func findOrganisations(path string) (*organisations.Finder, error) {
	if path == "" {
		return organisations.New(organisations.Default())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("classifier.organisations: %w", err)
	}
	defer file.Close()
	own, err := organisations.Parse(file, path)
	if err != nil {
		return nil, fmt.Errorf("classifier.organisations: %w", err)
	}
	finder, err := organisations.New(organisations.Default(), own)
	if err != nil {
		return nil, fmt.Errorf("classifier.organisations: %w", err)
	}
	return finder, nil
}

// Names are what watches may name.
func (l *Labeller) Names() watches.Names {
	n := watches.Names{Topics: map[string]string{}, Organisations: map[string]string{}}
	for _, t := range topics.Names {
		n.Topics[t.Code] = t.English
	}
	for o := range l.organisations.All() {
		n.Organisations[o.ID] = o.Name
	}
	return n
}

// reading is an article with its words found, and what was found among them.
type reading struct {
	title, body   phrases.Text
	places        []places.Mention
	organisations []organisations.Mention
	topics        topics.Result
}

var readings = sync.Pool{New: func() any { return new(reading) }}

// read finds all but the watches.
func (l *Labeller) read(a *news.Article) *reading {
	r := readings.Get().(*reading)
	r.title.Reset(a.Title)
	r.body.Reset(a.Text)
	r.places = places.Locate(&r.title, &r.body)
	r.organisations = l.organisations.Locate(&r.title, &r.body, r.places)
	r.topics = l.topics.Classify(a.Lang, slices.Values(r.title.Tokens), slices.Values(r.body.Tokens))
	return r
}

// Label says what an article is about. Lists without entries are empty, never nil.
func (l *Labeller) Label(a news.Article) news.Labels {
	r := l.read(&a)
	defer readings.Put(r)
	return news.Labels{
		Topics:        append([]news.Topic{}, r.topics.Topics...),
		Abstained:     r.topics.Abstained,
		Places:        places.Count(r.places),
		Organisations: l.organisations.Count(r.organisations),
		Watches:       l.watches().Match(r.watched(&a)),
	}
}

func (r *reading) watched(a *news.Article) watches.Article {
	w := watches.Article{
		Lang: a.Lang, Source: a.Source, Publisher: a.Publisher, Domain: weburl.Domain(a.URL),
		TitleRaw: a.Title, BodyRaw: a.Text, Title: &r.title, Body: &r.body, Topics: r.topics.Topics,
	}
	w.Places = make([]watches.Span, 0, len(r.places))
	for _, m := range r.places {
		w.Places = append(w.Places, watches.Span{ID: m.Code, InTitle: m.InTitle, From: m.From, To: m.To})
	}
	w.Organisations = make([]watches.Span, 0, len(r.organisations))
	for _, m := range r.organisations {
		w.Organisations = append(w.Organisations, watches.Span{ID: m.ID, InTitle: m.InTitle, From: m.From, To: m.To})
	}
	return w
}
