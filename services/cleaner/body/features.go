package body

import (
	"math"
	"math/bits"

	"golang.org/x/net/html/atom"

	"marsad/services/cleaner/boilerplate"
)

// row holds the features of one block.
type row [width]float32

// width is how many features a block may have.
const width = 144

// describe computes the features of a block.
func (d *describer) describe(i int, r *row) {
	f := writer{row: r}
	d.ofText(&f, i)
	d.ofMarkup(&f, i)
	d.ofSurroundings(&f, i)
	d.ofSequence(&f, i)
	d.ofHints(&f, i)
}

// writer fills a row from the left.
type writer struct {
	row *row
	n   int
}

func (w *writer) put(values ...float32) {
	for _, v := range values {
		w.row[w.n] = v
		w.n++
	}
}

func (w *writer) flag(on bool) {
	if on {
		w.row[w.n] = 1
	}
	w.n++
}

type describer struct {
	p          *page
	top        int32 // the element with most prose
	topFirst   int   // first and last block of prose in top
	topLast    int
	title      int // block that repeats the title, -1 without one
	kinds      map[uint32]*kind
	prose      float32 // of all prose, code points
	before     []float32
	hints      hintWords
	repeated   map[uint64]int
	textHashes []uint64
	shares     []overlap
	phrases    []phrase
	seen       []passed
	gapAfter   []int32
}

// kind is what blocks of the same look have in common.
type kind struct{ chars, links, blocks, prose float32 }

func newDescriber(p *page, h Hints) *describer {
	d := &describer{p: p, title: -1, kinds: map[uint32]*kind{}, repeated: map[uint64]int{}, topFirst: len(p.blocks), topLast: -1}
	d.hints = newHintWords(h)
	best := float32(-1)
	for i := range p.elements {
		e := &p.elements[i]
		score := e.prose * (1 - ratio(e.links, e.chars))
		if e.inside&(inHidden|inNav|inFooter|inForm) != 0 {
			score /= 4
		}
		if score > best {
			best, d.top = score, int32(i)
		}
	}
	d.before = make([]float32, len(p.blocks)+1)
	d.textHashes = make([]uint64, len(p.blocks))
	d.shares = make([]overlap, len(p.blocks))
	d.phrases = make([]phrase, len(p.blocks))
	for i := range p.blocks {
		b := &p.blocks[i]
		k := d.kindOf(b)
		k.chars += float32(b.chars)
		k.links += float32(b.links)
		k.blocks++
		d.before[i+1] = d.before[i]
		if b.isProse() {
			k.prose += float32(b.chars)
			d.before[i+1] += float32(b.chars)
			if p.within(b.element, d.top) {
				d.topFirst, d.topLast = min(d.topFirst, i), i
			}
		}
		d.shares[i] = d.hints.compare(p.bytes(b))
		d.phrases[i] = phraseOf[boilerplate.Match(p.string(b))]
		d.textHashes[i] = d.shares[i].hash
		d.repeated[d.textHashes[i]]++
		if d.title < 0 && b.inside&inHeading != 0 && d.shares[i].title > 0.7 && d.shares[i].ofTitle > 0.5 {
			d.title = i
		}
	}
	d.prose = d.before[len(p.blocks)]
	d.sequence()
	return d
}

// within reports whether element e is in a, or is a.
func (p *page) within(e, a int32) bool {
	for e > a {
		e = p.elements[e].parent
	}
	return e == a
}

func (d *describer) kindOf(b *block) *kind {
	e := &d.p.elements[b.element]
	key := e.class
	if e.parent >= 0 {
		key = key*31 + d.p.elements[e.parent].class
	}
	if b.inside&inLink != 0 {
		key++
	}
	k := d.kinds[key]
	if k == nil {
		k = &kind{}
		d.kinds[key] = k
	}
	return k
}

func (d *describer) ofText(f *writer, i int) {
	b := &d.p.blocks[i]
	s := d.p.bytes(b)
	chars := float32(b.chars)
	f.put(logOf(chars), logOf(float32(b.words)), ratio(b.links, b.chars), ratio(b.digits, b.chars), ratio(b.uppers, b.letters),
		ratio(b.letters, b.words), ratio(b.stops, b.words), ratio(b.commas, b.words), ratio(b.bold, b.chars), float32(min(b.stops, 9)))
	first, last := firstRune(s), lastRune(s)
	f.put(float32(kindOfRune(first)), float32(kindOfRune(last)))
	f.flag(b.breaks)
	f.put(float32(min(b.spans, 20)))
	f.put(float32(d.phrases[i]))
	s = s[:min(len(s), signWindow)]
	f.flag(containsAny(s, "©", "http", "www.", "@"))
	f.flag(containsAny(s, " | ", " / ", " » ", " · ", " • "))
	f.flag(containsAny(s, "“", "”", "«", "»", "\"", "„"))
	f.put(float32(min(d.repeated[d.textHashes[i]], 5)))
}

// signWindow is how much of a block is searched for signs.
const signWindow = 300

func (d *describer) ofMarkup(f *writer, i int) {
	b := &d.p.blocks[i]
	f.put(float32(tagClass(b.tag)))
	f.put(float32(b.inside & (inArticle | inMain)))
	for _, bit := range []inside{inAside | inNav | inFooter, inHeader, inForm, inFigure, inTable, inList, inQuote, inLink, inHeading, inHidden, inBodyProp, inButton | inLabel} {
		f.flag(b.inside&bit != 0)
	}
	// How far up the nearest element is that is named so.
	e := &d.p.elements[b.element]
	for _, steps := range e.near {
		f.put(float32(steps))
	}
	f.put(float32(bits.OnesCount32(uint32(e.within &^ (markBody | markLead | markTitle | markList)))))
	f.put(float32(e.depth))
}

