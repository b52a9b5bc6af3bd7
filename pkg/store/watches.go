package store

import (
	"context"
	"time"

	"marsad/pkg/news"
)

// Watches keeps what users watch for: a file, in versions. The store does not read
// it.
type Watches interface {
	// ApplyWatches makes set.YAML the newest version, and returns its number, from 1.
	// The bytes of the newest version again change nothing: its number is returned, and
	// applied is false.
	ApplyWatches(ctx context.Context, set WatchSet) (version int, applied bool, err error)
	// Watches returns a version; 0 stands for the newest. ErrNotFound.
	Watches(ctx context.Context, version int) (WatchSet, error)
	// WatchesVersion is the number of the newest version; 0 if there is none.
	WatchesVersion(ctx context.Context) (int, error)
	// WatchVersions lists the versions, newest first, without YAML, at most limit.
	WatchVersions(ctx context.Context, limit int) ([]WatchSet, error)
	// WatchCounts counts the articles that matched each watch.
	WatchCounts(ctx context.Context) (map[string]int, error)
}

// WatchSet is a version of the file of watches.
type WatchSet struct {
	Version   int       `json:"version"`
	AppliedAt time.Time `json:"applied_at"`
	Note      string    `json:"note,omitempty"`
	YAML      []byte    `json:"-"`
}

// Archived is an article as it was archived, with its place in the order of time.
type Archived struct {
	Seq int64 `json:"seq"`
	news.Ref
	FoundAt time.Time    `json:"found_at"`
	Article news.Article `json:"article"`
	Verdict news.Verdict `json:"verdict"`
	Story   news.ID      `json:"story"`
	Labels  news.Labels  `json:"labels"`
	Trail   []news.Step  `json:"trail"`
}
