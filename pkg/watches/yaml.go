package watches

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// document is the tree of a YAML file.
func document(raw []byte) (ast.Node, *Mistake) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff")) // as some editors put it
	if bytes.IndexByte(raw, '\r') >= 0 {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	if m := tooMuch(raw); m != nil {
		return nil, m
	}
	tokens := lexer.Tokenize(string(raw))
	if m := tooIntricate(tokens); m != nil {
		return nil, m
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxMistake(err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, &Mistake{Position: Position{1, 1}, Text: "the file is empty: write 'version: 1' and 'watches:' with at least one watch"}
	case 1:
		return bodies[0], nil
	}
	return nil, &Mistake{Position: place(bodies[1]), Text: "a second document begins here: a file of watches is one, without '---' in between"}
}

// syntaxMistake asks an error for its text only if it has no message: the text quotes
// the file, which takes time that grows with the square of a line.
func syntaxMistake(err error) *Mistake {
	at, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return &Mistake{Position: Position{1, 1}, Text: "this is not YAML: " + err.Error()}
	}
	m := &Mistake{Position: Position{1, 1}, Text: "this is not YAML: " + at.GetMessage()}
	if t := at.GetToken(); t != nil && t.Position != nil {
		m.Position = Position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
	}
	return m
}

// place is where a node begins.
func place(n ast.Node) Position {
	switch v := n.(type) {
	case *ast.MappingNode:
		if len(v.Values) > 0 {
			return place(v.Values[0])
		}
	case *ast.MappingValueNode:
		return place(v.Key)
	case *ast.SequenceNode:
		if len(v.Values) > 0 && !v.IsFlowStyle {
			return place(v.Values[0])
		}
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return Position{1, 1}
	}
	p := n.GetToken().Position
	return Position{max(p.Line, 1), max(p.Column, 1)}
}

// reader reads the tree, and collects what is wrong with it.
type reader struct {
	names    Names
	mistakes []Mistake
	errors   int // mistakes that are more than warnings, those not kept included
	warnings int
	sorted   map[string][]string // the known words of each kind
}

func (r *reader) wrong(at Position, format string, args ...any) {
	if r.errors++; r.errors <= maxMistakes {
		r.mistakes = append(r.mistakes, Mistake{Position: at, Text: fmt.Sprintf(format, args...)})
	}
}

// hint is what may have been meant, for the first mistakes: to find it takes time.
func (r *reader) hint(find func() string) string {
	if r.errors >= maxHints {
		return ""
	}
	return find()
}

// known are the words of a kind, sorted once.
func known[T any](r *reader, kind string, words map[string]T) []string {
	if r.sorted == nil {
		r.sorted = map[string][]string{}
	}
	list, ok := r.sorted[kind]
	if !ok {
		list = slices.Sorted(maps.Keys(words))
		r.sorted[kind] = list
	}
	return list
}

func (r *reader) warn(at Position, format string, args ...any) {
	if r.warnings++; r.warnings <= maxMistakes {
		r.mistakes = append(r.mistakes, Mistake{Position: at, Text: fmt.Sprintf(format, args...), Warning: true})
	}
}

// entry is a key of a mapping with its value.
type entry struct {
	at    Position
	value ast.Node
}

// mapping reads a mapping of which only keys are known; nil keys take all. It is nil
// for anything else.
func (r *reader) mapping(n ast.Node, what string, keys []string) map[string]entry {
	var values []*ast.MappingValueNode
	switch v := n.(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{v}
	default:
		if !r.special(n, what) {
			r.wrong(place(n), "%s must be keys with values%s", what, oneOf(keys))
		}
		return nil
	}
	entries := map[string]entry{}
	for _, v := range values {
		key, ok := scalar(v.Key)
		at := place(v.Key)
		switch {
		case !ok:
			r.wrong(at, "%s: this is no key%s", what, oneOf(keys))
		case keys != nil && !slices.Contains(keys, key):
			r.wrong(at, "%s: %q is no key here%s", what, key, r.hint(func() string { return meant(key, keys) }))
		case entries[key].value != nil:
			r.wrong(at, "%s: %q is there already, on line %d: write it once", what, key, entries[key].at.Line)
		case v.Value == nil || v.Value.Type() == ast.NullType:
			r.wrong(at, "%s: %q has no value", what, key)
		default:
			entries[key] = entry{at, v.Value}
		}
	}
	return entries
}

