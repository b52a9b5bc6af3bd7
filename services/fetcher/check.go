package fetcher

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
)

// Check polls the feed at url once, without keeping anything, and returns what
// a poll would find. reason is from Reasons when err is not nil.
func Check(ctx context.Context, cfg Config, url string) (feed Feed, reason string, err error) {
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		return Feed{}, "", err
	}
	defer c.close()
	s := &Service{cfg: cfg, client: c}
	feed, _, err = s.requestFeed(ctx, news.Source{URL: url})
	if err != nil {
		f := asFailure(err)
		return Feed{}, f.reason, f.err
	}
	return feed, "", nil
}
