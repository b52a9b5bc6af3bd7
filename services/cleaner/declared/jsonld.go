package declared

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"marsad/pkg/text"
)

// Linked is what the page's JSON-LD says of its article (schema.org/Article).
// Publishers use every shape the format allows, and some it does not: values may
// be strings, objects, arrays of either, or references to other nodes by "@id".
type Linked struct {
	Kind                                            string // of article, as schema.org names it: "NewsArticle"
	Page                                            string // what the page is said to be, beside: "VideoObject"
	Headline, Body, Section, Image, Lang, Publisher string
	Published, Modified                             string
	Authors                                         []string
	Organisation                                    string // that is named as the author
}

// readLinked picks the article out of the page's JSON-LD blocks. Without an
// article, a node that describes the page lends its dates.
func readLinked(blocks []string) (Linked, []Article) {
	var g graph
	for _, block := range blocks {
		if v, ok := parseJSON(block); ok {
			g.add(unwrapped(v), 0)
		}
	}
	var l Linked
	if len(g.pages) > 0 {
		page := g.read(g.pages[0])
		l = Linked{Page: page.Kind, Published: page.Published, Modified: page.Modified, Lang: page.Lang, Publisher: page.Publisher}
	}
	var all []Article
	for _, n := range g.articles[:min(len(g.articles), maxArticles)] {
		var ids []string
		for _, key := range []string{"url", "@id", "mainEntityOfPage"} {
			ids = append(ids, g.named(n[key], "@id", "url")...)
		}
		all = append(all, Article{g.read(n), ids})
	}
	return l, all
}

// choose takes for the page's article the one whose address or headline is the page's,
// else the first, with what others of the same headline say beside.
func (m *Page) choose() {
	if len(m.Articles) == 0 {
		return
	}
	own := slices.IndexFunc(m.Articles, m.isOwn)
	page := m.Linked.Page
	m.Linked = merged(m.Articles, max(own, 0))
	m.Linked.Page = page
}

func (m *Page) isOwn(a Article) bool {
	for _, address := range []string{m.Canonical, m.Meta("og:url")} {
		if address != "" && slices.Contains(a.IDs, address) {
			return true
		}
	}
	headline := text.Fold(a.Headline)
	return headline != "" && slices.ContainsFunc(append(slices.Clip(m.Headings), m.Meta("og:title")), func(shown string) bool {
		return text.Fold(shown) == headline
	})
}

// maxArticles is how many articles of one page are read.
const maxArticles = 100

// Article is one article of a page's JSON-LD. IDs are the addresses it is known by.
type Article struct {
	Linked
	IDs []string
}

// merged is the article at an index, with what others of the same headline say beside.
func merged(all []Article, at int) Linked {
	l := all[at].Linked
	headline := text.Fold(l.Headline)
	for i, other := range all {
		if i == at || text.Fold(other.Headline) != headline {
			continue
		}
		l.Authors = few(append(l.Authors, other.Authors...))
		l.Body = cmp.Or(l.Body, other.Body)
		l.Published, l.Modified = cmp.Or(l.Published, other.Published), cmp.Or(l.Modified, other.Modified)
	}
	return l
}

// unwrapped replaces the containers of JSON-LD by what they hold.
func unwrapped(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = unwrapped(v[i])
		}
	case node:
		for _, container := range []string{"@list", "@set", "@value"} {
			if held, ok := v[container]; ok {
				return unwrapped(held)
			}
		}
		for key := range v {
			v[key] = unwrapped(v[key])
		}
	}
	return v
}

// node is a JSON object.
type node = map[string]any

// graph gathers the nodes of all blocks.
type graph struct {
	articles, pages []node
	byID            map[string]node
}

// maxLinkedDepth bounds the way into nested nodes.
const maxLinkedDepth = 12

// add files v and what stands in the properties that can hold the page's article.
func (g *graph) add(v any, depth int) {
	if depth > maxLinkedDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			g.add(e, depth+1)
		}
	case node:
		if id, ok := v["@id"].(string); ok && len(v) > 1 {
			if g.byID == nil {
				g.byID = map[string]node{}
			}
			if _, dup := g.byID[id]; !dup {
				g.byID[id] = v
			}
		}
		switch types := strs(v["@type"]); {
		case slices.ContainsFunc(types, isArticleType):
			g.articles = append(g.articles, v)
		case slices.ContainsFunc(types, isPageType):
			g.pages = append(g.pages, v)
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			g.add(v[key], depth+1)
		}
	}
}

// kindOf is the type that tells most, without its namespace.
func kindOf(types []string) string {
	for _, is := range []func(string) bool{isArticleType, isPageType} {
		if i := slices.IndexFunc(types, is); i >= 0 {
			return types[i][strings.LastIndexAny(types[i], "/:")+1:]
		}
	}
	return ""
}

func isArticleType(t string) bool {
	t = t[strings.LastIndexAny(t, "/:")+1:]
	return strings.HasSuffix(t, "Article") || strings.HasSuffix(t, "BlogPosting") || t == "Report" ||
		t == "Review" || t == "CriticReview"
}

func isPageType(t string) bool {
	t = t[strings.LastIndexAny(t, "/:")+1:]
	return t == "WebPage" || t == "ItemPage" || t == "VideoObject" || t == "Recipe" || t == "CollectionPage" || t == "SearchResultsPage"
}

