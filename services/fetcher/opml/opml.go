// Package opml reads and writes lists of feeds in OPML 2.0
// (http://opml.org/spec2.opml).
package opml

import "errors"

// Bounds of a list. What is beyond them is refused.
const (
	MaxBytes = 32 << 20
	MaxFeeds = 100_000
	maxDepth = 50 // of folders
	maxValue = 8 << 10
)

// Errors of Read; others say what is no XML.
var (
	ErrNotOPML  = errors.New("not an OPML document")
	ErrNoFeeds  = errors.New("the OPML document lists no feeds: none of its outlines has an xmlUrl")
	ErrTooLarge = errors.New("the OPML document is too large")
	ErrTooDeep  = errors.New("the folders of the OPML document are too deep")
)

// Namespace is that of the attributes of our own, which other programs pass over.
const Namespace = "urn:marsad"

// Feed is one subscription. What is below Tags is in attributes of our own.
type Feed struct {
	URL  string
	Name string
	Lang string
	// Tags are its category attribute, and the folders it is in as one path:
	// politics/elections. None holds a comma, or begins or ends with a slash.
	Tags []string

	Publisher    string
	Country      string
	Kind         string // sitemap; empty: a feed
	Every        string // interval; empty: none of its own
	Paused       bool
	FullContent  bool
	Keep, Drop   []string
	SecondLooks  []string
	Quota        int
	IgnoreRobots bool

	Line int // of the document that was read; not written
}
