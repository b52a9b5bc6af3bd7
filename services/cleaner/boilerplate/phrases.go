package boilerplate

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
)

// form says where on a line a phrase stands, and how many other words may.
type form struct {
	name   string
	place  place
	room   int  // words beside the phrase, or on the whole line for inside
	marked bool // a colon, a bar or a dash must follow, unless nothing does
}

type place uint8

const (
	forward place = iota
	backward
	inside
)

// forms are the forms of phrases.
var forms = []form{
	{"whole", forward, 0, false},   // the line is the phrase
	{"starts", forward, 5, false},  // some words may follow
	{"label", forward, 25, true},   // a headline, a list of names may follow a colon
	{"leads", forward, 25, false},  // and without a colon
	{"opens", forward, 300, false}, // anything may follow
	{"ends", backward, 6, false},   // some words may stand before
	{"holds", inside, 10, false},   // the line is very short
}

// phrase is a wording of a kind.
type phrase struct {
	kind Kind
	form form
	text string // folded
	raw  string
	file string
}

// index holds all phrases, for each place they can stand at.
type index struct{ forward, backward, inside *trie }

var phrases = sync.OnceValue(func() *index {
	all, err := load()
	if err != nil {
		panic(err) // the data is part of the program, and tested
	}
	var byPlace [3][]phrase
	for _, p := range all {
		if p.form.place == backward {
			p.text = reversed(p.text)
		}
		byPlace[p.form.place] = append(byPlace[p.form.place], p)
	}
	return &index{newTrie(byPlace[forward]), newTrie(byPlace[backward]), newTrie(byPlace[inside])}
})

//go:embed data
var data embed.FS

// load reads the data: files of lines "kind TAB form TAB phrase | phrase | ...".
func load() ([]phrase, error) {
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var all []phrase
	for _, entry := range entries {
		src, err := data.ReadFile(path.Join("data", entry.Name()))
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(src)) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "# ") {
				continue
			}
			read, err := parse(line)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", entry.Name(), err)
			}
			for i := range read {
				read[i].file = entry.Name()
			}
			all = append(all, read...)
		}
	}
	return all, nil
}

// parse reads one line of data.
func parse(line string) ([]phrase, error) {
	columns := strings.Split(line, "\t")
	if len(columns) != 3 {
		return nil, fmt.Errorf("%q has not three columns", line)
	}
	kind := Kind(columns[0])
	i := slices.IndexFunc(forms, func(f form) bool { return f.name == columns[1] })
	if !slices.Contains(Kinds(), kind) || i < 0 {
		return nil, fmt.Errorf("%q has no known kind and form", line)
	}
	var all []phrase
	for raw := range strings.SplitSeq(columns[2], "|") {
		raw = strings.TrimSpace(raw)
		for _, spelling := range spellings(raw) {
			p := phrase{kind: kind, form: forms[i], text: foldPhrase(spelling), raw: raw}
			if strings.Trim(p.text, "0 ") == "" || len(p.text) > opening {
				return nil, fmt.Errorf("%q: %q has no letters, or too many", line, raw)
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// spellings are the ways to write a phrase: a zero-width non-joiner, which folding
// removes, is often typed as a space.
func spellings(raw string) []string {
	if !strings.Contains(raw, "\u200c") {
		return []string{raw}
	}
	return []string{raw, strings.ReplaceAll(raw, "\u200c", " ")}
}

func foldPhrase(s string) string {
	return string(read(nil, s).text)
}

// reversed has the bytes in the other order, for matching from the end.
func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
