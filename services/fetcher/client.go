package fetcher

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/sync/semaphore"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
)

var (
	errRedirects = errors.New("redirects")
	errTooLarge  = errors.New("answer is too large")
	errTooSlow   = errors.New("answer comes too slowly")
)

const (
	maxRedirects   = 5
	maxRetryAfter  = 24 * time.Hour
	maxHeaderBytes = 64 << 10
	maxProxies     = 100 // at once: each has connections of its own
	largeBody      = 1 << 20
	largeAtOnce    = 2 // bodies beyond largeBody in memory
	unpackAtOnce   = 1 // of others: brotli may take 16 MB for each, and needs no time worth sharing
)

// client makes requests to the outside world, within bounds of address, size,
// time and rate.
type client struct {
	guard     guard
	direct    *http.Transport
	userAgent string
	timeout   time.Duration
	proxy     string // of requests without one of their own; empty: none
	large     *semaphore.Weighted
	unpacking *semaphore.Weighted
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	bytes     *prometheus.CounterVec

	mu      sync.Mutex
	proxies map[string]*http.Transport
}

func newClient(cfg Config, reg prometheus.Registerer) (*client, error) {
	g, err := cfg.guard()
	if err != nil {
		return nil, err
	}
	c := &client{
		guard: g, userAgent: cfg.userAgent(), timeout: cfg.Timeout, proxy: cfg.Proxy,
		large: semaphore.NewWeighted(largeAtOnce), unpacking: semaphore.NewWeighted(unpackAtOnce), proxies: map[string]*http.Transport{},
		direct: newTransport(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: g.control}, cfg.Concurrency),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_http_requests_total", Help: "Requests made to sources, by kind and status code (error: no answer).",
		}, []string{"kind", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marsad_http_request_duration_seconds", Help: "Time of requests made to sources, body included.",
			Buckets: prometheus.ExponentialBuckets(0.005, 3, 9),
		}, []string{"kind", "code"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_http_response_bytes_total", Help: "Bytes of bodies received from sources, decompressed.",
		}, []string{"kind", "code"}),
	}
	reg.MustRegister(c.requests, c.duration, c.bytes)
	return c, nil
}

// newTransport never looks at the environment for a proxy: it would connect
// past the guard.
func newTransport(dialer *net.Dialer, concurrency int) *http.Transport {
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 10 * time.Second,
		ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns: 2 * concurrency, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second,
	}
}

func (c *client) close() {
	c.direct.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.proxies {
		t.CloseIdleConnections()
	}
}

// Kinds of requests, as metrics name them.
const (
	kindFeed      = "feed"
	kindSitemap   = "sitemap"
	kindPage      = "page"
	kindRobots    = "robots"
	kindDiscovery = "discovery"
	kindHub       = "hub"
)

// request is what is asked for.
type request struct {
	kind    string // feed, sitemap, page, robots, discovery, hub: labels the metrics
	url     string
	form    url.Values // is posted; of the answer only the status counts. nil: nothing is
	known   news.Validators
	limit   int64        // bytes of the body, compressed and decompressed
	cut     bool         // of a longer body the beginning will do
	options news.Options // of the source it is for
	home    string       // the address of that source: its registrable domain gets the secrets of options
	// visit is asked before each address is requested, url and those that redirects
	// lead to; leave is called after the answer, with what went wrong. nil: no one minds.
	visit func(ctx context.Context, to *url.URL) (leave func(*failure), err error)
}

// answer is a successful response, or a 304.
type answer struct {
	url         string // after redirects
	moved       string // where url is for good, as far as redirects said so; empty: it is where it was
	status      int
	notModified bool
	contentType string
	validators  news.Validators // as the server sent them
	links       []string        // the Link headers
	fresh       time.Duration   // how long caches may give the same answer (RFC 9111, section 4.2)
	body        []byte

	release func() // of the room a large body takes
}

// done gives back what the body took.
func (a *answer) done() {
	if a.release != nil {
		a.release()
		a.release = nil
	}
}

// get makes a request and follows redirects. The error is a *failure. The
// caller calls done on the answer when it has no more use for the body.
func (c *client) get(ctx context.Context, r request) (answer, error) {
	at, err := url.Parse(r.url)
	if err != nil {
		return answer{}, &failure{reason: ReasonClientError, permanent: true, err: errors.New("the address cannot be parsed")}
	}
	// Some sites hand out a cookie and redirect to the same page until it comes back.
	jar, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
	if err != nil {
		return answer{}, reasonOf(err)
	}
	moved, permanent := "", true
	for hop := 0; ; hop++ {
		a, next, err := c.visit(ctx, r, at, jar)
		if err != nil {
			f := asFailure(err)
			f.at = at.Redacted()
			return answer{status: a.status}, f
		}
		if next == nil {
			a.moved = moved
			return a, nil
		}
		if hop == maxRedirects {
			return answer{status: a.status}, reasonOf(fmt.Errorf("%w: more than %d", errRedirects, maxRedirects))
		}
		if permanent = permanent && (a.status == http.StatusMovedPermanently || a.status == http.StatusPermanentRedirect); permanent {
			moved = next.String()
		}
		at = next
	}
}

// visit makes one request, when and if it may be made.
func (c *client) visit(ctx context.Context, r request, at *url.URL, jar http.CookieJar) (a answer, next *url.URL, err error) {
	if _, err := netip.ParseAddr(at.Hostname()); err == nil {
		if err := c.guard.literal(at); err != nil {
			return a, nil, reasonOf(err) // nobody waits for a turn that is not taken
		}
	}
	if r.visit == nil {
		return c.hop(ctx, r, at, jar)
	}
	leave, err := r.visit(ctx, at)
	if err != nil {
		return a, nil, asFailure(err)
	}
	a, next, err = c.hop(ctx, r, at, jar)
	if err != nil {
		leave(asFailure(err))
	} else {
		leave(nil)
	}
	return a, next, err
}

