package fetcher

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
)

func newTestClient(t *testing.T) *client {
	t.Helper()
	c, err := newClient(loopback(), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// serve runs a server on loopback until the test ends.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func packed(t *testing.T, coding, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return []byte(body)
	}
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestContentCodings: those that are asked for, and servers that say one thing and do another.
func TestContentCodings(t *testing.T) {
	const text = "مرحبا, what is said in few words"
	bomb := strings.Repeat("\x00", 3<<20)
	for _, c := range []struct {
		name, says, does, body string
		reason                 string // empty: it is understood
	}{
		{"none", "", "", text, ""},
		{"gzip", "gzip", "gzip", text, ""},
		{"x-gzip", "X-GZip", "gzip", text, ""},
		{"br", "br", "br", text, ""},
		{"zstd", "zstd", "zstd", text, ""},
		{"gzip that is none", "gzip", "", text, ""},
		{"gzip unsaid", "", "gzip", text, ""},
		{"empty gzip", "gzip", "", "", ""},
		{"unknown", "compress", "", text, ReasonBroken},
		{"broken br", "br", "", strings.Repeat("\xff", 100), ReasonBroken},
		{"gzip bomb", "gzip", "gzip", bomb, ReasonTooLarge},
		{"br bomb", "br", "br", bomb, ReasonTooLarge},
		{"zstd bomb", "zstd", "zstd", bomb, ReasonTooLarge},
		{"too much", "", "", bomb, ReasonTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("Accept-Encoding"); got != "gzip, br, zstd" {
					t.Errorf("Accept-Encoding: %s", got)
				}
				w.Header().Set("Content-Encoding", c.says)
				_, _ = w.Write(packed(t, c.does, c.body))
			})
			a, err := newTestClient(t).get(t.Context(), request{kind: kindPage, url: address, limit: 2 << 20})
			defer a.done()
			if c.reason != "" {
				if err == nil || asFailure(err).reason != c.reason {
					t.Errorf("%d bytes, %v; want %s", len(a.body), err, c.reason)
				}
				return
			}
			if err != nil || string(a.body) != c.body {
				t.Errorf("%q, %v", a.body, err)
			}
		})
	}
}

// TestLargeBodiesTakeTurns: what is held of them is bounded, and given back.
func TestLargeBodiesTakeTurns(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, largeBody+1)) })
	c := newTestClient(t)
	for range 2 * largeAtOnce {
		a, err := c.get(t.Context(), request{kind: kindPage, url: address, limit: 2 * largeBody})
		if err != nil || len(a.body) != largeBody+1 {
			t.Fatalf("%d bytes, %v", len(a.body), err)
		}
		a.done()
		a.done() // harmless
	}
	if !c.large.TryAcquire(largeAtOnce) {
		t.Error("room was not given back")
	}
}

func TestSlowAnswers(t *testing.T) {
	measured := func(in io.Reader) *paced {
		p := newPaced(in, func() {})
		p.since = time.Now().Add(-slowGrace - time.Second)
		return p
	}
	if _, err := io.ReadAll(measured(iotest.OneByteReader(strings.NewReader("abc")))); err == nil || asFailure(err).reason != ReasonTooSlow {
		t.Errorf("one byte in six seconds: %v", err)
	}
	fast := measured(strings.NewReader(strings.Repeat("x", slowRate*12)))
	if _, err := fast.Read(make([]byte, slowRate*8)); err != nil {
		t.Error(err)
	}
	fast.since = time.Now().Add(-slowGrace - time.Second)
	if _, err := fast.Read(make([]byte, 9)); err == nil {
		t.Error("what came before makes up for drips")
	}
}

// TestRedirects: which of them say that the address is another for good.
func TestRedirects(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err != nil {
			fmt.Fprint(w, "here")
			return
		}
		http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, fmt.Sprintf("/%d", status))+"#part", status)
	})
	for path, moved := range map[string]string{
		"/end": "", "/301/end": "/end", "/308/end": "/end", "/302/end": "", "/307/end": "", "/303/end": "",
		"/301/308/end": "/end", "/301/302/end": "/302/end", "/302/301/end": "",
	} {
		if moved != "" {
			moved = address + moved
		}
		a, err := newTestClient(t).get(t.Context(), request{kind: kindFeed, url: address + path, limit: 1 << 10})
		if err != nil || a.url != address+"/end" || a.moved != moved {
			t.Errorf("%s: at %q, moved to %q, %v; want %q", path, a.url, a.moved, err, moved)
		}
	}
	for path, reason := range map[string]string{
		"/301/302/307/308/303/301/end": ReasonRedirects, "/304/": "",
	} {
		_, err := newTestClient(t).get(t.Context(), request{kind: kindFeed, url: address + path, limit: 1 << 10})
		if reason != "" && (err == nil || asFailure(err).reason != reason) {
			t.Errorf("%s: %v, want %s", path, err, reason)
		}
	}
}

