package phrases

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	const all = Particles | Article | Stars
	tests := []struct {
		name, phrase string
		how          How
		text         string
		want         []string // the matched words, as written
	}{
		{"as written", "defence pact", 0, "A Defence-Pact; the defence pacts.", []string{"Defence Pact"}},
		{"spelling", "الأمن", 0, "الامن والأمن", []string{"الامن"}},
		{"particles", "الأمن", all, "والأمن للأمن بالأمن كالامن", []string{"والأمن", "للأمن", "بالأمن", "كالامن"}},
		{"article on each word", "تعاون عسكري", all, "للتعاون العسكري، وتعاون عسكري", []string{"للتعاون العسكري", "وتعاون عسكري"}},
		{"no article taken off", "التعاون", all, "تعاون", nil},
		{"no article unless asked", "تعاون", Particles, "التعاون بتعاون", []string{"بتعاون"}},
		{"whole words", "sport", all, "sports transport", nil},
		{"star", "militair*", all, "militaires et militaire, paramilitaire", []string{"militaires", "militaire"}},
		{"star inside", "accord* militair*", all, "des accords militaires", []string{"accords militaires"}},
		{"star with the article", "عسكري*", all, "والعسكريين", []string{"والعسكريين"}},
		{"long star is a word", strings.Repeat("a", MaxStar+1) + "*", all, strings.Repeat("a", MaxStar+1) + " " + strings.Repeat("a", MaxStar+2), []string{strings.Repeat("a", MaxStar+1)}},
		{"short star is a word", "ab*", all, "abc ab", []string{"ab"}},
		{"overlap", "a b a", 0, "a b a b a", []string{"a b a", "a b a"}},
		{"no words", "—", all, "—", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s Set
			s.Add(tt.phrase, 7, tt.how)
			text := Prepare(tt.text)
			var got []string
			s.Find(text, func(m Match) {
				var words []string
				for _, token := range text.Tokens[m.From:m.To] {
					words = append(words, token.Raw)
				}
				got = append(got, strings.Join(words, " "))
			})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestPhrasesTogether: what one phrase allows, another that shares its words does not.
func TestPhrasesTogether(t *testing.T) {
	var s Set
	s.Add("جيش", 1, Article)
	s.Add("الجيش", 2, Particles)
	s.Add("جيش*", 3, Stars)
	s.Add("الجيش*", 4, Stars|Particles)
	for word, want := range map[string][]int32{"جيش": {1, 3}, "الجيش": {1, 2, 4}, "والجيش": {2, 4}, "جيشنا": {3}, "الجيشان": {4}} {
		var got []int32
		s.Find(Prepare(word), func(m Match) { got = append(got, m.ID) })
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", word, got, want)
		}
	}
}

// TestManyPhrases: all of them are found, where the tables have grown many times.
func TestManyPhrases(t *testing.T) {
	const n = 5000
	var s Set
	phrase := func(i int) string { return fmt.Sprintf("w%d x%d", i%701, i) }
	for i := range n {
		s.Add(phrase(i), int32(i), 0)
	}
	for i := range n {
		var got []int32
		s.Find(Prepare("and "+phrase(i)+" w1 x"), func(m Match) { got = append(got, m.ID) })
		if !slices.Equal(got, []int32{int32(i)}) {
			t.Fatalf("%q: %v", phrase(i), got)
		}
	}
}

// TestHostilePhrases: phrases that share their beginnings in all ways take a bounded
// number of steps at each word, and those of others are still found.
func TestHostilePhrases(t *testing.T) {
	const all = Particles | Article | Stars
	var stems, articles Set
	for i := range 50_000 {
		var phrase strings.Builder
		for n := i; phrase.Len() < 40; n /= 10 {
			phrase.WriteString(strings.Repeat("a", MinStar+n%10) + "* ")
		}
		stems.Add(phrase.String(), int32(i), all)
		phrase.Reset()
		for bit := range 15 {
			phrase.WriteString([]string{"جيش ", "الجيش "}[i>>bit&1])
		}
		articles.Add(phrase.String(), int32(i), all)
	}
	stems.Add("aardvark* bites*", -1, all)
	for name, tt := range map[string]struct {
		set  *Set
		text string
	}{"stems": {&stems, strings.Repeat("aaaaaaaaaaaaaa ", 100)}, "articles": {&articles, strings.Repeat("الجيش ", 100)}} {
		if steps := tt.set.find(Prepare(tt.text), func(Match) {}); steps != maxSteps {
			t.Errorf("%s: %d steps from one word", name, steps)
		}
	}
	found := false
	stems.Find(Prepare("aaaaaaaaaaaa aaaaa aardvarks bites"), func(m Match) { found = found || m.ID == -1 })
	if !found {
		t.Error("a phrase among the others is not found")
	}
	var usual Set
	usual.Add("ministre* délégué* chargé* de l'administration de la défense", 1, all)
	usual.Add("ministre* délégué*", 2, all)
	if steps := usual.find(Prepare("la ministre déléguée chargée de l'administration de la défense"), func(Match) {}); steps == 0 || steps > 50 {
		t.Errorf("%d steps for a usual phrase", steps)
	}
}
