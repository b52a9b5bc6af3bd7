package pubdate

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
)

// Role is what a label or the markup says of a date.
type Role uint8

const (
	NoRole Role = iota
	Publication
	Modification
	OtherRole // of something else: a birth, a copyright, a comment
)

// roleByName reads the names of an element and of those about it.
func roleByName(n *html.Node) Role {
	for range 3 {
		if n == nil || n.DataAtom == atom.Body {
			break
		}
		names := namesOf(n)
		published := containsAny(names, publishedNames)
		if containsAny(names, modifiedNames) && !published {
			return Modification
		}
		if published {
			return Publication
		}
		n = n.Parent
	}
	return NoRole
}

var (
	publishedNames = []string{"publi", "posted", "pubdate", "entry-date", "entrydate", "created", "erstell", "veroeff", "postdate", "post-date", "post_date", "articledate", "article-date", "article_date"}
	modifiedNames  = []string{"modif", "updat", "aktuali", "lastedit", "changed", "actualiz", "aggiorn", "guncel"}
	dateNames      = []string{"date", "time", "publish", "posted", "byline", "dateline", "datum", "fecha", "tarih", "stamp", "pubdate", "meta", "info", "data-", "created", "zeit", "author", "tarix", "tanggal"}
)

// dateLike reports whether an element's names, or those about it, say that it
// holds a date.
func dateLike(n *html.Node) bool {
	for range 3 {
		if n == nil || n.DataAtom == atom.Body {
			return false
		}
		if n.DataAtom == atom.Time || n.DataAtom == atom.Address || containsAny(namesOf(n), dateNames) {
			return true
		}
		n = n.Parent
	}
	return false
}

var nameKeys = []string{"class", "id", "itemprop"}

// namesOf is an element's class, id and itemprop, in lower case.
func namesOf(n *html.Node) string {
	var names [3]string
	for _, a := range n.Attr {
		if i := slices.Index(nameKeys, a.Key); i >= 0 && len(a.Val) < 200 {
			names[i] = a.Val
		}
	}
	if names == [3]string{} {
		return ""
	}
	return strings.ToLower(names[0] + " " + names[1] + " " + names[2])
}

func containsAny(s string, words []string) bool {
	if s == "" {
		return false
	}
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// elsewhereNames name the parts of a page that are not its article.
var elsewhereNames = []string{
	"comment", "kommentar", "related", "sidebar", "footer", "copyright", "widget", "recommend", "popular", "latest", "trending", "most-read", "mostread",
	"teaser", "navi", "menu", "breadcrumb", "newsletter", "ticker", "weather", "wetter", "calendar", "kalender", "also-read", "readmore", "read-more",
	"more-news", "morenews", "archive", "archiv-", "disqus", "reply", "replies", "signature", "aside", "promo", "carousel", "slider", "related-posts", "caption",
	"today", "current-date", "currentdate", "clock",
}

// elsewhere reports whether an element lies in another part of the page than its
// article: below an element that says so and does not hold the title.
func (e *evidence) elsewhere(n *html.Node) bool {
	for ; n != nil && n.DataAtom != atom.Body && n.DataAtom != atom.Html; n = n.Parent {
		if e.holdsTitle(n) {
			return false
		}
		switch n.DataAtom {
		case atom.Footer, atom.Aside, atom.Nav, atom.Figure, atom.Figcaption, atom.Form, atom.Blockquote:
			return true
		}
		if n.Type == html.ElementNode && containsAny(namesOf(n), elsewhereNames) {
			return true
		}
	}
	return false
}

// holdsTitle reports whether the title stands in n.
func (e *evidence) holdsTitle(n *html.Node) bool {
	for t := e.title.node; t != nil; t = t.Parent {
		if t == n {
			return true
		}
	}
	return false
}

// maxLabel is how far before a date its label may stand, in bytes.
const maxLabel = 80

// RoleOf is what the last label in a text says.
func RoleOf(before string) Role {
	if len(before) > maxLabel {
		before = before[len(before)-maxLabel:]
		for len(before) > 0 && !utf8.RuneStart(before[0]) {
			before = before[1:]
		}
	}
	if strings.IndexFunc(before, unicode.IsLetter) < 0 && !strings.Contains(before, "©") {
		return NoRole
	}
	folded := text.Fold(before)
	found, at := NoRole, -1
	for _, l := range labels() {
		for _, word := range l.words {
			if i := strings.LastIndex(folded, word); i > at {
				found, at = l.role, i
			}
		}
	}
	return found
}

// labels are the words before dates, folded: one line per role in labels.txt.
var labels = sync.OnceValue(func() []label {
	var all []label
	for line := range strings.Lines(labelsTXT) {
		name, words, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		l := label{role: roleNames[name]}
		for word := range strings.SplitSeq(words, "|") {
			l.words = append(l.words, text.Fold(word))
		}
		all = append(all, l)
	}
	return all
})

//go:embed labels.txt
var labelsTXT string

var roleNames = map[string]Role{"published": Publication, "modified": Modification, "other": OtherRole}

type label struct {
	role  Role
	words []string
}
