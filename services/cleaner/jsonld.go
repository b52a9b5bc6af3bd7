package cleaner

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"marsad/pkg/text"
)

// linked is what the page's JSON-LD says of its article (schema.org/Article).
// Publishers use every shape the format allows, and some it does not: values may
// be strings, objects, arrays of either, or references to other nodes by "@id".
type linked struct {
	kind                                            string // of article, as schema.org names it: "NewsArticle"
	page                                            string // what the page is said to be, beside: "VideoObject"
	headline, body, section, image, lang, publisher string
	published, modified                             string
	authors                                         []string
	organisation                                    string // that is named as the author
}

// readLinked picks the article out of the page's JSON-LD blocks. Without an
// article, a node that describes the page lends its dates.
func readLinked(blocks []string) linked {
	var g graph
	for _, block := range blocks {
		if v, ok := parseJSON(block); ok {
			g.add(unwrapped(v), 0)
		}
	}
	var l linked
	if len(g.pages) > 0 {
		page := g.read(g.pages[0])
		l = linked{page: page.kind, published: page.published, modified: page.modified, lang: page.lang, publisher: page.publisher}
	}
	if len(g.articles) > 0 {
		kind := l.page
		l = g.article()
		l.page = kind
	}
	return l
}

// article reads the first article. Where it names no person, another node of the
// same headline may.
func (g *graph) article() linked {
	l := g.read(g.articles[0])
	for _, n := range g.articles[1:] {
		other := g.read(n)
		if squeeze(other.headline) != squeeze(l.headline) {
			continue
		}
		if len(people(l.authors, []string{l.publisher})) == 0 {
			l.authors = other.authors
		}
		l.body = firstOf(l.body, other.body)
		l.published, l.modified = firstOf(l.published, other.published), firstOf(l.modified, other.modified)
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

func (g *graph) read(n node) linked {
	return linked{
		kind:         kindOf(strs(n["@type"])),
		headline:     first(strs(n["headline"]), strs(n["name"])),
		body:         strings.Join(strs(n["articleBody"]), "\n\n"),
		section:      first(strs(n["articleSection"])),
		image:        first(g.named(n["image"], "url", "contentUrl"), strs(n["thumbnailUrl"])),
		lang:         first(g.named(n["inLanguage"], "alternateName", "name")),
		publisher:    first(g.named(n["publisher"], "name")),
		published:    first(strs(n["datePublished"]), strs(n["dateCreated"]), strs(n["uploadDate"])),
		modified:     first(strs(n["dateModified"])),
		authors:      firstN(append(g.persons(n["author"]), g.persons(n["creator"])...), maxBylines),
		organisation: text.Tidy(first(g.organisations(n["author"]), g.organisations(n["creator"]))),
	}
}

func firstN(all []string, n int) []string { return all[:min(n, len(all))] }

// named reads a property whose values are strings, or objects of which one of
// the keys is the value.
func (g *graph) named(v any, keys ...string) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, g.named(e, keys...)...)
		}
		return all
	case node:
		v = g.resolve(v)
		for _, key := range keys {
			if s := strs(v[key]); len(s) > 0 {
				return s
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
		var all []string
		for _, e := range v {
			all = append(all, g.persons(e)...)
		}
		return all
	case node:
		v = g.resolve(v)
		if slices.ContainsFunc(strs(v["@type"]), func(t string) bool { return strings.HasSuffix(t, "Organization") }) {
			return nil
		}
		if names := strs(v["name"]); len(names) > 0 {
			return names
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
		var all []string
		for _, e := range v {
			all = append(all, g.organisations(e)...)
		}
		return all
	case node:
		v = g.resolve(v)
		if slices.ContainsFunc(strs(v["@type"]), func(t string) bool { return strings.HasSuffix(t, "Organization") }) {
			return strs(v["name"])
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

// first is the first string of the lists; empty without any.
func first(lists ...[]string) string {
	for _, l := range lists {
		if len(l) > 0 {
			return l[0]
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
