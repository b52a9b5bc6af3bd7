// Package phrases finds many phrases in a text in one pass over its words.
//
// A Set is a trie over folded words (text.Tokens), so that spelling, case and
// punctuation do not matter, and words are whole in every script. Most words of a
// text begin no phrase: a bit per hash says so before the trie is asked. The time
// taken hardly depends on how many phrases there are, and is linear in the text.
package phrases

import (
	"hash/maphash"
	"iter"
	"strings"
	"unicode/utf8"

	"marsad/pkg/text"
)

// How says in which forms the words of a phrase are met beside those written. The
// zero value is as written.
type How uint8

const (
	// Particles lets the first word carry the Arabic particles و ف, then ب ك ل.
	Particles How = 1 << iota
	// Article lets every Arabic word written without ال carry it.
	Article
	// Stars lets a word that ends in * begin longer words. Its stem has at least
	// MinStar characters.
	Stars
)

// MinStar is how many characters stand before a star, at least.
const MinStar = 3

// Set is a set of phrases. The zero value is empty. It is safe for concurrent use
// when nothing is added any more.
//
// Nodes, words and ends are known by their numbers: a set of ten thousand phrases
// is two tables and a few slices.
type Set struct {
	words words
	edges table
	nodes []node // the root first
	ends  []end
	first filter // of words that begin a phrase
	later filter // of words that continue one
	stars filter // of stems that begin one
}

// node is a place in the trie.
type node struct {
	ends    int32 // the first, -1 without
	longest int32 // bytes of the longest stem that follows
	more    bool  // something follows
}

// step leaves a node over a word, or over all words that begin with it.
type step struct {
	from int32
	word uint32 // twice its number; and one for a stem
}

type end struct {
	id        int32
	next      int32 // of the same node, -1 for none
	particles bool
}

// Match is a phrase found at the tokens [From, To) of a text.
type Match struct {
	ID       int32
	From, To int
	Bare     bool // the first word was taken without particles that it carries
}

// Add files a phrase under an id; the same phrase may have several. It returns the
// number of words, 0 if the phrase has none, and then files nothing.
func (s *Set) Add(phrase string, id int32, how How) int {
	words := split(phrase, how)
	if len(words) == 0 {
		return 0
	}
	s.begin()
	at := int32(0)
	for _, w := range words {
		at = s.child(at, w, how)
	}
	s.end(at, end{id, -1, how&Particles != 0})
	return len(words)
}

// end files the end of a phrase behind those that a node has.
func (s *Set) end(at int32, e end) {
	last := &s.nodes[at].ends
	for *last >= 0 {
		last = &s.ends[*last].next
	}
	*last = int32(len(s.ends))
	s.ends = append(s.ends, e)
}

func (s *Set) begin() {
	if s.nodes == nil {
		s.nodes = []node{{ends: -1}}
	}
}

// word is one of a phrase.
type word struct {
	text string
	star bool
}

func split(phrase string, how How) []word {
	var words []word
	points := []rune(phrase)
	for t := range text.Tokens(phrase) {
		star := how&Stars != 0 && t.End < len(points) && points[t.End] == '*'
		words = append(words, word{t.Text, star && utf8.RuneCountInString(t.Text) >= MinStar})
	}
	return words
}

const article = "ال"

// takesArticle reports whether a word of a phrase may be met with the article.
func (w word) takesArticle(how How) bool {
	return how&Article != 0 && isArabic(w.text) && !strings.HasPrefix(w.text, article)
}

func isArabic(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return r >= 0x0600 && r <= 0x06FF
}

// announce lets the filters pass a word that leaves a node.
func (s *Set) announce(at int32, w word, how How) {
	f := &s.later
	switch {
	case at == 0 && w.star:
		f = &s.stars
	case at == 0:
		f = &s.first
	case w.star: // not asked where stems follow
		return
	}
	f.add(maphash.String(seed, w.text))
	if w.takesArticle(how) {
		f.add(maphash.String(seed, article+w.text))
	}
}

// child is the node after w, made if there is none.
func (s *Set) child(at int32, w word, how How) int32 {
	number := s.words.add(w.text)
	s.nodes[at].more = true
	over := step{at, 2 * number}
	if w.star {
		over.word++
		s.nodes[at].longest = max(s.nodes[at].longest, int32(len(w.text)))
	}
	e := s.edges.get(over)
	to := &e.exact
	if w.takesArticle(how) {
		to = &e.open
	}
	if *to == 0 {
		s.nodes = append(s.nodes, node{ends: -1})
		*to = int32(len(s.nodes) - 1)
		s.edges.set(over, e)
		s.announce(at, w, how)
	}
	return *to
}

