// Package safehtml makes markup of feeds safe: of elements, attributes, styles and
// addresses only what is on a whitelist stays; the text is kept. It works on a stream of
// tags, so that neither depth nor size of its input costs more than time linear in it.
package safehtml

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"marsad/services/fetcher/feed/markup"
)

// namespaces of what may be embedded in HTML.
const (
	svgSpace    = "http://www.w3.org/2000/svg"
	mathmlSpace = "http://www.w3.org/1998/Math/MathML"
	xlinkSpace  = "http://www.w3.org/1999/xlink"
)

// Clean gives the markup without what could do harm, its addresses resolved against
// base, if that is not empty. References stay as they are written.
func Clean(html, base string) string {
	html = strings.TrimSpace(html)
	if !strings.ContainsAny(html, "<&") {
		return html
	}
	c := cleaner{base: base, allowed: allowed(), scan: markup.NewHTMLScanner([]byte(html)), out: make([]byte, 0, len(html)+len(html)/8)}
	for {
		t, ok := c.scan.Next()
		if !ok {
			break
		}
		c.token(t)
	}
	return string(bytes.TrimSpace(c.out))
}

// cleaner writes what may stay.
type cleaner struct {
	base    string
	allowed *whitelist
	scan    *markup.Scanner
	out     []byte
	attrs   []attr
	hidden  string // the element whose content is left out: script, style …
	depth   int    // of the elements that are open
	// svg and mathml are how many of these elements are open.
	svg, mathml int
}

type attr struct{ name, value string }

func (c *cleaner) token(t markup.Token) {
	name := ""
	if t.Kind == markup.Start || t.Kind == markup.End {
		name = localName(t.Name)
	}
	if c.hidden != "" {
		if t.Kind == markup.End && name == c.hidden {
			c.hidden = ""
		}
		return
	}
	switch t.Kind {
	case markup.Text:
		c.out = appendText(c.out, t.Data)
	case markup.Start:
		if !t.Torn {
			c.start(name, t)
		}
	case markup.End:
		c.end(name)
	}
}

func localName(name []byte) string {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(string(name))
}

// hiding reports whether an element's content is nothing to read.
func hiding(name string) bool { return name == "script" || name == "style" || name == "applet" }

func (c *cleaner) start(name string, t markup.Token) {
	if hiding(name) {
		if !t.Empty {
			c.hidden = name
		}
		return
	}
	written, attrs := name, c.allowed.htmlAttrs
	switch name {
	case "svg":
		c.svg++
	case "math":
		c.mathml++
	}
	switch svg, mathml := c.allowed.svg[name], c.allowed.mathml[name]; {
	case c.mathml > 0 && mathml != "":
		written, attrs = mathml, c.allowed.mathmlAttrs
	case c.svg > 0 && svg != "":
		written, attrs = svg, c.allowed.svgAttrs
	case c.allowed.html[name] == "":
		return
	}
	if c.allowed.void[name] == "" && !t.Empty {
		if c.depth++; c.depth > maxDepth {
			return
		}
	}
	c.collect(t.Attrs, name, attrs)
	c.write(written, t.Empty)
	if t.Empty {
		c.leave(name)
	}
}

// maxDepth bounds how deep the elements nest that stay: browsers stop at 512.
const maxDepth = 200

// collect gathers the attributes that may stay, by name.
func (c *cleaner) collect(attrs []markup.Attr, element string, may names) {
	c.attrs = c.attrs[:0]
	xlink, space := false, ""
	for _, a := range attrs {
		name := strings.ToLower(string(a.Name))
		written := may[name]
		if written == "" || name == "xmlns:xlink" || name == "xmlns" {
			continue
		}
		xlink = xlink || strings.HasPrefix(name, "xlink:")
		value := string(a.Value)
		switch {
		case name == "style":
			value = c.style(string(markup.AppendText(nil, a.Value, nil)))
			if value == "" {
				continue
			}
		case name == "attributename" && strings.Contains(strings.ToLower(value), "href"):
			continue // an animation could make an address of anything
		case c.allowed.addresses[name] != "":
			value = c.address(value)
		}
		c.attrs = append(c.attrs, attr{written, value})
	}
	switch element {
	case "svg":
		space = svgSpace
	case "math":
		space = mathmlSpace
	}
	if space != "" {
		c.attrs = append(c.attrs, attr{"xmlns", space})
	}
	if xlink {
		c.attrs = append(c.attrs, attr{"xmlns:xlink", xlinkSpace})
	}
	slices.SortStableFunc(c.attrs, func(a, b attr) int { return strings.Compare(a.name, b.name) })
}

