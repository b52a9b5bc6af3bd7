package archiver

import (
	"context"
	"log/slog"
	"time"

	"marsad/pkg/store"
	"marsad/pkg/wait"
)

const (
	indexBatch = 500
	indexPause = time.Second // when there is nothing to index, or the store does not answer
)

// indexer brings articles into the full-text index after they were archived:
// indexing is slow, and must not hold up the transaction that ends items.
type indexer struct {
	index store.Index
	more  chan struct{}

	trouble wait.Trouble
}

func newIndexer(index store.Index, log *slog.Logger) *indexer {
	return &indexer{index: index, more: make(chan struct{}, 1), trouble: wait.Trouble{Log: log, What: "articles cannot be indexed for search"}}
}

// wake says that there is something to index.
func (x *indexer) wake() {
	select {
	case x.more <- struct{}{}:
	default:
	}
}

// last indexes a batch of what there is when all else has stopped.
func (x *indexer) last(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), indexPause)
	defer cancel()
	_, _ = x.index.IndexPending(ctx, indexBatch) // what is left is indexed after the next start
}

// run indexes until ctx ends, and then once more, for a moment.
func (x *indexer) run(ctx context.Context) {
	defer x.last(ctx)
	tick := time.NewTicker(indexPause)
	defer tick.Stop()
	for {
		n, err := x.index.IndexPending(ctx, indexBatch)
		if ctx.Err() == nil {
			x.trouble.Note(err)
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
