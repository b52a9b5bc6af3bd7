package cleaner

import (
	"bytes"
	"cmp"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"

	"marsad/pkg/dates"
	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/cleaner/declared"
	"marsad/services/cleaner/pubdate"
)

// fromHTML reads a web page. What the feed carried stands in for a page that
// holds hardly any text, as behind a wall or before scripts ran.
func fromHTML(page news.Page, selected Selection) (draft, error) {
	if len(bytes.TrimSpace(page.Body)) == 0 {
		return draft{}, ErrEmpty
	}
	if !looksHTML(page.Body, page.ContentType) {
		return draft{}, ErrNotHTML
	}
	doc, err := parse(decode(page.Body, page.ContentType))
	if err != nil {
		return draft{}, err
	}
	address, _ := url.Parse(page.URL)
	meta := declared.Read(doc)
	d := describe(meta, doc, address, page.FetchedAt)
	selected.apply(doc)
	if d.title == "" && page.Found.Title == "" {
		d.title = firstLine(doc)
	}
	found := chooseBody(doc, meta, d.title)
	d.paragraphs, d.standfirst, d.confidence = found.paragraphs, found.standfirst, found.confidence
	d.title, d.paragraphs = headed(d.title, d.paragraphs)
	resolveLinks(d.paragraphs, base(doc, address))
	d.readOrigin(found.origins, dates.Options{Lang: text.Base(meta.Lang), Now: page.FetchedAt})
	if len(d.authors) == 0 {
		d.signPage(found.bylines, meta, siteNames(meta, address))
	}
	if feed := feedParagraphs(page.Found); weight(d.paragraphs) < thin && weight(feed) > 2*weight(d.paragraphs) {
		d.paragraphs, d.completeness, d.standfirst, d.confidence = feed, news.CompleteFeed, "", 0
		resolveLinks(feed, address)
		return d, nil
	}
	return d, judge(&d, meta, address, found.teasers)
}

// describe reads all but the body.
func describe(m *declared.Page, doc *html.Node, address *url.URL, fetched time.Time) draft {
	sites := siteNames(m, address)
	d := draft{
		title:        chooseTitle(m, sites),
		authors:      chooseAuthors(m, sites),
		section:      plainText(cmp.Or(m.Linked.Section, m.Meta("article:section", "og:article:section", "section"))),
		image:        webURL(cmp.Or(m.Meta("og:image", "og:image:url", "twitter:image"), m.Linked.Image), address),
		canonical:    canonicalURL(m, address, base(doc, address)),
		lang:         cmp.Or(m.Lang, m.Meta("content-language", "og:locale", "inlanguage"), m.Linked.Lang),
		completeness: news.CompleteFull,
	}
	found := pubdate.Choose(doc, m, address, fetched)
	d.published, d.modified = found.Published.Pointer(), found.Modified.Pointer()
	d.publishedFrom, d.publishedConfidence = found.Published.From, found.Published.Confidence
	return d
}

// looksHTML tells documents that can be read as HTML from those that cannot: by
// what they are, and only then by what the server says. Plain text passes: a page
// without tags is a poor page, but a page.
func looksHTML(body []byte, contentType string) bool {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 1024)]))
	if bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<!doctype html")) {
		return true
	}
	for _, root := range []string{"<rss", "<feed", "<rdf:rdf", "<urlset", "<sitemapindex", "<opml", "{", "["} {
		if bytes.HasPrefix(afterProlog(head), []byte(root)) {
			return false
		}
	}
	declared, _, _ := mime.ParseMediaType(contentType)
	switch {
	case strings.HasPrefix(declared, "image/"), strings.HasPrefix(declared, "video/"), strings.HasPrefix(declared, "audio/"),
		declared == "application/pdf", declared == "application/json", declared == "application/rss+xml", declared == "application/atom+xml":
		return false
	}
	sniffed := http.DetectContentType(body)
	return strings.HasPrefix(sniffed, "text/") || utf16(head)
}

// utf16 reports whether a document starts as UTF-16 text does.
func utf16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}

// afterProlog skips the declaration, comments and processing instructions that
// may stand before the root of an XML document.
func afterProlog(head []byte) []byte {
	head = bytes.TrimPrefix(head, []byte("\uFEFF"))
	for bytes.HasPrefix(head, []byte("<?")) || bytes.HasPrefix(head, []byte("<!--")) {
		end := bytes.IndexByte(head, '>')
		if end < 0 {
			return head
		}
		head = bytes.TrimSpace(head[end+1:])
	}
	return head
}
