package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/text"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

// errManual refuses to touch the source of documents given by hand.
var errManual = huma.Error422UnprocessableEntity("the source of documents given by hand is not polled, and cannot be paused or removed")

// bySource is a request about one source.
type bySource struct {
	Ref string `path:"ref" doc:"ID, beginning of an ID, URL or name"`
}

// newSources is a request to add sources.
type newSources struct {
	Skip bool `query:"skip" doc:"Leave out sources that are wrong, instead of refusing all"`
	Body []api.NewSource
}

// sourceChange is a request to change one.
type sourceChange struct {
	Ref  string `path:"ref" doc:"ID, beginning of an ID, URL or name"`
	Body api.SourceChange
}

// sourceFilter says which sources are listed. The source of documents given by
// hand has no health.
type sourceFilter struct {
	Health string `query:"health" enum:"healthy,failing,quiet,volume_changed,paused," doc:"Only those that are so"`
	Tag    string `query:"tag" doc:"Only those with this tag, or one below it"`
	Query  string `query:"q" doc:"Only those whose name, publisher or URL holds this"`
}

func (f *sourceFilter) leavesOut(s api.Source) bool {
	if f.Health != "" && (s.Kind == news.KindManual || string(s.Health) != f.Health) || f.Tag != "" && !s.Under(f.Tag) {
		return true
	}
	if f.Query == "" {
		return false
	}
	query := text.Fold(f.Query)
	return !slices.ContainsFunc([]string{s.Name, s.Publisher.Name, s.URL}, func(part string) bool { return strings.Contains(text.Fold(part), query) })
}

func (s *Service) registerSources(a huma.API) {
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1/sources" + path, Summary: summary, Tags: []string{"sources"}}
	}
	huma.Register(a, operation("list-sources", http.MethodGet, "", "Sources, by publisher and name"), func(ctx context.Context, in *sourceFilter) (*body[[]api.Source], error) {
		sources, err := s.listSources(ctx)
		return &body[[]api.Source]{slices.DeleteFunc(sources, in.leavesOut)}, s.answer(ctx, err)
	})
	adding := operation("add-sources", http.MethodPost, "", "Add sources")
	adding.MaxBodyBytes = maxSubmission
	huma.Register(a, adding, func(ctx context.Context, in *newSources) (*body[api.Added], error) {
		added, err := s.addSources(ctx, in.Body, in.Skip)
		return &body[api.Added]{added}, s.answer(ctx, err)
	})
	huma.Register(a, operation("change-source", http.MethodPatch, "/{ref}", "Give a source other settings"), func(ctx context.Context, in *sourceChange) (*body[api.Source], error) {
		source, err := s.changeSource(ctx, in.Ref, in.Body)
		return &body[api.Source]{source}, s.answer(ctx, err)
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
	detail := api.SourceDetail{Source: source, Pace: s.pace(source), Moves: []news.Move{}, Polls: []api.Poll{}, Dropped: []api.Dropped{}}
	if s.cfg.Expected != nil {
		detail.PerDay = s.cfg.Expected(source.Habit, s.now())
	}
	polls, err := s.store.Polls(ctx, source.ID)
	if err != nil {
		return detail, err
	}
	for _, poll := range polls {
		detail.Polls = append(detail.Polls, api.Poll{Poll: poll, TookSeconds: poll.Took.Seconds()})
	}
	switch hub, err := s.store.Subscription(ctx, source.ID); {
	case err == nil:
		detail.Hub = &hub
	case !errors.Is(err, store.ErrNotFound):
		return detail, err
	}
	moves, err := s.store.Moves(ctx, source.ID)
	if err != nil {
		return detail, err
	}
	detail.Moves = append(detail.Moves, moves...)
	if detail.HostFreeAt, err = s.hostFreeAt(ctx, weburl.Domain(source.URL)); err != nil {
		return detail, err
	}
	items, err := s.store.DroppedItems(ctx, source.ID, maxDropped)
	for _, item := range items {
		detail.Dropped = append(detail.Dropped, api.Dropped{ID: item.Item, Title: item.Found.Title, URL: item.URL, Reason: item.Reason, At: item.EndedAt})
	}
	return detail, err
}

// pace says what decided when a source is polled next.
func (s *Service) pace(source api.Source) api.Pace {
	switch {
	case source.Paused, source.Kind == news.KindManual:
		return api.PaceNone
	case source.LastPoll.IsZero():
		return api.PaceNew
	case source.Failures > 0:
		return api.PaceFailures
	case source.Source.PollEvery > 0:
		return api.PaceOwn
	case s.cfg.PollEvery > 0:
		return api.PaceInterval
	}
	return api.PaceHabit
}

func (s *Service) listSources(ctx context.Context) ([]api.Source, error) {
	sources, err := s.store.Sources(ctx)
	out := make([]api.Source, 0, len(sources))
	for _, source := range sources {
		out = append(out, api.SourceOf(source, s.now()))
	}
	return out, err
}

// idLength is that of an ID, in digits.
const idLength = 32

// findSource finds a source by its ID, the beginning of its ID, its URL, its name,
// or the URL it was added with. What fits more than one is refused.
func (s *Service) findSource(ctx context.Context, ref string) (api.Source, error) {
	ref, _ = api.Credentials(ref) // an answer may repeat it
	if len(ref) == idLength {
		if source, err := s.store.Source(ctx, news.ID(ref)); err == nil { // removed or not
			return api.SourceOf(source, s.now()), nil
		}
	}
	sources, err := s.listSources(ctx)
	if err != nil {
		return api.Source{}, err
	}
	address, _ := weburl.Normal(ref) // empty if ref is no address
	var fitting []api.Source
	for _, source := range sources {
		switch {
		case source.URL != "" && (source.URL == ref || source.URL == address):
			return source, nil
		case strings.EqualFold(source.Name, ref), len(ref) >= 4 && strings.HasPrefix(string(source.ID), ref):
			fitting = append(fitting, source)
		}
	}
	switch len(fitting) {
	case 0:
		if source, err := s.store.Source(ctx, news.NewSourceID(address)); err == nil && source.URL != address { // it was read there once
			return api.SourceOf(source, s.now()), nil
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
