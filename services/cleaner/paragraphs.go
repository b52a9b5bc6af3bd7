package cleaner

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// paragraphsOf is the text in n, one string per block, in reading order. A line
// break ends a paragraph: sites that write whole articles with <br> are more
// frequent than poems.
func paragraphsOf(n *html.Node) []string {
	var p paragraphs
	p.walk(n)
	p.end()
	return p.done
}

type paragraphs struct {
	current strings.Builder
	done    []string
}

func (p *paragraphs) walk(n *html.Node) {
	switch n.Type {
	case html.TextNode:
		p.current.WriteString(n.Data)
		return
	case html.ElementNode, html.DocumentNode:
	default:
		return
	}
	tag := tagOf(n)
	if silent(tag) {
		return
	}
	block := isBlock(tag)
	if block {
		p.end()
	}
	for c := range n.ChildNodes() {
		p.walk(c)
	}
	switch {
	case block:
		p.end()
	case tag == atom.Td || tag == atom.Th:
		p.current.WriteByte(' ')
	}
}

// tagOf is the element's name. Trafilatura renames elements without renewing
// DataAtom.
func tagOf(n *html.Node) atom.Atom {
	if n.Type != html.ElementNode {
		return 0
	}
	return atom.Lookup([]byte(n.Data))
}

func (p *paragraphs) end() {
	if s := tidy(p.current.String()); s != "" {
		p.done = append(p.done, s)
	}
	p.current.Reset()
}

// silent reports whether an element's content is not text to read.
func silent(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Svg, atom.Math,
		atom.Head, atom.Title, atom.Select, atom.Textarea, atom.Button, atom.Object, atom.Audio, atom.Video:
		return true
	}
	return false
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr,
		atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Body,
		atom.Figure, atom.Figcaption, atom.Form, atom.Address, atom.Details, atom.Summary, atom.Center:
		return true
	}
	return false
}

// plainText is the text of an HTML fragment as one line. Feeds give titles both
// as text and as HTML; both come out right, but for a literal "<word>".
func plainText(fragment string) string {
	if !strings.ContainsAny(fragment, "<&") {
		return tidy(fragment)
	}
	return strings.Join(fragmentParagraphs(fragment), " ")
}

// fragmentParagraphs is the text of an HTML fragment, one string per block.
func fragmentParagraphs(fragment string) []string {
	doc, err := parse(fragment)
	if err != nil {
		return nil
	}
	return paragraphsOf(doc)
}
