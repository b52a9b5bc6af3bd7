package body

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"

	"marsad/pkg/text"
	"marsad/services/cleaner/dom"
)

// page is a document taken apart: its elements, and the blocks of text in them
// in reading order.
type page struct {
	elements  []element
	limit     int // bytes of text to be read
	blocks    []block
	text      []byte // of all blocks, white space squeezed
	links     []link
	firstLink int32 // of the block under way
	open      block // the block under way
	pending   bool  // a space is due before the next letter
}

// element is one element that holds text somewhere below.
type element struct {
	parent int32
	depth  int16
	tag    atom.Atom
	within marks            // what its names and those of all around it say
	near   [markCount]uint8 // how many elements up the nearest one is that is named so; farAway: none
	inside inside
	class  uint32 // hash of tag and class: elements alike look alike

	// Of all text below.
	chars, links, blocks, long int32
	prose                      float32 // weight of the paragraphs of prose directly and one level below (readability's score)
}

// link is a part of page.text that stands in an <a>.
type link struct {
	start, end int32
	href       string
}

// inside says which elements a block stands in.
type inside uint32

const (
	inArticle inside = 1 << iota
	inMain
	inSection
	inAside
	inNav
	inHeader
	inFooter
	inForm
	inFigure
	inTable
	inList
	inQuote
	inLink
	inHeading
	inHidden
	inBodyProp // itemprop=articleBody
	inButton
	inLabel
	inDefinition
	inEmphasis
)

// block is a run of text that no block-level element interrupts.
type block struct {
	element    int32 // innermost block-level element around it
	start, end int32 // in page.text
	firstLink  int32 // in page.links, and one past the last
	lastLink   int32
	tag        atom.Atom
	inside     inside
	breaks     bool // ended or begun by <br>

	// Counts of code points.
	chars, letters, digits, uppers, links, wide, bold int32
	words, stops, commas, spans                       int32
}

func (p *page) string(b *block) string { return string(p.text[b.start:b.end]) }
func (p *page) bytes(b *block) []byte  { return p.text[b.start:b.end] }

// takeApart reads what is below a node in one walk; size is how many blocks there
// may be.
func takeApart(doc *html.Node, size int) *page { return takeApartUpTo(doc, size, math.MaxInt) }

// takeApartUpTo reads so many bytes of text.
func takeApartUpTo(doc *html.Node, size, limit int) *page {
	p := &page{
		limit: limit, elements: make([]element, 1, 2*size), blocks: make([]block, 0, size), text: make([]byte, 0, 32*size),
	}
	p.elements[0].parent = -1
	for k := range p.elements[0].near {
		p.elements[0].near[k] = farAway
	}
	p.walk(doc, 0, 0)
	p.end()
	p.sum()
	return p
}

// farAway is the distance to what is not there.
const farAway = 20

// nearer are the distances of an element, of those of its parent and its own marks.
func nearer(parent [markCount]uint8, own marks) [markCount]uint8 {
	for k := range parent {
		switch {
		case own&(1<<k) != 0:
			parent[k] = 0
		case parent[k] != farAway:
			parent[k] = min(parent[k]+1, farAway-1)
		}
	}
	return parent
}

func (p *page) walk(n *html.Node, at int32, in inside) {
	for c := n.FirstChild; c != nil && len(p.text) < p.limit; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			p.add(c.Data, at, in)
		case html.ElementNode:
			p.enter(c, at, in)
		}
	}
}

func (p *page) enter(n *html.Node, at int32, in inside) {
	tag := n.DataAtom
	if silent(tag) || tag == atom.Noscript && !swallows(n) {
		return
	}
	if tag == atom.Br {
		p.end()
		p.open.breaks = true
		return
	}
	in |= insideOf[tag]
	if !isBlock(tag) && !isShownAsBlock(n) {
		if isHidden(n) {
			return
		}
		if tag == atom.A {
			p.link(n, at, in)
			return
		}
		p.walk(n, at, in)
		return
	}
	p.end()
	m, class, hides, prop := readNames(n)
	if hides {
		in |= inHidden
	}
	if prop {
		in |= inBodyProp
	}
	parent := &p.elements[at]
	p.elements = append(p.elements, element{
		parent: at, depth: parent.depth + 1, tag: tag, within: parent.within | m, near: nearer(parent.near, m), inside: in, class: class,
	})
	self := int32(len(p.elements) - 1)
	p.walk(n, self, in)
	p.end()
}

