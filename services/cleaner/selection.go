package cleaner

import (
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
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
	for _, n := range matching(doc, s.Drop) {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
	kept := outermost(matching(doc, s.Keep))
	body := cascadia.Query(doc, cascadia.MustCompile("body"))
	if len(kept) == 0 || body == nil {
		return
	}
	only := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	for _, n := range kept {
		if n == body {
			return
		}
		n.Parent.RemoveChild(n)
		only.AppendChild(n)
	}
	body.Parent.InsertBefore(only, body)
	body.Parent.RemoveChild(body)
}

func matching(doc *html.Node, selectors []string) (nodes []*html.Node) {
	for _, text := range selectors {
		if selector, err := cascadia.ParseGroup(text); err == nil {
			nodes = append(nodes, cascadia.QueryAll(doc, selector)...)
		}
	}
	return nodes
}

// outermost leaves out nodes that are inside of others, and second mentions.
func outermost(nodes []*html.Node) (out []*html.Node) {
	chosen := make(map[*html.Node]bool, len(nodes))
	for _, n := range nodes {
		chosen[n] = true
	}
	taken := make(map[*html.Node]bool, len(nodes))
	for _, n := range nodes {
		if !taken[n] && !within(n, chosen) {
			taken[n] = true
			out = append(out, n)
		}
	}
	return out
}

// within reports whether n is inside of one of nodes.
func within(n *html.Node, nodes map[*html.Node]bool) bool {
	for above := n.Parent; above != nil; above = above.Parent {
		if nodes[above] {
			return true
		}
	}
	return false
}

// CheckSelector says what is wrong with a CSS selector; nil if nothing is.
func CheckSelector(text string) error {
	_, err := cascadia.ParseGroup(text)
	return err
}
