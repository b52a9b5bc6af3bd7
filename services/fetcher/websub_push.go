package fetcher

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/websub"
)

const (
	pushesAtOnce = 4
	pushWait     = 10 * time.Second // for a turn
	maxChallenge = 4 << 10
	maxSaid      = 200 // of a hub's reason
)

// What becomes of a push, beside the outcomes of polls.
const (
	pushUnsigned = "unsigned" // the signature is missing or wrong: ignored
	pushBroken   = "broken"   // it is no feed, or too large
	pushUnknown  = "unknown"  // nothing of the kind was asked for
	pushFailed   = "failed"   // it could not be kept: the hub brings it again
)

var pushOutcomes = []string{string(news.PollNew), string(news.PollUnchanged), pushUnsigned, pushBroken, pushUnknown, pushFailed}

// Routes implements app.Router.
func (s *Service) Routes() map[string]http.Handler {
	if !s.hubs.on() {
		return nil
	}
	return map[string]http.Handler{
		"GET /websub/{id}":  http.HandlerFunc(s.hubs.verify),
		"POST /websub/{id}": http.HandlerFunc(s.hubs.push),
	}
}

// verify answers a hub that asks whether a request was ours, or tells that it
// refuses. Of what was not asked for it gets to know nothing.
func (h *hubs) verify(w http.ResponseWriter, r *http.Request) {
	notice, ok := websub.ParseNotice(r.URL.Query())
	if !ok || len(notice.Challenge) > maxChallenge {
		http.NotFound(w, r)
		return
	}
	err := h.noted(r.Context(), r.PathValue("id"), notice)
	switch {
	case errors.Is(err, store.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		h.s.log.Warn("what a hub said could not be kept", "error", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, notice.Challenge)
	}
}

// noted keeps what a hub said.
func (h *hubs) noted(ctx context.Context, id string, n websub.Notice) error {
	if n.Mode == websub.Denied {
		reason := fmt.Sprintf("%.*q", maxSaid, n.Reason)
		h.s.log.Info("a hub refuses a subscription", "topic", n.Topic, "reason", reason)
		return h.s.store.RefuseSubscription(ctx, id, n.Topic, reason, h.s.now().Add(hubRefused))
	}
	lease := n.Lease
	if lease == 0 {
		lease = hubLease
	}
	now := h.s.now()
	return h.s.store.ConfirmSubscription(ctx, id, n.Topic, n.Mode == websub.Unsubscribe, now.Add(lease), now.Add(lease*3/4))
}

// push takes what a hub brings. It is answered when it is kept: until then the
// hub would bring it again.
func (h *hubs) push(w http.ResponseWriter, r *http.Request) {
	outcome, status := h.taken(w, r)
	h.pushes.WithLabelValues(outcome).Inc()
	w.WriteHeader(status)
}

func (h *hubs) taken(w http.ResponseWriter, r *http.Request) (outcome string, status int) {
	ctx := r.Context()
	sub, err := h.s.store.SubscriptionAt(ctx, r.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && sub.State == store.SubscriptionEnding:
		return pushUnknown, http.StatusGone // hubs may take that for an end
	case err != nil:
		return pushFailed, http.StatusServiceUnavailable
	}
	select {
	case h.busy <- struct{}{}:
		defer func() { <-h.busy }()
	case <-time.After(pushWait):
		return pushFailed, http.StatusServiceUnavailable
	case <-ctx.Done():
		return pushFailed, http.StatusServiceUnavailable
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(h.s.cfg.Timeout)) // one that cannot is a test's
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.s.cfg.MaxFeedBytes))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return pushBroken, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return pushFailed, http.StatusBadRequest
	}
	if !websub.Signed(r.Header.Get("X-Hub-Signature"), sub.Secret, body) {
		return pushUnsigned, http.StatusAccepted // who guesses gets to know nothing (section 7.1)
	}
	return h.record(ctx, sub, body, r.Header.Get("Content-Type"))
}

// record keeps what a hub brought. Polls go on: what is broken here they may read.
func (h *hubs) record(ctx context.Context, sub store.Subscription, body []byte, contentType string) (outcome string, status int) {
	start := h.s.now()
	source, err := h.s.store.Source(ctx, sub.Source)
	if err != nil {
		return pushFailed, http.StatusServiceUnavailable
	}
	parsed, err := feed.Parse(body, feed.Options{URL: sub.Topic, ContentType: contentType, Limit: h.s.cfg.MaxFeedItems, Now: start})
	if err != nil {
		h.s.log.Info("a hub brought what is no feed", "source", source.URL, "hub", sub.Hub, "error", err)
		return pushBroken, http.StatusAccepted
	}
	// Some hubs bring only what is new: which guids last, whole feeds tell.
	entries, _ := identified(source, parsed.Entries)
	poll, err := h.s.store.RecordPush(ctx, store.Push{Subscription: sub.ID, Items: entries, Poll: news.Poll{
		At: start, Took: h.s.now().Sub(start), Bytes: int64(len(body)), Entries: len(entries), Repairs: repairsOf(parsed),
	}})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return pushUnknown, http.StatusGone
	case err != nil:
		h.s.log.Warn("a push could not be recorded: its hub brings it again", "source", source.URL, "error", err)
		return pushFailed, http.StatusServiceUnavailable
	}
	h.s.log.Debug("pushed", "source", source.URL, "hub", sub.Hub, "entries", poll.Entries, "new", poll.New)
	return string(poll.Outcome), http.StatusAccepted
}
