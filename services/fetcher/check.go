package fetcher

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
	"marsad/services/fetcher/feed"
)

// Checked is what a poll of a source would bring.
type Checked struct {
	feed.Feed
	URL        string          // after redirects
	MovedTo    string          // where it is for good; empty: where it was
	Status     int             // of the HTTP answer
	Bytes      int64           // of its body, decompressed
	Fresh      time.Duration   // how long caches may give the same answer
	Validators news.Validators // for conditional requests
}

// Check polls source once, without keeping anything. reason is from Reasons
// when err is not nil.
func Check(ctx context.Context, cfg Config, source news.Source) (checked Checked, reason string, err error) {
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		return Checked{}, "", err
	}
	defer c.close()
	s := &Service{cfg: cfg, client: c, now: time.Now}
	r, err := s.read(ctx, source)
	if err != nil {
		f := asFailure(err)
		return Checked{URL: r.url, Status: r.status}, f.reason, f.err
	}
	checked = Checked{
		Feed: r.feed, URL: r.url, MovedTo: r.movedFrom(source), Status: r.status, Bytes: r.bytes, Fresh: r.fresh, Validators: r.validators,
	}
	checked.Entries = nil
	for _, e := range r.entries {
		checked.Entries = append(checked.Entries, e.Found)
	}
	return checked, "", nil
}
