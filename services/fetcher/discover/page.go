// Package discover tells from a web page, and from its address, where the feeds
// of a site may be, and which of those that were found is the best. It makes no
// requests.
package discover

import (
	"bytes"
	"io"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"marsad/pkg/weburl"
)

// Bounds of what is read of one page.
const (
	maxLinks     = 100 // of each kind
	maxLinkText  = 200 // bytes
	maxAddress   = 2000
	maxTokenSize = 1 << 20
)

// Link is an address where a feed may be.
type Link struct {
	URL   string
	Title string // what the page calls it
}

// Page is where a web page says that feeds are.
type Page struct {
	// Feeds are those it names as its own (RFC 8288, rel=alternate), the main one
	// first by convention (rssboard.org/rss-autodiscovery).
	Feeds []Link
	// Mentions are other links that look like feeds, or like pages that list them.
	Mentions []Link
}

// Read reads a page that was found at an address. It takes any bytes.
func Read(body []byte, contentType, address string) Page {
	base, err := url.Parse(address)
	if err != nil {
		return Page{}
	}
	var text io.Reader = bytes.NewReader(body)
	if decoded, err := charset.NewReader(text, contentType); err == nil {
		text = decoded
	}
	r := reader{tokens: html.NewTokenizer(text), base: base, home: weburl.Domain(address)}
	r.tokens.SetMaxBuf(maxTokenSize)
	r.read()
	return r.page
}

type reader struct {
	tokens *html.Tokenizer
	base   *url.URL
	based  bool   // base is what the page says: the first that does counts
	home   string // the registrable domain of the page
	page   Page
	open   *anchor
}

// anchor is a link whose text is being read.
type anchor struct {
	href string
	text strings.Builder
}

func (r *reader) read() {
	for {
		switch r.tokens.Next() {
		case html.ErrorToken: // the end, or a token too large
			r.closeAnchor()
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			r.start(r.tokens.Token())
		case html.TextToken:
			if r.open != nil && r.open.text.Len() < maxLinkText {
				text := r.tokens.Text()
				r.open.text.Write(text[:min(len(text), maxLinkText)])
			}
		case html.EndTagToken:
			if name, _ := r.tokens.TagName(); atom.Lookup(name) == atom.A {
				r.closeAnchor()
			}
		}
	}
}

func (r *reader) start(t html.Token) {
	switch t.DataAtom {
	case atom.Base:
		if base, err := r.base.Parse(strings.TrimSpace(attribute(t, "href"))); err == nil && !r.based && base.Host != "" {
			r.base, r.based = base, true
		}
	case atom.Link:
		if href := attribute(t, "href"); isAlternate(attribute(t, "rel")) && isFeedType(attribute(t, "type"), href) {
			r.page.Feeds = r.add(r.page.Feeds, href, attribute(t, "title"))
		}
	case atom.A, atom.Area:
		r.closeAnchor()
		r.open = &anchor{href: attribute(t, "href")}
		r.open.text.WriteString(attribute(t, "title") + " " + attribute(t, "aria-label") + " ")
	case atom.Img: // buttons are pictures
		if r.open != nil {
			r.open.text.WriteString(attribute(t, "alt") + " ")
		}
	}
}

// closeAnchor keeps the open link if it looks like one to a feed of this site.
func (r *reader) closeAnchor() {
	if r.open == nil {
		return
	}
	href, text := r.open.href, strings.Join(strings.Fields(r.open.text.String()), " ")
	r.open = nil
	address := r.resolve(href)
	if address == "" || !looksLikeFeed(address) && !namesFeed(text) || !r.ours(address) {
		return
	}
	r.page.Mentions = r.add(r.page.Mentions, href, text)
}

// ours reports whether an address is of the site itself, or of a service that
// serves feeds of others. Buttons of readers link to feeds as well.
func (r *reader) ours(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return weburl.Domain(address) == r.home || strings.HasPrefix(host, "feeds.") || strings.HasPrefix(host, "rss.")
}

func (r *reader) add(list []Link, href, title string) []Link {
	address := r.resolve(href)
	if address == "" || len(list) == maxLinks || slices.ContainsFunc(list, func(l Link) bool { return l.URL == address }) {
		return list
	}
	title = strings.ToValidUTF8(title[:min(len(title), maxLinkText)], "")
	return append(list, Link{URL: address, Title: strings.Join(strings.Fields(title), " ")})
}

// resolve gives the address that href leads to; empty if that is none of the web.
func (r *reader) resolve(href string) string {
	href = strings.TrimSpace(href)
	if len(href) > maxAddress || href == "" || href[0] == '#' {
		return ""
	}
	u, err := r.base.Parse(withoutFeedScheme(href))
	if err != nil {
		return ""
	}
	address, err := weburl.Normal(u.String())
	if err != nil {
		return ""
	}
	return address
}

// withoutFeedScheme undoes feed:https://… and feed://…, with which browsers were
// to open readers.
func withoutFeedScheme(href string) string {
	rest, ok := cutPrefixFold(href, "feed:")
	switch {
	case !ok:
		return href
	case strings.HasPrefix(rest, "//"):
		return "http:" + rest
	}
	return rest
}

func cutPrefixFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
