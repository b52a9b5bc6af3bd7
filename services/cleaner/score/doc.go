// Package score measures the cleaner on labelled pages: a folder with a
// manifest.jsonl and gzip pages, as described for `marsad eval extract`.
package score
