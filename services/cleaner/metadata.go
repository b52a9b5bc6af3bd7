package cleaner

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// metadata is what a page declares in its head, and what its markup says of the
// article.
type metadata struct {
	values      map[string]string // <meta>: lower-case name, property or itemprop → first content
	authors     []string          // <meta> that name authors
	canonical   string
	lang        string
	title       string     // <title>
	headings    []string   // <h1>
	banners     []string   // those of them that lead to the front page
	bylines     []string   // elements marked as author in the body
	bylineIn    *html.Node // the element that holds the last of them
	linked      linked
	hasPassword bool // it asks for one
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
		case atom.Input:
			m.hasPassword = m.hasPassword || strings.EqualFold(attr(n, "type"), "password")
		case atom.Link:
			if m.canonical == "" && strings.EqualFold(attr(n, "rel"), "canonical") {
				m.canonical = attr(n, "href")
			}
		case atom.Title:
			if m.title == "" && n.FirstChild != nil && n.Parent.DataAtom != atom.Svg {
				m.title = tidy(short(n.FirstChild.Data))
			}
		case atom.H1:
			if s := textOf(n); s != "" && len(s) < maxField && len(m.headings) < maxHeadings {
				m.headings = append(m.headings, s)
				if leadsHome(n) {
					m.banners = append(m.banners, s)
				}
			}
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

// maxField is how many bytes are read of one value, far more than pages hold.
const maxField = 4000

// short is s up to maxField bytes.
func short(s string) string {
	if len(s) <= maxField {
		return s
	}
	return strings.ToValidUTF8(s[:maxField], "")
}

func (m *metadata) addMeta(n *html.Node) {
	content := short(attr(n, "content"))
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
		if authorMeta[name] && len(m.authors) < maxBylines {
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

// addMarked reads microdata and rel=author of other elements.
func (m *metadata) addMarked(n *html.Node) {
	if strings.EqualFold(attr(n, "itemprop"), "author") {
		m.addByline(n, authorName(n))
		return
	}
	if n.DataAtom == atom.A && strings.EqualFold(attr(n, "rel"), "author") {
		m.addByline(n, textOf(n))
	}
}

// addByline adds the name in n. Names side by side are one byline.
func (m *metadata) addByline(n *html.Node, name string) {
	last := len(m.bylines) - 1
	switch {
	case len(m.bylines) == maxBylines || inComment(n):
		return
	case last >= 0 && n.Parent == m.bylineIn && utf8.RuneCountInString(m.bylines[last]) < maxByline:
		m.bylines[last] += ", " + name
	default:
		m.bylines = append(m.bylines, name)
	}
	m.bylineIn = n.Parent
}

const (
	maxBylines = 20  // bounds the work on pages that mark every comment's author
	maxByline  = 200 // code points of the names side by side
)

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
	for _, h := range m.banners {
		if m.endsTitle(h) {
			names = append(names, h)
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

// endsTitle reports whether a part of the window's title, at one of its ends, is s.
func (m *metadata) endsTitle(s string) bool {
	return slices.ContainsFunc(separator.FindAllStringIndex(m.title, -1), func(cut []int) bool {
		return s == m.title[:cut[0]] || s == m.title[cut[1]:]
	})
}

// leadsHome reports whether n holds a link to the front page.
func leadsHome(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.A {
			u, err := url.Parse(attr(d, "href"))
			return err == nil && u.Opaque == "" && u.RawQuery == "" && (u.Path == "/" || u.Path == "" && u.Host != "")
		}
	}
	return false
}

// canonicalURL is the article's address as the page declares it, empty when what
// it declares cannot be that of an article. Links are read against the base.
func (m *metadata) canonicalURL(page, base *url.URL) string {
	for _, declared := range []string{webURL(m.canonical, base), webURL(m.meta("og:url"), page)} {
		u, err := url.Parse(declared)
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