// sorted are the keys of a mapping in the order of the file.
func sorted(entries map[string]entry) []string {
	return slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
		p, q := entries[a].at, entries[b].at
		return slices.Compare([]int{p.Line, p.Column}, []int{q.Line, q.Column})
	})
}

// items are the values of a list; anything else is a list of itself.
func (r *reader) items(n ast.Node) []ast.Node {
	if list, ok := n.(*ast.SequenceNode); ok {
		return list.Values
	}
	return []ast.Node{n}
}

// scalar is the text of a plain value.
func scalar(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// text reads a plain value; it is "" for anything else, which is a mistake.
func (r *reader) text(n ast.Node, what string) string {
	s, ok := scalar(n)
	if s = strings.TrimSpace(s); ok && s != "" {
		return s
	}
	if !r.special(n, what) {
		r.wrong(place(n), "%s must be a text that is not empty", what)
	}
	return ""
}

// special refuses what YAML has for repeating and typing.
func (r *reader) special(n ast.Node, what string) bool {
	switch n.(type) {
	case *ast.AliasNode, *ast.AnchorNode, *ast.TagNode, *ast.MergeKeyNode:
		r.wrong(place(n), "%s: anchors (&), aliases (*) and tags (!) of YAML are not taken: put a text that begins with one of these in quotation marks, and what is needed twice under lists or rules", what)
		return true
	}
	return false
}

// texts reads a text, or a list of texts.
func (r *reader) texts(n ast.Node, what string) (list []string, at []Position) {
	for _, v := range r.items(n) {
		if s := r.text(v, what); s != "" {
			list, at = append(list, s), append(at, place(v))
		}
	}
	if values, ok := n.(*ast.SequenceNode); ok && len(values.Values) == 0 {
		r.wrong(place(n), "%s is an empty list", what)
	}
	return list, at
}

// number reads a number up to high; it is 0 for anything else, which is a mistake.
func (r *reader) number(n ast.Node, what string, high float64) float64 {
	s, _ := scalar(n)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f <= high) {
		r.wrong(place(n), "%s must be a number from 0 to %v", what, high)
		return 0
	}
	return f
}

// whole reads a whole number from low to high.
func (r *reader) whole(n ast.Node, what string, low, high int) int {
	s, _ := scalar(n)
	i, err := strconv.Atoi(s)
	if err != nil || i < low || i > high {
		r.wrong(place(n), "%s must be a whole number from %d to %d", what, low, high)
		return 0
	}
	return i
}

// oneOf lists what there is.
func oneOf(known []string) string {
	if len(known) == 0 {
		return ""
	}
	return ": one of " + strings.Join(known, ", ")
}

// meant says which of the known words was probably meant, or all of them.
func meant(word string, known []string) string {
	if best := closest(word, known); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	if len(known) > 24 {
		return ""
	}
	return oneOf(known)
}

// closest is the known word with the fewest letters different, if these are few.
func closest(word string, known []string) string {
	best, least := "", 2+len(word)/8
	known = known[:min(len(known), maxCompared)]
	for _, k := range known {
		if strings.EqualFold(k, word) {
			return k
		}
		if d := distance([]rune(word), []rune(k), least); d < least || best == "" && d == least && d < len([]rune(k)) {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's, or more than most.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most || len(a) > 64 {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		before := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := before
			if x != y {
				cost++
			}
			before, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