// Find gives every phrase of the set in t, by where they begin, and from there first
// those that take the word as it stands; phrases may overlap.
func (s *Set) Find(t *Text, found func(Match)) {
	if s.nodes == nil {
		return
	}
	w := walk{set: s, text: t, found: found}
	stemmed := s.nodes[0].longest > 0
	for i := range t.Tokens {
		for _, f := range t.formsOf(i) {
			if s.first.has(f.hash) || stemmed && s.beginsStem(f.word) {
				w.from, w.bare = i, f.bare
				w.step(0, f.word, f.hash, i)
			}
		}
	}
}

// beginsStem reports whether a word may begin with a stem of the root.
func (s *Set) beginsStem(word string) bool {
	for stem := range stems(word, int(s.nodes[0].longest)+len(article)) {
		if s.stars.has(maphash.String(seed, stem)) {
			return true
		}
	}
	return false
}

// walk follows the trie from one word of a text.
type walk struct {
	set   *Set
	text  *Text
	found func(Match)
	from  int
	bare  bool // the first word is without its particles
}

// step goes from a node over a word, which stands at token i.
func (w *walk) step(at int32, word string, hash uint64, i int) {
	w.over(at, word, hash, false, i)
	if rest, ok := strings.CutPrefix(word, article); ok {
		w.over(at, rest, maphash.String(seed, rest), true, i)
	}
}

// over goes from a node over a word, or what follows its article, and over its stems.
func (w *walk) over(at int32, word string, hash uint64, withArticle bool, i int) {
	if number, ok := w.set.words.find(word, hash); ok {
		w.take(step{at, 2 * number}, withArticle, i)
	}
	longest := int(w.set.nodes[at].longest)
	if longest == 0 {
		return
	}
	for stem := range stems(word, longest) {
		if number, ok := w.set.words.find(stem, maphash.String(seed, stem)); ok {
			w.take(step{at, 2*number + 1}, withArticle, i)
		}
	}
}

func (w *walk) take(over step, withArticle bool, i int) {
	e := w.set.edges.get(over)
	if e.open != 0 {
		w.arrive(e.open, i)
	}
	if e.exact != 0 && !withArticle {
		w.arrive(e.exact, i)
	}
}

// arrive reports the phrases that end at token i, and goes on.
func (w *walk) arrive(at int32, i int) {
	n := w.set.nodes[at]
	for k := n.ends; k >= 0; {
		e := w.set.ends[k]
		if e.particles || !w.bare {
			w.found(Match{ID: e.id, From: w.from, To: i + 1, Bare: w.bare})
		}
		k = e.next
	}
	if i++; i < len(w.text.Tokens) && n.more && (n.longest > 0 || w.set.later.has(w.text.hash(i))) {
		w.step(at, w.text.Tokens[i].Text, w.text.hash(i), i)
	}
}

// stems yields the beginnings of a word that may be stems, of up to longest bytes.
func stems(word string, longest int) iter.Seq[string] {
	return func(yield func(string) bool) {
		n := 0
		for i := range word {
			if i > longest {
				return
			}
			if n >= MinStar && !yield(word[:i]) {
				return
			}
			n++
		}
		if n >= MinStar && len(word) <= longest {
			yield(word)
		}
	}
}

// filter says of most hashes that they were not added. The zero value has none.
type filter struct {
	bits   []uint64
	hashes []uint64
}

// bitsPerHash makes one in so many foreign hashes pass.
const bitsPerHash = 32

func (f *filter) add(hash uint64) {
	f.hashes = append(f.hashes, hash)
	if len(f.hashes)*bitsPerHash <= 64*len(f.bits) {
		f.set(hash)
		return
	}
	f.bits = make([]uint64, max(16, 2*len(f.bits)))
	for _, h := range f.hashes {
		f.set(h)
	}
}

func (f *filter) set(hash uint64) {
	f.bits[hash>>6&uint64(len(f.bits)-1)] |= 1 << (hash & 63)
}

func (f *filter) has(hash uint64) bool {
	return len(f.bits) > 0 && f.bits[hash>>6&uint64(len(f.bits)-1)]&(1<<(hash&63)) != 0
}
