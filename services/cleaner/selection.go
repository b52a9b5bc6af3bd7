package cleaner

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/news"
	"marsad/pkg/selector"
)

// Selection says where in the pages of one source the text is. Its CSS selectors
// are an operator's; those that cannot be read select nothing. The zero Selection
// leaves pages as they are.
type Selection struct {
	Keep []string // of the body only what these match is read, unless nothing is
	Drop []string // what these match is not
}

// apply takes from the tree what is not selected. What the page says of itself
// in its head stays.
func (s Selection) apply(doc *html.Node) {
	if len(s.Keep) == 0 && len(s.Drop) == 0 {
		return
	}
	for _, n := range selected(doc, s.Drop...) {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
	kept, bodies := selected(doc, s.Keep...), selected(doc, "body")
	if len(kept) == 0 || len(bodies) == 0 {
		return
	}
	body := bodies[0]
	only := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	for _, n := range kept {
		if n == body || n == body.Parent {
			return
		}
		n.Parent.RemoveChild(n)
		only.AppendChild(n)
	}
	body.Parent.InsertBefore(only, body)
	body.Parent.RemoveChild(body)
}

// Keeps reports whether Keep selects anything of a page, so that not all of it is read.
func (s Selection) Keeps(page news.Page) bool {
	doc, err := parse(decode(page.Body, page.ContentType))
	return err == nil && len(selected(doc, s.Keep...)) > 0
}

// selected are the outermost elements that selectors match.
func selected(doc *html.Node, selectors ...string) []*html.Node {
	list, _ := selector.Parse(selectors...) // it holds those that can be read
	return list.Outermost(doc)
}
