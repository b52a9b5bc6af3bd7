package cleaner

import (
	"net/url"
	"strings"
	"unicode/utf8"

	trafilatura "github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
)

// thin is how many letters of text are too few for an article: what was found is
// then compared with what else there is.
const thin = 250

// body finds the article's paragraphs: by trafilatura (Barbaresi 2021,
// "Trafilatura: A Web Scraping Library and Command-Line Tool for Text Discovery
// and Extraction", ACL demo). Twice as much text in the JSON-LD is better, and
// where hardly anything was found, so is twice as much in all <p>.
func body(doc *html.Node, m *metadata, found extraction) []string {
	best := trimRepeats(found.paragraphs)
	if linked := linkedBody(m); weight(linked) > 2*weight(best) {
		best = linked
	}
	if weight(best) < thin {
		if all := allParagraphs(doc); weight(all) > 2*weight(best) {
			best = all
		}
	}
	return best
}

// extraction is what trafilatura found in a page.
type extraction struct {
	paragraphs []string
	byline     string
}

// maxNodes is how many nodes a tree may have for trafilatura, whose time grows
// faster than they do. The largest of 1,657 news pages measured had 26,000.
const maxNodes = 60_000

// larger reports whether a tree has more than n nodes.
func larger(doc *html.Node, n int) bool {
	for range doc.Descendants() {
		if n--; n < 0 {
			return true
		}
	}
	return false
}

// extract runs trafilatura, which may panic on odd trees; nothing is found then,
// nor in very large ones.
func extract(doc *html.Node, address *url.URL) (found extraction) {
	if larger(doc, maxNodes) {
		return extraction{}
	}
	defer func() {
		if recover() != nil {
			found = extraction{}
		}
	}()
	result, err := trafilatura.ExtractDocument(doc, trafilatura.Options{
		OriginalURL:     address,
		EnableFallback:  true,
		ExcludeComments: true,
		HtmlDateMode:    trafilatura.Disabled, // dates are read in dates.go
	})
	if err != nil || result.ContentNode == nil {
		return extraction{}
	}
	return extraction{paragraphs: paragraphsOf(result.ContentNode), byline: result.Metadata.Author}
}

// linkedBody is the JSON-LD's articleBody.
func linkedBody(m *metadata) []string {
	if strings.Contains(m.linked.body, "<") || strings.Contains(m.linked.body, "&") {
		return fragmentParagraphs(m.linked.body)
	}
	var paragraphs []string
	for line := range strings.Lines(m.linked.body) {
		if line = tidy(line); line != "" {
			paragraphs = append(paragraphs, line)
		}
	}
	return paragraphs
}

// allParagraphs is the last resort: every <p> that holds a sentence, else all text
// of the page.
func allParagraphs(doc *html.Node) []string {
	var paragraphs []string
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.P {
			if s := textOf(n); text.Words(s) > 8 {
				paragraphs = append(paragraphs, s)
			}
		}
	}
	if len(paragraphs) == 0 {
		return paragraphsOf(doc)
	}
	return paragraphs
}

// trimRepeats drops long paragraphs that came before (pages hold the body twice,
// for small screens and for printing), and rules and bullets without any word.
func trimRepeats(paragraphs []string) []string {
	seen := map[string]bool{}
	kept := paragraphs[:0]
	for _, p := range paragraphs {
		if seen[p] && utf8.RuneCountInString(p) > 60 || text.Words(p) == 0 {
			continue
		}
		seen[p] = true
		kept = append(kept, p)
	}
	return kept
}

// weight is how many code points paragraphs hold together.
func weight(paragraphs []string) int {
	n := 0
	for _, p := range paragraphs {
		n += utf8.RuneCountInString(p)
	}
	return n
}