// address resolves an address, and leaves it empty if its scheme is not on the whitelist.
func (c *cleaner) address(raw string) string {
	if raw == "" {
		return ""
	}
	ref := string(markup.AppendText(nil, []byte(raw), nil))
	resolved := Resolve(c.base, ref)
	if resolved == ref {
		return strings.TrimSpace(raw) // written as it was
	}
	return strings.ReplaceAll(resolved, "&", "&amp;")
}

func (c *cleaner) write(name string, empty bool) {
	c.out = append(append(c.out, '<'), name...)
	for _, a := range c.attrs {
		c.out = append(append(append(c.out, ' '), a.name...), '=', '"')
		c.out = appendValue(c.out, a.value)
		c.out = append(c.out, '"')
	}
	switch {
	case c.allowed.void[name] != "":
		c.out = append(c.out, " />"...)
	case empty:
		c.out = append(append(append(c.out, "></"...), name...), '>')
	default:
		c.out = append(c.out, '>')
	}
}

func (c *cleaner) end(name string) {
	written := name
	switch svg, mathml := c.allowed.svg[name], c.allowed.mathml[name]; {
	case c.mathml > 0 && mathml != "":
		written = mathml
	case c.svg > 0 && svg != "":
		written = svg
	case c.allowed.html[name] == "":
		return
	}
	if c.allowed.void[name] == "" {
		if c.depth <= maxDepth {
			c.out = append(append(append(c.out, "</"...), written...), '>')
		}
		c.depth = max(c.depth-1, 0)
	}
	c.leave(name)
}

// leave counts the end of an element.
func (c *cleaner) leave(name string) {
	switch {
	case name == "svg" && c.svg > 0:
		c.svg--
	case name == "math" && c.mathml > 0:
		c.mathml--
	}
}

// appendText appends characters between tags: references stay, what only looks like one
// or like a tag is escaped.
func appendText(dst, text []byte) []byte {
	for {
		i := bytes.IndexAny(text, "&<")
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		if text = text[i:]; text[0] == '<' {
			dst, text = append(dst, "&lt;"...), text[1:]
			continue
		}
		dst, text = appendReference(dst, text)
	}
}

// appendValue appends the value of an attribute for double quotes.
func appendValue(dst []byte, value string) []byte {
	text := []byte(value)
	for {
		i := bytes.IndexAny(text, `&<>"`)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		switch text = text[i:]; text[0] {
		case '<':
			dst, text = append(dst, "&lt;"...), text[1:]
		case '>':
			dst, text = append(dst, "&gt;"...), text[1:]
		case '"':
			dst, text = append(dst, "&quot;"...), text[1:]
		default:
			dst, text = appendReference(dst, text)
		}
	}
}

// appendReference copies the reference that begins text, or escapes its ampersand. A
// number from 128 to 159 becomes that of the character that is meant.
func appendReference(dst, text []byte) (out, rest []byte) {
	n, meant, ok := markup.Reference(text, nil)
	switch {
	case !ok:
		return append(dst, "&amp;"...), text[1:]
	case text[1] != '#':
		return append(dst, text[:n]...), text[n:]
	case meant == "":
		return dst, text[n:]
	}
	number := bytes.ToLower(text[2 : n-1])
	if r := []rune(meant)[0]; isWindows(number) {
		return fmt.Appendf(dst, "&#x%x;", r), text[n:]
	}
	dst = append(append(dst, "&#"...), number...)
	return append(dst, ';'), text[n:]
}

// isWindows reports whether a number is from 128 to 159: x80 to x9f.
func isWindows(number []byte) bool {
	base := 10
	if number[0] == 'x' {
		number, base = number[1:], 16
	}
	n, err := strconv.ParseUint(string(number), base, 32)
	return err == nil && n >= 128 && n <= 159
}
