package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// storySinceOptions are the periods to choose from.
var storySinceOptions = []option{
	{Value: "6h", Label: "Last 6 hours"}, {Value: "24h", Label: "Last 24 hours"}, {Value: "3d", Label: "Last 3 days"},
	{Value: "7d", Label: "Last 7 days"}, {Value: "30d", Label: "Last 30 days"},
}

// storySortOptions are the orders to choose from.
var storySortOptions = []option{
	{Value: string(store.BySize), Label: "Most articles"}, {Value: string(store.ByGrowth), Label: "Growing fastest"}, {Value: string(store.ByLatest), Label: "Latest article"},
}

// storyListing is the data of the page that lists stories.
type storyListing struct {
	Langs, Countries, Publishers, SinceList, Sorts []option
	Kept                                           url.Values // parameters the form has no field for
	Filtered                                       bool       // only some articles count
	Problem                                        string
	api.Stories
	Window       string // the length of the last quarter of the period
	More, Newest string // links; empty when there is nothing to go to
}

// stories shows GET /stories.
func (p *pages) stories(r *http.Request) (view, error) {
	in, given := readStories(r.URL.Query())
	list := storyListing{Kept: url.Values{}, Filtered: in.Lang+in.Country+in.Publisher+in.Topic != ""}
	if err := p.fillStoryForm(r.Context(), &list, in); err != nil {
		return view{}, err
	}
	for _, name := range []string{"topic", "until"} {
		if value := given.Get(name); value != "" {
			list.Kept.Set(name, value)
		}
	}
	status, err := p.fillStories(r.Context(), &list, in, given)
	return view{Status: status, Page: "stories", Section: "stories", Data: list}, err
}

// fillStoryForm gives the form its choices.
func (p *pages) fillStoryForm(ctx context.Context, list *storyListing, in storiesInput) error {
	counts, err := p.store.ArticleCounts(ctx)
	if err != nil {
		return err
	}
	sources, err := p.store.Sources(ctx)
	if err != nil {
		return err
	}
	same := func(value string) string { return value }
	list.Langs = selecting(languageOptions(counts), in.Lang, languageName)
	list.Countries = selecting(append([]option{{Label: "Any country"}}, p.countries...), strings.ToUpper(in.Country), countryName)
	list.Publishers = selecting(publisherOptions(sources), in.Publisher, same)
	list.SinceList = selecting(storySinceOptions, in.Since, func(since string) string { return "Since " + since })
	list.Sorts = selecting(storySortOptions, in.Sort, same)
	return nil
}

// publisherOptions are the publishers of sources, by name.
func publisherOptions(sources []news.Source) []option {
	list := []option{{Label: "Any publisher"}}
	for _, source := range sources { // by publisher name
		if id := string(source.Publisher.ID); list[len(list)-1].Value != id {
			list = append(list, option{Value: id, Label: source.Publisher.Name})
		}
	}
	return list
}

func (p *pages) fillStories(ctx context.Context, list *storyListing, in storiesInput, given url.Values) (status int, err error) {
	found, err := p.Service.stories(ctx, in)
	if err != nil {
		if status = statusOf(err); status >= http.StatusInternalServerError {
			return status, err
		}
		list.Problem = sentence(err)
		return status, nil
	}
	list.Stories, list.Window = found, api.Length(found.Until.Sub(found.RecentSince))
	link := func(before string) string {
		given.Del("before")
		if before != "" {
			given.Set("before", before)
		}
		return "/stories?" + given.Encode()
	}
	if found.Next != "" {
		list.More = link(found.Next)
	}
	if in.Before != "" {
		list.Newest = link("")
	}
	return http.StatusOK, nil
}

// readStories reads the parameters as the API does, and returns those that are
// not empty. Orders that it does not know are none.
func readStories(q url.Values) (storiesInput, url.Values) {
	in := storiesInput{Limit: pageSize}
	given := url.Values{}
	for name, field := range map[string]*string{
		"since": &in.Since, "until": &in.Until, "sort": &in.Sort, "lang": &in.Lang, "country": &in.Country, "topic": &in.Topic,
		"publisher": &in.Publisher, "before": &in.Before,
	} {
		if *field = strings.TrimSpace(q.Get(name)); *field != "" {
			given.Set(name, *field)
		}
	}
	if in.Since == "" {
		in.Since = "24h"
	}
	switch store.StoryOrder(in.Sort) {
	case store.BySize, store.ByGrowth, store.ByLatest:
	default:
		in.Sort = string(store.BySize)
		given.Del("sort")
	}
	return in, given
}

// telling is the data of the page of one story.
type telling struct {
	api.StoryReading
	FirstWhy string // who was first, in words; empty if there is one article only
}

// story shows GET /stories/{id}.
func (p *pages) story(r *http.Request) (view, error) {
	story, err := p.Service.story(r.Context(), r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	return view{Page: "story", Section: "stories", Data: telling{story, firstWhy(story.First)}}, nil
}

// firstWhy says what decided who was first.
func firstWhy(first *api.First) string {
	if first == nil {
		return ""
	}
	return first.Why(date)
}
