// Package score measures the deduplicator on labelled articles: how copies are
// found, as described for `marsad eval dedup`, and how stories are gathered, as
// for `marsad eval stories`.
package score
