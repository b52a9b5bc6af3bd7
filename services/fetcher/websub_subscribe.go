package fetcher

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/websub"
)

const (
	hubsEvery   = 10 * time.Second // pauses between two looks for hubs that are to be asked
	hubsBatch   = 64
	hubLease    = 10 * 24 * time.Hour // as one wishes: hubs decide
	hubRetry    = 10 * time.Minute    // before a hub that did not answer is asked again; doubled each time
	maxHubRetry = 12 * time.Hour
	hubGoodbyes = 3              // a hub that is not to bring anything more is told so often at most
	hubRefused  = 24 * time.Hour // a hub that refuses is asked again after that
)

// Sources whose hub brings news are polled as a backup: as if articles could
// wait for so many times as long, which makes the pauses four times as long, as
// far as no entries can be lost. Not when the hub has been silent for long.
const (
	backupWorth = 16
	backupFor   = 48 * time.Hour
)

// hubs has news brought by the hubs that feeds name (WebSub).
type hubs struct {
	s        *Service
	callback string
	busy     chan struct{} // pushes that are at work
	pushes   *prometheus.CounterVec
	states   *prometheus.GaugeVec
}

func newHubs(s *Service, reg prometheus.Registerer) *hubs {
	h := &hubs{
		s: s, callback: strings.TrimRight(s.cfg.WebSub.Callback, "/"), busy: make(chan struct{}, pushesAtOnce),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_websub_pushes_total", Help: "What came from hubs, by what became of it.",
		}, []string{"outcome"}),
		states: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "marsad_websub_subscriptions", Help: "Subscriptions with hubs, by how far they are.",
		}, []string{"state"}),
	}
	reg.MustRegister(h.pushes, h.states)
	for _, outcome := range pushOutcomes {
		h.pushes.WithLabelValues(outcome)
	}
	for _, state := range store.SubscriptionStates {
		h.states.WithLabelValues(string(state))
	}
	return h
}

// on reports whether hubs can reach this process.
func (h *hubs) on() bool { return h.callback != "" }

// loop asks hubs for what is due.
func (h *hubs) loop(ctx context.Context) {
	for h.on() {
		h.round(ctx)
		if !wait.For(ctx, hubsEvery) {
			return
		}
	}
}

// round asks the hubs whose turn it is: those of different domains at once.
func (h *hubs) round(ctx context.Context) {
	claimed, err := h.s.store.ClaimSubscriptions(ctx, store.Claim{Now: h.s.now(), Owner: h.s.owner, Lease: h.s.cfg.Lease, Limit: hubsBatch})
	if err != nil {
		h.s.log.Debug("hubs: no work can be claimed", "error", err)
		return
	}
	domains := map[string][]store.Subscription{}
	for _, sub := range claimed {
		domain := weburl.Domain(sub.Hub)
		domains[domain] = append(domains[domain], sub)
	}
	var asking sync.WaitGroup
	for domain, subs := range domains {
		asking.Go(func() {
			for _, sub := range subs {
				h.ask(ctx, domain, sub)
			}
		})
	}
	asking.Wait()
	h.count(ctx)
}

// count shows how many subscriptions there are.
func (h *hubs) count(ctx context.Context) {
	states, err := h.s.store.SubscriptionStates(ctx)
	if err != nil {
		return
	}
	for _, state := range store.SubscriptionStates {
		h.states.WithLabelValues(string(state)).Set(float64(states[state]))
	}
}

// ask asks a hub to bring news, or to stop. What it says follows later (verify),
// perhaps before this ends.
func (h *hubs) ask(ctx context.Context, domain string, sub store.Subscription) {
	if sub.State == store.SubscriptionEnding && sub.Failures >= hubGoodbyes {
		if err := h.s.store.EndSubscription(ctx, sub.ID); err != nil {
			h.s.log.Debug("a subscription could not be ended: it will be again", "error", err)
		}
		return
	}
	failed := h.post(ctx, domain, sub)
	if ctx.Err() != nil {
		return // it is due again when its lease ends
	}
	reason, pause := "", hubRetry<<min(sub.Failures, 10)
	if failed != nil {
		reason, pause = failed.reason, max(pause, failed.pause, failed.domain)
		h.s.log.Info("a hub could not be asked", "hub", sub.Hub, "topic", sub.Topic, "reason", reason, "error", failed.err)
	}
	if err := h.s.store.SubscriptionAsked(ctx, sub.ID, h.s.now().Add(min(pause, maxHubRetry)), reason); err != nil {
		h.s.log.Debug("hubs", "error", err)
	}
}

// post makes the request, in the turn of the hub's domain.
func (h *hubs) post(ctx context.Context, domain string, sub store.Subscription) *failure {
	holder := news.ID(sub.ID)
	if err := h.s.takeSlot(ctx, domain, holder); err != nil {
		return asFailure(err)
	}
	t := h.s.trip(holder, domain)
	defer func() { h.s.leave(ctx, domain, holder, t.pause) }()
	ask := websub.Request{Mode: websub.Subscribe, Callback: h.callback + "/" + sub.ID, Topic: sub.Topic, Secret: sub.Secret, Lease: hubLease}
	if sub.State == store.SubscriptionEnding {
		ask.Mode = websub.Unsubscribe
	}
	_, err := h.s.client.get(ctx, request{kind: kindHub, url: sub.Hub, form: ask.Form(), visit: t.visit})
	if err != nil {
		return asFailure(err)
	}
	return nil
}

// named notes which hub a feed named when it was read last.
func (h *hubs) named(ctx context.Context, source news.Source, r reading) {
	if !h.on() || r.feed.Format == "" {
		return
	}
	known, err := h.s.store.Subscription(ctx, source.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) || known.Hub == r.hub && (r.hub == "" || known.Topic == r.topic) {
		return
	}
	var want *store.Subscription
	if r.hub != "" {
		want = &store.Subscription{ID: rand.Text(), Hub: r.hub, Topic: r.topic, Secret: rand.Text() + rand.Text()}
	}
	if err := h.s.store.SetHub(ctx, h.s.now(), source.ID, want); err != nil {
		h.s.log.Debug("a feed's hub could not be kept: it will be with the next poll", "source", source.URL, "error", err)
	}
}

// bring reports whether hubs bring what is new in a source.
func (h *hubs) bring(ctx context.Context, source news.Source) bool {
	if !h.on() {
		return false
	}
	sub, err := h.s.store.Subscription(ctx, source.ID)
	now := h.s.now()
	return err == nil && sub.State == store.SubscriptionActive && sub.Until.After(now) && now.Sub(sub.PushedAt) < backupFor
}

// hubOf is the hub that a feed names, and the address by which the hub knows
// the feed. What the header says goes before what the feed does.
func hubOf(a answer, hubs []string, self string) (hub, topic string) {
	named, address := websub.Links(a.links, a.url)
	named = append(named, hubs...)
	if len(named) == 0 {
		return "", ""
	}
	for _, topic = range []string{address, self, a.url} {
		if topic != "" {
			break
		}
	}
	return named[0], topic
}
