// Package declared reads what a page says of its article beside the text: meta
// elements, JSON-LD, and the marks in its markup.
package declared

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/dom"
)

// maxHeadings is how many headings are read.
const maxHeadings = 40

// Page is what a page declares in its head, and what its markup says of the article.
// Texts are as written, at most 4,000 bytes of each; none is to be believed.
type Page struct {
	Values         map[string]string // <meta>: lower-case name, property or itemprop → first content
	Authors        []string          // <meta> that name authors
	Canonical      string
	Lang           string
	Title          string     // <title>
	Headings       []string   // <h1>
	Banners        []string   // those of them that lead to the front page
	Bylines        []string   // elements marked as author in the body
	marked, headed int        // elements looked at
	bylineIn       *html.Node // the element that holds the last of them
	Linked         Linked     // the article of its JSON-LD
	Articles       []Article  // all articles of its JSON-LD
	HasPassword    bool       // it asks for one
}

// Read reads all of it in one walk.
func Read(doc *html.Node) *Page {
	m := &Page{Values: map[string]string{}}
	var blocks []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			m.Lang = dom.Attr(n, "lang")
			if m.Lang == "" {
				m.Lang = dom.Attr(n, "xml:lang")
			}
		case atom.Meta:
			m.addMeta(n)
		case atom.Input:
			m.HasPassword = m.HasPassword || strings.EqualFold(dom.Attr(n, "type"), "password")
		case atom.Link:
			if m.Canonical == "" && strings.EqualFold(dom.Attr(n, "rel"), "canonical") {
				m.Canonical = dom.Attr(n, "href")
			}
		case atom.Title:
			if m.Title == "" && n.FirstChild != nil && n.Parent.DataAtom != atom.Svg {
				m.Title = text.Tidy(short(n.FirstChild.Data))
			}
		case atom.H1:
			if m.headed++; m.headed > maxHeadings {
				continue
			}
			if s := lineOf(n); s != "" && len(s) < maxField {
				m.Headings = append(m.Headings, s)
				if leadsHome(n) {
					m.Banners = append(m.Banners, s)
				}
			}
		case atom.Script:
			if strings.Contains(strings.ToLower(dom.Attr(n, "type")), "ld+json") && n.FirstChild != nil {
				blocks = append(blocks, n.FirstChild.Data)
			}
		default:
			m.addMarked(n)
		}
	}
	m.Linked, m.Articles = readLinked(blocks)
	m.choose()
	return m
}

// maxField is how many bytes are read of one value, far more than pages hold.
const maxField = 4000

// short is s up to maxField bytes.
func short(s string) string { return cut(s, maxField) }

// cut is s up to so many bytes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

func (m *Page) addMeta(n *html.Node) {
	content := short(dom.Attr(n, "content"))
	if content == "" {
		return
	}
	for _, key := range []string{"property", "name", "itemprop", "http-equiv"} {
		name := strings.ToLower(dom.Attr(n, key))
		if name == "" {
			continue
		}
		if _, ok := m.Values[name]; !ok {
			m.Values[name] = content
		}
		if authorMeta[name] && len(m.Authors) < maxBylines {
			m.Authors = append(m.Authors, content)
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
func (m *Page) addMarked(n *html.Node) {
	isAuthor := strings.EqualFold(dom.Attr(n, "itemprop"), "author")
	if !isAuthor && (n.DataAtom != atom.A || !strings.EqualFold(dom.Attr(n, "rel"), "author")) {
		return
	}
	if m.marked++; m.marked > maxMarked || len(m.Bylines) == maxBylines {
		return
	}
	if isAuthor {
		m.addByline(n, short(authorName(n)))
	} else {
		m.addByline(n, short(lineOf(n)))
	}
}

// addByline adds the name in n. Names side by side are one byline.
func (m *Page) addByline(n *html.Node, name string) {
	last := len(m.Bylines) - 1
	switch {
	case inComment(n):
		return
	case last >= 0 && n.Parent == m.bylineIn && utf8.RuneCountInString(m.Bylines[last]) < maxByline:
		m.Bylines[last] += ", " + name
	default:
		m.Bylines = append(m.Bylines, name)
	}
	m.bylineIn = n.Parent
}

const (
	maxBylines = 20  // bounds the work on pages that mark every comment's author
	maxMarked  = 60  // so many marks are looked at
	maxByline  = 200 // code points of the names side by side
)

// authorName is the name in an element marked as author: its itemprop=name, or
// all its text.
func authorName(n *html.Node) string {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && strings.EqualFold(dom.Attr(d, "itemprop"), "name") {
			if content := dom.Attr(d, "content"); content != "" {
				return content
			}
			return lineOf(d)
		}
	}
	return lineOf(n)
}

// lineOf is the text in n as one line.
func lineOf(n *html.Node) string { return text.Tidy(body.Line(n)) }

// inComment reports whether n stands among readers' comments.
func inComment(n *html.Node) bool {
	for p := range n.Ancestors() {
		if name := strings.ToLower(dom.Attr(p, "id") + " " + dom.Attr(p, "class")); strings.Contains(name, "comment") {
			return true
		}
	}
	return false
}

// Meta is the content of the first of the named <meta> that the page has; names are
// lower case.
func (m *Page) Meta(names ...string) string {
	for _, name := range names {
		if v := m.Values[name]; v != "" {
			return v
		}
	}
	return ""
}

// leadsHome reports whether n holds a link to the front page.
func leadsHome(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.A {
			u, err := url.Parse(dom.Attr(d, "href"))
			return err == nil && u.Opaque == "" && u.RawQuery == "" && (u.Path == "/" || u.Path == "" && u.Host != "")
		}
	}
	return false
}
