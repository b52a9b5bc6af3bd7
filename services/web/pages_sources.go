package web

import (
	"net/http"
	"time"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

// sourceList is the data of the page that lists sources.
type sourceList struct {
	Total   int
	Healths []healthCount
	Health  news.Health // the one that is listed; empty: all
	Sources []sourceRow
}

// healthCount is how many sources are in one health.
type healthCount struct {
	Health news.Health
	Count  int
}

// sourceRow is a source as lists and its own page show it.
type sourceRow struct {
	api.Source
}

// Polled reports whether the source is ever polled.
func (s sourceRow) Polled() bool { return s.Kind != news.KindManual }

// Next is when the next poll is due; zero if none will be.
func (s sourceRow) Next() time.Time {
	if s.Paused || !s.Polled() {
		return time.Time{}
	}
	return s.NextPoll
}

// sources shows GET /sources, all or those of one health. As in the metrics,
// the source of documents given by hand has no health.
func (p *pages) sources(r *http.Request) (view, error) {
	all, err := p.listSources(r.Context())
	if err != nil {
		return view{}, err
	}
	data := sourceList{Total: len(all), Health: news.Health(r.URL.Query().Get("health"))}
	count := map[news.Health]int{}
	for _, source := range all {
		row := sourceRow{source}
		if row.Polled() {
			count[source.Health]++
		}
		if data.Health == "" || row.Polled() && source.Health == data.Health {
			data.Sources = append(data.Sources, row)
		}
	}
	for _, health := range news.Healths {
		data.Healths = append(data.Healths, healthCount{health, count[health]})
	}
	return view{Page: "sources", Section: "sources", Data: data}, nil
}

// sourceDetail is the data of the page of one source.
type sourceDetail struct {
	sourceRow
	Polls   []news.Poll
	Dropped []api.Dropped
}

// source shows GET /sources/{ref}.
func (p *pages) source(r *http.Request) (view, error) {
	found, err := p.findSource(r.Context(), r.PathValue("ref"))
	if err != nil {
		return view{}, err
	}
	detail, err := p.Service.sourceDetail(r.Context(), found)
	if err != nil {
		return view{}, err
	}
	polls, err := p.store.Polls(r.Context(), found.ID)
	return view{Page: "source", Section: "sources", Data: sourceDetail{sourceRow{found}, polls, detail.Dropped}}, err
}