func (g *graph) read(n node) Linked {
	return Linked{
		Kind:         kindOf(strs(n["@type"])),
		Headline:     first(strs(n["headline"]), strs(n["name"])),
		Body:         cut(strings.Join(strs(n["articleBody"]), "\n\n"), maxBody),
		Section:      first(strs(n["articleSection"])),
		Image:        first(g.named(n["image"], "url", "contentUrl"), strs(n["thumbnailUrl"])),
		Lang:         first(g.named(n["inLanguage"], "alternateName", "name")),
		Publisher:    first(g.named(n["publisher"], "name")),
		Published:    first(strs(n["datePublished"]), strs(n["dateCreated"]), strs(n["uploadDate"])),
		Modified:     first(strs(n["dateModified"])),
		Authors:      few(append(g.persons(n["author"]), g.persons(n["creator"])...)),
		Organisation: text.Tidy(first(g.organisations(n["author"]), g.organisations(n["creator"]))),
	}
}

// maxBody is how many bytes are read of an articleBody.
const maxBody = 1 << 20

func few(all []string) []string { return all[:min(maxBylines, len(all))] }

// gather reads the values of an array, as far as they are wanted.
func gather(values []any, read func(any) []string) (all []string) {
	for _, v := range values {
		if all = append(all, read(v)...); len(all) >= maxBylines {
			break
		}
	}
	return all
}

func isOrganisation(n node) bool {
	return slices.ContainsFunc(strs(n["@type"]), func(t string) bool { return strings.HasSuffix(t, "Organization") })
}

// named reads a property whose values are strings, or objects of which one of
// the keys is the value.
func (g *graph) named(v any, keys ...string) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		return gather(v, func(e any) []string { return g.named(e, keys...) })
	case node:
		v = g.resolve(v)
		for _, key := range keys {
			if s := strs(v[key]); len(s) > 0 {
				return few(s)
			}
		}
	}
	return nil
}

// persons reads authors, leaving out those that say they are an organisation.
func (g *graph) persons(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		return gather(v, g.persons)
	case node:
		v = g.resolve(v)
		if isOrganisation(v) {
			return nil
		}
		if names := strs(v["name"]); len(names) > 0 {
			return few(names)
		}
		if given, family := first(strs(v["givenName"])), first(strs(v["familyName"])); family != "" {
			return []string{strings.TrimSpace(given + " " + family)}
		}
	}
	return nil
}

// organisations reads the authors that say they are one.
func (g *graph) organisations(v any) []string {
	switch v := v.(type) {
	case []any:
		return gather(v, g.organisations)
	case node:
		v = g.resolve(v)
		if isOrganisation(v) {
			return few(strs(v["name"]))
		}
	}
	return nil
}

// resolve follows a reference to the node it names.
func (g *graph) resolve(n node) node {
	if id, ok := n["@id"].(string); ok && n["name"] == nil && n["url"] == nil {
		if target, ok := g.byID[id]; ok {
			return target
		}
	}
	return n
}

// strs gives the strings of a value that is a string or an array of strings;
// other values give none.
func strs(v any) []string {
	switch v := v.(type) {
	case string:
		if v = strings.TrimSpace(v); v != "" {
			return []string{v}
		}
	case []any:
		var all []string
		for _, e := range v {
			if s, ok := e.(string); ok && strings.TrimSpace(s) != "" {
				all = append(all, strings.TrimSpace(s))
			}
		}
		return all
	}
	return nil
}

// first is the first string of the lists, up to maxField bytes; empty without any.
func first(lists ...[]string) string {
	for _, l := range lists {
		if len(l) > 0 {
			return short(l[0])
		}
	}
	return ""
}

// parseJSON reads a block, mending what publishers break most: comment and CDATA
// wrappers, raw line breaks in strings, commas before a closing bracket, a
// semicolon at the end.
func parseJSON(block string) (any, bool) {
	block = strings.TrimSpace(block)
	for _, wrap := range []string{"<!--", "-->", "//<![CDATA[", "//]]>", "<![CDATA[", "]]>"} {
		block = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(block, wrap), wrap))
	}
	var v any
	if json.Unmarshal([]byte(block), &v) == nil {
		return v, true
	}
	if json.Unmarshal([]byte(mendJSON(block)), &v) == nil {
		return v, true
	}
	// Some put several objects one after the other.
	dec := json.NewDecoder(strings.NewReader(mendJSON(block)))
	return v, dec.Decode(&v) == nil
}

func mendJSON(s string) string {
	out := make([]byte, 0, len(s))
	inString, escaped := false, false
	for i := range len(s) {
		c := s[i]
		switch {
		case inString && escaped:
			escaped = false
			if !strings.ContainsRune(`"\/bfnrtu`, rune(c)) {
				out = out[:len(out)-1] // an escape JSON does not know
			}
		case inString && c == '\\':
			escaped = true
		case c == '"':
			inString = !inString
		case inString && c == '\n':
			out = append(out, '\\')
			c = 'n'
		case !inString && (c == '}' || c == ']'):
			out = bytes.TrimSuffix(bytes.TrimRight(out, " "), []byte{','})
		}
		if c < ' ' {
			c = ' '
		}
		out = append(out, c)
	}
	return string(out)
}
