package fetcher

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/fetcher/robots"
)

const (
	robotsFresh   = 24 * time.Hour      // a file is asked for again after that at the latest (RFC 9309, section 2.4)
	robotsLeast   = time.Hour           // and not before, whatever its server says
	robotsRetry   = 15 * time.Minute    // after a failure
	robotsStale   = 30 * 24 * time.Hour // for so long an old file stands in for one that cannot be had
	maxCrawlDelay = time.Minute
	maxGates      = 20_000 // origins remembered at once
)

// gate knows what the robots.txt of origins allow. What one process was told,
// all know: the files are in the store.
type gate struct {
	client *client
	store  store.Robots
	agent  string
	now    func() time.Time

	mu    sync.Mutex
	known map[string]verdicts
}

// verdicts are the rules of an origin.
type verdicts struct {
	robots.Rules
	unknown bool // the file could not be had: nothing is allowed
	until   time.Time
}

// rules returns those for an address. asked reports whether its server was
// asked for them just now. visit is as in request.
func (g *gate) rules(ctx context.Context, at *url.URL, r request) (rules verdicts, asked bool, err error) {
	origin := at.Scheme + "://" + at.Host
	g.mu.Lock()
	rules, ok := g.known[origin]
	g.mu.Unlock()
	if ok && g.now().Before(rules.until) {
		return rules, false, nil
	}
	file, err := g.store.RobotsFile(ctx, origin)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return verdicts{}, false, err
	}
	if err != nil || !g.now().Before(file.ExpiresAt) {
		asked = true
		if file, err = g.fetch(ctx, origin, file, r); err != nil {
			return verdicts{}, true, err
		}
	}
	return g.remember(origin, file), asked, nil
}

// fetch asks for the file and stores the answer, whatever it is.
func (g *gate) fetch(ctx context.Context, origin string, old store.RobotsFile, r request) (store.RobotsFile, error) {
	a, failed := g.client.get(ctx, request{
		kind: kindRobots, url: origin + "/robots.txt", limit: robots.MaxBytes, cut: true, options: news.Options{Proxy: r.options.Proxy}, visit: r.visit,
	})
	defer a.done()
	if ctx.Err() != nil {
		return store.RobotsFile{}, ctx.Err()
	}
	now := g.now()
	file := store.RobotsFile{FetchedAt: now, Status: a.status, Body: a.body, ExpiresAt: now.Add(min(max(a.fresh, robotsLeast), robotsFresh))}
	if failed != nil && a.status == http.StatusOK {
		file.Status = 0 // it broke off
	}
	if unreachable(file.Status) {
		file.ExpiresAt = now.Add(robotsRetry)
		if !unreachable(old.Status) && now.Sub(old.FetchedAt) < robotsStale {
			old.ExpiresAt = file.ExpiresAt
			file, failed = old, nil
		}
	}
	if err := g.store.SaveRobotsFile(ctx, origin, file); err != nil {
		return file, err
	}
	if unreachable(file.Status) {
		return file, failed
	}
	return file, nil
}

// unreachable reports whether an answer leaves open what is allowed: then
// nothing is. A file that is not there allows everything (RFC 9309, section 2.3.1).
func unreachable(status int) bool {
	return status != http.StatusOK && (status < 400 || status == http.StatusTooManyRequests || status >= 500)
}

func (g *gate) remember(origin string, file store.RobotsFile) verdicts {
	v := verdicts{unknown: unreachable(file.Status), until: file.ExpiresAt}
	if file.Status == http.StatusOK {
		v.Rules = robots.Parse(file.Body).Rules(g.agent)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.known) >= maxGates {
		clear(g.known)
	}
	g.known[origin] = v
	return v
}

// allows returns a failure if an address may not be requested.
func (v verdicts) allows(at *url.URL, now time.Time) *failure {
	target := at.EscapedPath()
	if at.RawQuery != "" {
		target += "?" + at.RawQuery
	}
	switch {
	case v.unknown:
		return &failure{reason: ReasonRobots, pause: v.until.Sub(now), err: errors.New("robots.txt cannot be had")}
	case !v.Allowed(target):
		return &failure{reason: ReasonRobots, permanent: true, err: errors.New("robots.txt does not allow it")}
	}
	return nil
}

// delay is the pause between two requests that the origin asks for.
func (v verdicts) delay() time.Duration { return min(v.CrawlDelay, maxCrawlDelay) }
