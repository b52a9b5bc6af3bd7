package fetcher

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
)

// busyWait is how long a request waits for a domain that it is led to.
const busyWait = 20 * time.Second

var errBusy = errors.New("it leads to a domain that others are asking")

// trip is the way of one request from address to address. The slot of home is
// held already; of other domains it takes the slots, one after the other, and
// gives them up behind it. It is used by one goroutine.
type trip struct {
	s      *Service
	holder news.ID // the item or source it is for
	held   []string
	// pause is how long home should be left alone afterwards: host_delay, what
	// robots.txt wishes for, or as long as its server said.
	pause time.Duration
	// obey says whether an address may be asked for, and the pause wished for after it.
	// nil: all may.
	obey func(ctx context.Context, at *url.URL, t *trip) (delay time.Duration, err error)
}

// trip begins one at a domain whose slot holder has.
func (s *Service) trip(holder news.ID, home string) *trip {
	return &trip{s: s, holder: holder, held: []string{home}, pause: s.cfg.HostDelay}
}

// visit is asked before every request, as request.visit is.
func (t *trip) visit(ctx context.Context, to *url.URL) (leave func(*failure), err error) {
	domain := weburl.Domain(to.String())
	pause := t.s.cfg.HostDelay
	switch {
	case domain == t.held[0]:
		leave = func(f *failure) { t.pause = max(t.pause, pause, t.s.heldOff(f, domain)) }
	case slices.Contains(t.held, domain) || t.s.store == nil:
		leave = func(*failure) {} // who took it gives it up
	default:
		if err := t.s.takeSlot(ctx, domain, t.holder); err != nil {
			return nil, err
		}
		t.held = append(t.held, domain)
		leave = func(f *failure) {
			t.held = slices.DeleteFunc(t.held, func(d string) bool { return d == domain })
			t.s.leave(ctx, domain, t.holder, max(pause, t.s.heldOff(f, domain)))
		}
	}
	if t.obey == nil {
		return leave, nil
	}
	delay, err := t.obey(ctx, to, t)
	pause = max(pause, delay)
	if err != nil {
		leave(asFailure(err))
		return nil, err
	}
	return leave, nil
}

// aside is a trip on the way: it asks no robots.txt, and gives up no slot of t.
func (t *trip) aside() *trip {
	return &trip{s: t.s, holder: t.holder, held: slices.Clone(t.held)}
}

// longHold is how long a server holds its host before a person is told.
const longHold = time.Minute

// heldOff is for how long a domain should be left alone because of how a request
// ended, as its server said.
func (s *Service) heldOff(f *failure, domain string) time.Duration {
	if f == nil {
		return 0
	}
	if f.domain > longHold {
		s.log.Warn("a host asked not to be asked: neither its pages nor its feeds are for a while",
			"host", domain, "until", s.now().Add(f.domain), "url", f.at)
	}
	return f.domain
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

// leave gives a domain's slot up after a request, even if that was called off:
// it is free again after pause.
func (s *Service) leave(ctx context.Context, domain string, holder news.ID, pause time.Duration) {
	slot := store.Slot{Host: domain, FreeAt: s.now().Add(pause)}
	if err := s.store.GiveUpSlot(context.WithoutCancel(ctx), holder, slot); err != nil {
		s.log.Debug("a host's slot could not be given up: it is free when the lease ends", "host", domain, "error", err)
	}
}
