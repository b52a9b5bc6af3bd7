// Package phrases finds many phrases in a text in one pass over its words.
//
// A Set is a trie over folded words (text.Tokens), so that spelling, case and
// punctuation do not matter, and words are whole in every script. Most words of a
// text begin no phrase: bits of their hashes say so before the trie is asked. The time
// taken hardly depends on how many phrases there are, and is linear in the text.
package phrases

import (
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
	// Stars lets a word that ends in * begin longer words. Its stem has from MinStar
	// to MaxStar characters.
	Stars
)

// How many characters stand before a star that counts.
const (
	MinStar = 3
	MaxStar = 64
)

// maxSteps is how many lookups the phrases that begin with one word of a text may take:
// many stems of one another's letters, or words with and without the article, could
// take the product of what each word of a phrase takes. Others take some dozens.
const maxSteps = 1_000

// Set is a set of phrases. The zero value is empty. It is safe for concurrent use
// when nothing is added any more.
//
// Words are known by 64 bits of hash, with a seed of the process: where a hundred
// thousand are in the set, one foreign word in 10¹⁴ is taken for one of them.
type Set struct {
	edges table
	nodes []node // the root first
	ends  []end
	first filter // of words that begin a phrase
	later filter // of words that continue one
	stars stems  // that begin one
}

// node is a place in the trie.
type node struct {
	ends    int32 // the first, -1 without
	longest int32 // bytes of the longest stem that follows
	more    bool  // something follows
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
		n := utf8.RuneCountInString(t.Text)
		words = append(words, word{t.Text, star && n >= MinStar && n <= MaxStar})
	}
	return words
}

// takesArticle reports whether a word of a phrase may be met with the article.
func (w word) takesArticle(how How) bool {
	return how&Article != 0 && isArabic(w.text) && !strings.HasPrefix(w.text, article)
}

func isArabic(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return r >= 0x0600 && r <= 0x06FF
}

// child is the node after w, made if there is none.
func (s *Set) child(at int32, w word, how How) int32 {
	open, rank := w.takesArticle(how), 1
	if open || strings.HasPrefix(w.text, article) {
		rank = 0
	}
	over := step{at, hash(w.text), w.star}.key()
	e := s.edges.get(over)
	if e[rank] > 0 {
		return e[rank]
	}
	to := int32(len(s.nodes))
	s.nodes = append(s.nodes, node{ends: -1})
	e[rank] = to
	s.edges.set(over, e)
	s.announce(at, w.text, w.star)
	if open {
		over := step{at, hash(article + w.text), w.star}.key()
		e := s.edges.get(over)
		e[1] = to
		s.edges.set(over, e)
		s.announce(at, article+w.text, w.star)
	}
	return to
}

// announce says of a word or stem that it leaves a node.
func (s *Set) announce(at int32, word string, star bool) {
	n := &s.nodes[at]
	n.more = true
	if star {
		n.longest = max(n.longest, int32(len(word)))
	}
	switch {
	case at == 0 && star:
		s.stars.add(word)
	case at == 0:
		s.first.add(hash(word))
	case !star: // the filter is not asked where stems follow
		s.later.add(hash(word))
	}
}

// Find gives every phrase of the set in t, by where they begin, and from there first
// those that take the word as it stands; phrases may overlap. Of a set made to take
// long, it leaves out what it has not found at a word after a thousand lookups.
func (s *Set) Find(t *Text, found func(Match)) {
	s.find(t, found)
}

// find also gives the most steps that were taken from one word.
func (s *Set) find(t *Text, found func(Match)) (most int) {
	if s.nodes == nil {
		return 0
	}
	w := walk{set: s, text: t, found: found}
	stemmed := s.nodes[0].longest > 0
	for i, h := range t.hashes {
		if s.first.has(h) || stemmed && s.beginsStem(t, t.forms[i]) {
			w.begin(t.forms[i], h)
			most = max(most, w.steps)
		}
	}
	return most
}

// beginsStem reports whether a form may begin with a stem of the root.
func (s *Set) beginsStem(t *Text, f form) bool {
	word := t.Tokens[f.token].Text[f.cut:]
	if f.article {
		return s.stars.goOn(afterArticle, word)
	}
	return s.stars.begin(word)
}

// walk follows the trie from one word of a text.
type walk struct {
	set   *Set
	text  *Text
	found func(Match)
	from  int
	bare  bool // the first word is without its particles
	steps int  // taken from it
}

// begin looks for the phrases that begin with a form.
func (w *walk) begin(f form, hash uint64) {
	w.from, w.bare, w.steps = int(f.token), f.bare(), 0
	w.take(step{0, hash, false}, w.from)
	if w.set.nodes[0].longest > 0 {
		w.stems(0, w.text.word(f), w.from)
	}
}

// stems goes from a node over the stems of a word.
func (w *walk) stems(at int32, word string, i int) {
	for stem := range beginnings(word, int(w.set.nodes[at].longest)) {
		if w.steps >= maxSteps {
			return
		}
		w.take(step{at, hash(stem), true}, i)
	}
}

func (w *walk) take(over step, i int) {
	if w.steps >= maxSteps {
		return
	}
	w.steps++
	for _, to := range w.set.edges.get(over.key()) {
		if to > 0 {
			w.arrive(to, i)
		}
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
	if i++; !n.more || i == len(w.text.Tokens) {
		return
	}
	if h := w.text.Hash(i); w.set.later.has(h) {
		w.take(step{at, h, false}, i)
	}
	if n.longest > 0 {
		w.stems(at, w.text.Tokens[i].Text, i)
	}
}
