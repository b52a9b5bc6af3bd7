// Package worddiff shows what differs between two texts, word by word.
package worddiff

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"

	"marsad/pkg/text"
)

// Op says what a segment is.
type Op string

const (
	Same     Op = "same"
	Deleted  Op = "deleted"
	Inserted Op = "inserted"
)

// Segment is a stretch of words that are the same, or only in one of the texts,
// with what stands between them. What both have is shown as the second has it.
type Segment struct {
	Op    Op     `json:"op" enum:"same,deleted,inserted"`
	Text  string `json:"text"`
	Words int    `json:"words"`
	Marks int    `json:"marks,omitempty"` // punctuation, where that counts
}

const (
	// patience is how long differences are looked for. What was not compared until
	// then counts as deleted and inserted.
	patience = 2 * time.Second
	// maxWords of each text are compared: so many different ones can be numbered.
	maxWords = 500_000
)

// Compare lists what the text b has in other words than a. Words are compared
// folded (see text.Fold), so that spelling, case, vowel signs and punctuation
// make no difference; if exact is set, all but white space does. It takes
// seconds at most, however long the texts are: of those of more than half a
// million words the rest is left out.
func Compare(a, b string, exact bool) []Segment {
	from, to := wordsOf(a, exact), wordsOf(b, exact)
	numbers := numbering{}
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = patience
	var out writer
	for _, d := range dmp.DiffMainRunes(numbers.all(from.words), numbers.all(to.words), false) {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			out.deleted(from.take(n))
		case diffmatchpatch.DiffInsert:
			out.inserted(to.take(n))
		default:
			out.same(from.take(n), to.take(n))
		}
	}
	if !to.cut {
		out.write(Same, to.rest, nil)
	}
	return out.segments
}

// word is one word and what stands before it.
type word struct {
	gap, raw string
	key      string // what it is compared by
	mark     bool   // it is punctuation
}

// words are those of a text that were not taken yet.
type words struct {
	words []word
	rest  string // after the last word
	cut   bool   // there are more
}

func (w *words) take(n int) []word {
	taken := w.words[:n]
	w.words = w.words[n:]
	return taken
}

// wordsOf cuts a text. Of overlapping tokens, as Chinese has, each counts for
// the characters up to the next.
func wordsOf(s string, exact bool) *words {
	w := &words{}
	tokens := textTokens(s)
	done := 0 // bytes
	for i, t := range tokens {
		if len(w.words) >= maxWords {
			w.cut = true
			break
		}
		end := t.end
		if i+1 < len(tokens) {
			end = min(end, tokens[i+1].start)
		}
		next := word{gap: s[done:t.start], raw: s[t.start:end], key: t.key}
		if exact {
			next.key = next.raw
			next.gap = w.punctuation(next.gap)
		}
		w.words = append(w.words, next)
		done = end
	}
	w.rest = s[done:]
	if exact && !w.cut {
		w.rest = w.punctuation(w.rest)
	}
	return w
}

// punctuation makes words of what stands in a gap, and returns the white space
// that is left at its end.
func (w *words) punctuation(gap string) string {
	for {
		start := strings.IndexFunc(gap, func(r rune) bool { return !unicode.IsSpace(r) })
		if start < 0 {
			return gap
		}
		end := strings.IndexFunc(gap[start:], unicode.IsSpace)
		if end < 0 {
			end = len(gap) - start
		}
		mark := gap[start : start+end]
		w.words = append(w.words, word{gap: gap[:start], raw: mark, key: mark, mark: true})
		gap = gap[start+end:]
	}
}

// token is a place in a text, in bytes.
type token struct {
	start, end int
	key        string
}

// textTokens are the tokens of a text, those of one place as one.
func textTokens(s string) []token {
	var tokens []token
	at, point := 0, 0
	seek := func(to int) int { // from code points to bytes
		for point < to {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
			point++
		}
		return at
	}
	last := -1
	for t := range text.Tokens(s) {
		if t.Start == last {
			tokens[len(tokens)-1].key += " " + t.Text
			continue
		}
		last = t.Start
		start := seek(t.Start)
		end := start
		for range t.End - t.Start {
			_, size := utf8.DecodeRuneInString(s[end:])
			end += size
		}
		tokens = append(tokens, token{start, end, t.Text})
	}
	return tokens
}

// numbering gives each different word a code point of its own.
type numbering map[string]rune

func (n numbering) all(words []word) []rune {
	out := make([]rune, len(words))
	for i, w := range words {
		number, ok := n[w.key]
		if !ok {
			number = rune(len(n) + 1)
			if number >= 0xD800 { // surrogates are no code points
				number += 0x800
			}
			n[w.key] = min(number, unicode.MaxRune)
			number = n[w.key]
		}
		out[i] = number
	}
	return out
}

// writer puts segments together. White space and punctuation at the edge of a
// change stand outside of it.
type writer struct{ segments []Segment }

func (w *writer) write(op Op, s string, words []word) {
	if s == "" {
		return
	}
	if !w.after(op) {
		w.segments = append(w.segments, Segment{Op: op})
	}
	last := &w.segments[len(w.segments)-1]
	last.Text += s
	for _, word := range words {
		if word.mark {
			last.Marks++
		} else {
			last.Words++
		}
	}
}

// after reports whether the last segment is of that kind.
func (w *writer) after(op Op) bool {
	return len(w.segments) > 0 && w.segments[len(w.segments)-1].Op == op
}

// same writes what both have. After what only the first text has, and the second
// has nothing between, stands what the first has there.
func (w *writer) same(from, to []word) {
	gap := to[0].gap
	if gap == "" && w.after(Deleted) {
		gap = blank(from[0].gap)
	}
	w.write(Same, gap, nil)
	w.write(Same, joined(to), to)
}

func (w *writer) deleted(words []word) {
	if len(w.segments) > 0 {
		w.write(Same, blank(words[0].gap), nil)
	}
	w.write(Deleted, joined(words), words)
}

// blank stands for a gap of the first text. Its punctuation is not shown: the
// second text has its own.
func blank(gap string) string {
	switch {
	case gap == "":
		return ""
	case strings.Contains(gap, "\n"):
		return "\n\n"
	}
	return " "
}

func (w *writer) inserted(words []word) {
	if !w.after(Deleted) {
		w.write(Same, words[0].gap, nil)
	}
	w.write(Inserted, joined(words), words)
}

// joined is a stretch of words, without what stands before it.
func joined(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(w.gap)
		}
		b.WriteString(w.raw)
	}
	return b.String()
}
