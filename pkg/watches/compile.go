package watches

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"sync"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// Set finds watches in articles. It is safe for concurrent use.
type Set struct {
	watches []watch
	nodes   []node
	lists   [][]int32 // the atoms of each list of phrases

	phrases phrases.Set
	atoms   []atom // what can be found: an atom's index is its ID
	places  map[string]int32
	orgs    map[string]int32

	// What makes a watch worth evaluating. A watch is filed under every atom of one
	// of the things it asks for: the one that is met least.
	byAtom  [][]int32
	byTopic map[string][]int32
	byAny   []int32 // any place will do
	always  []int32

	scratch sync.Pool
}

// watch is a watch ready to be evaluated.
type watch struct {
	id        string
	languages []string
	sources   []string
	score     float64
	title     float64
	root      int32
}

// atom is a phrase, a place or an organisation.
type atom struct {
	rule  string   // as a match names it
	raw   []string // the words of an exact phrase, as written
	words int      // of a phrase
}

// node is a condition ready to be evaluated.
type node struct {
	kind    kind
	in      field
	same    bool
	ordered bool
	times   int
	words   int32
	weight  float64
	minP    float64
	list    int32   // kindPhrases
	atoms   []int32 // kindPlace, kindOtherPlace, kindOrganisation
	values  []string
	pattern *regexp.Regexp
	all     []int32 // also the conditions of a near, and the one of a rule
	any     []int32
	none    []int32
	except  []int32
	rule    string
	stands  bool // what it finds has a place
}

// Compile makes a set of a file.
func Compile(f *File) *Set {
	b := &builder{
		Set:        &Set{places: map[string]int32{}, orgs: map[string]int32{}, byTopic: map[string][]int32{}},
		phrase:     map[phrase]int32{},
		lists:      map[*list]int32{},
		conditions: map[*condition]int32{},
		needs:      map[*condition]need{},
		stands:     standings{},
	}
	for i, w := range f.Watches {
		b.watches = append(b.watches, watch{
			id: w.ID, languages: w.languages, sources: w.sources, score: w.score, title: w.title, root: b.node(w.cond),
		})
		b.file(int32(i), b.need(w.cond))
	}
	s := b.Set
	s.scratch.New = func() any { return newScratch(s) }
	return s
}

// Load reads and compiles a file. The error is of the first mistake.
func Load(raw []byte, names Names) (*Set, error) {
	f, mistakes := Parse(raw, names)
	if f != nil {
		return Compile(f), nil
	}
	mistakes = slices.DeleteFunc(mistakes, func(m Mistake) bool { return m.Warning })
	more := ""
	if n := len(mistakes) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more: 'marsad watches lint' lists them)", n)
	}
	return nil, fmt.Errorf("line %d, column %d: %s%s", mistakes[0].Line, mistakes[0].Column, mistakes[0].Text, more)
}

// Len is the number of watches.
func (s *Set) Len() int { return len(s.watches) }

// builder is a set that is made.
type builder struct {
	*Set
	phrase     map[phrase]int32
	lists      map[*list]int32
	conditions map[*condition]int32
	needs      map[*condition]need
	stands     standings
}

// node files a condition. One that several watches share is filed once.
func (b *builder) node(c *condition) int32 {
	if id, ok := b.conditions[c]; ok {
		return id
	}
	n := node{
		kind: c.kind, in: c.in, same: c.same, ordered: c.ordered, times: c.times, words: int32(c.words), weight: c.weight, minP: c.minP,
		values: c.values, pattern: c.pattern, rule: c.rule, stands: b.stands.of(c),
		all: b.kids(c.kind, c.all, c.of), any: b.kids(c.kind, c.any), none: b.kids(c.kind, c.none), except: b.kids(c.kind, c.except),
	}
	switch c.kind {
	case kindPhrases:
		n.list = b.list(c.list)
	case kindPlace, kindOtherPlace:
		n.atoms = b.named(b.places, "place ", c.values)
	case kindOrganisation:
		n.atoms = b.named(b.orgs, "organisation ", c.values)
	}
	id := int32(len(b.nodes))
	b.nodes = append(b.nodes, n)
	b.conditions[c] = id
	return id
}

// kids files conditions, in a group those that cost most to evaluate last.
func (b *builder) kids(of kind, parts ...[]*condition) []int32 {
	list := slices.Concat(parts...)
	if of == kindGroup {
		slices.SortStableFunc(list, func(x, y *condition) int { return cmp.Compare(effort(x.kind), effort(y.kind)) })
	}
	ids := make([]int32, len(list))
	for i, c := range list {
		ids[i] = b.node(c)
	}
	return ids
}

