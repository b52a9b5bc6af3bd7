package phrases

import (
	"slices"
	"strings"

	"marsad/pkg/text"
)

// Text is a text made ready to be searched by any number of sets: its words, and
// what each is without the particles that Arabic writes at its front.
type Text struct {
	Tokens []text.Token

	forms  []form
	hashes []uint64 // of the forms
	first  []int32  // the forms of token i begin at forms[first[i]]
}

// form is the word of a token, or what remains of it without particles.
type form struct {
	token   int32
	cut     uint8 // bytes of particles taken off
	article bool  // and ال put before the rest, as لل stands for it
}

func (f form) bare() bool { return f.cut > 0 }

// Prepare makes a text ready.
func Prepare(s string) *Text {
	t := &Text{}
	t.Reset(s)
	return t
}

// Reset makes t the text s. What it held before must not be in use.
func (t *Text) Reset(s string) {
	words := min(strings.Count(s, " ")*5/4, len(s)/5) + 8
	t.Tokens = slices.Grow(t.Tokens[:0], words)
	t.first = slices.Grow(t.first[:0], words)
	t.forms = slices.Grow(t.forms[:0], words+words/2)
	t.hashes = slices.Grow(t.hashes[:0], words+words/2)
	for token := range text.Tokens(s) {
		t.first = append(t.first, int32(len(t.forms)))
		t.addForms(token.Text)
		t.Tokens = append(t.Tokens, token)
	}
}

const article = "ال"

// addForms gives the word of the next token as it stands, and without و or ف, and then
// without ب, ك, ل (and لل as ال) too.
func (t *Text) addForms(word string) {
	f := form{token: int32(len(t.Tokens))}
	t.add(f, hash(word))
	kind := particleOf(word)
	if kind == joins {
		word = word[letterBytes:]
		f.cut += letterBytes
		t.add(f, hash(word))
		kind = particleOf(word)
	}
	if kind != governs {
		return
	}
	f.cut += letterBytes
	if rest, ok := strings.CutPrefix(word, "لل"); ok {
		t.add(form{f.token, f.cut + letterBytes, true}, hash(article+rest))
	}
	t.add(f, hash(word[letterBytes:]))
}

func (t *Text) add(f form, hash uint64) {
	t.forms = append(t.forms, f)
	t.hashes = append(t.hashes, hash)
}

// particle is the kind of a particle of one letter.
type particle uint8

const (
	joins   particle = 1 + iota // و, ف
	governs                     // ب, ك, ل
)

const letterBytes = 2 // of an Arabic letter

// particleOf gives the kind that a word may begin with, and goes on after; or 0.
func particleOf(word string) particle {
	if len(word) > letterBytes {
		switch word[:letterBytes] {
		case "و", "ف":
			return joins
		case "ب", "ك", "ل":
			return governs
		}
	}
	return 0
}

// word is the word of a form.
func (t *Text) word(f form) string {
	rest := t.Tokens[f.token].Text[f.cut:]
	if f.article {
		return article + rest
	}
	return rest
}

// Hash is of the word of token i, as it stands, with a seed of the process.
func (t *Text) Hash(i int) uint64 { return t.hashes[t.first[i]] }
