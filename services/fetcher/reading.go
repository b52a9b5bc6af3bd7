package fetcher

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/wait"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed"
)

// maxSitemaps is how many sitemaps of an index one poll reads, the newest first.
const maxSitemaps = 3

var (
	errNotModified = errors.New("not modified")
	errNothingLeft = errors.New("it is broken, and none of its entries is complete")
)

// repairLostSitemaps says that sitemaps of an index could not be read. The other
// repairs are those of package feed.
const repairLostSitemaps = "sitemaps_lost"

// reading is what a request for a source brought.
type reading struct {
	status     int
	bytes      int64
	url        string // after redirects
	moved      string // where the source is for good; empty: where it was
	fresh      time.Duration
	pause      time.Duration // for which its domain is left alone
	wait       time.Duration // as the feed asks
	validators news.Validators
	hub, topic string // who would bring what is new, and under which address; empty: nobody
	backup     bool   // a hub brings what is new
	feed       feed.Feed
	entries    []store.Entry
	guids      []byte
	repairs    []string
}

// movedFrom is the address the source moved to, where it was read; empty if it
// did not move. A source with secrets does not move to another domain: that is
// for a person to decide, and until then it is read through the redirect, without them.
func (r reading) movedFrom(source news.Source) string {
	to, err := weburl.Normal(r.moved)
	if r.moved == "" || err != nil || to == source.URL {
		return ""
	}
	if weburl.Domain(to) != weburl.Domain(source.URL) && (len(source.Options.Headers) > 0 || source.Options.Cookies != "") {
		return ""
	}
	return to
}

// read requests a source and parses what it answers. errNotModified if the
// server says so, or the body is the same as last time; the validators are new
// all the same.
func (s *Service) read(ctx context.Context, source news.Source) (reading, error) {
	known := source.Validators
	if doubted(source, s.now()) {
		known.ETag, known.LastModified = "", ""
	}
	r, parsed, err := s.document(ctx, source, source.URL, known)
	if err != nil {
		return r, err
	}
	if parsed.Format == feed.SitemapIndex {
		if err := s.children(ctx, source, &parsed, &r); err != nil {
			return r, err
		}
		r.validators = news.Validators{BodyHash: r.validators.BodyHash} // what an index does not say may have changed in its sitemaps
	}
	r.feed, r.wait, r.repairs = parsed, parsed.Wait, append(repairsOf(parsed), r.repairs...)
	r.entries, r.guids = identified(source, parsed.Entries)
	return r, nil
}

// repairsOf are the repairs of a feed as polls name them.
func repairsOf(f feed.Feed) (names []string) {
	for _, repair := range f.Repairs {
		names = append(names, string(repair))
	}
	return names
}

// doubted reports whether a source is asked without validators, once a day at an
// hour of its own, and after failures: some servers answer "not modified" for ever.
func doubted(source news.Source, now time.Time) bool {
	offset := time.Duration(xxhash.Sum64String(string(source.ID)) % uint64(24*time.Hour))
	day := func(t time.Time) int64 { return t.Add(offset).Unix() / (24 * 60 * 60) }
	return !source.LastPoll.IsZero() && (source.Failures > 0 || day(source.LastPoll) != day(now))
}

