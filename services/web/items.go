package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
	"marsad/services/web/api"
)

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
	if strings.Contains(ref, "://") {
		address, err := weburl.Canonical(ref)
		if err != nil {
			return "", huma.Error422UnprocessableEntity(fmt.Sprintf("%q is %v", ref, err))
		}
		return known(ctx, address, find)
	}
	digits, ok := api.IDDigits(ref)
	switch {
	case !ok:
		return "", huma.Error404NotFound(fmt.Sprintf("%q is neither an ID, nor the beginning of one, nor an address", ref))
	case news.ID(digits).Valid():
		return news.ID(digits), nil
	case len(digits) < api.MinDigits:
		return "", huma.Error404NotFound(fmt.Sprintf("%q is too short: give at least %d digits of the ID", ref, api.MinDigits))
	}
	return find(ctx, digits)
}

// known is the ID of an address, or that of before IDs went by what the
// addresses of an article have in common, if that is what is known.
func known(ctx context.Context, address string, find func(ctx context.Context, prefix string) (news.ID, error)) (news.ID, error) {
	id := news.ItemID(weburl.Identity(address), "", "")
	if _, err := find(ctx, string(id)); !errors.Is(err, store.ErrNotFound) {
		return id, err
	}
	if former, err := find(ctx, string(news.NewID("url", address))); !errors.Is(err, store.ErrNotFound) {
		return former, err
	}
	return id, nil
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
	case news.StateDue:
		if !detail.Item.HasPage {
			out.HostFreeAt, err = s.hostFreeAt(ctx, detail.Item.Host)
		}
		return out, err
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

// hostFreeAt is when requests go to a host again; zero if they do now.
func (s *Service) hostFreeAt(ctx context.Context, host string) (time.Time, error) {
	at, err := s.store.HostFreeAt(ctx, host)
	if !at.After(s.now()) {
		return time.Time{}, err
	}
	return at, err
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
