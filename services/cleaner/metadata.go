package cleaner

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// metadata is what a page declares in its head, and what its markup says of the
// article.
type metadata struct {
	values    map[string]string // <meta>: lower-case name, property or itemprop → first content
	authors   []string          // <meta> that name authors
	canonical string
	lang      string
	title     string   // <title>
	headings  []string // <h1>
	times     []timeMark
	bylines   []string // elements marked as author in the body
	linked    linked
}

// timeMark is a <time> element, or another element marked with a date.
type timeMark struct {
	value     string
	published bool // the markup says it is the publication date
}

// readMetadata reads all of it in one walk.
func readMetadata(doc *html.Node) metadata {
	m := metadata{values: map[string]string{}}
	var blocks []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			m.lang = attr(n, "lang")
			if m.lang == "" {
				m.lang = attr(n, "xml:lang")
			}
		case atom.Meta:
			m.addMeta(n)
		case atom.Link:
			if m.canonical == "" && strings.EqualFold(attr(n, "rel"), "canonical") {
				m.canonical = attr(n, "href")
			}
		case atom.Title:
			if m.title == "" && n.FirstChild != nil && n.Parent.DataAtom != atom.Svg {
				m.title = tidy(n.FirstChild.Data)
			}
		case atom.H1:
			if s := textOf(n); s != "" {
				m.headings = append(m.headings, s)
			}
		case atom.Time:
			m.addTime(n)
		case atom.Script:
			if strings.Contains(strings.ToLower(attr(n, "type")), "ld+json") && n.FirstChild != nil {
				blocks = append(blocks, n.FirstChild.Data)
			}
		default:
			m.addMarked(n)
		}
	}
	m.linked = readLinked(blocks)
	return m
}

func (m *metadata) addMeta(n *html.Node) {
	content := attr(n, "content")
	if content == "" {
		return
	}
	for _, key := range []string{"property", "name", "itemprop", "http-equiv"} {
		name := strings.ToLower(attr(n, key))
		if name == "" {
			continue
		}
		if _, ok := m.values[name]; !ok {
			m.values[name] = content
		}
		if authorMeta[name] {
			m.authors = append(m.authors, content)
		}
	}
}

// authorMeta are the names of <meta> that hold authors.
var authorMeta = map[string]bool{
	"author": true, "article:author": true, "byl": true, "dc.creator": true, "dcterms.creator": true,
	"parsely-author": true, "sailthru.author": true, "citation_author": true, "og:article:author": true,
	"article:author_name": true, "cxenseparse:author": true,
}

func (m *metadata) addTime(n *html.Node) {
	value := attr(n, "datetime")
	if value == "" {
		value = attr(n, "content")
	}
	if value == "" {
		return
	}
	class := strings.ToLower(attr(n, "class") + " " + attr(n, "itemprop"))
	if strings.Contains(class, "modif") || strings.Contains(class, "updat") {
		return
	}
	m.times = append(m.times, timeMark{value, strings.Contains(class, "publi") || hasAttr(n, "pubdate")})
}

// addMarked reads microdata and rel=author of other elements.
func (m *metadata) addMarked(n *html.Node) {
	switch strings.ToLower(attr(n, "itemprop")) {
	case "datepublished":
		m.times = append(m.times, timeMark{attr(n, "content"), true})
	case "author":
		if len(m.bylines) < maxBylines && !inComment(n) {
			m.bylines = append(m.bylines, authorName(n))
		}
		return
	}
	if n.DataAtom == atom.A && strings.EqualFold(attr(n, "rel"), "author") && len(m.bylines) < maxBylines && !inComment(n) {
		m.bylines = append(m.bylines, textOf(n))
	}
}

// maxBylines bounds the work on pages that mark every comment's author.
const maxBylines = 20

// authorName is the name in an element marked as author: its itemprop=name, or
// all its text.
func authorName(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && strings.EqualFold(attr(d, "itemprop"), "name") {
			if content := attr(d, "content"); content != "" {
				return content
			}
			return textOf(d)
		}
	}
	return textOf(n)
}

// inComment reports whether n stands among readers' comments.
func inComment(n *html.Node) bool {
	for p := range n.Ancestors() {
		if name := strings.ToLower(attr(p, "id") + " " + attr(p, "class")); strings.Contains(name, "comment") {
			return true
		}
	}
	return false
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// meta is the first of the named <meta> that the page has.
func (m *metadata) meta(names ...string) string {
	for _, name := range names {
		if v := m.values[name]; v != "" {
			return v
		}
	}
	return ""
}

// siteNames are the names under which the page's site may sign titles and bylines.
func (m *metadata) siteNames(page *url.URL) []string {
	var names []string
	for _, name := range []string{
		m.meta("og:site_name"), m.meta("application-name"), m.meta("apple-mobile-web-app-title"), m.linked.publisher,
	} {
		if name = tidy(name); name != "" {
			names = append(names, name)
		}
	}
	if page != nil {
		host := strings.TrimPrefix(page.Hostname(), "www.")
		names = append(names, host)
		if label, _, ok := strings.Cut(host, "."); ok && len(label) > 3 {
			names = append(names, label)
		}
	}
	return names
}

// canonicalURL is the article's address as the page declares it, empty when what
// it declares cannot be that of an article.
func (m *metadata) canonicalURL(page *url.URL) string {
	for _, declared := range []string{m.canonical, m.meta("og:url")} {
		if declared == "" {
			continue
		}
		u, err := url.Parse(webURL(declared, page))
		if err == nil && u.Host != "" && (u.Path != "" && u.Path != "/" || u.RawQuery != "") {
			u.Fragment = ""
			return u.String()
		}
	}
	return ""
}

// webURL makes an http(s) address absolute; empty for any other.
func webURL(s string, base *url.URL) string {
	u, err := url.Parse(tidy(s))
	if err != nil || s == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}
