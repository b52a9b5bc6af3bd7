// Package feed reads what publishers announce their articles with: RSS 0.9x to 2.0, RDF,
// Atom 0.3 and 1.0, JSON Feed, CDF, news sitemaps and sitemap indexes. It takes any bytes.
//
// A feed is made UTF-8 (package charset), then rewritten to what is surely well-formed XML
// of bounded depth and number of entries (skeleton.go), from which the texts with markup are
// left out: gofeed reads that, and the texts are put back, decoded and made safe (package
// safehtml). What is incomplete is left out by the rewriting, so that a feed that is cut off
// or has a broken entry gives all the others.
package feed

import (
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/services/fetcher/feed/charset"
	"marsad/services/fetcher/feed/markup"
)

// Why a document is no feed.
var (
	ErrEmpty    = errors.New("the document is empty")
	ErrHTML     = errors.New("this is a web page, not a feed")
	ErrNotAFeed = errors.New("this is not a feed")
	// ErrGaveUp comes with ErrNotAFeed where the parser panicked.
	ErrGaveUp = errors.New("the parser gave up")
)

// Options say what a document does not say itself. The zero value is good.
type Options struct {
	URL         string // where it was found, after redirects; relative addresses are resolved against it
	ContentType string // the HTTP header
	Lang        string // the HTTP header Content-Language
	Limit       int    // entries at most; 0: DefaultLimit
	Now         time.Time
}

// DefaultLimit is how many entries are read where Options do not say.
const DefaultLimit = 1000

// Format is what a feed is written in.
type Format string

// The formats.
const (
	RSS          Format = "rss"
	RDF          Format = "rdf"
	Atom         Format = "atom"
	JSON         Format = "json"
	CDF          Format = "cdf"
	Sitemap      Format = "sitemap"
	SitemapIndex Format = "sitemap_index"
)

// Feed is what a document announces.
type Feed struct {
	Format      Format
	Title       string // plain text
	Link        string // of the site
	ID          string
	Description string // HTML
	Lang        string
	Authors     []string
	Categories  []string
	Updated     *time.Time
	Wait        time.Duration // before it should be asked for again; 0: it does not say
	Hubs        []string      // of WebSub
	Self        string        // its own address, as it says
	Entries     []news.Found
	Sitemaps    []Child // of an index
	Charset     string  // what it was read as
	Repairs     []Repair
}

// Child is a sitemap that an index names.
type Child struct {
	URL     string
	Updated *time.Time // nil: not said
}

// Parse reads a feed. Its errors are ErrEmpty, ErrHTML and ErrNotAFeed, wrapped; a
// feed that is broken is no error: what could be read of it is there, and Repairs say
// what was not.
func Parse(body []byte, o Options) (f Feed, err error) {
	defer func() {
		if value := recover(); value != nil {
			f, err = Feed{}, fmt.Errorf("%w: %w: %v", ErrNotAFeed, ErrGaveUp, value)
		}
	}()
	document, err := Read(body, o)
	if err != nil {
		return Feed{}, err
	}
	return document.feed(o.withDefaults()), nil
}

func (o Options) withDefaults() Options {
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	o.Lang = clean(o.Lang)
	return o
}

// Read is Parse for who wants to know how texts were written, and not only what they say.
func Read(body []byte, o Options) (document *Document, err error) {
	defer func() { // the parser inside has met many feeds, but not all
		if value := recover(); value != nil {
			document, err = nil, fmt.Errorf("%w: %w: %v", ErrNotAFeed, ErrGaveUp, value)
		}
	}()
	o = o.withDefaults()
	if blank(body) {
		return nil, ErrEmpty
	}
	text, encoding := charset.UTF8(body, o.ContentType)
	repairs := repairsOf(encoding)
	text, changed := markup.Clean(text)
	if changed {
		repairs.add(RepairedCharacters)
	}
	switch kind, start := kindOf(text); kind {
	case JSON:
		document, err = readJSON(text[start:], o, &repairs)
	case Sitemap, SitemapIndex:
		document = readSitemap(text[start:], o, &repairs)
	case RSS, RDF, Atom, CDF:
		document, err = readXML(text, start, kind, o, &repairs)
	case page:
		return nil, ErrHTML
	default:
		return nil, ErrNotAFeed
	}
	if err != nil {
		return nil, err
	}
	document.Charset, document.repairs = encoding.Name, repairs
	return document, nil
}
