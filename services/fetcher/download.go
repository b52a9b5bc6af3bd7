package fetcher

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
	"marsad/pkg/wait"
)

// handle brings one claimed item into the line: its page is stored, then a
// reference published, then the item marked. Whatever fails leaves it leased,
// and so due again later.
func (s *Service) handle(ctx context.Context, item news.Item) {
	start := s.now()
	if s.tracer != nil {
		var span trace.Span
		ctx, span = s.tracer.Start(ctx, "fetcher", trace.WithAttributes(attribute.String("item", item.Key())))
		defer span.End()
	}
	s.crash.At(itemPoint, stage.BeforeProcess, item.Item)
	page, err := s.bring(ctx, &item)
	if err != nil {
		s.log.Warn("an item could not be brought into the line: it will be tried again", "item", item.Key(), "url", item.URL, "error", err)
		return
	}
	if page == nil {
		return // postponed
	}
	payload, err := s.event(ctx, item, *page)
	if err != nil {
		s.log.Warn("an item could not be described: it will be tried again", "item", item.Key(), "error", err)
		return
	}
	end := s.now()
	payload.Header().Trail = []news.Step{{
		Service: "fetcher", At: start.UTC(), TookMS: float64(end.Sub(start).Microseconds()) / 1000, Note: item.Reason,
	}}
	s.crash.At(itemPoint, stage.AfterProcess, item.Item)
	if err := s.publish(ctx, payload); err != nil {
		s.log.Warn("an item could not be published: it will be tried again", "item", item.Key(), "error", err)
		return
	}
	s.crash.At(itemPoint, stage.AfterPubAck, item.Item)
	if err := s.store.MarkInLine(ctx, end, item.Ref); err != nil {
		s.log.Warn("an item could not be marked in line: it will be published again, which is harmless", "item", item.Key(), "error", err)
	}
}

// bring returns the page of an item, having stored it unless it was; nil if the
// item was postponed. item.Reason is then why it is not more than the feed's text.
func (s *Service) bring(ctx context.Context, item *news.Item) (*news.Page, error) {
	if item.HasPage {
		page, err := s.store.Page(ctx, item.Ref)
		return &page, err
	}
	page, slot, failed := s.page(ctx, *item)
	item.Reason = ""
	if failed != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !failed.permanent && item.Attempts+1 < s.cfg.MaxAttempts {
			return nil, s.postpone(ctx, *item, failed, slot)
		}
		item.Reason = failed.reason
		s.log.Debug("no page", "item", item.Key(), "url", item.URL, "reason", failed.reason, "error", failed.err)
	}
	if err := s.store.SavePage(ctx, page, item.Reason, slot); err != nil {
		return nil, fmt.Errorf("save the page: %w", err)
	}
	s.crash.At(itemPoint, stage.AfterCommit, item.Item)
	return &page, nil
}

// postpone makes the item due again after a pause: the server's, if it asked
// for one, and then for the whole host.
func (s *Service) postpone(ctx context.Context, item news.Item, failed *failure, slot store.Slot) error {
	pause := s.cfg.Backoff[min(item.Attempts, len(s.cfg.Backoff)-1)]
	if failed.retryAfter > 0 {
		pause = failed.retryAfter
		slot.FreeAt = s.now().Add(pause)
		s.held(slot, item.URL, pause)
	}
	return s.store.Postpone(ctx, s.owner, item.Ref, s.now().Add(pause), failed.reason, slot)
}

// longHold is how long a server holds its host before a person is told.
const longHold = time.Minute

// held tells of a host that is not asked for long, because a server said so.
func (s *Service) held(slot store.Slot, url string, pause time.Duration) {
	if pause > longHold {
		s.log.Warn("a host asked not to be asked: neither its pages nor its feeds are for a while", "host", slot.Host, "until", slot.FreeAt, "url", url)
	}
}

// event is what is published of an item and its page: an item with neither a
// page nor text in its feed is dropped, for the reason why there is no page.
func (s *Service) event(ctx context.Context, item news.Item, page news.Page) (event.Payload, error) {
	head, err := s.head(ctx, item)
	if err != nil {
		return nil, err
	}
	if page.Kind == news.PageFeed && item.Reason != "" && item.Found.Body() == "" {
		return &event.Ended{Head: head, Outcome: news.Dropped, Stage: "fetcher", Reason: item.Reason}, nil
	}
	return &event.Fetched{Head: head, URL: page.URL}, nil
}

// page downloads the item's page. When it cannot be had, failed says why, and
// page is what the feed itself carried.
func (s *Service) page(ctx context.Context, item news.Item) (page news.Page, slot store.Slot, failed *failure) {
	page = news.Page{Ref: item.Ref, Kind: news.PageFeed, URL: item.URL, Found: item.Found, FetchedAt: s.now()}
	if item.URL == "" {
		return page, slot, &failure{reason: ReasonNoAddress, permanent: true, err: fmt.Errorf("the entry has no link")}
	}
	a, err := s.client.get(ctx, "page", item.URL, news.Validators{}, s.cfg.MaxPageBytes)
	end := s.now()
	slot = store.Slot{Host: item.Host, FreeAt: end.Add(s.cfg.HostDelay)}
	if err != nil {
		return page, slot, asFailure(err)
	}
	page.Kind, page.URL, page.ContentType, page.Body, page.FetchedAt = news.PageHTML, a.url, a.contentType, a.body, end
	return page, slot, nil
}

// head describes the item to the services down the line.
func (s *Service) head(ctx context.Context, item news.Item) (event.Head, error) {
	source, err := s.sources.get(ctx, item.Source)
	if err != nil {
		return event.Head{}, fmt.Errorf("source of the item: %w", err)
	}
	return event.Head{Ref: item.Ref, FoundAt: item.FoundAt, Source: event.Source{
		ID: source.ID, Name: source.Name, PublisherID: source.Publisher.ID, Publisher: source.Publisher.Name,
		Lang: source.Lang, Country: source.Country,
	}}, nil
}

// publish waits until the bus has the event. While the bus is full or away the
// fetcher slows down; a lease that runs out meanwhile only means that the item
// is published twice, which the bus refuses.
func (s *Service) publish(ctx context.Context, p event.Payload) error {
	m, err := event.Encode(p, "fetcher", s.now())
	if err != nil {
		return err
	}
	propagation.TraceContext{}.Inject(ctx, event.Carrier{Message: m})
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		sent, err := s.bus.Send(m)
		if s.crash != nil {
			_ = s.bus.Flush(ctx) // or a crash would always be one before the publish
			s.crash.At(itemPoint, stage.AfterPublish, p.Header().Item)
		}
		if err == nil {
			err = sent.Wait(ctx)
		}
		if err == nil || ctx.Err() != nil || errors.Is(err, bus.ErrTooLarge) {
			return err
		}
		leave := s.waiting.Enter(err)
		lived := wait.For(ctx, pause)
		leave()
		if !lived {
			return err
		}
	}
}
