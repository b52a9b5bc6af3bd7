package cleaner

import (
	"strings"

	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
)

// declaredLinked reads JSON-LD. Where its articles have different dates, the one
// that is the page's is looked for.
func (e *evidence) declaredLinked() {
	l := e.meta.linked
	if e.severalLinked() {
		if own, ok := e.ownLinked(); ok {
			l = own
		}
	}
	e.addPublished(l.published, byJSONLD, .97)
	e.addModified(l.modified, byJSONLD)
	if len(e.published) == 0 {
		for _, block := range e.linked { // what is no article, or no JSON
			if value := afterKey(block, "datePublished"); value != "" {
				e.addPublished(value, byJSONLD, .78)
				break
			}
		}
	}
}

// severalLinked reports whether the blocks hold different dates of publication.
func (e *evidence) severalLinked() bool {
	first := ""
	for _, rest := range e.linked {
		for found := true; found; {
			value := afterKey(rest, "datePublished")
			if first != "" && value != "" && value != first {
				return true
			}
			first = firstOf(first, value)
			_, rest, found = strings.Cut(rest, `"datePublished"`)
		}
	}
	return false
}

// ownLinked finds the article that is about this page: by its address, by its
// headline, in this order.
func (e *evidence) ownLinked() (linked, bool) {
	var g graph
	for _, block := range e.linked {
		if v, ok := parseJSON(block); ok {
			g.add(v, 0)
		}
	}
	if len(g.articles) < 2 {
		return linked{}, false
	}
	page := e.path()
	for _, n := range g.articles {
		for _, key := range []string{"url", "@id", "mainEntityOfPage"} {
			for _, id := range g.named(n[key], "@id", "url") {
				if page != "" && strings.HasSuffix(strings.TrimRight(withoutFragment(id), "/"), page) {
					if l := g.read(n); l.published != "" {
						return l, true
					}
				}
			}
		}
	}
	title := ""
	if len(e.meta.headings) > 0 {
		title = text.Fold(e.meta.headings[0])
	}
	for _, n := range g.articles {
		if l := g.read(n); l.published != "" && title != "" && text.Fold(l.headline) == title {
			return l, true
		}
	}
	return linked{}, false
}

// path is the page's path, without the slash at the end; empty for a site's root.
func (e *evidence) path() string {
	if e.address == nil {
		return ""
	}
	return strings.TrimRight(e.address.Path, "/")
}

func withoutFragment(s string) string {
	s, _, _ = strings.Cut(s, "#")
	return s
}

// afterKey is the string value of a key in JSON that may be malformed.
func afterKey(block, key string) string {
	_, rest, ok := strings.Cut(block, `"`+key+`"`)
	if !ok {
		return ""
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n:["), `"`)
	end := strings.IndexByte(rest, '"')
	if !ok || end < 0 {
		return ""
	}
	return rest[:end]
}

// scriptKeys are the names of dates in the data that pages hand to their scripts.
var scriptKeys = []string{"datePublished", "publishedAt", "published_at", "publishDate", "publish_date", "publicationDate", "pubDate", "firstPublished", "datetime_published", "createdAt", "created_at", "dateCreated"}

// fromScripts is the last resort: the first date in the page's scripts whose name
// says that it is of publication, and that is not after the page's last change.
func (e *evidence) fromScripts(last dated) dated {
	for n := range e.doc.Descendants() {
		if n.DataAtom != atom.Script || n.FirstChild == nil {
			continue
		}
		for _, key := range scriptKeys {
			d, ok := e.parse(afterKey(n.FirstChild.Data, key))
			if ok && (!last.ok() || d.Time.Before(last.Time.AddDate(0, 0, 1))) {
				return dated{d, byJSONLD, .5}
			}
		}
	}
	return dated{}
}
