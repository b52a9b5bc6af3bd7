package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

// minPollEvery keeps a source of its own interval from being a burden.
const minPollEvery = time.Second

// errManual refuses to touch the source of documents given by hand.
var errManual = huma.Error422UnprocessableEntity("the source of documents given by hand is not polled, and cannot be paused or removed")

// bySource is a request about one source.
type bySource struct {
	Ref string `path:"ref" doc:"ID, beginning of an ID, URL or name"`
}

func (s *Service) registerSources(a huma.API) {
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/sources" + path, Summary: summary, Tags: []string{"sources"}}
	}
	huma.Register(a, operation("list-sources", http.MethodGet, "", "All sources"), func(ctx context.Context, _ *struct{}) (*body[[]api.Source], error) {
		sources, err := s.listSources(ctx)
		return &body[[]api.Source]{sources}, s.answer(ctx, err)
	})
	adding := operation("add-sources", http.MethodPost, "", "Add sources")
	adding.MaxBodyBytes = maxSubmission
	huma.Register(a, adding, func(ctx context.Context, in *struct{ Body []api.NewSource }) (*body[api.Added], error) {
		added, err := s.addSources(ctx, in.Body)
		return &body[api.Added]{added}, s.answer(ctx, err)
	})
	huma.Register(a, operation("source", http.MethodGet, "/{ref}", "One source, with its last polls"), func(ctx context.Context, in *bySource) (*body[api.SourceDetail], error) {
		source, err := s.findSource(ctx, in.Ref)
		if err != nil {
			return nil, s.answer(ctx, err)
		}
		detail, err := s.sourceDetail(ctx, source)
		return &body[api.SourceDetail]{detail}, s.answer(ctx, err)
	})
	for verb, paused := range map[string]bool{"pause": true, "resume": false} {
		huma.Register(a, operation(verb+"-source", http.MethodPost, "/{ref}/"+verb, strings.ToUpper(verb[:1])+verb[1:]+" polling"), func(ctx context.Context, in *bySource) (*body[api.Source], error) {
			source, err := s.pauseSource(ctx, in.Ref, paused)
			return &body[api.Source]{source}, s.answer(ctx, err)
		})
	}
	huma.Register(a, operation("remove-source", http.MethodDelete, "/{ref}", "Remove a source; what it published stays"), func(ctx context.Context, in *bySource) (*struct{}, error) {
		source, err := s.findSource(ctx, in.Ref)
		switch {
		case err != nil:
		case source.Kind == news.KindManual:
			err = errManual
		default:
			err = s.store.RemoveSource(ctx, source.ID)
		}
		return nil, s.answer(ctx, err)
	})
}

// maxDropped is how many dropped items are shown with a source.
const maxDropped = 30

func (s *Service) sourceDetail(ctx context.Context, source api.Source) (api.SourceDetail, error) {
	detail := api.SourceDetail{Source: source, Polls: []api.Poll{}, Dropped: []api.Dropped{}}
	polls, err := s.store.Polls(ctx, source.ID)
	if err != nil {
		return detail, err
	}
	for _, poll := range polls {
		detail.Polls = append(detail.Polls, api.Poll{Poll: poll, TookSeconds: poll.Took.Seconds()})
	}
	if detail.HostFreeAt, err = s.hostFreeAt(ctx, weburl.Domain(source.URL)); err != nil {
		return detail, err
	}
	items, err := s.store.DroppedItems(ctx, source.ID, maxDropped)
	for _, item := range items {
		detail.Dropped = append(detail.Dropped, api.Dropped{ID: item.Item, Title: item.Found.Title, URL: item.URL, Reason: item.Reason, At: item.EndedAt})
	}
	return detail, err
}

func (s *Service) listSources(ctx context.Context) ([]api.Source, error) {
	sources, err := s.store.Sources(ctx)
	out := make([]api.Source, 0, len(sources))
	for _, source := range sources {
		out = append(out, api.SourceOf(source, s.now()))
	}
	return out, err
}

