// Package body finds the text of an article in a page.
//
// A page is taken apart into blocks of text. Each gets about 130 features, all of
// them about form: how long it is, how much of it is links, what stands around it,
// how its elements are named, what it shares with the title and the structured
// data; none about what it says or on which site. A forest of small trees, learned
// from labelled pages, turns them into the probability that the block belongs to the
// article (content extraction as block classification: Kohlschütter, Fankhauser and
// Nejdl 2010, "Boilerplate Detection using Shallow Text Features", WSDM).
package body

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

// Paragraph is one block of an article.
type Paragraph struct {
	Text  string // one line, white space squeezed
	Kind  Kind
	Links []Link
}

// Kind is what a paragraph is in its page.
type Kind uint8

const (
	Text Kind = iota
	Heading
	Item // of a list
	Quote
)

// Link is a part of a paragraph that refers elsewhere. Start and End are bytes of
// its Text.
type Link struct {
	Start, End int
	Href       string // as written in the page
}

// Hints are what the page says of its article elsewhere than in the text.
type Hints struct {
	Title       string // headline
	Description string // meta description, often the standfirst
	Linked      string // schema.org articleBody, plain text
}

// Found is what a page holds.
type Found struct {
	Paragraphs []Paragraph
	Standfirst string   // the paragraph that sums up the article, one of Paragraphs; empty without one
	Bylines    []Byline // the likeliest places first
	// Confidence is the F1 to be expected of the paragraphs, 0 to 1, if the
	// probabilities of the blocks are right.
	Confidence float64
	Origins    []string // lines that may say where the text is from
	// Teasers is how many headings or lines of four words and more are nothing but links.
	Teasers int
}

// Find returns the article's paragraphs in reading order; none when no block is
// likelier to be text than not. Its time is linear in the size of the document.
func Find(doc *html.Node, h Hints) Found { return model().find(doc, h) }

func (f *forest) find(doc *html.Node, h Hints) Found {
	p := takeApart(doc, 256)
	return f.read(newDescriber(p, h))
}

