package fetcher

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/discover"
	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/robots"
)

// Bounds of one discovery.
const (
	maxRequests      = 25 // redirects count
	maxLinked        = 8  // feeds that the page names
	maxMentioned     = 6  // other links of it
	maxSitemapsTried = 4
)

// Search is what is looked for.
type Search struct {
	URL       string // in its normal form
	Options   news.Options
	FeedsOnly bool           // where there are feeds, sitemaps are not looked for
	Progress  func(done int) // told of every request; may be nil
}

// Discovered is what a search for the feeds of a site found.
type Discovered struct {
	Given      bool                 // the address is a feed, or sitemap, itself
	Candidates []discover.Candidate // the best first, each once
	Requests   int
	Tried      []Attempt // in vain, in order
}

// Attempt is an address where there was no feed, and why, from Reasons.
type Attempt struct {
	URL, Reason string
}

// Discover looks for the feeds and news sitemaps of the site at an address:
// where its page says, where robots.txt says, and where they often are. It makes
// few requests, and as slowly as the fetcher does.
//
// That there are none is no error; reason is from Reasons when err is not nil.
func Discover(ctx context.Context, cfg Config, search Search) (found Discovered, reason string, err error) {
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		return Discovered{}, "", err
	}
	defer c.close()
	d := &discovery{Search: search, cfg: cfg, client: c, free: map[string]time.Time{}, asked: map[string]bool{}}
	err = d.run(ctx)
	found = Discovered{Candidates: discover.Best(d.found, search.URL), Requests: d.requests, Tried: d.tried}
	found.Given = len(d.found) > 0 && d.found[0].Origin == discover.Given
	if err != nil {
		f := asFailure(err)
		return found, f.reason, f.err
	}
	return found, "", nil
}

// discovery is one search.
type discovery struct {
	Search
	cfg      Config
	client   *client
	free     map[string]time.Time // when a domain may be asked again
	asked    map[string]bool
	requests int
	found    []discover.Candidate
	tried    []Attempt
}

// errSpent ends a search that made all its requests.
var errSpent = errors.New("enough was asked")

// run fails if the site cannot be asked at all.
func (d *discovery) run(ctx context.Context) error {
	a, err := d.ask(ctx, kindDiscovery, d.URL)
	defer a.done()
	switch f := asFailureOrNil(err); {
	case f == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case a.status == 0 || f.domain > 0:
		return f
	default: // pages are refused where feeds are not
		d.miss(d.URL, f.reason)
		a.url = d.URL
	}
	if err == nil {
		reason := d.read(a, discover.Link{URL: d.URL}, discover.Given)
		if reason == "" {
			return unlessSpent(d.complete(ctx))
		}
		d.miss(d.URL, reason)
	}
	page := discover.Read(a.body, a.contentType, a.url)
	a.done() // others need its room
	return unlessSpent(d.search(ctx, a.url, page))
}

// unlessSpent is err, unless it only ended the search: what was found counts.
func unlessSpent(err error) error {
	if errors.Is(err, errSpent) {
		return nil
	}
	return err
}

// search looks everywhere, the likeliest first. What is there often is asked for
// only if the page does not say where its feeds are.
func (d *discovery) search(ctx context.Context, at string, page discover.Page) error {
	if err := d.try(ctx, page.Feeds[:min(len(page.Feeds), maxLinked)], discover.Linked); err != nil {
		return err
	}
	if err := d.try(ctx, page.Mentions[:min(len(page.Mentions), maxMentioned)], discover.Mentioned); err != nil {
		return err
	}
	if !d.hasNews() {
		if err := d.guess(ctx, discover.Guesses(at)); err != nil {
			return err
		}
	}
	if d.FeedsOnly && d.hasNews() {
		return nil
	}
	return d.sitemaps(ctx, at)
}

// try requests addresses, each once.
func (d *discovery) try(ctx context.Context, links []discover.Link, origin discover.Origin) error {
	for _, link := range links {
		if _, err := d.candidate(ctx, link, origin); err != nil {
			return err
		}
	}
	return nil
}

// guess requests addresses until one is a feed. It leaves some requests for sitemaps.
func (d *discovery) guess(ctx context.Context, links []discover.Link) error {
	for _, link := range links {
		if d.requests >= maxRequests-maxSitemapsTried-1 {
			return nil
		}
		ok, err := d.candidate(ctx, link, discover.Guessed)
		if err != nil || ok {
			return err
		}
	}
	return nil
}

// hasNews reports whether a feed was found that is not only of comments.
func (d *discovery) hasNews() bool {
	return slices.ContainsFunc(d.found, func(c discover.Candidate) bool {
		return !c.IsSitemap() && !c.OfComments() && len(c.Feed.Entries) > 0
	})
}

// candidate requests an address and reports whether there is a feed. Of a page
// that was mentioned as one, the feeds that it lists are requested. Only what ends
// the search is an error.
func (d *discovery) candidate(ctx context.Context, link discover.Link, origin discover.Origin) (ok bool, err error) {
	if d.asked[link.URL] {
		return false, nil
	}
	a, err := d.ask(ctx, kindFeed, link.URL)
	defer a.done()
	switch f := asFailureOrNil(err); {
	case f == nil:
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, errSpent):
		return false, errSpent
	default:
		d.miss(link.URL, f.reason)
		if f.domain > 0 { // it has had enough
			return false, errSpent
		}
		return false, nil
	}
	reason := d.read(a, link, origin)
	if reason == "" {
		return true, nil
	}
	d.miss(link.URL, reason)
	if reason == ReasonWebPage && origin == discover.Mentioned {
		list := discover.Read(a.body, a.contentType, a.url)
		a.done()
		more := append(list.Feeds, list.Mentions...)
		return false, d.try(ctx, more[:min(len(more), maxLinked)], discover.Linked) // not Mentioned: lists of lists end here
	}
	return false, nil
}

