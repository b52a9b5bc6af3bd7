package fetcher

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// hub is one on loopback. It confirms requests before it answers them, as some do.
type hub struct {
	*httptest.Server
	t        *testing.T
	callback http.Handler // of the subscriber

	mu     sync.Mutex
	asked  []url.Values
	lease  string // that it gives
	silent bool   // it confirms nothing
}

func newHub(t *testing.T) *hub {
	h := &hub{t: t, lease: "3600"}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	return h
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		h.t.Errorf("%s, %v", r.Method, err)
	}
	h.asked = append(h.asked, r.PostForm)
	w.WriteHeader(http.StatusAccepted)
	if h.silent {
		return
	}
	if code, said := h.verify(r.PostForm.Get("hub.mode"), r.PostForm.Get("hub.topic")); code != http.StatusOK || said != "challenge" {
		h.t.Errorf("%s was answered with %d %q", r.PostForm.Get("hub.mode"), code, said)
	}
}

// verify asks the subscriber whether it asked.
func (h *hub) verify(mode, topic string) (code int, said string) {
	query := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"challenge"}, "hub.lease_seconds": {h.lease}}
	return h.call(httptest.NewRequest(http.MethodGet, h.path()+"?"+query.Encode(), nil))
}

// path is where the subscriber was last asked to be called.
func (h *hub) path() string {
	at, err := url.Parse(h.asked[len(h.asked)-1].Get("hub.callback"))
	if err != nil || at.Host != "news.example" {
		h.t.Errorf("the callback is %s, %v", at, err)
	}
	return at.Path
}

func (h *hub) call(r *http.Request) (code int, said string) {
	w := httptest.NewRecorder()
	h.callback.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// push brings a body, signed with a secret; empty: not at all.
func (h *hub) push(secret, body string) (code int) {
	r := httptest.NewRequest(http.MethodPost, h.path(), strings.NewReader(body))
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		r.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	code, _ = h.call(r)
	return code
}

// subscriber is a fetcher whose clock stands still.
type subscriber struct {
	*Service
	t   *testing.T
	now time.Time
}

func newSubscriber(t *testing.T, p *app.Process, h *hub) *subscriber {
	cfg := loopback()
	cfg.PollEvery, cfg.WebSub.Callback = 0, "https://news.example/websub/"
	s, err := New(cfg, p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.close)
	mux := http.NewServeMux()
	for pattern, handler := range s.Routes() {
		mux.Handle(pattern, handler)
	}
	h.callback = mux
	sub := &subscriber{Service: s, t: t, now: time.Now().UTC().Truncate(time.Second)}
	s.now = func() time.Time { return sub.now }
	return sub
}

// polled polls what is due, and returns the source as it is then.
func (s *subscriber) polled(id news.ID) news.Source {
	s.t.Helper()
	claimed, err := s.store.ClaimSources(s.t.Context(), store.Claim{Now: s.now, Owner: s.owner, Lease: time.Minute, Limit: 9})
	if err != nil || len(claimed) != 1 {
		s.t.Fatalf("claimed %d, %v", len(claimed), err)
	}
	s.poll(s.t.Context(), claimed[0])
	source, err := s.store.Source(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return source
}

func (s *subscriber) subscription(id news.ID) store.Subscription {
	s.t.Helper()
	sub, err := s.store.Subscription(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return sub
}

func (s *subscriber) pass(d time.Duration) {
	s.now = s.now.Add(d)
	s.hubs.round(s.t.Context())
}

func entries(site string, paths ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>t</title>`)
	for _, path := range paths {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s%s</link></item>`, path, site, path)
	}
	return b.String() + `</channel></rss>`
}

// withHub is a feed that names a hub in its header.
func withHub(t *testing.T, h *hub, p *app.Process) (site string, id news.ID) {
	var address string
	address = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Link", `<`+h.URL+`>; rel="hub", </feed>; rel="self"`)
		fmt.Fprint(w, entries(address, "/1"))
	})
	return address, watch(t, p, address+"/feed")
}