// link reads an <a>. Where it holds whole blocks, it is that of the first one.
func (p *page) link(n *html.Node, at int32, in inside) {
	self := len(p.links)
	p.links = append(p.links, link{start: int32(len(p.text)), href: dom.Attr(n, "href")})
	p.walk(n, at, in)
	p.links[self].end = int32(len(p.text))
}

// add appends text to the block under way.
func (p *page) add(s string, at int32, in inside) {
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	b := &p.open
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c <= ' ' || c == 0x7f {
				p.pending = true
				continue
			}
			p.space(at, in)
			b.count(rune(c), in)
			p.text = append(p.text, c)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.IsSpace(r) {
			p.pending = true
		} else if r != utf8.RuneError && text.Visible(r) {
			p.space(at, in)
			b.count(r, in)
			p.text = append(p.text, s[i:i+size]...)
		}
		i += size
	}
	if b.chars > 0 {
		b.spans++
	}
}

// space begins the block, or writes the space that is due.
func (p *page) space(at int32, in inside) {
	b := &p.open
	if b.chars == 0 {
		b.start, b.element, b.inside, b.tag = int32(len(p.text)), at, in, p.elements[at].tag
		b.words = 1
	} else if p.pending {
		p.text = append(p.text, ' ')
		b.words++
		b.chars++
		if in&inLink != 0 {
			b.links++
		}
	}
	p.pending = false
}

func (b *block) count(r rune, in inside) {
	b.chars++
	if in&inLink != 0 {
		b.links++
	}
	if in&inEmphasis != 0 {
		b.bold++
	}
	switch {
	case r >= 'a' && r <= 'z':
		b.letters++
	case r >= 'A' && r <= 'Z':
		b.letters++
		b.uppers++
	case r >= '0' && r <= '9':
		b.digits++
	case r < utf8.RuneSelf:
		switch r {
		case '.', '!', '?':
			b.stops++
		case ',', ';':
			b.commas++
		}
	case strings.ContainsRune("؟۔。।！？…", r):
		b.stops++
	case strings.ContainsRune("،、，؛；", r):
		b.commas++
	case unicode.IsLetter(r):
		b.letters++
		if isWide(r) {
			b.wide++
		} else if unicode.IsUpper(r) {
			b.uppers++
		}
	case unicode.IsDigit(r):
		b.digits++
	}
}

// isWide reports whether r is of a script that is written without spaces, where a
// character says about as much as half a word.
func isWide(r rune) bool {
	return r >= 0x3040 && r <= 0x30ff || r >= 0x3400 && r <= 0x9fff || r >= 0x0e00 && r <= 0x0eff || r >= 0x1000 && r <= 0x109f || r >= 0x1780 && r <= 0x17ff || r >= 0x20000
}

// end closes the block under way.
func (p *page) end() {
	p.pending = false
	b := &p.open
	if b.chars == 0 {
		b.spans = 0
		return
	}
	b.end = int32(len(p.text))
	b.firstLink, b.lastLink = p.firstLink, int32(len(p.links))
	p.firstLink = b.lastLink
	b.words += b.wide / 2
	p.blocks = append(p.blocks, *b)
	*b = block{}
}

// sum gives every element what is below it.
func (p *page) sum() {
	for i := range p.blocks {
		b := &p.blocks[i]
		e := &p.elements[b.element]
		e.chars += b.chars
		e.links += b.links
		e.blocks++
		if !b.isProse() {
			continue
		}
		e.long++
		weight := float32(b.chars)
		for k, at := 0, b.element; k < 3 && at >= 0; k++ {
			p.elements[at].prose += weight
			weight /= 2
			at = p.elements[at].parent
		}
	}
	for i := len(p.elements) - 1; i > 0; i-- {
		e := p.elements[i]
		up := &p.elements[e.parent]
		up.chars += e.chars
		up.links += e.links
		up.blocks += e.blocks
		up.long += e.long
	}
}

