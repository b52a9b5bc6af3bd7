package body

import (
	"strings"

	"golang.org/x/net/html"
)

// All returns every block of text below n, in reading order.
func All(n *html.Node) []Paragraph {
	p := takeApart(n, 16)
	all := make([]Paragraph, 0, len(p.blocks))
	for i := range p.blocks {
		all = append(all, p.paragraph(&p.blocks[i]))
	}
	return all
}

// maxLine is how many bytes of text make a line, and a little more.
const maxLine = 4000

// Line is the text below n as one line, of what is longer than a few thousand bytes the
// start.
func Line(n *html.Node) string {
	if c := n.FirstChild; c != nil && c == n.LastChild && c.Type == html.TextNode {
		return strings.Join(strings.Fields(c.Data), " ")
	}
	p := takeApartUpTo(n, 4, maxLine)
	lines := make([]string, 0, len(p.blocks))
	for i := range p.blocks {
		lines = append(lines, p.string(&p.blocks[i]))
	}
	return strings.Join(lines, " ")
}

// Plain makes paragraphs of lines.
func Plain(lines ...string) []Paragraph {
	all := make([]Paragraph, 0, len(lines))
	for _, line := range lines {
		all = append(all, Paragraph{Text: line})
	}
	return all
}
