package boilerplate

import (
	"bytes"
	"slices"
	"strings"
)

// trie finds which phrases a text starts with. Most texts leave it after a few
// bytes.
type trie struct {
	nodes   []node
	labels  []byte // of edges; those of a node are neighbours
	targets []int32
	phrases []phrase
}

type node struct {
	first, edges    int32 // edges that leave it
	phrase, phrases int32 // phrases that end here, of several forms
}

// newTrie makes a trie of phrases.
func newTrie(all []phrase) *trie {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b phrase) int { return strings.Compare(a.text, b.text) })
	t := &trie{phrases: all}
	t.grow(0, len(all), 0)
	return t
}

// grow adds the node of phrases[from:to], which share depth bytes, and all below.
func (t *trie) grow(from, to, depth int) int32 {
	id := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{phrase: int32(from)})
	for from < to && len(t.phrases[from].text) == depth {
		t.nodes[id].phrases++
		from++
	}
	t.nodes[id].first = int32(len(t.labels))
	for i := from; i < to; i++ {
		if label := t.phrases[i].text[depth]; i == from || label != t.labels[len(t.labels)-1] {
			t.labels = append(t.labels, label)
		}
	}
	n := int32(len(t.labels)) - t.nodes[id].first
	t.nodes[id].edges = n
	t.targets = append(t.targets, make([]int32, n)...)
	for edge := range n {
		at := t.nodes[id].first + edge
		end := from
		for end < to && t.phrases[end].text[depth] == t.labels[at] {
			end++
		}
		t.targets[at] = t.grow(from, end, depth+1)
		from = end
	}
	return id
}

// next is the node after n on a byte; -1 without one.
func (t *trie) next(n int32, b byte) int32 {
	at := &t.nodes[n]
	i := bytes.IndexByte(t.labels[at.first:at.first+at.edges], b)
	if i < 0 {
		return -1
	}
	return t.targets[at.first+int32(i)]
}

// endingAt are the phrases that end at a node.
func (t *trie) endingAt(n int32) []phrase {
	at := &t.nodes[n]
	return t.phrases[at.phrase : at.phrase+at.phrases]
}

// opening is the kind of the longest phrase with which a line may start. Of a line
// that was read in part only those count that anything may follow.
func (t *trie) opening(l *folded, part bool) Kind {
	kind := Kind("")
	n := int32(0)
	for i := 0; ; i++ {
		if t.nodes[n].phrases > 0 && boundary(l.text, i) {
			for _, p := range t.endingAt(n) {
				if p.form.opens(l, i, part) {
					kind = p.kind
				}
			}
		}
		if i == len(l.text) {
			return kind
		}
		if n = t.next(n, l.text[i]); n < 0 {
			return kind
		}
	}
}

// opens reports whether a phrase of the form may stand before what follows it on a
// line.
func (f *form) opens(l *folded, end int, part bool) bool {
	switch {
	case part:
		return f.room >= maxWords
	case end == len(l.text):
		return true
	case f.marked && l.mark != end:
		return false
	}
	return f.room >= words(l.text[end:])
}

// maxWords is the room of forms without bound.
const maxWords = 300

// ending is the kind of a phrase with which a line may end. The phrases are
// reversed.
func (t *trie) ending(l *folded) Kind {
	kind := Kind("")
	n := int32(0)
	for i := len(l.text); ; i-- {
		if t.nodes[n].phrases > 0 && boundary(l.text, i) {
			if p := t.endingAt(n)[0]; p.form.room >= words(l.text[:i]) {
				kind = p.kind
			}
		}
		if i == 0 {
			return kind
		}
		if n = t.next(n, l.text[i-1]); n < 0 {
			return kind
		}
	}
}

// maxHolding is how many bytes of folded text a very short line has at most.
const maxHolding = 160

// holding is the kind of a phrase that a very short line holds.
func (t *trie) holding(l *folded) Kind {
	if len(l.text) > maxHolding {
		return ""
	}
	for start := range l.text {
		if start > 0 && !boundary(l.text, start) || l.text[start] == ' ' {
			continue
		}
		n := int32(0)
		for i := start; n >= 0; i++ {
			if t.nodes[n].phrases > 0 && boundary(l.text, i) {
				if p := t.endingAt(n)[0]; p.form.room >= words(l.text) {
					return p.kind
				}
			}
			if i == len(l.text) {
				break
			}
			n = t.next(n, l.text[i])
		}
	}
	return ""
}