// findSource finds a source by its ID, the beginning of its ID, its URL or its
// name. What fits more than one is refused.
func (s *Service) findSource(ctx context.Context, ref string) (api.Source, error) {
	sources, err := s.listSources(ctx)
	if err != nil {
		return api.Source{}, err
	}
	address, _ := weburl.Normal(ref) // empty if ref is no address
	var fitting []api.Source
	for _, source := range sources {
		switch {
		case string(source.ID) == ref, source.URL != "" && (source.URL == ref || source.URL == address):
			return source, nil
		case strings.EqualFold(source.Name, ref), len(ref) >= 4 && strings.HasPrefix(string(source.ID), ref):
			fitting = append(fitting, source)
		}
	}
	switch len(fitting) {
	case 0:
		if removed, err := s.store.Source(ctx, news.ID(ref)); err == nil {
			return api.SourceOf(removed, s.now()), nil
		}
		return api.Source{}, huma.Error404NotFound(fmt.Sprintf("there is no source %q: 'marsad sources list' shows them", ref))
	case 1:
		return fitting[0], nil
	}
	return api.Source{}, huma.Error409Conflict(fmt.Sprintf("%d sources fit %q: give the ID or the URL", len(fitting), ref))
}

func (s *Service) pauseSource(ctx context.Context, ref string, paused bool) (api.Source, error) {
	source, err := s.findSource(ctx, ref)
	if err != nil {
		return api.Source{}, err
	}
	if source.Kind == news.KindManual {
		return api.Source{}, errManual
	}
	if err := s.store.PauseSource(ctx, source.ID, paused); err != nil {
		return api.Source{}, err
	}
	return s.findSource(ctx, string(source.ID))
}

// addSources checks all before it adds the first.
func (s *Service) addSources(ctx context.Context, list []api.NewSource) (api.Added, error) {
	sources := make([]news.Source, len(list))
	for i, n := range list {
		var err error
		if sources[i], err = newSource(n, s.now()); err != nil {
			return api.Added{}, huma.Error422UnprocessableEntity(err.Error())
		}
	}
	fresh, err := s.store.AddSources(ctx, sources...)
	if err != nil {
		return api.Added{}, err
	}
	added := api.Added{IDs: []news.ID{}}
	for i, source := range sources {
		if fresh[i] {
			added.Added++
		} else {
			added.Existing++
		}
		added.IDs = append(added.IDs, source.ID)
	}
	return added, nil
}

func newSource(n api.NewSource, now time.Time) (news.Source, error) {
	address, err := weburl.Normal(n.URL)
	if err != nil {
		return news.Source{}, fmt.Errorf("%q is %w", n.URL, err)
	}
	if u, err := url.Parse(strings.TrimSpace(n.URL)); err == nil && u.User != nil {
		return news.Source{}, fmt.Errorf("%q holds a user name or password: sources that need one are not supported", u.Redacted())
	}
	lang, err := api.Language(n.Lang)
	if err != nil {
		return news.Source{}, err
	}
	country, err := api.Country(n.Country)
	if err != nil {
		return news.Source{}, err
	}
	source := news.Source{
		ID: news.NewSourceID(address), Kind: news.KindFeed, URL: address, Name: strings.TrimSpace(n.Name),
		Lang: lang, Country: country, Tags: n.Tags, AddedAt: now, NextPoll: now,
	}
	if n.PollEvery != "" {
		every, err := time.ParseDuration(n.PollEvery)
		if err != nil || every < minPollEvery {
			return source, fmt.Errorf("poll_every: %q is no duration of at least %v, as 5m", n.PollEvery, minPollEvery)
		}
		source.PollEvery = every
	}
	publisher := strings.TrimSpace(n.Publisher)
	if publisher == "" {
		publisher = weburl.Domain(address)
	}
	if source.Name == "" {
		source.Name = hostAndPath(address)
	}
	source.Publisher = news.NewPublisher(publisher)
	return source, nil
}

// hostAndPath names a source that has no name.
func hostAndPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host + strings.TrimSuffix(u.Path, "/")
}
