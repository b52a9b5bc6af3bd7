package pubdate

import (
	"cmp"
	"strings"

	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
	"marsad/services/cleaner/declared"
)

// declaredLinked reads JSON-LD. Where its articles have different dates, the one
// that is the page's is looked for.
func (e *evidence) declaredLinked() {
	l := e.meta.Linked
	if e.severalLinked() {
		if own, ok := e.ownLinked(); ok {
			l = own
		}
	}
	e.addPublished(l.Published, FromJSONLD, .97)
	e.addModified(l.Modified, FromJSONLD)
	if len(e.published) == 0 {
		for _, block := range e.linked { // what is no article, or no JSON
			if value := afterKey(block, "datePublished"); value != "" {
				e.addPublished(value, FromJSONLD, .78)
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
			first = cmp.Or(first, value)
			_, rest, found = strings.Cut(rest, `"datePublished"`)
		}
	}
	return false
}

// ownLinked finds the article that is about this page: by its address, by its
// headline, in this order.
func (e *evidence) ownLinked() (declared.Linked, bool) {
	if len(e.meta.Articles) < 2 {
		return declared.Linked{}, false
	}
	page := e.path()
	for _, a := range e.meta.Articles {
		for _, id := range a.IDs {
			if a.Published != "" && page != "" && strings.HasSuffix(strings.TrimRight(withoutFragment(id), "/"), page) {
				return a.Linked, true
			}
		}
	}
	if len(e.meta.Headings) == 0 {
		return declared.Linked{}, false
	}
	title := text.Fold(e.meta.Headings[0])
	for _, a := range e.meta.Articles {
		if a.Published != "" && title != "" && text.Fold(a.Headline) == title {
			return a.Linked, true
		}
	}
	return declared.Linked{}, false
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
func (e *evidence) fromScripts(last Dated) Dated {
	for n := range e.doc.Descendants() {
		if n.DataAtom != atom.Script || n.FirstChild == nil {
			continue
		}
		for _, key := range scriptKeys {
			d, ok := e.parse(afterKey(n.FirstChild.Data, key))
			if ok && (!last.OK() || d.Time.Before(last.Time.AddDate(0, 0, 1))) {
				return Dated{d, FromJSONLD, .5}
			}
		}
	}
	return Dated{}
}
