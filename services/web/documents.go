package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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
