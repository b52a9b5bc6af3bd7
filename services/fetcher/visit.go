package fetcher

import (
	"context"
	"errors"
	"net/url"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
)

// busyWait is how long a redirect waits for the domain it leads to.
const busyWait = 20 * time.Second

var errBusy = errors.New("a redirect leads to a domain that others are asking")

// visitor lets the requests for an item or source go on to where redirects
// lead: of a domain other than home, whose slot is held already, it takes the
// slot. check is asked about every address; nil: all are good.
func (s *Service) visitor(holder news.ID, home string, check func(ctx context.Context, to *url.URL) error) func(context.Context, *url.URL) (func(), error) {
	return func(ctx context.Context, to *url.URL) (leave func(), err error) {
		leave = func() {}
		if domain := weburl.Domain(to.String()); domain != home && s.store != nil {
			if err := s.takeSlot(ctx, domain, holder); err != nil {
				return nil, err
			}
			leave = func() { s.leave(ctx, domain, holder) }
		}
		if check != nil {
			if err := check(ctx, to); err != nil {
				leave()
				return nil, err
			}
		}
		return leave, nil
	}
}

// takeSlot waits for a domain's turn, though not for long.
func (s *Service) takeSlot(ctx context.Context, domain string, holder news.ID) error {
	for began := s.now(); ; {
		now := s.now()
		free, err := s.store.TakeSlot(ctx, store.Claim{Now: now, Owner: s.owner, Lease: s.cfg.Lease}, domain, holder)
		if err != nil || free.IsZero() {
			return err
		}
		if free.Sub(began) > busyWait {
			return &failure{reason: ReasonBusy, pause: free.Sub(now), err: errBusy}
		}
		if !wait.For(ctx, max(free.Sub(now), soonPause)) {
			return ctx.Err()
		}
	}
}

// leave gives a domain's slot up after a request, even if that was called off.
func (s *Service) leave(ctx context.Context, domain string, holder news.ID) {
	slot := store.Slot{Host: domain, FreeAt: s.now().Add(s.cfg.HostDelay)}
	if err := s.store.GiveUpSlot(context.WithoutCancel(ctx), holder, slot); err != nil {
		s.log.Debug("a host's slot could not be given up: it is free when the lease ends", "host", domain, "error", err)
	}
}
