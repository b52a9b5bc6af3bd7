package cleaner

import (
	"context"
	"errors"
	"maps"
	"slices"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// ReasonPageMissing is given when the page an event refers to is not stored.
const ReasonPageMissing = "page_missing"

// New makes the service.
func New(cfg Config, p *app.Process) *stage.Stage {
	return stage.New(stage.Config{
		Consumer: bus.Cleaner, Workers: cfg.Workers,
		Reasons: append(slices.Collect(maps.Values(Reasons)), ReasonPageMissing),
	}, p.StageEnv(), processor{p.Store, store.NewSourceCache(p.Store)})
}

type processor struct {
	pages   store.Pages
	sources interface {
		Source(ctx context.Context, id news.ID) (news.Source, error)
	}
}

// Process implements stage.Processor.
func (p processor) Process(ctx context.Context, in *event.Fetched) ([]event.Payload, error) {
	page, err := p.pages.Page(ctx, in.Ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil, stage.Reject(ReasonPageMissing, err)
	}
	if err != nil {
		return nil, stage.Unavailable(err)
	}
	options, err := p.options(ctx, in.Source.ID)
	if err != nil {
		return nil, stage.Unavailable(err)
	}
	article, err := Selection{Keep: options.Keep, Drop: options.Drop}.Clean(page)
	if errors.Is(err, ErrPanic) {
		return nil, stage.Reject(ReasonPanic, err)
	}
	if err != nil {
		return nil, stage.Drop(Reason(err))
	}
	if page.Kind == news.PageFeed && options.FullContent {
		article.Completeness = news.CompleteFull
	}
	return []event.Payload{&event.Cleaned{Head: in.Head, Article: signed(article, in.Source)}}, nil
}

// options are what an operator set of a source. One that is not known has none.
func (p processor) options(ctx context.Context, id news.ID) (news.Options, error) {
	source, err := p.sources.Source(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return news.Options{}, nil
	}
	return source.Options, err
}

// signed adds where the article comes from, and gives its times and addresses
// their form on the bus.
func signed(a news.Article, source event.Source) news.Article {
	a.Published, a.Modified = news.UTC(a.Published), news.UTC(a.Modified)
	a.SourceID, a.Source = source.ID, source.Name
	a.PublisherID, a.Publisher = source.PublisherID, source.Publisher
	if canonical, err := weburl.Canonical(a.CanonicalURL); err == nil {
		a.CanonicalURL = canonical
	}
	return a
}
