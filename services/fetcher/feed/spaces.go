package feed

import "strings"

// spaces maps namespaces, in lower case, to the prefixes by which their elements are
// known here; the vocabularies of feeds themselves have none.
var spaces = map[string]string{
	"http://www.w3.org/2005/atom":                  "",
	"http://purl.org/atom/ns#":                     "",
	"http://purl.org/echo/":                        "",
	"uri/of/echo/namespace#":                       "",
	"http://example.com/necho":                     "",
	"http://example.com/newformat#":                "",
	"http://backend.userland.com/rss":              "",
	"http://backend.userland.com/rss2":             "",
	"http://blogs.law.harvard.edu/tech/rss":        "",
	"http://purl.org/rss/1.0/":                     "",
	"http://my.netscape.com/rdf/simple/0.9/":       "",
	"http://channel.netscape.com/rdf/simple/0.9/":  "",
	"http://purl.org/net/rss1.1#":                  "",
	"http://www.w3.org/1999/02/22-rdf-syntax-ns#":  "rdf",
	"http://purl.org/dc/elements/1.1/":             "dc",
	"http://purl.org/dc/elements/1.0/":             "dc",
	"http://purl.org/dc/terms/":                    "dcterms",
	"http://purl.org/rss/1.0/modules/content/":     "content",
	"http://purl.org/rss/1.0/modules/syndication/": "sy",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":   "itunes",
	"http://example.com/dtds/podcast-1.0.dtd":      "itunes",
	"http://search.yahoo.com/mrss":                 "media",
	"http://search.yahoo.com/mrss/":                "media",
	"http://video.search.yahoo.com/mrss":           "media",
	"http://video.search.yahoo.com/mrss/":          "media",
	"http://www.w3.org/1999/xhtml":                 "xhtml",
	"http://www.w3.org/xml/1998/namespace":         "xml",
	"http://rssnamespace.org/feedburner/ext/1.0":   "feedburner",
	"http://wellformedweb.org/commentapi/":         "wfw",
	"http://www.w3.org/1999/xlink":                 "xlink",
	"http://www.w3.org/2000/svg":                   "svg",
	"http://www.w3.org/1998/math/mathml":           "mathml",
}

// binding is a prefix that stands for a namespace within an element.
type binding struct {
	prefix, known, uri string
	depth              int // of the element that declares it
}

// known is the prefix by which a namespace is known here.
func known(prefix, uri string) string {
	if p, ok := spaces[strings.ToLower(strings.TrimSpace(uri))]; ok {
		return p
	}
	return strings.ToLower(prefix) // an unknown default namespace is taken for the feed's own
}
