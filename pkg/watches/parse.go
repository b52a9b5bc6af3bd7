package watches

import (
	"cmp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Parse reads a file. The file is nil if one of the mistakes is more than a warning;
// they come in the order of the file.
func Parse(raw []byte, names Names) (*File, []Mistake) {
	root, m := document(raw)
	if m != nil {
		return nil, []Mistake{*m}
	}
	p := &fileReader{reader: reader{names: names}, lists: map[string]*list{}, rules: map[string]*rule{}, stands: standings{}}
	f := p.file(root)
	slices.SortStableFunc(p.mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if p.errors > 0 {
		return nil, p.mistakes
	}
	return f, p.mistakes
}

// fileReader reads what a file is made of.
type fileReader struct {
	reader
	lists   map[string]*list
	rules   map[string]*rule
	stands  standings
	phrases int // read so far
	regexes int
	copied  int    // phrases of lists put into others so far
	within  string // the rule that is read

	overfull bool // more were copied than may be, which was said
}

var (
	fileKeys    = []string{"version", "lists", "rules", "watches"}
	watchKeys   = []string{"id", "name", "languages", "sources", "score", "title", "all", "any", "none", "examples"}
	exampleKeys = []string{"title", "text", "lang"}
)

func (p *fileReader) file(root ast.Node) *File {
	top := p.mapping(root, "the file", fileKeys)
	if top == nil {
		return nil
	}
	if v, ok := top["version"]; !ok {
		p.wrong(place(root), "version is missing: write 'version: 1'")
	} else if s, _ := scalar(v.value); s != "1" {
		p.wrong(place(v.value), "version %q is not known: this program reads version 1", s)
	}
	p.readLists(top["lists"])
	p.readRules(top["rules"])
	f := &File{Watches: p.watches(root, top["watches"])}
	p.unused()
	return f
}

func (p *fileReader) watches(root ast.Node, e entry) []Watch {
	if e.value == nil {
		p.wrong(place(root), "watches is missing: write 'watches:' and below it '- id: …'")
		return nil
	}
	nodes := p.items(e.value)
	if len(nodes) == 0 {
		p.wrong(e.at, "watches is empty: write at least one, as '- id: …'")
	}
	if len(nodes) > MaxWatches {
		p.wrong(place(nodes[MaxWatches]), "here begins watch %d of the file, and %d are the most", MaxWatches+1, MaxWatches)
		nodes = nodes[:MaxWatches]
	}
	seen := map[string]Position{}
	watches := make([]Watch, 0, len(nodes))
	for _, n := range nodes {
		w, at := p.watch(n)
		if first, ok := seen[w.ID]; ok && w.ID != "" {
			p.wrong(at, "the id %q is taken by the watch on line %d: ids are unique", w.ID, first.Line)
		}
		seen[w.ID] = at
		watches = append(watches, w)
	}
	if p.expanded(watches) {
		return watches
	}
	for _, w := range watches {
		if w.cond != nil {
			p.judge(&w)
		}
	}
	return watches
}

// watch reads one watch; at is where its id stands.
func (p *fileReader) watch(n ast.Node) (w Watch, at Position) {
	w.score, w.title = 1, 1
	at = place(n)
	before := p.errors
	e := p.mapping(n, "a watch", watchKeys)
	if e == nil {
		return w, at
	}
	if id, ok := e["id"]; ok {
		at = place(id.value)
		if w.ID = p.text(id.value, "id"); w.ID != "" && !isID(w.ID) {
			p.wrong(at, "the id %q: ids are made of a-z, 0-9, - and _, at most 64 of them", shorten(w.ID))
		}
	} else {
		p.wrong(at, "the watch has no id: write 'id: a-short-name'")
	}
	p.settings(e, &w)
	w.cond = &condition{kind: kindGroup, at: at, weight: 1, times: 1}
	p.group(e, w.cond, 1)
	p.link("", w.cond)
	if p.errors > before {
		w.cond = nil // it may be not what was meant
	}
	p.examples(e["examples"], &w, at)
	return w, at
}

func (p *fileReader) settings(e map[string]entry, w *Watch) {
	if name, ok := e["name"]; ok {
		w.Name = p.text(name.value, "name")
	}
	if score, ok := e["score"]; ok {
		w.score = p.number(score.value, "score", 1000)
	}
	if title, ok := e["title"]; ok {
		w.title = p.number(title.value, "title (the factor of what is found in the title)", 100)
	}
	if languages, ok := e["languages"]; ok {
		w.languages = p.languages(languages.value)
	}
	if sources, ok := e["sources"]; ok {
		w.sources = p.sources(sources.value)
	}
}

func (p *fileReader) examples(e entry, w *Watch, at Position) {
	if e.value == nil {
		p.warn(at, "the watch %q has no examples: write texts it must match and must not match under examples", w.ID)
		return
	}
	parts := p.mapping(e.value, "examples", []string{"match", "no_match"})
	for key, into := range map[string]*[]Example{"match": &w.Match, "no_match": &w.NoMatch} {
		part, ok := parts[key]
		if !ok {
			if parts != nil {
				p.warn(e.at, "the watch %q has no examples under %s", w.ID, key)
			}
			continue
		}
		for _, n := range p.items(part.value) {
			*into = append(*into, p.example(n))
		}
	}
}

func (p *fileReader) example(n ast.Node) Example {
	ex := Example{Place: place(n)}
	if s, ok := scalar(n); ok {
		if ex.Text = s; strings.TrimSpace(s) == "" {
			p.wrong(place(n), "the example is empty")
		}
		return ex
	}
	e := p.mapping(n, "an example", exampleKeys)
	for key, into := range map[string]*string{"title": &ex.Title, "text": &ex.Text, "lang": &ex.Lang} {
		if v, ok := e[key]; ok {
			*into = p.text(v.value, key)
		}
	}
	if e != nil && ex.Title == "" && ex.Text == "" {
		p.wrong(place(n), "the example has neither title nor text")
	}
	return ex
}