func effort(k kind) int {
	switch k {
	case kindTopic, kindLanguage, kindSource:
		return 0
	case kindPhrases, kindPlace, kindOtherPlace, kindOrganisation:
		return 1
	case kindRegex:
		return 3
	}
	return 2
}

func (b *builder) list(l *list) int32 {
	if id, ok := b.lists[l]; ok {
		return id
	}
	atoms := make([]int32, len(l.phrases))
	for i, ph := range l.phrases {
		atoms[i] = b.atomOf(ph)
	}
	slices.Sort(atoms)
	id := int32(len(b.Set.lists))
	b.Set.lists = append(b.Set.lists, slices.Compact(atoms))
	b.lists[l] = id
	return id
}

func (b *builder) atomOf(ph phrase) int32 {
	if id, ok := b.phrase[ph]; ok {
		return id
	}
	a := atom{rule: ph.text}
	how := phrases.Particles | phrases.Article | phrases.Stars
	if ph.exact {
		how = 0
		for t := range text.Tokens(ph.text) {
			a.raw = append(a.raw, t.Raw)
		}
	}
	id := b.addAtom(a)
	b.phrase[ph] = id
	b.atoms[id].words = b.phrases.Add(ph.text, id, how)
	return id
}

func (b *builder) addAtom(a atom) int32 {
	b.atoms = append(b.atoms, a)
	b.byAtom = append(b.byAtom, nil)
	return int32(len(b.atoms) - 1)
}

func (b *builder) named(known map[string]int32, prefix string, values []string) []int32 {
	ids := make([]int32, len(values))
	for i, v := range values {
		id, ok := known[v]
		if !ok {
			id = b.addAtom(atom{rule: prefix + v})
			known[v] = id
		}
		ids[i] = id
	}
	return ids
}

// need is what must be found of a condition, at least one of it.
type need struct {
	lists    []int32
	atoms    []int32
	topics   []string
	anyPlace bool
	always   bool
	cost     float64 // how often it is met
}

// Guesses of how often things are met; only their order matters.
const (
	costPhrase = 1
	costWord   = 10
	costPlace  = 100
	costTopic  = 200
	costAny    = 1000
)

func (b *builder) need(c *condition) need {
	if n, ok := b.needs[c]; ok {
		return n
	}
	n := need{always: true, cost: math.Inf(1)}
	id := b.node(c)
	switch c.kind {
	case kindPhrases:
		n = need{lists: []int32{b.nodes[id].list}}
		for _, a := range b.Set.lists[b.nodes[id].list] {
			n.cost += costOf(b.atoms[a])
		}
	case kindPlace, kindOrganisation:
		n = need{atoms: b.nodes[id].atoms, cost: costPlace * float64(len(c.values))}
	case kindOtherPlace:
		n = need{anyPlace: true, cost: costAny}
	case kindTopic:
		n = need{topics: c.values, cost: costTopic * float64(len(c.values))}
	case kindNear, kindRule, kindGroup:
		n = b.least(slices.Concat(c.all, c.of), c.any)
	}
	b.needs[c] = n
	return n
}

func costOf(a atom) float64 {
	if a.words > 1 {
		return costPhrase
	}
	return costWord
}

// least is the need met least: that of one of all, or of any taken together.
func (b *builder) least(all, anyOf []*condition) need {
	best := need{always: true, cost: math.Inf(1)}
	for _, c := range all {
		if n := b.need(c); n.cost < best.cost {
			best = n
		}
	}
	var sum need
	for _, c := range anyOf {
		n := b.need(c)
		sum.lists, sum.atoms, sum.topics = slices.Concat(sum.lists, n.lists), slices.Concat(sum.atoms, n.atoms), slices.Concat(sum.topics, n.topics)
		sum.anyPlace, sum.always, sum.cost = sum.anyPlace || n.anyPlace, sum.always || n.always, sum.cost+n.cost
	}
	if len(anyOf) > 0 && sum.cost < best.cost {
		return sum
	}
	return best
}

// file says what makes a watch worth evaluating.
func (b *builder) file(w int32, n need) {
	switch {
	case n.always:
		b.always = append(b.always, w)
		return
	case n.anyPlace:
		b.byAny = append(b.byAny, w)
	}
	for _, a := range n.atoms {
		b.trigger(a, w)
	}
	for _, l := range n.lists {
		for _, a := range b.Set.lists[l] {
			b.trigger(a, w)
		}
	}
	for _, topic := range n.topics {
		b.byTopic[topic] = append(b.byTopic[topic], w)
	}
}

func (b *builder) trigger(a, w int32) {
	if list := b.byAtom[a]; len(list) == 0 || list[len(list)-1] != w {
		b.byAtom[a] = append(list, w)
	}
}
