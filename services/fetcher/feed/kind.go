package feed

import (
	"bytes"
	"strings"

	"marsad/services/fetcher/feed/markup"
)

// page is the kind of web pages, which are no feeds.
const page Format = "html"

// maxPrologue is how far into a document its first element is looked for.
const maxPrologue = 64 << 10

func blank(body []byte) bool {
	return len(bytes.Trim(body, " \t\r\n\x00\uFEFF")) == 0
}

// kindOf tells what a document is by its first element, and where that begins.
func kindOf(text []byte) (kind Format, start int) {
	trimmed := bytes.TrimLeft(text, " \t\r\n\uFEFF")
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		return JSON, len(text) - len(trimmed)
	}
	s, first := markup.NewScanner(text), true
	unknown := Format("")
	for s.Pos() < maxPrologue {
		t, ok := s.Next()
		if !ok {
			break
		}
		if t.Kind == markup.Doctype && isHTML(t.Data) {
			unknown = page // if nothing else is found: feeds with this document type are met
		}
		if t.Kind != markup.Start {
			continue
		}
		if kind = kindOfRoot(t); kind != "" && (kind != page || first) {
			return kind, t.Start
		}
		first = false
	}
	return unknown, 0
}

// isHTML reports whether a document type is that of HTML.
func isHTML(doctype []byte) bool {
	words := bytes.Fields(doctype[:min(len(doctype), 100)])
	return len(words) > 1 && bytes.EqualFold(words[1], []byte("html"))
}

func kindOfRoot(t markup.Token) Format {
	name := strings.ToLower(string(t.Name))
	if i := strings.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	switch name {
	case "rss":
		return RSS
	case "rdf":
		return RDF
	case "feed":
		return Atom
	case "channel":
		return CDF
	case "urlset":
		return Sitemap
	case "sitemapindex":
		return SitemapIndex
	case "html", "head", "body", "div", "script", "meta", "p":
		return page
	}
	return ""
}
