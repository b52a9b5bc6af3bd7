// Package selector finds elements of pages by CSS selectors, at a cost that no
// page can drive up: every element is looked at once. For that it takes only a
// part of CSS: tags, classes, ids and attributes, joined by a space (inside of)
// or > (child of), several with commas between.
package selector

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Bounds of a List.
const (
	maxLength = 1000 // of a text
	maxChains = 50   // of all texts together
	maxSteps  = 8    // of a chain: the bits of a set
	maxParts  = 8    // of a step: tag, classes, id, attributes
)

// A List selects what any of its selectors matches. The zero List selects nothing.
type List struct{ chains []chain }

// chain is a selector: steps that an element and those above it match.
type chain []step

type step struct {
	matches cascadia.Sel
	child   bool // of what the step before matched; else anywhere inside
}

// set holds the steps up to which a chain has matched, a bit for each.
type set uint8

// reached is how far a chain has matched: with the element itself as the last
// step, and with that or any element above it.
type reached struct{ here, above set }

// Parse reads selectors. With an error, which names the first text at fault, the
// list holds what could be read.
func Parse(texts ...string) (List, error) {
	var list List
	var fault error
	for _, text := range texts {
		chains, err := parse(text)
		if err == nil && len(list.chains)+len(chains) > maxChains {
			err = fmt.Errorf("more than %d selectors", maxChains)
		}
		if err != nil {
			fault = cmp.Or(fault, fmt.Errorf("%.80q is no CSS selector, as article.main: %w", text, err))
			continue
		}
		list.chains = append(list.chains, chains...)
	}
	return list, fault
}

// Outermost returns the elements below root, or root, that are selected, in the
// order of the page, without those inside of others.
func (l List) Outermost(root *html.Node) []*html.Node {
	if len(l.chains) == 0 {
		return nil
	}
	w := walk{list: l, levels: [][]reached{make([]reached, len(l.chains))}}
	w.visit(root, 0)
	return w.found
}

// walk goes through a page once, from above.
type walk struct {
	list   List
	levels [][]reached // of the elements above the present one, and of nothing
	found  []*html.Node
	tries  int // elements held against steps
}

// visit is about a node under so many elements.
func (w *walk) visit(n *html.Node, depth int) {
	if n.Type == html.ElementNode {
		depth++
		if w.enter(n, depth) {
			w.found = append(w.found, n)
			return
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.visit(c, depth)
	}
}

// enter finds how far each chain has matched at an element, and reports whether
// one has to its end.
func (w *walk) enter(n *html.Node, depth int) (selected bool) {
	if depth == len(w.levels) {
		w.levels = append(w.levels, make([]reached, len(w.list.chains)))
	}
	for i, c := range w.list.chains {
		outside := w.levels[depth-1][i]
		var here set
		for j, s := range c {
			if !s.open(j, outside) {
				continue
			}
			w.tries++
			if s.matches.Match(n) {
				here |= 1 << j
			}
		}
		w.levels[depth][i] = reached{here: here, above: outside.above | here}
		selected = selected || here&(1<<(len(c)-1)) != 0
	}
	return selected
}

// open reports whether the jth step may be matched inside of what matched so far.
func (s step) open(j int, outside reached) bool {
	switch {
	case j == 0:
		return true
	case s.child:
		return outside.here&(1<<(j-1)) != 0
	}
	return outside.above&(1<<(j-1)) != 0
}

// errPart is of what CSS has, and this package has not.
var errPart = errors.New("only tags, classes, ids and attributes, joined by a space or >")
