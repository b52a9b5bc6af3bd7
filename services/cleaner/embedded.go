package cleaner

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/dom"
)

// maxEmbedded bounds the data read of a page's scripts, in bytes.
const maxEmbedded = 4 << 20

// embeddedBody looks for the article in the data that a page gives its own scripts:
// among all strings that read like prose, those that stand under the same names are
// one text, and the longest text is the article.
func embeddedBody(doc *html.Node) []body.Paragraph {
	texts := map[string]*strings.Builder{}
	left := maxEmbedded
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Script || n.FirstChild == nil || strings.Contains(dom.Attr(n, "type"), "ld+json") {
			continue
		}
		if data := n.FirstChild.Data; len(data) <= left && len(data) >= thin {
			left -= len(data)
			if start := strings.IndexByte(data, '{'); start >= 0 {
				gather(data[start:], texts)
			}
		}
	}
	best := ""
	for path, b := range texts {
		longest := texts[best]
		if longest == nil || b.Len() > longest.Len() || b.Len() == longest.Len() && path < best {
			best = path
		}
	}
	if texts[best] == nil {
		return nil
	}
	return paragraphsIn(texts[best].String())
}

// Bounds on the names under which texts stand.
const (
	maxNesting = 40
	maxName    = 60 // bytes
)

// gather reads one JSON value, as far as it is one, and adds its prose to the texts
// by the names it stands under.
func gather(data string, texts map[string]*strings.Builder) {
	dec := json.NewDecoder(strings.NewReader(data))
	type level struct {
		name  string
		array bool
		key   bool // the next string is a name
	}
	var levels []level
	for {
		token, err := dec.Token()
		if err != nil {
			return
		}
		top := len(levels) - 1
		switch v := token.(type) {
		case json.Delim:
			switch v {
			case '{', '[':
				if len(levels) == maxNesting {
					return
				}
				levels = append(levels, level{array: v == '[', key: v == '{'})
				continue
			default:
				levels = levels[:top]
				top--
			}
		case string:
			if levels[top].key {
				levels[top].name, levels[top].key = v[:min(len(v), maxName)], false
				continue
			}
			if isProse(v) {
				var path strings.Builder
				for _, l := range levels {
					path.WriteString(l.name)
					path.WriteByte('/')
				}
				if texts[path.String()] == nil {
					texts[path.String()] = &strings.Builder{}
				}
				texts[path.String()].WriteString(v + "\n")
			}
		}
		if top < 0 {
			return
		}
		levels[top].key = !levels[top].array
	}
}

// isProse reports whether a string reads like a sentence or more.
func isProse(s string) bool {
	return len(s) > 60 && strings.ContainsAny(s, ".!?؟۔。।！？") && text.Words(s) > 8 && text.Words(s)*12 > utf8.RuneCountInString(s)
}
