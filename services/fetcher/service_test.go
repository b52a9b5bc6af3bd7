package fetcher

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
	"marsad/pkg/store/postgres/throwaway"
)

func TestMain(m *testing.M) {
	if feeds := os.Getenv(pressVariable); feeds != "" {
		if err := servePress(feeds); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(tests{m})
}

// tests are those of this package; PostgreSQL ends with them, before leaks are looked for.
type tests struct{ *testing.M }

func (ts tests) Run() int { return throwaway.Main(ts.M) }

// site is a publisher on loopback. Its feed lists paths; it notes what is asked.
type site struct {
	*httptest.Server
	mu      sync.Mutex
	feed    string
	pages   map[string]http.HandlerFunc
	asked   map[string]int
	running atomic.Int32
	atOnce  atomic.Int32 // most requests at once
}

func newSite(t *testing.T) *site {
	s := &site{pages: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	if n := s.running.Add(1); n > s.atOnce.Load() {
		s.atOnce.Store(n)
	}
	defer s.running.Add(-1)
	s.mu.Lock()
	s.asked[r.URL.Path]++
	feed, page := s.feed, s.pages[r.URL.Path]
	s.mu.Unlock()
	switch {
	case page != nil:
		page(w, r)
	case r.URL.Path == "/feed" && r.Header.Get("If-None-Match") == `"`+fmt.Sprint(len(feed))+`"`:
		w.WriteHeader(http.StatusNotModified)
	case r.URL.Path == "/feed":
		w.Header().Set("ETag", `"`+fmt.Sprint(len(feed))+`"`)
		fmt.Fprint(w, feed)
	default:
		http.NotFound(w, r)
	}
}

func (s *site) requests(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// publish makes the feed list items: path and description by turns.
func (s *site) publish(pathAndText ...string) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>t</title>`)
	for i := 0; i < len(pathAndText); i += 2 {
		fmt.Fprintf(&b, `<item><title>%s</title><link>%s%s</link><description>%s</description></item>`, pathAndText[i], s.URL, pathAndText[i], pathAndText[i+1])
	}
	b.WriteString(`</channel></rss>`)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feed = b.String()
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

func loopback() Config {
	cfg := DefaultConfig()
	cfg.HostDelay, cfg.PollEvery, cfg.AllowNetworks = 0, time.Second, []string{"127.0.0.0/8"}
	return cfg
}

// start runs a fetcher on p until the test ends, and returns its line.
func start(t *testing.T, p *app.Process, cfg Config) *stagetest.Line {
	t.Helper()
	s, err := New(cfg, p)
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, s)
	return stagetest.On(t, p.Bus)
}

const oneEntry = `<rss version="2.0"><channel><title>t</title><item><title>one</title><link>https://a.example/1</link></item></channel></rss>`

func watch(t *testing.T, p *app.Process, url string) news.ID {
	t.Helper()
	source := news.Source{ID: news.NewSourceID(url), Publisher: news.NewPublisher("p"), Kind: news.KindFeed, URL: url, Name: "n", AddedAt: time.Now()}
	if _, err := p.Store.AddSources(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	return source.ID
}

// TestFromFeedToLine: a page that can be had, one that cannot but whose feed
// has text, and one that has neither.
func TestFromFeedToLine(t *testing.T) {
	s := newSite(t)
	s.pages["/good"] = text("<p>page</p>")
	s.publish("/good", "", "/gone", "text of the feed", "/lost", "")
	p := apptest.Open(t)
	source := watch(t, p, s.URL+"/feed")
	line := start(t, p, loopback())

	kinds := map[string]news.PageKind{}
	for range 2 {
		got := line.Next(bus.Cleaner).(*event.Fetched)
		page, err := p.Store.Page(t.Context(), got.Ref)
		if err != nil {
			t.Fatal(err)
		}
		kinds[strings.TrimPrefix(got.URL, s.URL)] = page.Kind
		if note := got.Trail[0].Note; (page.Kind == news.PageFeed) != (note == ReasonNotFound) {
			t.Errorf("%s: note %q on a page of kind %s", got.URL, note, page.Kind)
		}
		if got.Source.Publisher != "p" || got.FoundAt.IsZero() {
			t.Errorf("head = %+v", got.Head)
		}
	}
	if kinds["/good"] != news.PageHTML || kinds["/gone"] != news.PageFeed {
		t.Errorf("kinds = %v", kinds)
	}
	if got := line.Next(bus.ArchiverEnded).(*event.Ended); got.Outcome != news.Dropped || got.Reason != ReasonNotFound || got.Stage != "fetcher" {
		t.Errorf("ended as %+v", got)
	}
	stagetest.Eventually(t, "all in line", func() bool {
		stats, err := p.Store.LedgerStats(t.Context())
		return err == nil && stats.Open[news.StateInLine] == 3
	})
	stagetest.Eventually(t, "polled again, conditionally", func() bool {
		polls, err := p.Store.Polls(t.Context(), source)
		return err == nil && len(polls) > 1 && polls[0].Outcome == news.PollNotModified
	})
	if got, err := p.Store.Source(t.Context(), source); err != nil || got.Counts.Found != 3 {
		t.Errorf("a second poll changed the ledger: %+v, %v", got.Counts, err)
	}
	for _, path := range []string{"/good", "/gone", "/lost"} {
		if n := s.requests(path); n != 1 {
			t.Errorf("%s was requested %d times", path, n)
		}
	}
}

func TestTransientFailureIsTriedAgain(t *testing.T) {
	s := newSite(t)
	var calls atomic.Int32
	s.pages["/busy"] = func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "<p>page</p>")
	}
	s.publish("/busy", "")
	p := apptest.Open(t)
	watch(t, p, s.URL+"/feed")
	line := start(t, p, loopback())
	if got := line.Next(bus.Cleaner).(*event.Fetched); !strings.HasSuffix(got.URL, "/busy") || calls.Load() != 2 || got.Trail[0].Note != "" {
		t.Errorf("%s after %d requests, with the note %q", got.URL, calls.Load(), got.Trail[0].Note)
	}
}

// TestReasonOutlivesACrash: between storing that there is no page and publishing.
func TestReasonOutlivesACrash(t *testing.T) {
	p := apptest.Open(t)
	source := watch(t, p, "http://127.0.0.1:9/feed")
	now := time.Now()
	entry := store.Entry{ID: news.NewID("a"), URL: "http://127.0.0.1:9/a", Found: news.Found{Title: "t"}}
	if _, err := p.Store.RecordPoll(t.Context(), store.PollResult{Source: source, Poll: news.Poll{At: now}, NextPoll: now.Add(time.Hour), Items: []store.Entry{entry}}); err != nil {
		t.Fatal(err)
	}
	page := news.Page{Ref: news.Ref{Item: entry.ID, Revision: 1}, Kind: news.PageFeed, Found: entry.Found}
	if err := p.Store.SavePage(t.Context(), page, ReasonGone, store.Slot{}); err != nil {
		t.Fatal(err)
	}
	line := start(t, p, loopback())
	if got := line.Next(bus.ArchiverEnded).(*event.Ended); got.Reason != ReasonGone {
		t.Errorf("ended for %q, want %q", got.Reason, ReasonGone)
	}
}

// TestValidatorsAreRenewed: with an unchanged body, and with a 304.
func TestValidatorsAreRenewed(t *testing.T) {
	s := newSite(t)
	var polls atomic.Int32
	s.pages["/feed"] = func(w http.ResponseWriter, r *http.Request) {
		n := polls.Add(1)
		w.Header().Set("ETag", fmt.Sprintf(`"v%d"`, n))
		if n > 1 && r.Header.Get("If-None-Match") != fmt.Sprintf(`"v%d"`, n-1) {
			t.Errorf("poll %d came with the validator %s", n, r.Header.Get("If-None-Match"))
		}
		if n > 2 {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, oneEntry)
	}
	p := apptest.Open(t)
	source := watch(t, p, s.URL+"/feed")
	start(t, p, loopback())
	stagetest.Eventually(t, "polled four times", func() bool { return polls.Load() >= 4 })
	last, err := p.Store.Polls(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	for _, poll := range last[:len(last)-1] {
		if poll.Outcome != news.PollNotModified {
			t.Errorf("polls = %+v", last)
		}
	}
}

func TestOneRequestPerHostAtATime(t *testing.T) {
	s := newSite(t)
	var items []string
	for i := range 20 {
		path := fmt.Sprintf("/%d", i)
		s.pages[path] = text("<p>page</p>")
		items = append(items, path, "")
	}
	s.publish(items...)
	p := apptest.Open(t)
	watch(t, p, s.URL+"/feed")
	line := start(t, p, loopback())
	for range 20 {
		line.Next(bus.Cleaner)
	}
	if n := s.atOnce.Load(); n != 1 {
		t.Errorf("%d requests at once to one host", n)
	}
}

func TestPollErrors(t *testing.T) {
	s := newSite(t)
	s.pages["/html"] = text("<!doctype html><title>no feed</title>")
	s.pages["/broken"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	s.pages["/loop"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) }
	s.pages["/large"] = func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 2<<20)) }
	cfg := loopback()
	cfg.MaxFeedBytes = 1 << 20
	for path, want := range map[string]string{
		"/html": ReasonWebPage, "/broken": ReasonServerError, "/loop": ReasonRedirects, "/large": ReasonTooLarge, "/nothing": ReasonNotFound,
	} {
		if _, reason, err := Check(t.Context(), cfg, news.Source{URL: s.URL + path}); reason != want || err == nil {
			t.Errorf("%s: %s, %v; want %s", path, reason, err, want)
		}
	}
	cfg.AllowNetworks = nil
	if _, reason, _ := Check(t.Context(), cfg, news.Source{URL: s.URL + "/feed"}); reason != ReasonBlockedAddress {
		t.Errorf("loopback: %s, want %s", reason, ReasonBlockedAddress)
	}
	if n := s.requests("/feed"); n != 0 {
		t.Error("a blocked address was connected to")
	}
}

