package phrases

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"marsad/pkg/text"
)

// filed is a phrase of a set.
type filed struct {
	phrase string
	how    How
}

// findEach looks for each phrase at each word.
func findEach(phrases []filed, tokens []text.Token) []Match {
	var found []Match
	for id, p := range phrases {
		words := split(p.phrase, p.how)
		for i := range tokens {
			if len(words) == 0 || i+len(words) > len(tokens) {
				break
			}
			follows := true
			for k, w := range words[1:] {
				follows = follows && w.meets(tokens[i+1+k].Text, p.how)
			}
			if !follows {
				continue
			}
			for form, bare := range without(tokens[i].Text) {
				if words[0].meets(form, p.how) && (!bare || p.how&Particles != 0) {
					found = append(found, Match{int32(id), i, i + len(words), bare})
				}
			}
		}
	}
	return found
}

// meets reports whether a word of a text is a word of a phrase.
func (w word) meets(met string, how How) bool {
	bare, articled := strings.CutPrefix(met, article)
	same := func(met string) bool { return met == w.text || w.star && strings.HasPrefix(met, w.text) }
	return same(met) || articled && w.takesArticle(how) && same(bare)
}

// without yields a word as it stands, and without the particles it may carry.
func without(word string) func(func(string, bool) bool) {
	forms := []string{}
	rest := word
	if _, n := utf8.DecodeRuneInString(word); strings.ContainsAny(word[:n], "وف") && len(word) > n {
		rest = word[n:]
		forms = append(forms, rest)
	}
	if after, ok := strings.CutPrefix(rest, "لل"); ok {
		forms = append(forms, article+after)
	}
	if _, n := utf8.DecodeRuneInString(rest); strings.ContainsAny(rest[:n], "بكل") && len(rest) > n {
		forms = append(forms, rest[n:])
	}
	return func(yield func(string, bool) bool) {
		if !yield(word, false) {
			return
		}
		for _, form := range forms {
			if !yield(form, true) {
				return
			}
		}
	}
}

func checkFind(t *testing.T, phrases []filed, s string) {
	t.Helper()
	var set Set
	for id, p := range phrases {
		set.Add(p.phrase, int32(id), p.how)
	}
	prepared := Prepare(s)
	var got []Match
	from := 0
	steps := set.find(prepared, func(m Match) {
		if m.From < from {
			t.Errorf("%q: %+v is out of order", s, m)
		}
		from = m.From
		got = append(got, m)
	})
	want := findEach(phrases, prepared.Tokens)
	slices.SortFunc(got, inOrder)
	slices.SortFunc(want, inOrder)
	if steps == maxSteps { // and may have left out some
		want = slices.DeleteFunc(want, func(m Match) bool { return !slices.Contains(got, m) })
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q in %q: got %+v, want %+v", phrases, s, got, want)
	}
}

func inOrder(a, b Match) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.ID, b.ID), cmp.Compare(fmt.Sprint(a.Bare), fmt.Sprint(b.Bare)))
}

// TestFindEach: sets of phrases that share words, or parts of them, find what each would
// find alone.
func TestFindEach(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	letters := strings.Split("ال ال لل و ف ب ك ل ا س سل م a b ab é 1 國", " ")
	some := func(words int, stars bool) string {
		var b strings.Builder
		for range words {
			for range 1 + random.IntN(4) {
				b.WriteString(letters[random.IntN(len(letters))])
			}
			if stars && random.IntN(2) == 0 {
				b.WriteByte('*')
			}
			b.WriteByte(' ')
		}
		return b.String()
	}
	for range 3000 {
		phrases := make([]filed, 1+random.IntN(40))
		for i := range phrases {
			phrases[i] = filed{some(1+random.IntN(3), true), How(random.IntN(8))}
		}
		body := some(20, false)
		for _, p := range phrases { // or few would be met
			body += "وال" + strings.ReplaceAll(p.phrase, "*", letters[random.IntN(len(letters))]) + " " + p.phrase
		}
		checkFind(t, phrases, body)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("جيش*", "ال الجيش", "والجيشان للجيش", uint8(7))
	f.Add("defen*", "a b a", "defences a b a", uint8(4))
	f.Fuzz(func(t *testing.T, first, second, s string, how uint8) {
		checkFind(t, []filed{{first, How(how & 7)}, {second, How(how >> 3 & 7)}}, s)
	})
}
