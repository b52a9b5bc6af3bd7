package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/store"
	"marsad/services/web/api"
)

const (
	// pageSize is how many articles a page lists.
	pageSize = 25
	// placesShown is how many places of an article a list shows: the most mentioned.
	placesShown = 5
)

// sinceOptions are the ages to choose from.
var sinceOptions = []option{
	{Label: "Any time"}, {Value: "24h", Label: "Last 24 hours"}, {Value: "7d", Label: "Last 7 days"},
	{Value: "30d", Label: "Last 30 days"}, {Value: "365d", Label: "Last 365 days"},
}

// listing is the data of the page that lists articles.
type listing struct {
	Query                       string
	Langs, Countries, SinceList []option
	Kept                        url.Values // parameters the form has no field for
	Filters                     []activeFilter
	Problem                     string // why the search cannot be run; empty if it can
	Hits                        []api.Hit
	Older, Newest               string // links; empty when there is nothing to go to

	parameters url.Values // without empty ones
}

// activeFilter is a filter that is on, and the way to turn it off.
type activeFilter struct {
	Name, Value, Without string
}

// Searching reports whether the list is less than everything.
func (l listing) Searching() bool { return len(l.parameters) > 0 }

// With is the link to the same search with one filter more, or changed.
func (l listing) With(name, value string) string { return listLink(l.parameters, name, value) }

// listLink is the first page of the search with one parameter set; an empty
// value takes it away. Setting before gives another page than the first.
func listLink(parameters url.Values, name, value string) string {
	changed := maps.Clone(parameters)
	changed.Del("before")
	changed.Set(name, value)
	if value == "" {
		changed.Del(name)
	}
	if len(changed) == 0 {
		return "/"
	}
	return "/?" + changed.Encode()
}

// articles shows GET /: the latest articles, or those that a search finds.
func (p *pages) articles(r *http.Request) (view, error) {
	in, parameters, err := readSearch(r.URL.Query())
	if err != nil {
		return view{}, err
	}
	list := listing{Query: in.Q, parameters: parameters}
	if err := p.fillForm(r.Context(), &list, in); err != nil {
		return view{}, err
	}
	status, err := p.fillHits(r.Context(), &list, in)
	list.Filters = activeFilters(list)
	return view{Status: status, Page: "articles", Section: "articles", Data: list}, err
}

// fillHits runs the search. One that cannot be run is a problem of the list,
// with its status; an error is one of ours.
func (p *pages) fillHits(ctx context.Context, list *listing, in searchInput) (status int, err error) {
	query, err := p.query(ctx, in)
	if err != nil {
		if status = statusOf(err); status >= http.StatusInternalServerError {
			return status, err
		}
		list.Problem = sentence(err)
		return status, nil
	}
	hits, err := p.search(ctx, query)
	if err != nil {
		return 0, err
	}
	list.Hits = hits.Articles
	for i, hit := range list.Hits {
		list.Hits[i].Places = hit.Places[:min(len(hit.Places), placesShown)]
	}
	if hits.Next != 0 {
		list.Older = listLink(list.parameters, "before", strconv.FormatInt(hits.Next, 10))
	}
	if in.Before != 0 {
		list.Newest = listLink(list.parameters, "before", "")
	}
	return http.StatusOK, nil
}

// readSearch reads the parameters of a search as the API does, and returns
// those that are not empty.
func readSearch(q url.Values) (searchInput, url.Values, error) {
	in := searchInput{Limit: pageSize}
	given := url.Values{}
	for name, field := range map[string]*string{
		"q": &in.Q, "topic": &in.Topic, "country": &in.Country, "lang": &in.Lang, "source": &in.Source, "publisher": &in.Publisher,
		"watch": &in.Watch, "story": &in.Story, "since": &in.Since, "until": &in.Until,
	} {
		if *field = strings.TrimSpace(q.Get(name)); *field != "" {
			given.Set(name, *field)
		}
	}
	in.Country = strings.ToUpper(in.Country)
	if before := q.Get("before"); before != "" {
		var err error
		if in.Before, err = strconv.ParseInt(before, 10, 64); err != nil {
			return in, nil, huma.Error422UnprocessableEntity("before is not the place of an article: follow the links of a list")
		}
		given.Set("before", before)
	}
	return in, given, nil
}

// fillForm gives the form its choices, and keeps what it has no field for.
func (p *pages) fillForm(ctx context.Context, list *listing, in searchInput) error {
	counts, err := p.store.ArticleCounts(ctx)
	if err != nil {
		return err
	}
	list.Langs = selecting(languageOptions(counts), in.Lang, languageName)
	list.Countries = selecting(append([]option{{Label: "Any country"}}, p.countries...), in.Country, countryName)
	list.SinceList = selecting(sinceOptions, in.Since, func(since string) string { return "Since " + since })
	list.Kept = url.Values{}
	for _, name := range []string{"topic", "source", "publisher", "watch", "story", "until"} {
		if value := list.parameters.Get(name); value != "" {
			list.Kept.Set(name, value)
		}
	}
	return nil
}

// languageOptions are the languages there are articles in, the commonest first.
func languageOptions(counts map[string]int) []option {
	tags := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	list := []option{{Label: "Any language"}}
	for _, tag := range tags {
		list = append(list, option{Value: tag, Label: fmt.Sprintf("%s (%d)", languageName(tag), counts[tag])})
	}
	return list
}

// activeFilters lists the filters that the form has no field for. Sources and
// publishers are named as the articles found name them.
func activeFilters(list listing) []activeFilter {
	var active []activeFilter
	for _, name := range slices.Sorted(maps.Keys(list.Kept)) {
		value := list.Kept.Get(name)
		if len(list.Hits) > 0 {
			switch name {
			case "source":
				value = list.Hits[0].Source
			case "publisher":
				value = list.Hits[0].Publisher
			}
		}
		active = append(active, activeFilter{name, value, list.With(name, "")})
	}
	return active
}

// reading is the data of the page of one article.
type reading struct {
	store.ArticleDetail
	Verdict  explanation // shadows the record's
	Badges   []string
	First    *api.First // nil if it has no copies
	FirstWhy string
	Compared bool      // there is something to compare it with
	Diff     *api.Diff // shown in place of the text, if it was asked for
}

// article shows GET /articles/{id}. With ?diff=words or ?diff=exact it shows
// what differs from what the article is of; with ?diff=ID, from another, and with
// a number, from a revision.
func (p *pages) article(r *http.Request) (view, error) {
	detail, err := p.Service.article(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	_, alone := comparedWith(detail)
	data := reading{ArticleDetail: detail, Verdict: explain(detail), Badges: badges(detail.Self()), First: api.FirstOf(groupOf(detail)), Compared: alone == nil}
	data.FirstWhy = firstWhy(data.First)
	if q := r.URL.Query(); q.Get("diff") != "" {
		in := diffInput{Ref: string(detail.ItemID), With: q.Get("diff"), Exact: q.Get("diff") == "exact" || q.Get("exact") != ""}
		if in.With == "exact" || in.With == "words" {
			in.With = ""
		}
		diff, err := p.diff(r.Context(), in)
		if err != nil {
			return view{}, err
		}
		data.Diff = &diff
	}
	return view{Page: "article", Section: "articles", Data: data}, nil
}