// isProse reports whether a block reads like a sentence or more.
func (b *block) isProse() bool {
	return b.words >= 10 && b.links*3 < b.chars && (b.stops > 0 || b.commas > 0)
}

var insideOf = map[atom.Atom]inside{
	atom.Article: inArticle, atom.Main: inMain, atom.Section: inSection, atom.Aside: inAside, atom.Nav: inNav,
	atom.Header: inHeader, atom.Footer: inFooter, atom.Form: inForm, atom.Figure: inFigure, atom.Figcaption: inFigure,
	atom.Table: inTable, atom.Ul: inList, atom.Ol: inList, atom.Blockquote: inQuote, atom.A: inLink,
	atom.H1: inHeading, atom.H2: inHeading, atom.H3: inHeading, atom.H4: inHeading, atom.H5: inHeading, atom.H6: inHeading,
	atom.Button: inButton, atom.Label: inLabel, atom.Dl: inDefinition, atom.B: inEmphasis, atom.Strong: inEmphasis,
	atom.Em: inEmphasis, atom.I: inEmphasis,
}

// silent reports whether an element's content is not text to read.
func silent(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Svg, atom.Math,
		atom.Head, atom.Title, atom.Select, atom.Textarea, atom.Object, atom.Audio, atom.Video, atom.Canvas, atom.Datalist:
		return true
	}
	return false
}

// swallows reports whether a <noscript> holds far more than a picture: it was never
// closed, and the page is in it.
func swallows(noscript *html.Node) bool {
	n := 0
	for range noscript.Descendants() {
		if n++; n > maxNoscript {
			return true
		}
	}
	return false
}

const maxNoscript = 100

// isBlock reports whether an element starts a line of its own.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr, atom.Thead, atom.Tbody,
		atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav, atom.Body, atom.Html,
		atom.Figure, atom.Figcaption, atom.Form, atom.Address, atom.Details, atom.Summary, atom.Center, atom.Fieldset, atom.Td, atom.Th:
		return true
	}
	return false
}

// isHidden reports whether an inline element is there for no reader, or for those of
// screen readers only. Hidden blocks may hold the article, until a script shows it.
func isHidden(n *html.Node) bool {
	for i := range n.Attr {
		switch a := &n.Attr[i]; a.Key {
		case "hidden":
			return true
		case "style":
			if strings.Contains(a.Val, "display") && strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none") {
				return true
			}
		case "class":
			if strings.Contains(a.Val, "sr-only") || strings.Contains(a.Val, "screen-reader") || strings.Contains(a.Val, "visually-hidden") || strings.Contains(a.Val, "visuallyhidden") {
				return true
			}
		}
	}
	return false
}

// isShownAsBlock reports whether an inline element is styled to start a line of its
// own.
func isShownAsBlock(n *html.Node) bool {
	if n.DataAtom != atom.Span {
		return false
	}
	style := strings.ReplaceAll(dom.Attr(n, "style"), " ", "")
	return strings.Contains(style, "display:block")
}

// readNames reads what an element's attributes say of it.
func readNames(n *html.Node) (m marks, class uint32, hides, bodyProp bool) {
	class = uint32(n.DataAtom)
	for i := range n.Attr {
		a := &n.Attr[i]
		switch a.Key {
		case "class":
			m |= keywords().find(a.Val)
			class = hash(class, a.Val)
		case "id", "role", "data-testid", "data-component", "data-type", "aria-label", "data-module":
			m |= keywords().find(a.Val)
		case "itemprop":
			m |= keywords().find(a.Val)
			bodyProp = bodyProp || strings.EqualFold(a.Val, "articleBody")
		case "hidden":
			hides = true
		case "aria-hidden":
			hides = hides || a.Val == "true"
		case "style":
			hides = hides || strings.Contains(a.Val, "display:none") || strings.Contains(a.Val, "display: none")
		}
	}
	return m, class, hides, bodyProp
}

// hash is FNV-1a.
func hash(h uint32, s string) uint32 {
	h ^= 2166136261
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
