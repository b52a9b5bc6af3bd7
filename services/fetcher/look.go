package fetcher

import (
	"bytes"
	"context"
	"errors"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

const (
	looksEvery = 15 * time.Second // pauses between two searches for second looks that are due
	looksBatch = 500
)

// lookLoop makes items due whose second look is.
func (s *Service) lookLoop(ctx context.Context) {
	for wait.For(ctx, looksEvery) {
		if _, err := s.store.StartLooks(ctx, s.now(), looksBatch); err != nil && ctx.Err() == nil {
			s.log.Warn("second looks", "error", err)
		}
	}
}

// lookAgain requests the page of an archived item again: as a new revision, if it
// changed. Whatever fails leaves the article as it is. nil: there is nothing new.
func (s *Service) lookAgain(ctx context.Context, item *news.Item, source news.Source) (*news.Page, error) {
	old, err := s.store.Page(ctx, item.Ref)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if wholeInFeed(*item, source) {
		return nil, s.store.EndLook(ctx, s.owner, item.Ref, store.Slot{Host: item.Host, FreeAt: s.now()})
	}
	a, pause, err := s.download(ctx, *item, source, old.Validators)
	defer a.done()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	slot := store.Slot{Host: item.Host, FreeAt: s.now().Add(pause)}
	if again := s.lookLater(ctx, *item, source); again != nil {
		return nil, again
	}
	if err != nil || a.notModified || bytes.Equal(a.body, old.Body) {
		return nil, s.store.EndLook(ctx, s.owner, item.Ref, slot)
	}
	page := pageOf(*item, a, s.now())
	ref, err := s.store.SaveLook(ctx, s.owner, page, slot)
	if err != nil {
		return nil, errors.Join(err, s.store.GiveUpSlot(ctx, item.Item, slot))
	}
	item.Ref, item.Reason, page.Ref, page.Body = ref, "", ref, nil
	return &page, nil
}

// wholeInFeed reports whether an item's page is not wanted.
func wholeInFeed(item news.Item, source news.Source) bool {
	return source.Options.FullContent && item.Found.Body() != ""
}

// lookLater plans the next look at an item, if its source has one more.
func (s *Service) lookLater(ctx context.Context, item news.Item, source news.Source) error {
	looks := source.Options.Looks()
	if len(looks) == 0 {
		looks = s.cfg.SecondLooks
	}
	if item.URL == "" || wholeInFeed(item, source) || item.Looks >= len(looks) || item.Revision > 1 && item.Looks == 0 {
		return nil
	}
	pause := looks[item.Looks]
	if item.Looks > 0 {
		pause -= looks[item.Looks-1]
	}
	return s.store.ScheduleLook(ctx, item.Item, s.now().Add(max(pause, 0)))
}