func (d *describer) ofSurroundings(f *writer, i int) {
	p, b := d.p, &d.p.blocks[i]
	// The elements around it.
	at := b.element
	for range 4 {
		if at < 0 {
			f.put(0, 0, 0, 0)
			continue
		}
		e := &p.elements[at]
		f.put(logOf(float32(e.chars)), ratio(e.links, e.chars), ratio(e.long, e.blocks), e.prose/(d.prose+1))
		at = e.parent
	}
	k := d.kindOf(b)
	f.put(logOf(k.chars), k.links/(k.chars+1), k.blocks, k.prose/(d.prose+1))
	// Where it stands.
	steps, common := d.toTop(b.element)
	f.put(float32(steps), float32(common))
	f.put(float32(i)/float32(len(p.blocks)), d.before[i]/(d.prose+1), logOf(d.prose))
	f.put(clamp(i-d.topFirst, 30), clamp(d.topLast-i, 30), clamp(i-d.title, 30))
	f.flag(d.title >= 0)
	for _, k := range []int{-2, -1, 1, 2} {
		if j := i + k; j >= 0 && j < len(p.blocks) {
			n := &p.blocks[j]
			f.put(logOf(float32(n.words)), ratio(n.links, n.chars))
		} else {
			f.put(-1, -1)
		}
	}
}

// toTop is how many steps lead from an element up to the one with most prose or to
// an ancestor of that, and how many from there down.
func (d *describer) toTop(e int32) (up, down int) {
	top := d.top
	for e != top {
		if e > top {
			e = d.p.elements[e].parent
			up++
		} else {
			top = d.p.elements[top].parent
			down++
		}
	}
	return min(up, 15), min(down, 15)
}

func (d *describer) ofHints(f *writer, i int) {
	o := d.shares[i]
	f.put(o.title, o.ofTitle, o.description, o.ofDescription, o.linked)
}

// ofSequence says what came before a block and what comes after it.
func (d *describer) ofSequence(f *writer, i int) {
	p := d.p
	s := &d.seen[i]
	f.put(float32(s.headlines), float32(s.articles), logOf(float32(s.gap)), logOf(float32(d.gapAfter[i])))
	for _, last := range s.last {
		f.put(clamp(i-int(last), 40))
	}
	for _, last := range s.said {
		f.put(clamp(i-int(last), 40))
	}
	for _, k := range []int{-1, 1} {
		if j := i + k; j >= 0 && j < len(p.blocks) {
			n := &p.blocks[j]
			f.put(float32(tagClass(n.tag)), float32(d.phrases[j]))
			f.flag(n.inside&inHeading != 0)
			f.flag(n.element == p.blocks[i].element || p.elements[n.element].parent == p.elements[p.blocks[i].element].parent)
			steps, down := 0, 0
			for a, b := n.element, p.blocks[i].element; a != b; {
				if a > b {
					a = p.elements[a].parent
					down++
				} else {
					b = p.elements[b].parent
					steps++
				}
			}
			f.put(float32(min(steps, 10)), float32(min(down, 10)))
		} else {
			f.put(-1, 0, -1, -1, -1, -1)
		}
	}
	f.put(logOf(float32(d.around(i, 3))), logOf(float32(d.around(i, 8))))
}

// around is how many code points of prose stand within n blocks of block i.
func (d *describer) around(i, n int) float32 {
	from, to := max(0, i-n), min(len(d.p.blocks), i+n+1)
	return d.before[to] - d.before[from]
}

// passed is what a reader has passed before a block.
type passed struct {
	headlines, articles int32
	gap                 int32 // code points since the last prose
	last                [len(endMarks)]int32
	said                [phraseCount]int32 // blocks that are phrases of pages
}

// endMarks are names of what often ends an article.
var endMarks = [...]marks{markShare, markTags, markComment, markRelated, markByline, markNewsletter, markAd, markDate, markTitle, markLead}

func (d *describer) sequence() {
	p := d.p
	d.seen = make([]passed, len(p.blocks))
	d.gapAfter = make([]int32, len(p.blocks))
	var s passed
	for k := range s.last {
		s.last[k] = -100
	}
	for k := range s.said {
		s.said[k] = -100
	}
	element := int32(0)
	lastHeadline := int32(-1)
	for i := range p.blocks {
		b := &p.blocks[i]
		for ; element <= b.element; element++ {
			switch p.elements[element].tag {
			case atom.Article:
				s.articles++
			}
		}
		d.seen[i] = s
		if p.elements[b.element].tag == atom.H1 && lastHeadline != b.element {
			s.headlines++
			lastHeadline = b.element
		}
		if b.isProse() {
			s.gap = 0
		} else {
			s.gap += b.chars
		}
		s.said[d.phrases[i]] = int32(i)
		w := p.elements[b.element].within
		for k, m := range endMarks {
			if w&m != 0 {
				s.last[k] = int32(i)
			}
		}
	}
	gap := int32(0)
	for i := len(p.blocks) - 1; i >= 0; i-- {
		d.gapAfter[i] = gap
		if p.blocks[i].isProse() {
			gap = 0
		} else {
			gap += p.blocks[i].chars
		}
	}
}

func logOf(x float32) float32 { return float32(math.Log1p(float64(x))) }

func ratio(a, b int32) float32 { return float32(a) / float32(b+1) }

func clamp(n, limit int) float32 { return float32(max(-limit, min(limit, n))) }
