package archiver

import (
	"context"
	"log/slog"
	"time"

	"marsad/pkg/store"
)

const (
	indexBatch = 500
	indexPause = time.Second // when there is nothing to index, or the store does not answer
)

// indexer brings articles into the full-text index after they were archived:
// indexing is slow, and must not hold up the transaction that ends items.
type indexer struct {
	index store.Index
	log   *slog.Logger
	more  chan struct{}
}

func newIndexer(index store.Index, log *slog.Logger) *indexer {
	return &indexer{index: index, log: log, more: make(chan struct{}, 1)}
}

// wake says that there is something to index.
func (x *indexer) wake() {
	select {
	case x.more <- struct{}{}:
	default:
	}
}

// run indexes until ctx ends.
func (x *indexer) run(ctx context.Context) {
	tick := time.NewTicker(indexPause)
	defer tick.Stop()
	for {
		n, err := x.index.IndexPending(ctx, indexBatch)
		if err != nil && ctx.Err() == nil {
			x.log.Warn("articles could not be indexed for search: it will be tried again", "error", err)
		}
		if n > 0 && ctx.Err() == nil {
			continue
		}
		select {
		case <-x.more:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
