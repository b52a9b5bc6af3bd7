package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/phrases"
	"marsad/pkg/text"
)

// Condition says when a name means its thing. Several may be joined.
type Condition uint8

const (
	// Upper: the first word is written in capitals, and those around it are not.
	Upper Condition = 1 << iota
	// Weak: only in an article that means the thing firmly elsewhere.
	Weak
	// Alone: no capitalised word stands beside it.
	Alone
	// Dotted: the first word does not end in ى.
	Dotted
	// Clue: no mention, but the article then means the thing firmly.
	Clue
	// Capital: the first word is capitalised, as in the file.
	Capital
)

// signs stand before a name in data files.
var signs = map[byte]Condition{'^': Upper, '?': Weak, '~': Alone, '!': Dotted, '+': Clue}

// Signs cuts the conditions that stand before a name: ^ Upper, ? Weak, ~ Alone,
// ! Dotted, + Clue. A name written with a capital has the condition Capital.
func Signs(s string) (name string, when Condition) {
	for len(s) > 0 && signs[s[0]] != 0 {
		when |= signs[s[0]]
		s = s[1:]
	}
	if capitalised(s) {
		when |= Capital
	}
	return s, when
}

// holds reports whether a name at the tokens [from, to) is written as w asks.
func (w Condition) holds(t *phrases.Text, from, to int) bool {
	if w&(Upper|Capital|Dotted|Alone) == 0 {
		return true
	}
	raw := t.Tokens[from].Raw
	switch {
	case w&Upper != 0 && (!upper(raw) || shouted(t.Tokens, from, to)),
		w&Capital != 0 && !capitalised(raw),
		w&Dotted != 0 && strings.HasSuffix(raw, "ى"),
		w&Alone != 0 && accompanied(t.Tokens, from, to):
		return false
	}
	return true
}

func capitalised(raw string) bool {
	r, _ := utf8.DecodeRuneInString(raw)
	return unicode.IsUpper(r)
}

func upper(raw string) bool {
	for _, r := range raw {
		if unicode.IsLower(r) {
			return false
		}
	}
	return true
}

// shouted reports whether the words around a name are in capitals too, as in a
// headline that is: then capitals say nothing.
func shouted(tokens []text.Token, from, to int) bool {
	const around, enough, letters = 3, 2, 4
	n := 0
	for i := max(0, from-around); i < min(len(tokens), to+around); i++ {
		if (i < from || i >= to) && len(tokens[i].Raw) >= letters && capitalised(tokens[i].Raw) && upper(tokens[i].Raw) {
			n++
		}
	}
	return n >= enough
}

// accompanied reports whether a capitalised word stands beside a name: a first name,
// or a family name.
func accompanied(tokens []text.Token, from, to int) bool {
	before := from > 0 && Adjacent(tokens, from) && capitalised(tokens[from-1].Raw) && !opensSentence[tokens[from-1].Text]
	after := to < len(tokens) && Adjacent(tokens, to) && capitalised(tokens[to].Raw)
	return before || after
}

// Adjacent reports whether one character, a space mostly, parts token i from the one
// before.
func Adjacent(tokens []text.Token, i int) bool {
	return tokens[i-1].End+1 == tokens[i].Start
}

// opensSentence are words that may be capitalised before a name.
var opensSentence = map[string]bool{
	"in": true, "from": true, "to": true, "for": true, "and": true, "with": true, "while": true, "as": true,
	"if": true, "when": true, "but": true, "both": true, "since": true, "although": true, "neighboring": true,
	"neighbouring": true, "across": true, "outside": true, "like": true, "unlike": true, "of": true, "the": true,
}
