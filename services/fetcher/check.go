package fetcher

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed"
	"marsad/services/fetcher/schedule"
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
	Habit      []byte          // what the poll teaches of its rhythm
	NextPoll   time.Time       // were it watched
}

// Check polls source once, without keeping anything. reason is from Reasons
// when err is not nil.
func Check(ctx context.Context, cfg Config, source news.Source) (checked Checked, reason string, err error) {
	s, err := detached(cfg)
	if err != nil {
		return Checked{}, "", err
	}
	defer s.client.close()
	start := s.now()
	r, err := s.read(ctx, source)
	if err != nil {
		f := asFailure(err)
		return Checked{URL: r.url, Status: r.status}, f.reason, f.err
	}
	habit, next := s.first(source, start, r)
	checked = Checked{
		Feed: r.feed, URL: r.url, MovedTo: r.movedFrom(source), Status: r.status, Bytes: r.bytes, Fresh: r.fresh, Validators: r.validators,
		Habit: habit.Encode(), NextPoll: next,
	}
	checked.Entries = nil
	for _, e := range r.entries {
		checked.Entries = append(checked.Entries, e.Found)
	}
	return checked, "", nil
}

// first is what a first poll teaches of a source's rhythm, and when it would be
// polled again.
func (s *Service) first(source news.Source, at time.Time, r reading) (habit schedule.Habit, next time.Time) {
	seen := schedule.Reading{At: at, Entries: len(r.entries), New: len(r.entries)}
	for _, e := range r.entries {
		if e.Found.Published != nil {
			seen.Published = append(seen.Published, *e.Found.Published)
		}
	}
	habit.Observe(seen)
	policy := schedule.Policy{Worth: s.cfg.RequestWorth, Min: s.cfg.PollMin, Max: s.cfg.PollMax}
	hints := schedule.Hints{TTL: r.wait, MaxAge: r.fresh, Override: s.fixedInterval(source)}
	return habit, at.Add(policy.Next(habit, at, hints, nil))
}

// Fetch requests one address, as guarded and bounded as all requests are. reason
// is from Reasons when err is not nil.
func Fetch(ctx context.Context, cfg Config, address string, limit int64) (body []byte, reason string, err error) {
	s, err := detached(cfg)
	if err != nil {
		return nil, "", err
	}
	defer s.client.close()
	a, err := s.client.get(ctx, request{kind: kindDiscovery, url: address, limit: limit})
	defer a.done()
	if err != nil {
		f := asFailure(err)
		return nil, f.reason, f.err
	}
	return a.body, "", nil
}

// detached is a service without store and bus: it asks, and keeps nothing.
func detached(cfg Config) (*Service, error) {
	c, err := newClient(cfg, prometheus.NewRegistry())
	if err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, client: c, now: time.Now}
	s.robots = &gate{client: c, store: robotsFiles{}, agent: cfg.product(), now: s.now, known: map[string]verdicts{}}
	return s, nil
}

// Sample is the page of an entry as it would go into the line.
type Sample struct {
	Page   news.Page
	Reason string // from Reasons; empty: it is the page itself, or meant to be the feed's text
}

// Samples downloads the pages of found entries, as politely as the fetcher does,
// right after source was polled. progress, unless nil, is told of every page.
func Samples(ctx context.Context, cfg Config, source news.Source, found []news.Found, progress func(done, total int)) (samples []Sample, err error) {
	s, err := detached(cfg)
	if err != nil {
		return nil, err
	}
	defer s.client.close()
	free := map[string]time.Time{weburl.Domain(source.URL): s.now().Add(cfg.HostDelay)}
	for i, f := range found {
		item := news.Item{Ref: news.Ref{Item: news.ItemID(f.URL, source.ID, f.GUID), Revision: 1}, URL: f.URL, Host: weburl.Domain(f.URL), Found: f}
		if !wait.For(ctx, free[item.Host].Sub(s.now())) {
			return samples, ctx.Err()
		}
		page, slot, done, failed := s.page(ctx, item, source)
		done() // a check may take the memory
		free[item.Host] = slot.FreeAt
		sample := Sample{Page: page}
		if failed != nil {
			sample.Reason = failed.reason
		}
		samples = append(samples, sample)
		if progress != nil {
			progress(i+1, len(found))
		}
	}
	return samples, ctx.Err()
}

// robotsFiles keeps robots.txt files for as long as a command runs.
type robotsFiles map[string]store.RobotsFile

// RobotsFile implements store.Robots.
func (r robotsFiles) RobotsFile(_ context.Context, origin string) (store.RobotsFile, error) {
	if file, ok := r[origin]; ok {
		return file, nil
	}
	return store.RobotsFile{}, store.ErrNotFound
}

// SaveRobotsFile implements store.Robots.
func (r robotsFiles) SaveRobotsFile(_ context.Context, origin string, file store.RobotsFile) error {
	r[origin] = file
	return nil
}
