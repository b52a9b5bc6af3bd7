package cleaner

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// depths are the nesting limits tried in turn on documents that the parser
// refuses (it stops at 512 open elements; formatting elements can multiply what
// is written).
var depths = []int{300, 60, 8}

// parse builds the tree of an HTML document. Documents nested too deeply lose
// their innermost tags, never their text.
func parse(src string) (*html.Node, error) {
	doc, err := parseOnce(src)
	for _, depth := range depths {
		if err == nil {
			return doc, nil
		}
		doc, err = parseOnce(flatten(src, depth))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotHTML, err)
	}
	return doc, nil
}

// parseOnce parses as a browser without scripts does: with them, <noscript> would
// hold its markup as text.
func parseOnce(src string) (*html.Node, error) {
	return html.ParseWithOptions(strings.NewReader(src), html.ParseOptionEnableScripting(false))
}

// flatten drops the tags of elements nested more than limit deep.
func flatten(src string, limit int) string {
	var out strings.Builder
	out.Grow(len(src))
	depth := 0
	for tokens := html.NewTokenizer(strings.NewReader(src)); ; {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end: reading a string cannot fail
			return out.String()
		}
		raw := string(tokens.Raw())
		keep := true
		switch kind {
		case html.StartTagToken:
			if name, _ := tokens.TagName(); !void(atom.Lookup(name)) {
				depth++
				keep = depth <= limit
			}
		case html.EndTagToken:
			keep = depth <= limit
			depth = max(0, depth-1)
		}
		if keep {
			out.WriteString(raw)
		}
	}
}

// void reports whether an element has no end tag (HTML standard, "void elements").
func void(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input,
		atom.Link, atom.Meta, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// attr is an attribute of n, trimmed; empty when there is none.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// textOf is the text in n as one line.
func textOf(n *html.Node) string { return strings.Join(paragraphsOf(n), " ") }
