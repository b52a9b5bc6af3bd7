package cleaner

import (
	"bytes"
	"fmt"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// depths are the nesting limits tried in turn on documents that the parser
// refuses (it stops at 512 open elements; formatting elements can multiply what
// is written).
var depths = []int{300, 60, 8}

// maxTags is how many tags of a document are read. The largest of 1,657 news pages
// measured had 26,000 nodes.
const maxTags = 100_000

// parse builds the tree of an HTML document. Documents nested too deeply lose
// their innermost tags, never their text; what comes after maxTags tags is not read.
func parse(src []byte) (*html.Node, error) {
	src = firstTags(src, maxTags)
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

// firstTags is src up to its n-th tag.
func firstTags(src []byte, n int) []byte {
	if bytes.Count(src, []byte{'<'}) <= n {
		return src
	}
	end := 0
	for range n {
		end += bytes.IndexByte(src[end:], '<') + 1
	}
	return src[:end-1]
}

// parseOnce parses as a browser without scripts does: with them, <noscript> would
// hold its markup as text.
func parseOnce(src []byte) (*html.Node, error) {
	return html.ParseWithOptions(bytes.NewReader(src), html.ParseOptionEnableScripting(false))
}

// flatten drops the tags of elements nested more than limit deep, but for those of
// paragraphs and headings, which close each other, and of what is not text. A line
// still ends where a dropped tag ended it.
func flatten(src []byte, limit int) []byte {
	var out bytes.Buffer
	out.Grow(len(src))
	depth := 0
	for tokens := html.NewTokenizer(bytes.NewReader(src)); ; {
		kind := tokens.Next()
		if kind == html.ErrorToken { // the end: reading a string cannot fail
			return out.Bytes()
		}
		raw := bytes.Clone(tokens.Raw()) // TagName overwrites it
		if kind != html.StartTagToken && kind != html.EndTagToken {
			out.Write(raw)
			continue
		}
		name, _ := tokens.TagName()
		tag := atom.Lookup(name)
		shallow := depth < limit
		switch {
		case void(tag) || flat(tag):
			shallow = true
		case kind == html.StartTagToken:
			depth++
		default:
			shallow = depth <= limit
			depth = max(0, depth-1)
		}
		switch {
		case shallow:
			out.Write(raw)
		case breaksLine(tag):
			out.WriteString("<br>")
		}
	}
}

// flat reports whether elements of this kind cannot nest in each other.
func flat(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Noscript, atom.Iframe:
		return true
	}
	return false
}

// breaksLine reports whether elements of this kind stand on lines of their own.
func breaksLine(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Section, atom.Article, atom.Li, atom.Td, atom.Tr, atom.Blockquote, atom.Dd, atom.Dt, atom.Center, atom.Figcaption:
		return true
	}
	return false
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
