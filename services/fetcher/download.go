package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	source, err := s.sources.Source(ctx, item.Source)
	if err != nil {
		s.log.Warn("the source of an item cannot be read: it will be tried again", "item", item.Key(), "error", err)
		return
	}
	page, err := s.bring(ctx, &item, source)
	if err != nil {
		s.log.Warn("an item could not be brought into the line: it will be tried again", "item", item.Key(), "url", item.URL, "error", err)
		return
	}
	if page == nil {
		return // postponed, or looked at in vain
	}
	payload := s.event(item, source, *page)
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
// item was postponed, or its page is as it was. item.Reason is then why it is
// not more than the feed's text, and item.Ref that of the page.
func (s *Service) bring(ctx context.Context, item *news.Item, source news.Source) (*news.Page, error) {
	switch {
	case item.HasPage:
		page, err := s.store.Page(ctx, item.Ref)
		return &page, err
	case item.Looking:
		return s.lookAgain(ctx, item, source)
	}
	page, slot, done, failed := s.page(ctx, *item, source)
	defer done()
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
	page.Body = nil // it is stored: what is published refers to it
	return &page, s.lookLater(ctx, *item, source)
}

// postpone makes the item due again after a pause: the server's, if it asked
// for one.
func (s *Service) postpone(ctx context.Context, item news.Item, failed *failure, slot store.Slot) error {
	pause := s.cfg.Backoff[min(item.Attempts, len(s.cfg.Backoff)-1)]
	if asked := max(failed.pause, failed.domain); asked > 0 {
		pause = asked
	}
	return s.store.Postpone(ctx, s.owner, item.Ref, s.now().Add(pause), failed.reason, slot)
}

// event is what is published of an item and its page: an item with neither a
// page nor text in its feed is dropped, for the reason why there is no page, and
// so is one that its source should not have brought.
func (s *Service) event(item news.Item, source news.Source, page news.Page) event.Payload {
	head := event.Head{Ref: item.Ref, FoundAt: item.FoundAt, Source: event.Source{
		ID: source.ID, Name: source.Name, PublisherID: source.Publisher.ID, Publisher: source.Publisher.Name,
		Lang: source.Lang, Country: source.Country,
	}}
	if item.Reason == ReasonQuota || page.Kind == news.PageFeed && item.Reason != "" && item.Found.Body() == "" {
		return &event.Ended{Head: head, Outcome: news.Dropped, Stage: "fetcher", Reason: item.Reason}
	}
	return &event.Fetched{Head: head, URL: page.URL}
}

// page downloads the item's page. When it cannot be had, failed says why, and
// page is what the feed itself carried. done is called when its body is stored.
func (s *Service) page(ctx context.Context, item news.Item, source news.Source) (page news.Page, slot store.Slot, done func(), failed *failure) {
	page = news.Page{Ref: item.Ref, Kind: news.PageFeed, URL: item.URL, Found: item.Found, FetchedAt: s.now()}
	slot, done = store.Slot{Host: item.Host, FreeAt: s.now()}, func() {}
	switch {
	case item.Reason == ReasonQuota:
		return page, slot, done, &failure{reason: ReasonQuota, permanent: true, err: errors.New("its source brought more than it may")}
	case wholeInFeed(item, source):
		return page, slot, done, nil
	case item.URL == "":
		return page, slot, done, &failure{reason: ReasonNoAddress, permanent: true, err: errors.New("the entry has no link")}
	}
	a, pause, err := s.download(ctx, item, source, news.Validators{})
	slot.FreeAt = s.now().Add(pause)
	if err != nil {
		return page, slot, a.done, asFailure(err)
	}
	return pageOf(item, a, s.now()), slot, a.done, nil
}

func pageOf(item news.Item, a answer, now time.Time) news.Page {
	return news.Page{
		Ref: item.Ref, Kind: news.PageHTML, URL: a.url, ContentType: a.contentType, Body: a.body, FetchedAt: now,
		Validators: a.validators, Found: item.Found,
	}
}

// download requests a page of an item, if robots.txt allows it, within the time
// of its lease. pause is how long its domain is left alone afterwards. The caller
// calls done on the answer.
func (s *Service) download(ctx context.Context, item news.Item, source news.Source, known news.Validators) (a answer, pause time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.leased())
	defer cancel()
	t := s.trip(item.Item, item.Host)
	if s.cfg.Robots && !source.Options.IgnoreRobots {
		t.obey = func(ctx context.Context, at *url.URL, t *trip) (time.Duration, error) {
			return s.obey(ctx, at, request{options: source.Options, visit: t.aside().visit})
		}
	}
	a, err = s.client.get(ctx, request{
		kind: kindPage, url: item.URL, known: known, limit: s.cfg.MaxPageBytes, options: source.Options, home: source.URL, visit: t.visit,
	})
	return a, t.pause, err
}

// leased is for how long a request for claimed work may take, with all that it
// leads to: then others are given the work.
func (s *Service) leased() time.Duration { return s.cfg.Lease - s.cfg.Lease/10 }

// obey fails if robots.txt does not allow an address. Where it was asked for just
// now, the next request waits as long as any other. delay is the pause it wishes for.
func (s *Service) obey(ctx context.Context, at *url.URL, r request) (delay time.Duration, err error) {
	verdicts, asked, err := s.robots.rules(ctx, at, r)
	if err != nil {
		return 0, err
	}
	if failed := verdicts.allows(at, s.now()); failed != nil {
		return verdicts.delay(), failed
	}
	if asked && !wait.For(ctx, max(s.cfg.HostDelay, verdicts.delay())) {
		return 0, ctx.Err()
	}
	return verdicts.delay(), nil
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
