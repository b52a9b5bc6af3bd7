package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

// minPrefix is how many digits of an ID must be given.
const minPrefix = 6

// byRef is a request about one item or article.
type byRef struct {
	Ref string `path:"ref" doc:"ID, beginning of an ID, or URL"`
}

func (s *Service) registerItems(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "item", Method: http.MethodGet, Path: "/api/v1/items/{ref}", Summary: "Where an item stands, and what became of it", Tags: []string{"documents"},
	}, func(ctx context.Context, in *byRef) (*body[api.Item], error) {
		item, err := s.item(ctx, in.Ref)
		return &body[api.Item]{item}, s.answer(ctx, err)
	})
}

// findID finds an ID by itself, by its beginning, which find looks up, or by
// the URL of the item, in any spelling.
func findID(ctx context.Context, ref string, find func(ctx context.Context, prefix string) (news.ID, error)) (news.ID, error) {
	if id := news.ID(ref); id.Valid() {
		return id, nil
	}
	if strings.Contains(ref, "://") {
		address, err := weburl.Canonical(ref)
		if err != nil {
			return "", huma.Error422UnprocessableEntity(fmt.Sprintf("%q is %v", ref, err))
		}
		return news.ItemID(address, "", ""), nil
	}
	if len(ref) < minPrefix {
		return "", store.ErrNotFound
	}
	return find(ctx, ref)
}

// noItem says plainly that there is none, or more than one.
func noItem(err error, ref string) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(fmt.Sprintf("there is no article or item %q: it was never found, or was dropped so long ago that it is forgotten", ref))
	case errors.Is(err, store.ErrAmbiguous):
		return huma.Error409Conflict(fmt.Sprintf("several items begin with %q: give more digits", ref))
	}
	return err
}

func (s *Service) item(ctx context.Context, ref string) (api.Item, error) {
	id, err := findID(ctx, ref, s.store.FindItem)
	if err != nil {
		return api.Item{}, noItem(err, ref)
	}
	detail, err := s.store.ItemDetail(ctx, id)
	if err != nil {
		return api.Item{}, noItem(err, ref)
	}
	out := standing(detail.Item)
	out.LeasedUntil, out.MissingSince, out.Sources = detail.LeasedUntil, detail.MissingSince, detail.Finders
	if detail.Letter != nil {
		out.Stage, out.Error = detail.Letter.Stage, detail.Letter.Error
	}
	switch detail.Item.State {
	case news.StateInLine:
		out.Stream = s.whereabouts(ctx, detail.Item.Ref)
	case news.StateEnded:
		record, err := s.store.Record(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return out, nil // it became due again in between
		}
		out.Record = &record
		return out, err
	}
	return out, nil
}

// whereabouts names the stream an item is in; empty if the bus cannot say.
func (s *Service) whereabouts(ctx context.Context, ref news.Ref) string {
	if s.bus == nil {
		return ""
	}
	stream, err := s.bus.Where(ctx, ref)
	switch {
	case err != nil:
		return ""
	case stream == "":
		return api.NoStream
	}
	return stream
}

// standing is what the ledger's row alone says.
func standing(item news.Item) api.Item {
	return api.Item{
		ID: item.Item, Revision: item.Revision, State: item.State, Outcome: item.Outcome, Reason: item.Reason, Attempts: item.Attempts,
		URL: item.URL, Title: item.Found.Title, FoundAt: item.FoundAt, DueAt: item.DueAt, InLineAt: item.InLineAt, EndedAt: item.EndedAt,
		Sources: []store.Finder{},
	}
}
