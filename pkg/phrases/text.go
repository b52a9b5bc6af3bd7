package phrases

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"

	"marsad/pkg/text"
)

// Text is a text made ready to be searched by any number of sets: its words, and
// what each is without the particles that Arabic writes at its front.
type Text struct {
	Tokens []text.Token

	forms []form
	first []int32 // the forms of token i are forms[first[i]:first[i+1]]
}

// form is a folded word, or what remains of it without particles.
type form struct {
	word string
	hash uint64
	bare bool // something was taken off
}

// seed is of this process: hashes only filter, and never leave it.
var seed = maphash.MakeSeed()

// Prepare makes a text ready.
func Prepare(s string) *Text {
	t := &Text{}
	t.Reset(s)
	return t
}

// Reset makes t the text s. What it held before must not be in use.
func (t *Text) Reset(s string) {
	t.Tokens = slices.Grow(t.Tokens[:0], len(s)/10+8)
	for token := range text.Tokens(s) {
		t.Tokens = append(t.Tokens, token)
	}
	t.forms = slices.Grow(t.forms[:0], 2*len(t.Tokens))
	t.first = slices.Grow(t.first[:0], len(t.Tokens)+1)
	for i := range t.Tokens {
		t.first = append(t.first, int32(len(t.forms)))
		t.addForms(t.Tokens[i].Text)
	}
	t.first = append(t.first, int32(len(t.forms)))
}

// addForms gives a word as it stands, and without و or ف, and then without ب, ك, ل
// (and لل as ال) too.
func (t *Text) addForms(word string) {
	t.add(word, false)
	if !mayCarry(word) {
		return
	}
	stem := word
	if r, _ := utf8.DecodeRuneInString(word); r == 'و' || r == 'ف' {
		stem = word[2:]
		t.add(stem, true)
	}
	if rest, ok := strings.CutPrefix(stem, "لل"); ok {
		t.add("ال"+rest, true)
	}
	for _, particle := range [...]string{"ب", "ك", "ل"} {
		if rest, ok := strings.CutPrefix(stem, particle); ok {
			t.add(rest, true)
		}
	}
}

// mayCarry reports whether a word begins with a letter that can be a particle, and
// goes on after it.
func mayCarry(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	switch r {
	case 'و', 'ف', 'ب', 'ك', 'ل':
		return size < len(word)
	}
	return false
}

func (t *Text) add(word string, bare bool) {
	if word != "" {
		t.forms = append(t.forms, form{word, maphash.String(seed, word), bare})
	}
}

// hash is of token i as it stands.
func (t *Text) hash(i int) uint64 { return t.forms[t.first[i]].hash }

// formsOf are the forms of token i, itself first.
func (t *Text) formsOf(i int) []form { return t.forms[t.first[i]:t.first[i+1]] }