// TestWebSub: from the hub's name in a feed to what it brings, and to its end.
func TestWebSub(t *testing.T) {
	h, p := newHub(t), apptest.Open(t)
	site, id := withHub(t, h, p)
	s := newSubscriber(t, p, h)
	s.polled(id)
	if code, _ := h.call(httptest.NewRequest(http.MethodGet, "/websub/x?hub.mode=subscribe&hub.topic=t&hub.challenge=c", nil)); code != http.StatusNotFound {
		t.Errorf("a hub that was not asked: %d", code)
	}
	s.pass(0)
	sub := s.subscription(id)
	want := store.Subscription{
		ID: sub.ID, Source: id, Hub: h.URL, Topic: site + "/feed", Secret: sub.Secret, State: store.SubscriptionActive,
		DueAt: s.now.Add(45 * time.Minute), Until: s.now.Add(time.Hour),
	}
	if sub != want || len(sub.ID) < 20 || len(sub.Secret) < 40 || h.asked[0].Get("hub.secret") != sub.Secret {
		t.Errorf("%+v, want %+v", sub, want)
	}
	if code, _ := h.verify("subscribe", sub.Topic); code != http.StatusNotFound {
		t.Errorf("confirmed again: %d", code)
	}

	fresh := entries(site, "/2")
	for _, c := range []struct {
		secret, body string
		code         int
		outcome      string
	}{
		{"", fresh, 202, pushUnsigned},
		{"wrong", fresh, 202, pushUnsigned},
		{sub.Secret, fresh, 202, "new"},
		{sub.Secret, fresh, 202, "unchanged"},
		{sub.Secret, "no feed", 202, pushBroken},
		{sub.Secret, strings.Repeat("x", int(s.cfg.MaxFeedBytes)+1), 413, pushBroken},
	} {
		before := testutil.ToFloat64(s.hubs.pushes.WithLabelValues(c.outcome))
		if code := h.push(c.secret, c.body); code != c.code {
			t.Errorf("%s: answered with %d", c.outcome, code)
		}
		if n := testutil.ToFloat64(s.hubs.pushes.WithLabelValues(c.outcome)); n != before+1 {
			t.Errorf("%s was counted %v times", c.outcome, n-before)
		}
	}
	item, err := p.Store.Item(t.Context(), itemAt(site+"/2"))
	if err != nil || item.State != news.StateDue || !item.FoundAt.Equal(s.now) {
		t.Errorf("pushed: %+v, %v", item, err)
	}
	if polls, err := p.Store.Polls(t.Context(), id); err != nil || len(polls) != 3 || !polls[0].Pushed || polls[2].Pushed {
		t.Errorf("polls = %+v, %v", polls, err)
	}

	s.pass(45 * time.Minute)
	if sub = s.subscription(id); len(h.asked) != 2 || !sub.Until.Equal(s.now.Add(time.Hour)) {
		t.Errorf("renewed after %d requests: %+v", len(h.asked), sub)
	}
	if err := p.Store.RemoveSource(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	s.pass(time.Minute)
	if _, err := p.Store.SubscriptionAt(t.Context(), sub.ID); !errors.Is(err, store.ErrNotFound) || h.asked[2].Get("hub.mode") != "unsubscribe" {
		t.Errorf("after the source was removed: %v", err)
	}
	if code := h.push(sub.Secret, fresh); code != http.StatusGone {
		t.Errorf("a push after the end: %d", code)
	}
}

// TestHubThatRefuses, and one that says nothing, and one that is gone: polls go on.
func TestHubThatRefuses(t *testing.T) {
	h, p := newHub(t), apptest.Open(t)
	h.silent = true
	_, id := withHub(t, h, p)
	s := newSubscriber(t, p, h)
	before := s.polled(id)
	s.pass(0)
	s.pass(hubRetry)
	s.pass(hubRetry)
	if sub := s.subscription(id); len(h.asked) != 2 || !sub.Asked || sub.Failures != 1 {
		t.Errorf("silent: asked %d times, %+v", len(h.asked), sub)
	}
	topic := url.QueryEscape(s.subscription(id).Topic)
	if code, _ := h.call(httptest.NewRequest(http.MethodGet, h.path()+"?hub.mode=denied&hub.reason=no%0A&hub.topic="+topic, nil)); code != http.StatusOK {
		t.Errorf("denied: %d", code)
	}
	if sub := s.subscription(id); sub.State != store.SubscriptionRefused || sub.Reason != `"no\n"` || !sub.DueAt.Equal(s.now.Add(hubRefused)) {
		t.Errorf("refused: %+v", sub)
	}
	h.Close()
	s.pass(hubRefused)
	if sub := s.subscription(id); sub.Reason != ReasonConnect || sub.Asked {
		t.Errorf("gone: %+v", sub)
	}
	s.now = before.NextPoll.Add(hubRefused)
	if after := s.polled(id); !after.LastPoll.Equal(s.now) || after.Failures != 0 {
		t.Errorf("polls did not go on: %+v", after)
	}
}

// TestPollsAsBackup: while a hub brings news polls are rarer, as what it brings
// counts as the source's habit.
func TestPollsAsBackup(t *testing.T) {
	alone, beside := pauseOf(t, false), pauseOf(t, true)
	if beside < 2*alone || beside > 6*alone {
		t.Errorf("polled every %v, and every %v beside a hub", alone, beside)
	}
}

// pauseOf is the pause between polls of a feed that has published every half an
// hour for two days, with a hub that brings all of it or nothing.
func pauseOf(t *testing.T, brings bool) time.Duration {
	h, p := newHub(t), apptest.Open(t)
	h.lease = "8640000"
	s := newSubscriber(t, p, h)
	began := s.now
	var site string
	latest := func() string {
		var paths []string
		for n := int(s.now.Sub(began) / (30 * time.Minute)); n >= 0 && len(paths) < 50; n-- {
			paths = append(paths, fmt.Sprint("/", n))
		}
		return entries(site, paths...)
	}
	site = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Link", `<`+h.URL+`>; rel="hub"`)
		fmt.Fprint(w, latest())
	})
	id := watch(t, p, site+"/feed")
	next := s.polled(id).NextPoll
	s.pass(0)
	polls := 0
	for s.now.Before(began.Add(48 * time.Hour)) {
		if s.now = s.now.Add(10 * time.Minute); brings {
			h.push(s.subscription(id).Secret, latest())
		}
		for !next.After(s.now) {
			next = s.polled(id).NextPoll
			if s.now.After(began.Add(24 * time.Hour)) {
				polls++
			}
		}
	}
	return 24 * time.Hour / time.Duration(polls)
}

// TestWebSubOff: without an address nobody is asked, and there is nothing to call.
func TestWebSubOff(t *testing.T) {
	h, p := newHub(t), apptest.Open(t)
	_, id := withHub(t, h, p)
	s := newSubscriber(t, p, h)
	s.hubs.callback = ""
	s.polled(id)
	s.hubs.loop(context.Background()) // ends at once
	if _, err := p.Store.Subscription(t.Context(), id); !errors.Is(err, store.ErrNotFound) || s.Routes() != nil {
		t.Errorf("a hub was kept: %v", err)
	}
}
