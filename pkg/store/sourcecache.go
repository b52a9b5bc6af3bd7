package store

import (
	"context"
	"sync"
	"time"

	"marsad/pkg/news"
)

// sourceKept is how long a source is remembered.
const sourceKept = time.Minute

// SourceCache remembers sources for a minute: services ask for the source of
// every item. It may be used from many goroutines.
type SourceCache struct {
	store Sources
	mu    sync.Mutex
	known map[news.ID]news.Source
	since time.Time
}

// NewSourceCache makes an empty cache in front of s.
func NewSourceCache(s Sources) *SourceCache { return &SourceCache{store: s} }

// Source is as in Sources.
func (c *SourceCache) Source(ctx context.Context, id news.ID) (news.Source, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.since) > sourceKept {
		c.known, c.since = map[news.ID]news.Source{}, time.Now()
	}
	if source, ok := c.known[id]; ok {
		return source, nil
	}
	source, err := c.store.Source(ctx, id)
	if err == nil {
		c.known[id] = source
	}
	return source, err
}