// hop makes one request. next is where it redirects to; nil: here is the answer.
func (c *client) hop(ctx context.Context, r request, at *url.URL, jar http.CookieJar) (a answer, next *url.URL, err error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	a, next, err = c.ask(ctx, r, at, jar)
	code := strconv.Itoa(a.status)
	if a.status == 0 {
		code = "error"
	}
	c.requests.WithLabelValues(r.kind, code).Inc()
	c.duration.WithLabelValues(r.kind, code).Observe(time.Since(start).Seconds())
	c.bytes.WithLabelValues(r.kind, code).Add(float64(len(a.body)))
	return a, next, err
}

func (c *client) ask(ctx context.Context, r request, at *url.URL, jar http.CookieJar) (a answer, next *url.URL, err error) {
	transport, err := c.transport(r.options.Proxy, at)
	if err != nil {
		return a, nil, reasonOf(err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	req, err := r.new(ctx, at)
	if err != nil {
		return a, nil, &failure{reason: ReasonClientError, permanent: true, err: errors.New("the address cannot be requested")}
	}
	c.describe(req, r)
	for _, cookie := range jar.Cookies(at) {
		req.AddCookie(cookie)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return a, nil, reasonOf(err)
	}
	defer resp.Body.Close()
	jar.SetCookies(at, resp.Cookies())
	a = answer{
		url: at.String(), status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"),
		validators: news.Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")},
		fresh:      freshness(resp.Header), links: resp.Header.Values("Link"),
	}
	switch {
	case r.form != nil && resp.StatusCode/100 == 2:
		rest(resp)
		return a, nil, nil
	case resp.StatusCode == http.StatusNotModified:
		a.notModified = true
		return a, nil, nil
	case resp.StatusCode == http.StatusOK:
		a.body, a.release, err = c.read(ctx, resp, r.limit, r.cut, func() { stop(errTooSlow) })
		if cause := context.Cause(ctx); err != nil && errors.Is(cause, errTooSlow) {
			err = cause
		}
		if err != nil {
			return a, nil, reasonOf(err)
		}
		return a, nil, nil
	case redirects(resp) && (r.form == nil || keepsMethod(resp)):
		rest(resp)
		next, err = target(at, resp.Header.Get("Location"))
		if err != nil {
			return a, nil, reasonOf(err)
		}
		return a, next, nil
	}
	rest(resp)
	return a, nil, statusFailure(resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
}

// rest reads what is left of a short body, so that the connection can be used again.
func rest(resp *http.Response) { _, _ = io.CopyN(io.Discard, resp.Body, 16<<10) }

func redirects(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// new makes the request for an address.
func (r request) new(ctx context.Context, at *url.URL) (*http.Request, error) {
	if r.form == nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), strings.NewReader(r.form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

// keepsMethod reports whether what was posted is to be posted again elsewhere.
func keepsMethod(resp *http.Response) bool {
	return resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect
}

// target is where a Location header leads, without user names and fragments.
func target(at *url.URL, location string) (*url.URL, error) {
	to, err := at.Parse(location)
	if err != nil {
		return nil, fmt.Errorf("%w: to what is no address", errRedirects)
	}
	if to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return nil, fmt.Errorf("%w: to %s, which is not the web", errRedirects, to.Redacted())
	}
	to.User, to.Fragment, to.RawFragment = nil, "", ""
	return to, nil
}

// describe writes the headers of a request. Secrets go to the source's own
// domain, and not over a line that is less safe than its own.
func (c *client) describe(req *http.Request, r request) {
	h := req.Header
	if home, err := url.Parse(r.home); err == nil && r.home != "" &&
		weburl.Domain(r.home) == weburl.Domain(req.URL.String()) && (req.URL.Scheme == "https" || home.Scheme == "http") {
		for name, value := range r.options.Headers {
			h.Set(name, value)
		}
		if r.options.Cookies != "" {
			h.Set("Cookie", r.options.Cookies)
		}
	}
	h.Set("User-Agent", c.userAgent)
	h.Set("Accept", accepts(r.kind))
	h.Set("Accept-Encoding", "gzip, br, zstd")
	if r.known.ETag != "" {
		h.Set("If-None-Match", r.known.ETag)
	}
	if r.known.LastModified != "" {
		h.Set("If-Modified-Since", r.known.LastModified)
	}
}

func accepts(kind string) string {
	switch kind {
	case kindFeed, kindSitemap:
		return "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.5"
	case kindRobots:
		return "text/plain,*/*;q=0.5"
	}
	return "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
}

// transport is how an address is reached: directly, or through a proxy, of
// which the guard knows nothing but what the address itself says.
func (c *client) transport(proxy string, at *url.URL) (*http.Transport, error) {
	if proxy == "" {
		proxy = c.proxy
	}
	if proxy == "" {
		return c.direct, nil
	}
	if err := c.guard.literal(at); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.proxies[proxy]; ok {
		return t, nil
	}
	u, err := url.Parse(proxy)
	if err != nil {
		return nil, errors.New("the proxy's address cannot be parsed")
	}
	if len(c.proxies) >= maxProxies {
		for known, t := range c.proxies {
			t.CloseIdleConnections()
			delete(c.proxies, known)
			break
		}
	}
	t := newTransport(&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}, 64)
	t.Proxy, t.MaxIdleConnsPerHost = http.ProxyURL(u), 32
	c.proxies[proxy] = t
	return t, nil
}

// retryAfter reads a Retry-After header (RFC 9110, section 10.2.3): seconds or
// a date. 0 if it says nothing sensible.
func retryAfter(value string, now time.Time) time.Duration {
	var d time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}
