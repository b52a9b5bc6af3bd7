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
type Set struct {
	root   node
	filter filter
	stars  filter // of stems that begin a phrase
}

// node is a place in the trie.
type node struct {
	next    map[string]*edges
	stems   map[string]*edges // of words that begin longer ones
	longest int               // bytes of the longest stem
	ends    []end
}

// edges are what follows a word: met as written, or also with the article.
type edges struct {
	exact, open *node
}

type end struct {
	id        int32
	particles bool
}

// Match is a phrase found at the tokens [From, To) of a text.
type Match struct {
	ID       int32
	From, To int
}

// Add files a phrase under an id; the same phrase may have several. It returns the
// number of words, 0 if the phrase has none, and then files nothing.
func (s *Set) Add(phrase string, id int32, how How) int {
	words := split(phrase, how)
	at := &s.root
	for i, w := range words {
		if i == 0 {
			s.announce(w, how)
		}
		at = at.child(w, how)
	}
	if len(words) > 0 {
		at.ends = append(at.ends, end{id, how&Particles != 0})
	}
	return len(words)
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

// announce lets the filters pass a first word.
func (s *Set) announce(w word, how How) {
	f := &s.filter
	if w.star {
		f = &s.stars
	}
	f.add(maphash.String(seed, w.text))
	if w.takesArticle(how) {
		f.add(maphash.String(seed, article+w.text))
	}
}

func (n *node) child(w word, how How) *node {
	follow := &n.next
	if w.star {
		follow = &n.stems
		n.longest = max(n.longest, len(w.text))
	}
	if *follow == nil {
		*follow = map[string]*edges{}
	}
	e := (*follow)[w.text]
	if e == nil {
		e = &edges{}
		(*follow)[w.text] = e
	}
	to := &e.exact
	if w.takesArticle(how) {
		to = &e.open
	}
	if *to == nil {
		*to = &node{}
	}
	return *to
}

// Find gives every phrase of the set in t, by where they begin; phrases may overlap.
func (s *Set) Find(t *Text, found func(Match)) {
	w := walk{tokens: t.Tokens, found: found}
	for i := range t.Tokens {
		for _, f := range t.formsOf(i) {
			if s.filter.has(f.hash) || s.beginsStem(f.word) {
				w.from, w.bare = i, f.bare
				w.step(&s.root, f.word, i)
			}
		}
	}
}

// beginsStem reports whether a word may begin with a stem of the root.
func (s *Set) beginsStem(word string) bool {
	for stem := range stems(word, s.root.longest+len(article)) {
		if s.stars.has(maphash.String(seed, stem)) {
			return true
		}
	}
	return false
}

// walk follows the trie from one word of a text.
type walk struct {
	tokens []text.Token
	found  func(Match)
	from   int
	bare   bool // the first word is without its particles
}

// step goes from n over a word, which stands at token i.
func (w *walk) step(n *node, word string, i int) {
	w.over(n.next[word], false, i)
	for stem := range stems(word, n.longest) {
		w.over(n.stems[stem], false, i)
	}
	rest, ok := strings.CutPrefix(word, article)
	if !ok {
		return
	}
	w.over(n.next[rest], true, i)
	for stem := range stems(rest, n.longest) {
		w.over(n.stems[stem], true, i)
	}
}

func (w *walk) over(e *edges, withArticle bool, i int) {
	if e == nil {
		return
	}
	if e.open != nil {
		w.arrive(e.open, i)
	}
	if e.exact != nil && !withArticle {
		w.arrive(e.exact, i)
	}
}

// arrive reports the phrases that end at token i, and goes on.
func (w *walk) arrive(n *node, i int) {
	for _, e := range n.ends {
		if e.particles || !w.bare {
			w.found(Match{ID: e.id, From: w.from, To: i + 1})
		}
	}
	if i+1 < len(w.tokens) && (n.next != nil || n.stems != nil) {
		w.step(n, w.tokens[i+1].Text, i+1)
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
