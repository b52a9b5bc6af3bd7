package fetcher

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
)

var (
	errRedirects = errors.New("redirects")
	errTooLarge  = errors.New("answer is too large")
)

const (
	maxRedirects  = 5
	maxRetryAfter = 24 * time.Hour
)

// client makes requests to the outside world, within bounds of address, size
// and time.
type client struct {
	http      *http.Client
	userAgent string
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	bytes     *prometheus.CounterVec
}

func newClient(cfg Config, reg prometheus.Registerer) (*client, error) {
	g, err := cfg.guard()
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: g.control}
	c := &client{
		userAgent: cfg.UserAgent,
		http: &http.Client{
			Timeout:       cfg.Timeout,
			CheckRedirect: checkRedirect,
			Transport: &http.Transport{
				Proxy:       nil, // a proxy from the environment would connect past the guard
				DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
				TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: 10 * time.Second,
				ResponseHeaderTimeout: 20 * time.Second, MaxResponseHeaderBytes: 256 << 10,
				MaxIdleConns: 2 * cfg.Concurrency, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second,
			},
		},
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

func (c *client) close() { c.http.CloseIdleConnections() }

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d", errRedirects, maxRedirects)
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("%w: to %s, which is not the web", errRedirects, req.URL.Redacted())
	}
	return nil
}

// answer is a successful response, or a 304.
type answer struct {
	url         string // after redirects
	notModified bool
	contentType string
	validators  news.Validators // as the server sent them
	body        []byte
}

// get requests url. kind labels the metrics: feed, page. The error is a *failure.
func (c *client) get(ctx context.Context, kind, url string, known news.Validators, limit int64) (answer, error) {
	start := time.Now()
	a, status, err := c.request(ctx, url, known, limit)
	code := strconv.Itoa(status)
	if status == 0 {
		code = "error"
	}
	c.requests.WithLabelValues(kind, code).Inc()
	c.duration.WithLabelValues(kind, code).Observe(time.Since(start).Seconds())
	c.bytes.WithLabelValues(kind, code).Add(float64(len(a.body)))
	return a, err
}

func (c *client) request(ctx context.Context, url string, known news.Validators, limit int64) (answer, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{}, 0, &failure{reason: ReasonClientError, permanent: true, err: err}
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5")
	if known.ETag != "" {
		req.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		req.Header.Set("If-Modified-Since", known.LastModified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, 0, reasonOf(err)
	}
	defer resp.Body.Close()
	a := answer{
		url: resp.Request.URL.String(), contentType: resp.Header.Get("Content-Type"),
		validators: news.Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")},
	}
	switch resp.StatusCode {
	case http.StatusNotModified:
		a.notModified = true
		return a, resp.StatusCode, nil
	case http.StatusOK:
		a.body, err = readAll(resp, limit)
		if err != nil {
			return a, resp.StatusCode, reasonOf(err)
		}
		return a, resp.StatusCode, nil
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	return a, resp.StatusCode, statusFailure(resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"), time.Now()))
}

// readAll reads at most limit decompressed bytes.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", errTooLarge, limit)
	}
	return body, nil
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