// read keeps what an answer holds, or says why it is no feed.
func (d *discovery) read(a answer, link discover.Link, origin discover.Origin) (reason string) {
	parsed, err := feed.Parse(a.body, feed.Options{URL: a.url, ContentType: a.contentType, Limit: d.cfg.MaxFeedItems})
	if err != nil {
		return notAFeed(err).reason
	}
	c := discover.Candidate{URL: link.URL, Origin: origin, Feed: parsed}
	if moved, err := weburl.Normal(a.moved); err == nil {
		c.URL = moved
	}
	if c.Feed.Title == "" {
		c.Feed.Title = link.Title
	}
	if parsed.Format == feed.Sitemap && len(parsed.Entries) == 0 && origin != discover.Given {
		return ReasonEmpty // of news, that is
	}
	d.found = append(d.found, c)
	return ""
}

// sitemaps looks for those of news.
func (d *discovery) sitemaps(ctx context.Context, at string) error {
	links, origin := d.inRobots(ctx, at), discover.Robots
	if len(links) == 0 {
		links, origin = discover.Sitemaps(at), discover.Guessed
	}
	slices.SortStableFunc(links, func(a, b discover.Link) int { return newsFirst(a.URL, b.URL) })
	for _, link := range links[:min(len(links), maxSitemapsTried)] {
		ok, err := d.candidate(ctx, link, origin)
		if err == nil && ok {
			err = d.complete(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inRobots are the sitemaps that robots.txt names.
func (d *discovery) inRobots(ctx context.Context, at string) (links []discover.Link) {
	u, err := url.Parse(at)
	if err != nil {
		return nil
	}
	a, err := d.ask(ctx, kindRobots, u.Scheme+"://"+u.Host+"/robots.txt")
	defer a.done()
	if err != nil {
		return nil
	}
	for _, raw := range robots.Parse(a.body).Sitemaps {
		if address, err := weburl.Normal(raw); err == nil {
			links = append(links, discover.Link{URL: address})
		}
	}
	return links
}

// complete reads, of an index that was found last, the sitemap that is likeliest
// to be of news. One that says so in its address takes the index's place, unless
// it is one of a series; without recent articles there is nothing to watch.
func (d *discovery) complete(ctx context.Context) error {
	last := len(d.found) - 1
	index := d.found[last]
	if index.Feed.Format != feed.SitemapIndex {
		return nil
	}
	children := slices.Clone(index.Feed.Sitemaps)
	slices.SortStableFunc(children, func(a, b feed.Child) int {
		if order := newsFirst(a.URL, b.URL); order != 0 {
			return order
		}
		return newer(a.Updated, b.Updated)
	})
	d.found = d.found[:last]
	var ok bool
	var err error
	if len(children) > 0 {
		ok, err = d.candidate(ctx, discover.Link{URL: children[0].URL}, index.Origin)
	}
	switch {
	case ok && (!discover.OfNews(children[0].URL) || discover.OfSeries(children[0].URL)): // tomorrow it is another: the index is what stays
		index.Feed.Entries = d.found[last].Feed.Entries
		d.found[last] = index
	case !ok && index.Origin == discover.Given:
		d.found = append(d.found, index)
	}
	return err
}

func newsFirst(a, b string) int {
	switch x, y := discover.OfNews(a), discover.OfNews(b); {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// ask makes a request when its domain's turn has come. The caller calls done on
// the answer.
func (d *discovery) ask(ctx context.Context, kind, address string) (answer, error) {
	d.asked[address] = true
	limit, cut := d.cfg.MaxFeedBytes, false
	if kind == kindRobots {
		limit, cut = robots.MaxBytes, true
	}
	last := ""
	return d.client.get(ctx, request{
		kind: kind, url: address, limit: limit, cut: cut, options: d.Options, home: d.URL,
		visit: func(ctx context.Context, to *url.URL) (func(*failure), error) {
			domain := weburl.Domain(to.String())
			if domain != last && !wait.For(ctx, time.Until(d.free[domain])) { // a redirect within a domain goes on at once
				return nil, ctx.Err()
			}
			last = domain
			return func(*failure) { d.free[domain] = time.Now().Add(d.cfg.HostDelay) }, d.spend()
		},
	})
}

// spend counts a request.
func (d *discovery) spend() error {
	if d.requests == maxRequests {
		return fmt.Errorf("%w: %d requests", errSpent, maxRequests)
	}
	d.requests++
	if d.Progress != nil {
		d.Progress(d.requests)
	}
	return nil
}

func (d *discovery) miss(address, reason string) {
	d.tried = append(d.tried, Attempt{address, reason})
}

// asFailureOrNil is asFailure of an error that may not be there.
func asFailureOrNil(err error) *failure {
	if err == nil {
		return nil
	}
	return asFailure(err)
}