// read picks the blocks that are the article.
func (f *forest) read(d *describer) Found {
	p := d.p
	likely := make([]float32, len(p.blocks))
	for i := range likely {
		var r row
		d.describe(i, &r)
		likely[i] = probability(f.score(&r))
	}
	d.withHeadings(likely)
	d.withLists(likely)
	d.withoutNeighbours(likely)
	lead := d.standfirst(likely)
	var found Found
	first, last := -1, -1
	seen := map[string]bool{}
	for i := range p.blocks {
		b := &p.blocks[i]
		if d.phrases[i] == afterwards && len(found.Origins) < maxOrigins {
			found.Origins = append(found.Origins, p.string(b))
		}
		if likely[i] < p.needed(b) && i != lead || d.phrases[i] != notPhrase {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		s := p.string(b)
		if b.chars > repeatable && seen[s] {
			continue
		}
		seen[s] = true
		found.Paragraphs = append(found.Paragraphs, p.paragraph(b))
	}
	found.Paragraphs = withoutLooseHeadings(found.Paragraphs)
	if lead >= 0 {
		found.Standfirst = p.paragraph(&p.blocks[lead]).Text
	}
	found.Bylines = p.bylines(d.title, first, last)
	found.Confidence = p.expect(likely)
	found.Teasers = p.teasers()
	return found
}

// textFrom is the probability from which a block is text: a little below even, as a
// lost paragraph is worse than a line too much.
const textFrom = 0.45

// maxOrigins bounds the lines kept.
const maxOrigins = 20

// linkFrom is the probability from which a block that is nothing but a link is text:
// it is more often the headline of another article.
const linkFrom = 0.7

// needed is the probability from which a block is text.
func (p *page) needed(b *block) float32 {
	if b.links >= b.chars {
		return linkFrom
	}
	return textFrom
}

// withHeadings takes in the headings that stand right above a paragraph of the article,
// beside it, with text before: they are short, and look like those of boxes.
func (d *describer) withHeadings(likely []float32) {
	p := d.p
	begun := false
	for i := 0; i+1 < len(p.blocks); i++ {
		b, next := &p.blocks[i], &p.blocks[i+1]
		if begun && b.inside&inHeading != 0 && b.links == 0 && likely[i] > doubtful && likely[i] < textFrom && likely[i+1] >= textFrom && next.words >= 10 &&
			p.elements[b.element].parent == p.elements[next.element].parent {
			likely[i] = textFrom
		}
		begun = begun || likely[i] >= textFrom && b.words >= 10
	}
}

// withLists takes in the lists without links that stand between two paragraphs of the
// article, beside them: their items are short, and look like those of boxes.
func (d *describer) withLists(likely []float32) {
	p := d.p
	for i := 1; i < len(p.blocks); i++ {
		if p.blocks[i].tag != atom.Li {
			continue
		}
		list := p.elements[p.blocks[i].element].parent
		end, links := i, int32(0)
		for end < len(p.blocks) && p.blocks[end].tag == atom.Li && p.elements[p.blocks[end].element].parent == list {
			links += p.blocks[end].links
			end++
		}
		if links == 0 && end < len(p.blocks) && p.isBeside(i-1, list, likely) && p.isBeside(end, list, likely) {
			for k := i; k < end; k++ {
				if likely[k] > doubtful {
					likely[k] = max(likely[k], textFrom)
				}
			}
		}
		i = max(i, end-1)
	}
}

// isBeside reports whether a block is a paragraph of the article that stands beside an
// element.
func (p *page) isBeside(i int, e int32, likely []float32) bool {
	b := &p.blocks[i]
	return likely[i] >= textFrom && b.words >= 8 && p.elements[b.element].parent == p.elements[e].parent
}

// doubtful is the probability from which a block may be text if its place says so.
const doubtful = 0.1

// withoutNeighbours takes out the articles that follow this one on pages that go on
// without end: every <article> with a headline of its own beside the one that holds
// the title.
func (d *describer) withoutNeighbours(likely []float32) {
	p := d.p
	if d.title < 0 {
		return
	}
	own := p.articleAround(p.blocks[d.title].element)
	if own < 0 {
		return
	}
	headed := map[int32]bool{}
	for i := d.title + 1; i < len(p.blocks); i++ {
		b := &p.blocks[i]
		if b.tag == atom.H1 && d.shares[i].title < 0.5 {
			headed[p.articleAround(b.element)] = true
		}
		if around := p.articleAround(b.element); around >= 0 && headed[around] && !p.within(around, own) && !p.within(own, around) {
			likely[i] = 0
		}
	}
}

// articleAround is the innermost <article> around an element; -1 without one.
func (p *page) articleAround(e int32) int32 {
	for e >= 0 && p.elements[e].tag != atom.Article {
		e = p.elements[e].parent
	}
	return e
}

// standfirst is the block between title and text that says what the page's
// description says: pages mark it in so many ways that it is hard to tell from a
// caption, and to tell from text by its form. It is -1 without one, and may be the
// first block of the text itself.
func (d *describer) standfirst(likely []float32) int {
	for i := max(0, d.title); i < len(likely); i++ {
		b := &d.p.blocks[i]
		o := &d.shares[i]
		if b.words >= 8 && b.links*3 < b.chars && o.description > 0.8 && o.ofDescription > 0.5 && likely[i] > 0.02 &&
			b.inside&(inHeading|inNav|inFigure|inFooter|inLink) == 0 {
			return i
		}
		if likely[i] >= textFrom && b.words > 20 {
			break
		}
	}
	return -1
}

// teasers counts the blocks that lead to other articles.
func (p *page) teasers() (n int) {
	for i := range p.blocks {
		if b := &p.blocks[i]; b.links >= b.chars && b.words >= 4 {
			n++
		}
	}
	return n
}

// expect is the F1 to be expected of the blocks that are likelier text than not.
func (p *page) expect(likely []float32) float64 {
	var picked, right, all float64
	for i := range p.blocks {
		chars := float64(p.blocks[i].chars - p.blocks[i].links)
		all += float64(likely[i]) * chars
		if likely[i] >= textFrom {
			picked += chars
			right += float64(likely[i]) * chars
		}
	}
	if picked == 0 {
		return 0
	}
	return 2 * right / (picked + all)
}

// repeatable is how long, in code points, what is said twice may be: pages hold
// the body twice, for small screens and for printing.
const repeatable = 60

// paragraph makes a paragraph of a block.
func (p *page) paragraph(b *block) Paragraph {
	result := Paragraph{Text: p.string(b)}
	switch {
	case b.inside&inHeading != 0:
		result.Kind = Heading
	case b.inside&inList != 0:
		result.Kind = Item
	case b.inside&inQuote != 0:
		result.Kind = Quote
	}
	if !norm.NFC.IsNormalString(result.Text) { // composed over the border of two elements: links would shift
		result.Text = norm.NFC.String(result.Text)
		return result
	}
	for _, l := range p.links[b.firstLink:b.lastLink] {
		start, end := int(max(0, l.start-b.start)), int(min(l.end, b.end)-b.start)
		for start < end && result.Text[start] == ' ' {
			start++
		}
		if start < end {
			result.Links = append(result.Links, Link{start, end, l.href})
		}
	}
	return result
}

// withoutLooseHeadings drops headings that nothing follows.
func withoutLooseHeadings(all []Paragraph) []Paragraph {
	n := len(all)
	for n > 0 && all[n-1].Kind == Heading {
		n--
	}
	if n == 0 {
		return all
	}
	return all[:n]
}