// TestReconcile: what the ledger believes to be in line and no stream has
// becomes due again, after two looks an ack wait apart; a backlog does not.
func TestReconcile(t *testing.T) {
	p := apptest.Open(t)
	s, err := New(loopback(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	now := time.Now()
	s.now = func() time.Time { return now }
	lost, queued := news.NewID("lost"), news.NewID("queued")
	for _, id := range []news.ID{lost, queued} {
		entry := store.Entry{ID: id, Page: &news.Page{Kind: news.PageText, Body: []byte("x")}}
		if _, err := p.Store.Submit(t.Context(), now, []store.Entry{entry}); err != nil {
			t.Fatal(err)
		}
		if err := p.Store.MarkInLine(t.Context(), now, news.Ref{Item: id, Revision: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.publish(t.Context(), &event.Fetched{Head: event.Head{Ref: news.Ref{Item: queued, Revision: 1}}}); err != nil {
		t.Fatal(err)
	}
	due := func(id news.ID) bool {
		t.Helper()
		if err := s.reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		item, err := p.Store.Item(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return item.State == news.StateDue
	}
	if due(lost) {
		t.Error("due before reconcile_after")
	}
	now = now.Add(s.cfg.ReconcileAfter + time.Second)
	if due(lost) {
		t.Error("due after one look")
	}
	now = now.Add(bus.DefaultLimits().AckWait / 2)
	if due(lost) {
		t.Error("due after two looks within an ack wait")
	}
	now = now.Add(bus.DefaultLimits().AckWait)
	if !due(lost) {
		t.Error("not due after two looks an ack wait apart")
	}
	if due(queued) {
		t.Error("a queued item became due")
	}
}

// TestLongHoldIsTold: of a pause of a host for long there is one line.
func TestLongHoldIsTold(t *testing.T) {
	var log strings.Builder
	s := &Service{log: slog.New(slog.NewTextHandler(&log, nil))}
	s.now = time.Now
	for _, pause := range []time.Duration{longHold, 2 * time.Hour} {
		if got := s.heldOff(&failure{domain: pause}, "slow.example"); got != pause {
			t.Errorf("held for %v, want %v", got, pause)
		}
	}
	if got := log.String(); strings.Count(got, "level=WARN") != 1 || !strings.Contains(got, "host=slow.example") {
		t.Errorf("the log says %q", got)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "-5": 0, "soon": 0, "99999999": maxRetryAfter,
		"Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", value, got, want)
		}
	}
}
