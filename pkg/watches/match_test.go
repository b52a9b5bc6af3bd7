package watches

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/phrases"
)

// articleOf is an article in which MA, FR and EG stand for themselves.
func articleOf(title, body string) Article {
	a := Article{
		Lang: "en", Source: "The Gazette", Publisher: "Gazette Group", Domain: "news.gazette.example",
		TitleRaw: title, BodyRaw: body, Title: phrases.Prepare(title), Body: phrases.Prepare(body),
		Topics: []news.Topic{{Code: "11000000", P: 0.7}},
	}
	for i, t := range []*phrases.Text{a.Title, a.Body} {
		for at, token := range t.Tokens {
			if slices.Contains([]string{"MA", "FR", "EG"}, token.Raw) {
				a.Places = append(a.Places, Span{ID: token.Raw, InTitle: i == 0, From: at, To: at + 1})
			}
		}
	}
	return a
}

func setOf(t testing.TB, file string) *Set {
	t.Helper()
	s, err := Load([]byte(file), Names{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name, conditions, title, body string
		want                          string // rule[text] of what matched; - for no match
	}{
		{"phrase", "any: [defence pact]", "", "A Defence-Pact.", "defence pact[Defence-Pact]"},
		{"clitics", "any: [تعاون عسكري]", "", "بالتعاون العسكري", "تعاون عسكري[بالتعاون العسكري]"},
		{"article and particles", "any: [تعاون عسكري]", "", "وللتعاون العسكري", "تعاون عسكري[وللتعاون العسكري]"},
		{"whole words", "any: [sport]", "", "transport sports", "-"},
		{"exact", "any: [{exact: FAR}]", "", "far from the FAR", "FAR[FAR]"},
		{"title", "any: [{phrases: pact, in: title}]", "A pact", "another pact", "pact[title: pact]"},
		{"text", "any: [{phrases: pact, in: text}]", "A pact", "another pact", "pact[pact]"},
		{"all", "all: [one x, two x]", "", "two x, one x", "two x[two x] one x[one x]"},
		{"not all", "all: [one x, two x]", "", "one x", "-"},
		{"any", "any: [one x, two x]", "", "two x", "two x[two x]"},
		{"none", "{any: [one x], none: [two x]}", "", "one x two x", "-"},
		{"nested", "all: [one x, {any: [two x, {all: [three x], none: [four x]}]}]", "", "one x three x", "one x[one x] three x[three x]"},
		{"times", "any: [{phrases: pact, times: 2}]", "pact", "pact", "pact[title: pact] pact[pact]"},
		{"too few times", "any: [{phrases: pact, times: 2}]", "", "pact", "-"},
		{"except", "any: [{phrases: defence, except: [defence counsel]}]", "", "defence counsel, defence", "defence[defence]"},
		{"all excepted", "any: [{phrases: defence, except: [defence counsel]}]", "", "the defence counsel", "-"},
		{"place", "any: [{place: [MA, FR]}]", "", "EG and FR", "place FR[FR]"},
		{"other place", "any: [{other_place: MA}]", "", "MA and EG", "other place EG[EG]"},
		{"no other place", "any: [{other_place: MA}]", "", "MA and MA", "-"},
		{"topic", "any: [{topic: '11000000'}]", "", "x", "topic 11000000[]"},
		{"topic not sure", "any: [{topic: '11000000', min_p: 0.8}]", "", "x", "-"},
		{"language", "all: [pact, {language: [ar, en]}]", "", "pact", "language ar, en[] pact[pact]"},
		{"source", "all: [pact, {source: gazette.example}]", "", "pact", "source gazette.example[] pact[pact]"},
		{"another source", "all: [pact, {source: zette.example}]", "", "pact", "-"},
		{"watch of another language", "{languages: [ar], any: [pact]}", "", "pact", "-"},
		{"watch of a source", "{sources: [the GAZETTE], any: [pact]}", "", "pact", "pact[pact]"},
		{"regex", `any: [{regex: 'F-\d+'}]`, "", "é An F-16, an F16", `regex F-\d+[F-16]`},
		{"near", "any: [{near: {words: 3, of: [one, two]}}]", "", "one x two", "one[one] two[two]"},
		{"near, either way", "any: [{near: {words: 3, of: [one, two]}}]", "", "two x one", "two[two] one[one]"},
		{"not near", "any: [{near: {words: 3, of: [one, two]}}]", "", "one x x two", "-"},
		{"nearest", "any: [{near: {words: 3, of: [one, two]}}]", "", "one one x two one", "one[one] two[two] one[one]"},
		{"ordered", "any: [{near: {words: 3, ordered: true, of: [one, two]}}]", "", "two one x two", "one[one] two[two]"},
		{"out of order", "any: [{near: {words: 3, ordered: true, of: [one, two]}}]", "", "two one", "-"},
		{"ordered, three", "any: [{near: {words: 5, ordered: true, of: [one, two, three]}}]", "", "one two one three", "one[one] two[two] three[three]"},
		{"ordered, two of a kind", "any: [{near: {words: 5, ordered: true, of: [{other_place: MA}, {other_place: MA}, pact]}}]", "", "FR EG pact", "other place FR[FR] other place EG[EG] pact[pact]"},
		{"ordered, one of a kind", "any: [{near: {words: 5, ordered: true, of: [{other_place: MA}, {other_place: MA}, pact]}}]", "", "FR pact EG", "-"},
		{"not across title and text", "any: [{near: {words: 50, of: [one, two]}}]", "one", "two", "-"},
		{"sentence", "any: [{near: {sentence: true, of: [one, two]}}]", "", "one x x x x x x two. three", "one[one] two[two]"},
		{"another sentence", "any: [{near: {sentence: true, of: [one, two]}}]", "", "one xx. Two", "-"},
		{"sentence of the title", "any: [{near: {sentence: true, of: [one, two]}}]", "one. two", "", "one[title: one] two[title: two]"},
		{"without", "any: [{near: {sentence: true, of: [one, two], none: [three]}}]", "", "one two three. One two.", "one[One] two[two]"},
		{"without, between", "any: [{near: {words: 4, of: [one, two], none: [three]}}]", "", "one three two. one two three", "two[two] one[one] two[two]"},
		{"near of near", "any: [{near: {words: 6, of: [{near: {words: 2, of: [one, two]}}, three]}}]", "", "one two x three", "one[one] two[two] three[three]"},
		{"near of any", "any: [{near: {words: 2, of: [{any: [{place: FR}, two]}, three]}}]", "", "FR three", "place FR[FR] three[three]"},
		{"near with except", "any: [{near: {words: 3, of: [one, {place: MA, except: [{near: {words: 2, of: [off, {place: MA}]}}]}]}}]", "", "one off MA", "-"},
		{"ordered, hits of several lengths", "any: [{near: {words: 6, ordered: true, of: [[defence, defence cooperation], [cooperation, deal]]}}]", "", "the defence cooperation was signed", "defence[defence] cooperation[cooperation]"},
		{"a long hit after a short one", "any: [{near: {words: 5, of: [[defence, defence ministry of the united kingdom], [ministers]]}}]", "", "ministers q defence ministry of the united kingdom", "ministers[ministers] defence[defence]"},
		{"a far hit of a near within", "any: [{near: {words: 10, of: [{near: {words: 15, of: [alpha, beta]}}, gamma]}}]", "", "q alpha beta q q gamma q q q q q q q q q alpha", "alpha[alpha] beta[beta] gamma[gamma]"},
		{"within a near within", "any: [{near: {words: 10, of: [{near: {words: 5, of: [alpha, beta]}}, gamma]}}]", "", "alpha gamma beta", "alpha[alpha] gamma[gamma] beta[beta]"},
		{"near, one word", "any: [{near: {words: 6, of: [[defence], ['defen*']]}}]", "", "the defence ministry", "-"},
		{"near, two words", "any: [{near: {words: 6, of: [[defence], ['defen*']]}}]", "", "the defence of defenders", "defence[defence] defen*[defenders]"},
		{"near, one word of two phrases", "any: [{near: {words: 6, of: [defence pact, pact nations]}}]", "", "defence pact nations", "-"},
		{"times, one place", "any: [{phrases: [defence, defence ministry, 'defen*'], times: 2}]", "", "the defence ministry", "-"},
		{"times, two places", "any: [{phrases: [defence, defence ministry, ministry], times: 2}]", "", "the defence ministry", "defence[defence] defence ministry[defence ministry] ministry[ministry]"},
		{"rule", "any: [{rule: r}]", "", "from rules", "r: from rules[from rules]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.conditions
			if !strings.HasPrefix(c, "{") {
				c = "{" + c + "}"
			}
			file := "version: 1\nrules: {r: [from rules]}\nwatches: [{id: w, " + c[1:len(c)-1] + "}]"
			got := "-"
			for _, w := range setOf(t, file).Match(articleOf(tt.title, tt.body)) {
				got = shown(w)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func shown(w news.Watch) string {
	parts := make([]string, len(w.Matches))
	for i, m := range w.Matches {
		if m.In != "" {
			m.Text = m.In + ": " + m.Text
		}
		parts[i] = m.Rule + "[" + m.Text + "]"
	}
	return strings.Join(parts, " ")
}

func TestScore(t *testing.T) {
	s := setOf(t, `
version: 1
watches:
  - id: w
    score: 3
    title: 2
    any: [{phrases: one, weight: 1.5}, {all: [two, three], weight: 0.5}, {near: {words: 3, of: [four, five]}, weight: 2}]
`)
	for text, want := range map[[2]string]float64{
		{"one", ""}:                    3,
		{"", "one"}:                    0, // below the minimum
		{"", "one two three"}:          0,
		{"two three", "one one one"}:   3.5,
		{"", "one four five"}:          3.5,
		{"four five", "four x five"}:   4,
		{"four", "five one two three"}: 0,
	} {
		got := 0.0
		for _, w := range s.Match(articleOf(text[0], text[1])) {
			got = w.Score
		}
		if got != want {
			t.Errorf("%q: score %v, want %v", text, got, want)
		}
	}
}

// TestScoreNarrowed: what in and except of a group or rule take away adds nothing.
func TestScoreNarrowed(t *testing.T) {
	for _, tt := range []struct {
		conditions, title, body string
		want                    float64
	}{
		{"any: [{any: [alpha, {phrases: beta, weight: 5}], in: title}]", "alpha", "beta", 1},
		{"any: [{any: [alpha, {phrases: beta, weight: 5}], in: title}]", "alpha beta", "", 6},
		{"any: [{any: [alpha, {phrases: defence, weight: 5}], except: [defence counsel]}]", "", "alpha and the defence counsel", 1},
		{"any: [{any: [alpha, {phrases: defence, weight: 5}], except: [defence counsel]}]", "", "alpha, the defence counsel, defence", 6},
		{"{title: 5, any: [{any: [alpha], in: text}]}", "alpha", "alpha", 1},
		{"{title: 5, any: [{any: [alpha], except: [alpha one]}]}", "alpha one", "alpha", 1},
		{"{title: 5, any: [{any: [{any: [alpha, beta], except: [beta one]}], in: text}]}", "alpha", "alpha beta one", 1},
		{"{title: 5, any: [{rule: r, in: text, weight: 2}, {rule: r}]}", "beta", "alpha", 2 + 6},
		{"{title: 5, any: [{any: [{near: {words: 2, of: [alpha, beta]}}, gamma], in: text}]}", "alpha beta", "gamma", 1},
	} {
		c := strings.TrimSuffix(strings.TrimPrefix(tt.conditions, "{"), "}")
		if !strings.HasPrefix(tt.conditions, "{") {
			c = tt.conditions
		}
		got := 0.0
		for _, w := range setOf(t, "version: 1\nrules: {r: {any: [alpha, beta]}}\nwatches: [{id: w, "+c+"}]").Match(articleOf(tt.title, tt.body)) {
			got = w.Score
		}
		if got != tt.want {
			t.Errorf("%s of %q, %q: score %v, want %v", tt.conditions, tt.title, tt.body, got, tt.want)
		}
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string][]int32{
		"One two. Three":   {1, 1, 2},
		"3.5 million":      {1, 1, 1},
		"U.S. forces. End": {1, 1, 1, 2},
		"قال د. أحمد إن 3.5% كاف؟ نعم": {1, 1, 1, 1, 1, 1, 1, 2},
		"Gen. Smith said: go":          {1, 1, 1, 1},
		"one\n\ntwo\nthree":            {1, 2, 2},
		"« Oui. » Non… Si":             {1, 2, 3},
		"":                             {},
	} {
		tokens := phrases.Prepare(text).Tokens
		if got := sentences(text, tokens, beginnings(text, tokens, nil), nil); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestPositions: what a match says stands where it says.
func TestPositions(t *testing.T) {
	s := setOf(t, "version: 1\nwatches: [{id: w, any: [[تعاون, defence*, 日本], {regex: '[0-9]+ km'}]}]")
	title, body := "🙂 التعاون", "é — والتعاون 12 km defences 日本国 تعاون"
	for _, w := range s.Match(articleOf(title, body)) {
		for _, m := range w.Matches {
			in := []rune(body)
			if m.In == "title" {
				in = []rune(title)
			}
			if got := string(in[m.Start:m.End]); got != m.Text || got == "" {
				t.Errorf("%+v: there stands %q", m, got)
			}
		}
		if len(w.Matches) != 6 {
			t.Errorf("matches %+v", w.Matches)
		}
	}
}

// TestHostileTexts: of a text of one or two words, of a megabyte, evaluation looks at
// twice as many hits as of half of it, at most.
func TestHostileTexts(t *testing.T) {
	s := setOf(t, `
version: 1
watches:
  - id: w
    any:
      - near: { words: 100, of: [aa bb, {any: [aa, bb, "@l"]}, {near: {sentence: true, ordered: true, of: [bb, aa, bb], none: [cc]}}], none: [cc] }
      - { near: { sentence: true, of: [aa, bb, aa, bb, aa, bb, aa, bb] } }
      - { regex: "(aa|bb| )+z" }
lists: {l: [aa bb aa bb aa bb aa bb, bb aa bb aa bb aa]}
`)
	c := newScratch(s)
	for _, part := range []string{"aa bb ", "aa ", "aa. bb. cc "} {
		steps := func(n int) int {
			before := c.steps
			for _, w := range c.match(articleOf("aa bb", strings.Repeat(part, n/len(part)))) {
				if len(w.Matches) > MaxMatches {
					t.Errorf("%d matches", len(w.Matches))
				}
			}
			c.end()
			return c.steps - before
		}
		// 500 hits of a phrase count: the first two texts have fewer, the others more.
		if few, more := steps(1_000), steps(2_000); more > 2*few+100 {
			t.Errorf("%q: %d steps, and %d of twice as much", part, few, more)
		}
		if steps(500_000) != steps(1_000_000) {
			t.Errorf("%q: hits beyond those that count are looked at", part)
		}
	}
}

// TestTogether: a set that many use at once gives each the same.
func TestTogether(t *testing.T) {
	s := setOf(t, generated(200))
	article := articleOf("", words(rand.New(rand.NewPCG(1, 2)), 500))
	want := fmt.Sprint(s.Match(article))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if got := fmt.Sprint(s.Match(article)); got != want {
					t.Error("another result")
				}
			}
		})
	}
	all.Wait()
}

func FuzzMatch(f *testing.F) {
	s := setOf(f, generated(50)+`
  - id: all
    any:
      - near: { words: 7, of: [{place: MA}, {other_place: MA}], none: [xx] }
      - near: { sentence: true, ordered: true, of: [[aa, bb], [bb, cc]], none: [dd] }
      - { regex: "[a-c]{2,5}" }
`)
	f.Add("aa bb", "MA and FR: aa. bb? cc\n\ndd")
	f.Fuzz(func(t *testing.T, title, body string) {
		title, body = strings.ToValidUTF8(title, ""), strings.ToValidUTF8(body, "")
		for _, w := range s.Match(articleOf(title, body)) {
			for _, m := range w.Matches {
				in := []rune(body)
				if m.In == "title" {
					in = []rune(title)
				}
				if m.Start < 0 || m.End > len(in) || m.Start > m.End || string(in[m.Start:m.End]) != m.Text {
					t.Errorf("%+v does not stand there", m)
				}
			}
		}
	})
}
