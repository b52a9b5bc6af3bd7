package fetcher

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
)

// TestRobots: pages that robots.txt forbids are not asked for, also where a
// redirect leads to them; what the feed says of them must do. The file is asked for once.
func TestRobots(t *testing.T) {
	s := newSite(t)
	s.pages["/robots.txt"] = text("User-agent: *\nDisallow: /\n\nUser-agent: marsad\nDisallow: /private\n")
	s.pages["/open"] = text("<p>page</p>")
	s.pages["/leads"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/private/1", http.StatusFound) }
	s.publish("/open", "", "/private/2", "text", "/leads", "text")
	p := apptest.Open(t)
	watch(t, p, s.URL+"/feed")
	line := start(t, p, loopback())
	notes := map[string]string{}
	for range 3 {
		got := line.Next(bus.Cleaner).(*event.Fetched)
		notes[strings.TrimPrefix(got.URL, s.URL)] = got.Trail[0].Note
	}
	if notes["/open"] != "" || notes["/private/2"] != ReasonRobots || notes["/leads"] != ReasonRobots {
		t.Errorf("notes = %v", notes)
	}
	if s.requests("/private/1")+s.requests("/private/2") != 0 || s.requests("/robots.txt") != 1 {
		t.Errorf("requests = %v", s.asked)
	}
}

// TestRobotsThatCannotBeHad: nothing is allowed then, unless an old file is known.
func TestRobotsThatCannotBeHad(t *testing.T) {
	var status atomic.Int32
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		fmt.Fprint(w, "User-agent: *\nDisallow: /private")
	})
	p := apptest.Open(t)
	s, err := New(loopback(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	now := time.Now()
	s.robots.now = func() time.Time { return now }
	s.now = s.robots.now
	allowed := func(path string) string {
		t.Helper()
		_, _, err := s.download(t.Context(), news.Item{Ref: news.Ref{Item: "i"}, Host: "127.0.0.1", URL: address + path}, news.Source{}, news.Validators{})
		if err == nil {
			return ""
		}
		return asFailure(err).reason
	}
	for _, c := range []struct {
		status  int
		path    string
		want    string
		forward time.Duration
	}{
		{503, "/a", ReasonThrottled, 0},                 // as it was asked for just now
		{200, "/a", ReasonRobots, time.Minute},          // and remembered for a while
		{200, "/a", "", robotsRetry},                    // then asked for again
		{200, "/private", ReasonRobots, time.Minute},    //
		{500, "/private", ReasonRobots, robotsFresh},    // the old one stands in
		{200, "/a", "", 0},                              //
		{500, "/a", ReasonServerError, 2 * robotsStale}, // not for ever
		{404, "/private", ReasonNotFound, robotsRetry},  // no file: all is allowed, though it is not there
	} {
		now = now.Add(c.forward)
		status.Store(int32(c.status))
		if got := allowed(c.path); got != c.want {
			t.Errorf("%s with status %d after %v: %q, want %q", c.path, c.status, c.forward, got, c.want)
		}
	}
}

// TestTripTakesSlots: of the domains it leads to, waits for them, and leaves them
// alone for as long as their servers say.
func TestTripTakesSlots(t *testing.T) {
	p := apptest.Open(t)
	s, err := New(loopback(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	s.cfg.HostDelay = time.Hour
	to := parsed(t, "https://www.b.example/x")
	one := s.trip("one", "a.example")
	leave, err := one.visit(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	home, err := one.visit(t.Context(), parsed(t, "https://feeds.a.example/"))
	if err != nil {
		t.Fatal("its own domain:", err)
	}
	if inner, err := one.aside().visit(t.Context(), to); err != nil {
		t.Error("a domain it has already:", err)
	} else {
		inner(&failure{domain: 9 * time.Hour})
	}
	if _, err := s.trip("two", "c.example").visit(t.Context(), to); asFailure(err).reason != ReasonBusy {
		t.Errorf("a domain that another asks: %v", err)
	}
	leave(&failure{domain: 5 * time.Hour, at: to.String()})
	home(nil)
	if one.pause != time.Hour {
		t.Errorf("home is held for %v because of another", one.pause)
	}
	free, err := p.Store.HostFreeAt(t.Context(), "b.example")
	if err != nil || time.Until(free) < 4*time.Hour || time.Until(free) > 6*time.Hour {
		t.Errorf("who said 429 is free at %v, %v", free, err)
	}
	home(&failure{domain: 3 * time.Hour})
	if one.pause != 3*time.Hour {
		t.Errorf("home is held for %v", one.pause)
	}
	if _, err := one.visit(t.Context(), to); asFailure(err).reason != ReasonBusy {
		t.Errorf("before the pause is over: %v", err)
	}
}

// at serves from an address of loopback of its own: a domain of its own.
func at(t *testing.T, ip string, handler http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Skip("this machine has no such address of loopback:", err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// TestRobotsInACircle: robots.txt files that redirect to one another do not ask
// for the robots.txt of where they lead.
func TestRobotsInACircle(t *testing.T) {
	var requests atomic.Int32
	var b, c string
	count := func(to *string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			http.Redirect(w, r, *to, http.StatusFound)
		}
	}
	toB, toC := new(string), new(string)
	b, c = at(t, "127.0.0.2", count(toC)), at(t, "127.0.0.3", count(toB))
	*toB, *toC = b+"/robots.txt", c+"/robots.txt"
	a := at(t, "127.0.0.4", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, b+"/x", http.StatusFound)
	})
	s, err := New(loopback(), apptest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	_, _, err = s.download(t.Context(), news.Item{Ref: news.Ref{Item: "i"}, Host: "127.0.0.4", URL: a + "/1"}, news.Source{}, news.Validators{})
	if got := asFailure(err).reason; got != ReasonRedirects || requests.Load() > 2*maxRedirects {
		t.Errorf("%s after %d requests", got, requests.Load())
	}
}

// TestWhatIsNoMove: a redirect for good to what is no feed, or to another domain
// while there are secrets; and what is gone elsewhere pauses nobody.
func TestWhatIsNoMove(t *testing.T) {
	var status atomic.Int32
	there := at(t, "127.0.0.2", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Key") != "" || r.Header.Get("Cookie") != "":
			t.Error("a secret left its domain")
		case status.Load() != 0:
			w.WriteHeader(int(status.Load()))
		case r.URL.Path == "/page":
			fmt.Fprint(w, "<!doctype html><html><head><title>parked</title></head><body><p>for sale</p></body></html>")
		default:
			fmt.Fprint(w, oneEntry)
		}
	})
	var leads atomic.Pointer[string]
	here := at(t, "127.0.0.3", func(w http.ResponseWriter, r *http.Request) {
		if to := leads.Load(); to != nil {
			http.Redirect(w, r, *to, http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, oneEntry)
	})
	s, err := New(loopback(), apptest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	source := news.Source{ID: "s", URL: here + "/feed", Kind: news.KindFeed, Validators: news.Validators{BodyHash: "known"}}
	poll := func(source news.Source, to string) store.PollResult {
		leads.Store(&to)
		r, err := s.read(t.Context(), source)
		return s.result(source, s.now(), r, err)
	}
	if got := poll(source, there+"/page"); got.MovedTo != "" || got.Poll.Reason != ReasonWebPage {
		t.Errorf("to a page: moved to %q, %s", got.MovedTo, got.Poll.Reason)
	}
	if got := poll(source, there+"/feed"); got.MovedTo != there+"/feed" {
		t.Errorf("to a feed: moved to %q, %s", got.MovedTo, got.Poll.Reason)
	}
	secret := source
	secret.Options.Headers = map[string]string{"X-Key": "secret"}
	if got := poll(secret, there+"/feed"); got.MovedTo != "" || got.Poll.Outcome == news.PollError {
		t.Errorf("with a secret: moved to %q, %s", got.MovedTo, got.Poll.Reason)
	}
	status.Store(http.StatusGone)
	if got := poll(source, there+"/feed"); got.Stop != "" || got.Poll.Reason != ReasonGone {
		t.Errorf("gone where it leads: stopped for %q, %s", got.Stop, got.Poll.Reason)
	}
}

// TestSitemapIndex: children that cannot be read are left out.
func TestSitemapIndex(t *testing.T) {
	var gone atomic.Bool
	now := time.Now().UTC().Format(time.RFC3339)
	var here string
	here = at(t, "127.0.0.3", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/index.xml":
			fmt.Fprint(w, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
			for _, child := range []string{"one", "two"} {
				fmt.Fprintf(w, "<sitemap><loc>%s/%s.xml</loc><lastmod>%s</lastmod></sitemap>", here, child, now)
			}
			fmt.Fprint(w, "</sitemapindex>")
		case r.URL.Path == "/one.xml" || gone.Load():
			w.WriteHeader(http.StatusGone)
		default:
			fmt.Fprintf(w, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
				<url><loc>%s/a</loc><news:news><news:publication_date>%s</news:publication_date><news:title>A</news:title></news:news></url></urlset>`, here, now)
		}
	})
	s, err := New(loopback(), apptest.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	source := news.Source{ID: "s", URL: here + "/index.xml", Kind: news.KindSitemap}
	r, err := s.read(t.Context(), source)
	if err != nil || len(r.entries) != 1 || !slices.Contains(r.repairs, repairLostSitemaps) {
		t.Errorf("%d entries, repairs %v, %v", len(r.entries), r.repairs, err)
	}
	gone.Store(true)
	r, err = s.read(t.Context(), source)
	if got := s.result(source, s.now(), r, err); got.Stop != "" || got.Poll.Reason != ReasonGone {
		t.Errorf("all gone: stopped for %q, %s", got.Stop, got.Poll.Reason)
	}
}

// TestSourceMovesAndGoes: 301 moves it, 410 pauses it, with a notice.
func TestSourceMovesAndGoes(t *testing.T) {
	s := newSite(t)
	s.publish("/a", "text")
	var gone atomic.Bool
	s.pages["/old"] = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/new", http.StatusMovedPermanently) }
	s.pages["/new"] = func(w http.ResponseWriter, _ *http.Request) {
		if gone.Load() {
			w.WriteHeader(http.StatusGone)
			return
		}
		fmt.Fprint(w, oneEntry)
	}
	p := apptest.Open(t)
	id := watch(t, p, s.URL+"/old")
	start(t, p, loopback())
	source := func() news.Source {
		source, err := p.Store.Source(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return source
	}
	stagetest.Eventually(t, "it moved", func() bool { return source().URL == s.URL+"/new" })
	stagetest.Eventually(t, "it is read there", func() bool { return s.requests("/new") > 1 })
	moves, err := p.Store.Moves(t.Context(), id)
	if err != nil || len(moves) != 1 || moves[0].From != s.URL+"/old" {
		t.Errorf("moves = %+v, %v", moves, err)
	}
	gone.Store(true)
	stagetest.Eventually(t, "it is paused", func() bool { return source().Notice == news.NoticeGone })
	if got := source(); !got.Paused || got.Reason != ReasonGone || s.requests("/old") != 1 {
		t.Errorf("%+v, %d requests for the old address", got, s.requests("/old"))
	}
}

// set gives a source options.
func set(t *testing.T, p *app.Process, id news.ID, options news.Options) {
	t.Helper()
	source, err := p.Store.Source(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	source.Options = options
	if err := p.Store.ChangeSource(t.Context(), source); err != nil {
		t.Fatal(err)
	}
}

// TestQuota: what a source brings beyond it is dropped, unasked for.
func TestQuota(t *testing.T) {
	s := newSite(t)
	s.pages["/1"], s.pages["/2"] = text("<p>page</p>"), text("<p>page</p>")
	s.publish("/1", "", "/2", "text")
	p := apptest.Open(t)
	id := watch(t, p, s.URL+"/feed")
	set(t, p, id, news.Options{Quota: 1})
	line := start(t, p, loopback())
	if got := line.Next(bus.Cleaner).(*event.Fetched); got.URL != s.URL+"/1" {
		t.Errorf("taken: %s", got.URL)
	}
	if got := line.Next(bus.ArchiverEnded).(*event.Ended); got.Reason != ReasonQuota || s.requests("/2") != 0 {
		t.Errorf("ended for %s after %d requests", got.Reason, s.requests("/2"))
	}
}

// TestFullContent: pages of such a source are not downloaded where the feed has a text.
func TestFullContent(t *testing.T) {
	s := newSite(t)
	s.pages["/2"] = text("<p>page</p>")
	s.publish("/1", "the whole text", "/2", "")
	p := apptest.Open(t)
	id := watch(t, p, s.URL+"/feed")
	set(t, p, id, news.Options{FullContent: true})
	line := start(t, p, loopback())
	for range 2 {
		if got := line.Next(bus.Cleaner).(*event.Fetched); got.Trail[0].Note != "" {
			t.Errorf("%s: %s", got.URL, got.Trail[0].Note)
		}
	}
	if s.requests("/1") != 0 || s.requests("/2") != 1 {
		t.Errorf("requests = %v", s.asked)
	}
}

// TestSecondLook: a page that changed is a new revision, one that did not is not.
func TestSecondLook(t *testing.T) {
	var changed atomic.Bool
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/robots.txt":
			w.WriteHeader(http.StatusNotFound)
		case !changed.Load() && r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			fmt.Fprintf(w, "<p>changed: %v</p>", changed.Load())
		}
	})
	p := apptest.Open(t)
	cfg := loopback()
	cfg.SecondLooks = []time.Duration{time.Hour, 3 * time.Hour}
	s, err := New(cfg, p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.client.close()
	line := stagetest.On(t, p.Bus)
	now := time.Now().UTC().Truncate(time.Second)
	s.now = func() time.Time { return now }
	id := watch(t, p, address+"/feed")
	entry := store.Entry{ID: news.NewID("a"), URL: address + "/a", Found: news.Found{Title: "t"}}
	if _, err := p.Store.RecordPoll(t.Context(), store.PollResult{Source: id, Poll: news.Poll{At: now}, NextPoll: now.Add(99 * time.Hour), Items: []store.Entry{entry}}); err != nil {
		t.Fatal(err)
	}
	handle := func() {
		t.Helper()
		items, err := p.Store.ClaimItems(t.Context(), store.Claim{Now: now, Owner: s.owner, Lease: time.Minute, Limit: 9})
		if err != nil || len(items) != 1 {
			t.Fatalf("claimed %+v, %v", items, err)
		}
		s.handle(t.Context(), items[0])
	}
	look := func(after time.Duration, want int) {
		t.Helper()
		now = now.Add(after)
		if n, err := p.Store.StartLooks(t.Context(), now, 9); err != nil || n != want {
			t.Fatalf("%d looks begin, %v; want %d", n, err, want)
		}
	}
	archive := func(revision int) {
		t.Helper()
		ref := news.Ref{Item: entry.ID, Revision: revision}
		if got := line.Next(bus.Cleaner).(*event.Fetched); got.Ref != ref {
			t.Fatalf("in line: %+v", got.Ref)
		}
		_, err := p.Store.End(t.Context(), []store.Ending{{
			Ref: ref, Outcome: news.Archived, At: now, Article: &news.Article{ID: entry.ID, Title: "t"}, Verdict: &news.Verdict{Kind: news.Original}, Story: "s",
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	handle()
	archive(1)
	look(30*time.Minute, 0)
	look(30*time.Minute, 1)
	handle()
	item, err := p.Store.Item(t.Context(), entry.ID)
	if err != nil || item.Outcome != news.Archived || item.Revision != 1 {
		t.Fatalf("after a look in vain: %+v, %v", item, err)
	}
	changed.Store(true)
	look(time.Hour, 0)
	look(time.Hour, 1)
	handle()
	archive(2)
	page, err := p.Store.Page(t.Context(), news.Ref{Item: entry.ID, Revision: 2})
	if err != nil || !strings.Contains(string(page.Body), "true") {
		t.Errorf("the page is %q, %v", page.Body, err)
	}
	look(99*time.Hour, 0) // that was the last
}
