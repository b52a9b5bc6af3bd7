package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// maxSubmission bounds the body of one submission.
const maxSubmission = 64 << 20

func (s *Service) registerDocuments(a huma.API) {
	huma.Register(a, huma.Operation{
		OperationID: "submit", Method: http.MethodPost, Path: "/api/v1/documents", Summary: "Give documents to the line", Tags: []string{"documents"},
		MaxBodyBytes: maxSubmission,
	}, func(ctx context.Context, in *struct{ Body []api.Document }) (*body[[]api.Item], error) {
		items, err := s.submit(ctx, in.Body)
		return &body[[]api.Item]{items}, s.answer(ctx, err)
	})
	huma.Register(a, huma.Operation{
		OperationID: "item", Method: http.MethodGet, Path: "/api/v1/items/{id}", Summary: "Where an item stands, and what became of it", Tags: []string{"documents"},
	}, func(ctx context.Context, in *byID) (*body[api.Item], error) {
		item, err := s.item(ctx, news.ID(in.ID))
		return &body[api.Item]{item}, s.answer(ctx, err)
	})
}

func (s *Service) submit(ctx context.Context, documents []api.Document) ([]api.Item, error) {
	now := s.now()
	list := make([]store.Entry, len(documents))
	for i, d := range documents {
		if !d.ID.Valid() {
			return nil, huma.Error422UnprocessableEntity("id: 32 hexadecimal digits are needed")
		}
		list[i] = d.Entry(now)
	}
	submitted, err := s.store.Submit(ctx, now, list)
	items := make([]api.Item, len(submitted))
	for i, one := range submitted {
		items[i] = standing(one.Item)
	}
	return items, err
}

func standing(item news.Item) api.Item {
	return api.Item{
		ID: item.Item, Revision: item.Revision, State: item.State, Reason: item.Reason, Attempts: item.Attempts, DueAt: item.DueAt,
	}
}

func (s *Service) item(ctx context.Context, id news.ID) (api.Item, error) {
	item, err := s.store.Item(ctx, id)
	if err != nil {
		return api.Item{}, err
	}
	out := standing(item)
	if item.State != news.StateEnded {
		return out, nil
	}
	record, err := s.store.Record(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return out, nil // it became due again in between
	}
	out.Record = &record
	return out, err
}