// TestRedirectsOffTheWeb: nothing but http and https is followed, and user names go no further.
func TestRedirectsOffTheWeb(t *testing.T) {
	at, _ := url.Parse("https://a.example/b/c")
	for location, want := range map[string]string{
		"/x": "https://a.example/x", "x?y#z": "https://a.example/b/x?y", "//b.example/": "https://b.example/",
		"http://user:secret@b.example/": "http://b.example/", "file:///etc/passwd": "", "gopher://b.example/": "",
		"javascript:alert(1)": "", "https://": "", "http://[::1": "",
	} {
		got, err := target(at, location)
		if err == nil && got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q leads to %v, %v; want %q", location, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: a secret is in %v", location, err)
		}
	}
}

// TestSecretsStayHome: headers and cookies of a source go to its own domain only.
func TestSecretsStayHome(t *testing.T) {
	var got []http.Header
	note := func(_ http.ResponseWriter, r *http.Request) { got = append(got, r.Header.Clone()) }
	away := strings.Replace(serve(t, note), "127.0.0.1", "127.0.0.2", 1) // httptest listens on the first only: no connection is made
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(w, r)
		if r.URL.Path == "/leave" {
			http.Redirect(w, r, away, http.StatusFound)
		}
	})
	options := news.Options{Headers: map[string]string{"X-Key": "secret", "User-Agent": "another"}, Cookies: "session=secret"}
	r := request{kind: kindFeed, url: home + "/leave", limit: 1 << 10, options: options, home: home}
	_, _ = newTestClient(t).get(t.Context(), r)
	if len(got) != 1 || got[0].Get("X-Key") != "secret" || got[0].Get("Cookie") != "session=secret" || got[0].Get("User-Agent") != loopback().userAgent() {
		t.Errorf("at home: %v", got)
	}
	for _, c := range []struct{ home, to string }{{"http://a.example/", "http://b.example/"}, {"https://a.example/", "http://a.example/"}, {"", "https://a.example/"}} {
		req := httptest.NewRequest(http.MethodGet, c.to, nil)
		newTestClient(t).describe(req, request{kind: kindPage, options: options, home: c.home})
		if req.Header.Get("X-Key") != "" || req.Header.Get("Cookie") != "" {
			t.Errorf("from %q secrets go to %q", c.home, c.to)
		}
	}
}

// TestCookieThenPage: a server that redirects to the same page until its cookie comes back.
func TestCookieThenPage(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("seen"); err != nil {
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return
		}
		fmt.Fprint(w, "page")
	})
	a, err := newTestClient(t).get(t.Context(), request{kind: kindPage, url: address + "/a", limit: 1 << 10})
	if err != nil || string(a.body) != "page" {
		t.Errorf("%q, %v", a.body, err)
	}
}

// TestProxy: requests go through it, with the address whole; what it may not
// reach itself is not asked for.
func TestProxy(t *testing.T) {
	var asked []string
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		fmt.Fprint(w, "through")
	})
	cfg := loopback()
	cfg.AllowNetworks = nil
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for address, want := range map[string]string{
		"http://a.example/x": "through", "http://127.0.0.1/": "", "http://[::ffff:10.0.0.1]/": "", "http://a.example:25/": "",
	} {
		a, err := c.get(t.Context(), request{kind: kindPage, url: address, limit: 1 << 10, options: news.Options{Proxy: proxy}})
		if string(a.body) != want || want == "" && asFailure(err).reason != ReasonBlockedAddress {
			t.Errorf("%s: %q, %v", address, a.body, err)
		}
	}
	if len(asked) != 1 || asked[0] != "http://a.example/x" {
		t.Errorf("the proxy was asked for %q", asked)
	}
}

func TestFreshness(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{}, 0},
		{http.Header{"Cache-Control": {"public, max-age=300"}}, 5 * time.Minute},
		{http.Header{"Cache-Control": {"max-age=300", "no-store"}}, 0},
		{http.Header{"Cache-Control": {"no-cache, max-age=300"}}, 0},
		{http.Header{"Cache-Control": {"max-age=300"}, "Age": {"100"}}, 200 * time.Second},
		{http.Header{"Cache-Control": {"max-age=300"}, "Age": {"1000"}}, 0},
		{http.Header{"Cache-Control": {"max-age=x"}}, 0},
		{http.Header{"Cache-Control": {"max-age=-1"}}, 0},
		{http.Header{"Date": {"Thu, 01 Jan 2026 00:00:00 GMT"}, "Expires": {"Thu, 01 Jan 2026 00:10:00 GMT"}}, 10 * time.Minute},
		{http.Header{"Date": {"Thu, 01 Jan 2026 00:00:00 GMT"}, "Expires": {"0"}}, 0},
	} {
		if got := freshness(c.header); got != c.want {
			t.Errorf("%v: %v, want %v", c.header, got, c.want)
		}
	}
}

// TestDoubted: once between two midnights of its own.
func TestDoubted(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	source := news.Source{ID: news.NewSourceID("https://a.example/feed")}
	if doubted(source, start) {
		t.Error("it was never asked: there is nothing to doubt")
	}
	times := 0
	for source.LastPoll = start; source.LastPoll.Before(start.Add(10 * 24 * time.Hour)); {
		next := source.LastPoll.Add(17 * time.Minute)
		if doubted(source, next) {
			times++
		}
		source.LastPoll = next
	}
	if times != 10 {
		t.Errorf("%d times in ten days", times)
	}
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
