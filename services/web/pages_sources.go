package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

// sourcesShown is how many sources are on one page of the list.
const sourcesShown = 200

// sourceList is the data of the page that lists sources.
type sourceList struct {
	Total      int // of all there are
	Healths    []healthCount
	Health     news.Health // the one that is listed; empty: all
	Tag, Query string
	Found      int // that fit
	First      int // of those that are shown, from 1
	Sources    []sourceRow
	number     int // of this page, from 1
}

// healthCount is how many sources are in one health.
type healthCount struct {
	Health news.Health
	Count  int
}

// At is the address of the list in one health, with the same words and tag.
func (l sourceList) At(health news.Health) string { return l.at(health, 1) }

// Before and After are the addresses of the pages beside this one; empty: there is none.
func (l sourceList) Before() string {
	if l.number == 1 {
		return ""
	}
	return l.at(l.Health, l.number-1)
}

// After is as Before.
func (l sourceList) After() string {
	if l.Last() == l.Found {
		return ""
	}
	return l.at(l.Health, l.number+1)
}

// Last is the number of the last source that is shown.
func (l sourceList) Last() int { return l.First + len(l.Sources) - 1 }

func (l sourceList) at(health news.Health, page int) string {
	parameters := url.Values{}
	for name, value := range map[string]string{"health": string(health), "tag": l.Tag, "q": l.Query} {
		if value != "" {
			parameters.Set(name, value)
		}
	}
	if page > 1 {
		parameters.Set("page", strconv.Itoa(page))
	}
	if len(parameters) == 0 {
		return "/sources"
	}
	return "/sources?" + parameters.Encode()
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

// sources shows GET /sources, all or those that fit. As in the metrics, the
// source of documents given by hand has no health.
func (p *pages) sources(r *http.Request) (view, error) {
	all, err := p.listSources(r.Context())
	if err != nil {
		return view{}, err
	}
	query := r.URL.Query()
	data := sourceList{Total: len(all), Health: news.Health(query.Get("health")), Tag: query.Get("tag"), Query: strings.TrimSpace(query.Get("q"))}
	filter := sourceFilter{Health: string(data.Health), Tag: data.Tag, Query: data.Query}
	data.number, _ = strconv.Atoi(query.Get("page"))
	data.number = min(max(data.number, 1), len(all)/sourcesShown+1)
	data.First = (data.number-1)*sourcesShown + 1
	count := map[news.Health]int{}
	for _, source := range all {
		row := sourceRow{source}
		if row.Polled() {
			count[source.Health]++
		}
		if filter.leavesOut(source) {
			continue
		}
		if data.Found++; data.Found >= data.First && len(data.Sources) < sourcesShown {
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
	Detail api.SourceDetail
}

// source shows GET /sources/{ref}.
func (p *pages) source(r *http.Request) (view, error) {
	found, err := p.findSource(r.Context(), r.PathValue("ref"))
	if err != nil {
		return view{}, err
	}
	detail, err := p.Service.sourceDetail(r.Context(), found)
	return view{Page: "source", Section: "sources", Data: sourceDetail{sourceRow{found}, detail}}, err
}

// Expected says how much the source usually publishes.
func (s sourceDetail) Expected() string {
	switch {
	case s.Detail.PerDay == 0:
		return "not known yet"
	case s.Detail.PerDay < 1:
		return fmt.Sprintf("about %.1f articles a week", 7*s.Detail.PerDay)
	}
	return fmt.Sprintf("about %.0f articles a day", s.Detail.PerDay)
}

// Why says what decides when the source is polled next.
func (s sourceDetail) Why() string {
	switch s.Detail.Pace {
	case api.PaceNew:
		return "the first"
	case api.PaceOwn:
		return "every " + s.PollEvery + ", its own interval"
	case api.PaceInterval:
		return "the interval of all sources"
	case api.PaceFailures:
		return "later and later, while polls fail"
	case api.PaceNone, api.PaceHabit:
	}
	return "as its habit asks"
}
