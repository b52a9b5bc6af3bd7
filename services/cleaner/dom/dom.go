// Package dom reads the nodes of HTML documents.
package dom

import (
	"strings"

	"golang.org/x/net/html"
)

// Attr is an attribute of n, trimmed; empty when there is none.
func Attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return strings.TrimSpace(n.Attr[i].Val)
		}
	}
	return ""
}
