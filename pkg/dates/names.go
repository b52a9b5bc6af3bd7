package dates

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"marsad/pkg/text"
)

//go:embed names.tsv
var namesTSV string

// meaning is what a word says in a date.
type meaning struct {
	kind  string
	value int
	langs string // " ar fa "; empty: in any language
}

// entry is a word of the table.
type entry struct {
	meanings []meaning
	longest  int // how many words the longest name has that starts with this one
}

// find is the meaning of a kind: that of the language, else the first.
func (e *entry) find(kind, lang string) (int, bool) {
	value, ok := 0, false
	for i := range e.meanings {
		m := &e.meanings[i]
		if m.kind != kind {
			continue
		}
		if !ok {
			value, ok = m.value, true
		}
		if lang != "" && strings.Contains(m.langs, lang) {
			return m.value, true
		}
	}
	return value, ok
}

// names is the table, read when the first date is.
var names = sync.OnceValue(func() map[string]*entry {
	table := map[string]*entry{}
	for line := range strings.Lines(namesTSV) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) < 3 {
			continue // a comment
		}
		for i, field := range fields[2:] {
			value := i + 1
			if v, spellings, ok := strings.Cut(field, "="); ok {
				value, field = parseValue(v), spellings
			}
			for name := range strings.SplitSeq(field, "|") {
				addName(table, name, meaning{fields[1], value, fields[0]})
			}
		}
	}
	return table
})

// parseValue reads a number, or the letter of a unit.
func parseValue(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return int(s[0])
}

func addName(table map[string]*entry, name string, m meaning) {
	toks := lex(nil, name, 0, len(name))
	var key []byte
	for i, t := range toks {
		if t.kind != word {
			continue
		}
		if len(key) > 0 {
			key = append(key, ' ')
		}
		key = append(key, fold(name[t.start:t.end])...)
		e := table[string(key)]
		if e == nil {
			e = &entry{}
			table[string(key)] = e
		}
		e.longest = max(e.longest, len(toks)-i)
	}
	e := table[string(key)]
	if e == nil {
		return
	}
	if m.langs == "und" {
		m.langs = ""
	} else {
		m.langs = " " + m.langs + " "
	}
	for i := range e.meanings {
		if old := &e.meanings[i]; old.kind == m.kind && old.value == m.value {
			old.langs += m.langs
			return
		}
	}
	e.meanings = append(e.meanings, m)
}

// fold brings a word to the form of the table: folded, without dots.
func fold(s string) string {
	return strings.ReplaceAll(text.Fold(s), ".", "")
}

// maxWord is how long a name in the table is at most.
const maxWord = 64

// lookWord finds a word in the table. Words of ASCII, and those that are folded
// already, cost no allocation.
func lookWord(s string) *entry {
	if len(s) > maxWord {
		return nil
	}
	var buf [maxWord]byte
	key := buf[:0]
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			if e := names()[s]; e != nil {
				return e
			}
			return names()[fold(s)]
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == '.':
			continue
		}
		key = append(key, c)
	}
	return names()[string(key)]
}