// document requests one feed or sitemap and parses it.
func (s *Service) document(ctx context.Context, source news.Source, url string, known news.Validators) (reading, feed.Feed, error) {
	t := s.trip(source.ID, weburl.Domain(source.URL))
	a, err := s.client.get(ctx, request{
		kind: string(kindOf(source)), url: url, known: known, limit: s.cfg.MaxFeedBytes, options: source.Options, home: source.URL, visit: t.visit,
	})
	defer a.done()
	r := reading{status: a.status, bytes: int64(len(a.body)), url: a.url, moved: a.moved, fresh: a.fresh, pause: t.pause, validators: known}
	if err != nil {
		return r, feed.Feed{}, err
	}
	if a.notModified {
		r.validators = merged(known, a.validators)
		return r, feed.Feed{}, errNotModified
	}
	hash := bodyHash(a.body)
	unchanged := hash == known.BodyHash
	r.validators = a.validators
	r.validators.BodyHash = hash
	if unchanged && source.Kind != news.KindSitemap {
		return r, feed.Feed{}, errNotModified
	}
	parsed, err := feed.Parse(a.body, feed.Options{URL: a.url, ContentType: a.contentType, Limit: s.cfg.MaxFeedItems, Now: s.now()})
	if err == nil && len(parsed.Entries) == 0 && (slices.Contains(parsed.Repairs, feed.RepairedEnd) || slices.Contains(parsed.Repairs, feed.RepairedLost)) {
		err = errNothingLeft
	}
	if err != nil {
		r.validators = known
		return r, feed.Feed{}, notAFeed(err)
	}
	r.hub, r.topic = hubOf(a, parsed.Hubs, parsed.Self)
	if unchanged && parsed.Format != feed.SitemapIndex {
		return r, feed.Feed{}, errNotModified
	}
	return r, parsed, nil
}

// bodyHash is that of a body, which may be large: no copy of it is made.
func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// children reads the newest sitemaps of an index into it. Those that cannot be
// read are left out; the error is that of the first, if none can.
func (s *Service) children(ctx context.Context, source news.Source, index *feed.Feed, r *reading) (failed error) {
	slices.SortStableFunc(index.Sitemaps, func(a, b feed.Child) int { return newer(a.Updated, b.Updated) })
	chosen, lost := index.Sitemaps[:min(len(index.Sitemaps), maxSitemaps)], 0
	for i, child := range chosen {
		if !wait.For(ctx, s.cfg.HostDelay) {
			return ctx.Err()
		}
		one, parsed, err := s.document(ctx, source, child.URL, news.Validators{})
		r.pause = max(r.pause, one.pause)
		if err != nil {
			lost++
			if failed == nil {
				failed = fmt.Errorf("%s: %w", child.URL, err)
			}
			if asFailure(err).domain > 0 { // it is asked too much
				lost += len(chosen) - i - 1
				break
			}
			continue
		}
		index.Entries = append(index.Entries, parsed.Entries...)
	}
	index.Entries = index.Entries[:min(len(index.Entries), s.cfg.MaxFeedItems)]
	if lost == len(chosen) {
		return failed
	}
	if lost > 0 {
		r.repairs = append(r.repairs, repairLostSitemaps)
	}
	return nil
}

// newer compares times that may not be known: those come last.
func newer(a, b *time.Time) int {
	switch {
	case a != nil && b != nil:
		return b.Compare(*a)
	case a != nil:
		return -1
	case b != nil:
		return 1
	}
	return 0
}

func kindOf(source news.Source) news.SourceKind {
	if source.Kind == "" {
		return news.KindFeed
	}
	return source.Kind
}

// notAFeed says why a document cannot be read.
func notAFeed(err error) *failure {
	reason := ReasonNotAFeed
	switch {
	case errors.Is(err, feed.ErrEmpty):
		reason = ReasonEmpty
	case errors.Is(err, feed.ErrHTML):
		reason = ReasonWebPage
	}
	return &failure{reason: reason, err: err}
}

// identified gives each found entry its identity. Of several with the same, the first stays.
func identified(source news.Source, found []news.Found) (entries []store.Entry, guids []byte) {
	ids, guids := feed.Identify(source.ID, found, source.GUIDs)
	seen := make(map[news.ID]bool, len(found))
	for i, f := range found {
		if !seen[ids[i]] {
			seen[ids[i]] = true
			entries = append(entries, store.Entry{ID: ids[i], URL: f.URL, Found: f})
		}
	}
	return entries, guids
}

// merged updates known validators with those of a 304, which may leave some out.
func merged(known, fresh news.Validators) news.Validators {
	if fresh.ETag != "" {
		known.ETag = fresh.ETag
	}
	if fresh.LastModified != "" {
		known.LastModified = fresh.LastModified
	}
	return known
}
