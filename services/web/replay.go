package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (s *Service) registerReplay(a huma.API) {
	operation := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: "/api/v1/replay" + path, Summary: summary, Tags: []string{"operations"}}
	}
	huma.Register(a, operation("replay", "", "Send archived articles through the line again, in their next generation"), func(ctx context.Context, in *struct{ Body api.Replay }) (*body[[]api.Replayed], error) {
		list, err := s.replay(ctx, in.Body.Refs)
		return &body[[]api.Replayed]{list}, s.answer(ctx, err)
	})
	huma.Register(a, operation("replayed", "/await", "Where articles stand that were sent through the line again"), func(ctx context.Context, in *struct{ Body api.Awaited }) (*body[[]api.Replayed], error) {
		list, err := s.replayed(ctx, in.Body)
		return &body[[]api.Replayed]{list}, s.answer(ctx, err)
	})
}

var errNoBus = huma.Error409Conflict("no bus is running here: replay while 'marsad run' runs")

// replay publishes those articles that still are as who asks knows them, to the
// classifier, in the next generation. Asking again is harmless: one that is in line
// is left there, and one that was archived since is not published.
func (s *Service) replay(ctx context.Context, refs []news.Ref) ([]api.Replayed, error) {
	if s.bus == nil {
		return nil, errNoBus
	}
	list, articles, err := s.standings(ctx, refs)
	if err != nil {
		return nil, err
	}
	sources := map[news.ID]event.Source{}
	sent := make([]bus.Sent, len(list))
	for i := range list {
		if list[i].State != api.ReplayWaiting {
			continue
		}
		article := articles[list[i].Ref.Item]
		there, err := s.bus.InLine(ctx, article.Ref)
		if err != nil {
			return nil, err
		}
		if there {
			list[i].State = api.ReplayInLine
			continue
		}
		sent[i], err = s.publishAgain(ctx, article, sources)
		if list[i].State, err = sending(err); err != nil {
			return nil, err
		}
	}
	for i := range list {
		if list[i].State != api.ReplaySent {
			continue
		}
		if list[i].State, err = sending(sent[i].Wait(ctx)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// sending is what came of a publish; errors are those that others would meet too.
func sending(err error) (api.ReplayState, error) {
	switch {
	case err == nil:
		return api.ReplaySent, nil
	case errors.Is(err, bus.ErrFull):
		return api.ReplayFull, nil
	case errors.Is(err, bus.ErrTooLarge):
		return api.ReplayLost, nil
	}
	return "", err
}

// publishAgain sends an article as the deduplicator sent it, one generation on.
func (s *Service) publishAgain(ctx context.Context, a store.Archived, sources map[news.ID]event.Source) (bus.Sent, error) {
	source, ok := sources[a.Article.SourceID]
	if !ok {
		source = event.Source{ID: a.Article.SourceID, Name: a.Article.Source, PublisherID: a.Article.PublisherID, Publisher: a.Article.Publisher}
		known, err := s.store.Source(ctx, a.Article.SourceID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return bus.Sent{}, err
		}
		source.Lang, source.Country = known.Lang, known.Country
		sources[a.Article.SourceID] = source
	}
	ref := a.Ref
	ref.Generation++
	m, err := event.Encode(&event.Deduplicated{
		Head:    event.Head{Ref: ref, Source: source, FoundAt: a.FoundAt, Trail: replayTrail(a.Trail, ref, s.now())},
		Article: a.Article, Verdict: a.Verdict, Story: a.Story,
	}, s.Name(), s.now())
	if err != nil {
		return bus.Sent{}, err
	}
	return s.bus.Send(m)
}

// replayStep names the step of a trail that says that an article came this way again.
const replayStep = "replay"

// replayTrail is the trail up to the classifier, and that it goes on from there
// again. The steps of an earlier pass make room for those to come.
func replayTrail(trail []news.Step, ref news.Ref, now time.Time) []news.Step {
	passed := slices.IndexFunc(trail, func(step news.Step) bool {
		return slices.Contains([]string{replayStep, "classifier", "archiver"}, step.Service)
	})
	if passed >= 0 {
		trail = trail[:passed]
	}
	return append(slices.Clip(trail), news.Step{Service: replayStep, At: now.UTC(), Note: fmt.Sprintf("generation %d", ref.Generation)})
}

// replayed looks in the streams before it looks in the store once more: what was
// archived meanwhile is not lost.
func (s *Service) replayed(ctx context.Context, in api.Awaited) ([]api.Replayed, error) {
	list, articles, err := s.standings(ctx, in.Refs)
	if err != nil || !in.Look {
		return list, err
	}
	if s.bus == nil {
		return nil, errNoBus
	}
	absent := map[news.ID]bool{}
	for i, r := range list {
		if r.State != api.ReplayWaiting {
			continue
		}
		there, err := s.bus.InLine(ctx, articles[r.Ref.Item].Ref)
		if err != nil {
			return nil, err
		}
		absent[r.Ref.Item] = !there
		list[i].State = api.ReplayInLine
	}
	again, _, err := s.standings(ctx, in.Refs)
	for i, r := range again {
		switch {
		case r.State != api.ReplayWaiting:
			list[i] = r
		case absent[r.Ref.Item]:
			list[i].State = api.ReplayLost
		}
	}
	return list, err
}

// standings compares what is asked for with what is stored, which it returns too.
func (s *Service) standings(ctx context.Context, refs []news.Ref) ([]api.Replayed, map[news.ID]store.Archived, error) {
	ids := make([]news.ID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.Item
	}
	stored, err := s.store.ArchivedOf(ctx, ids...)
	if err != nil {
		return nil, nil, err
	}
	articles := make(map[news.ID]store.Archived, len(stored))
	for _, a := range stored {
		articles[a.Item] = a
	}
	list := make([]api.Replayed, len(refs))
	for i, ref := range refs {
		list[i] = api.Replayed{Ref: ref, State: api.ReplayWaiting}
		switch a, ok := articles[ref.Item]; {
		case !ok:
			list[i].State = api.ReplayRemoved
		case ref.Revision < a.Revision:
			list[i].State = api.ReplayRevised
		case ref.Older(a.Ref):
			list[i].State, list[i].Labels = api.ReplayArchived, &a.Labels
		}
	}
	return list, articles, nil
}
