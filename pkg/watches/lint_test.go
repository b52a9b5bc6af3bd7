package watches

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// watchOf is a file with one watch of these conditions.
func watchOf(conditions string) string {
	return "version: 1\nwatches:\n  - id: w\n    examples: {match: [a b], no_match: [c d]}\n" + conditions
}

func TestLint(t *testing.T) {
	names := Names{Topics: map[string]string{"11000000": "politics and government"}, Organisations: map[string]string{"nato": "NATO"}}
	tests := []struct {
		name, file string
		want       []string // beginnings of mistakes
	}{
		{"nothing wrong", watchOf("    any: [word, two words]"), nil},
		{"empty", "", []string{"1:1: the file is empty"}},
		{"no YAML", "a: [", []string{"1:4: this is not YAML"}},
		{"no mapping", "- a", []string{"1:3: the file must be keys"}},
		{"version", "version: 2\nwatches: [{id: a, any: [word]}]", []string{"1:10: version \"2\" is not known", "2:16: warning: the watch \"a\" has no examples"}},
		{"no version", "watches: [{id: a, any: [word], examples: {match: [x y], no_match: [x y]}}]", []string{"1:1: version is missing"}},
		{"several mistakes at once", "version: 1\nwaches: []\nlists: {a: []}", []string{
			`2:1: the file: "waches" is no key here (did you mean "watches"?)`, "1:1: watches is missing", "3:12: the list a is an empty list",
		}},
		{"unknown key", watchOf("    anny: [word]"), []string{`5:5: a watch: "anny" is no key here (did you mean "any"?)`}},
		{"key of a condition", watchOf("    any:\n      - phrase: word"), []string{`6:9: a condition: "phrase" is no key here (did you mean "phrases"?)`, "6:9: the condition says nothing to look for"}},
		{"twice", watchOf("    any: [word]\n    any: [word]"), []string{`6:5: a watch: "any" is there already, on line 5`}},
		{"ids", "version: 1\nwatches:\n  - {id: A b, any: [word], examples: {match: [x y], no_match: [x y]}}\n  - {id: c, any: [word], examples: {match: [x y], no_match: [x y]}}\n  - {id: c, any: [word], examples: {match: [x y], no_match: [x y]}}", []string{
			"3:10: the id \"A b\": ids are made of", "5:10: the id \"c\" is taken by the watch on line 4",
		}},
		{"empty rule", watchOf("    any: []"), []string{"5:5: any is empty"}},
		{"only none", watchOf("    none: [word]"), []string{"3:9: the watch only says what must not be there"}},
		{"country", watchOf("    any: [{place: UK}, {place: Morocco}, {place: المغرب}, {place: XX}, {place: ma}]"), []string{
			`5:19: "UK" is no code of a country (ISO 3166-1, two capitals) (did you mean GB?)`, "5:32: \"Morocco\" is no code of a country (ISO 3166-1, two capitals) (did you mean MA?)",
			"5:50: \"المغرب\" is no code of a country (ISO 3166-1, two capitals) (did you mean MA?)", "5:67: \"XX\" is no code", "5:80: \"ma\" is no code of a country (ISO 3166-1, two capitals) (did you mean MA?)",
		}},
		{"language", watchOf("    languages: [arabic, ar]\n    any: [word]"), []string{`5:17: "arabic" is no code of a language`}},
		{"topic", watchOf("    any: [{topic: politics}, {topic: '11000001'}, {topic: politics and government}]"), []string{
			`5:19: "politics" is no code`, `5:38: there is no topic "11000001" (did you mean "11000000"?)`, `5:59: "politics and government" is no code of an IPTC Media Topic (did you mean 11000000?)`,
		}},
		{"organisation", watchOf("    any: [{organisation: nat}]"), []string{`5:26: there is no organisation "nat" (did you mean "nato"?)`}},
		{"weight", watchOf("    any: [{phrases: word, weight: -1}]"), []string{"5:35: weight must be a number from 0 to 1000"}},
		{"score", watchOf("    score: 5\n    title: 2\n    any: [word, other]"), []string{"3:9: the watch can never match: its conditions give at most 4 points, and score asks for 5"}},
		{"no words", watchOf("    any: ['!', '*', a]"), []string{`5:11: "!" has no word`, `5:16: "*" has no word`, `5:21: "a" is a single letter`}},
		{"stars", watchOf("    any: ['ab*', 'word *', 'wo*rd', 'long* word*']"), []string{`5:11: "ab*": 2 letters before a star`, `5:18: "word *": a star stands at the end`, `5:28: "wo*rd": 2 letters`}},
		{"list", watchOf("    any: ['@arm']") + "\nlists: {arms: [weapon]}", []string{`5:11: there is no list "arm" (did you mean "arms"?)`, "6:9: warning: the list \"arms\" is not used"}},
		{"a list that cannot be read", "version: 1\nlists:\n  a: &x [alpha]\n" + strings.TrimPrefix(watchOf("    any: [word]"), "version: 1\n"), []string{"3:6: the list a: anchors (&)"}},
		{"list without a name", watchOf("    any: ['@', word]"), []string{`5:11: "@" names no list`}},
		{"byte order mark", "\ufeff" + watchOf("    any: [word, '!']"), []string{`5:17: "!" has no word`}},
		{"byte order mark on the line of a mistake", "\ufeffversion: 2\nwatches: []", []string{`1:10: version "2" is not known`, "2:1: watches is empty"}},
		{"cyclic list", watchOf("    any: ['@a']") + "\nlists: {a: ['@b', word], b: ['@a']}", []string{`6:30: the list "b" goes in circles: "a" holds it already`}},
		{"cyclic rule", watchOf("    any: [{rule: a}]") + "\nrules:\n  a: {rule: b}\n  b: {any: [word, {rule: a}]}", []string{`8:20: the rule "b" goes in circles: it comes back to "a"`}},
		{"rule", watchOf("    any: [{rule: a}]") + "\nrules: {b: word}", []string{`5:12: there is no rule "a" (did you mean "b"?)`, "6:9: warning: the rule \"b\" is not used"}},
		{"near", watchOf("    any: [{near: {of: [word]}}, {near: {words: 900, of: [word, {topic: '11000000'}]}}, {near: {sentence: yes, of: [word, other]}}]"), []string{
			"5:12: near says not how near", "5:19: near is of 2 to 8 conditions, not 1", "5:48: words must be a whole number from 1 to 200", "5:65: near takes what stands in the text", "5:106: sentence must be true or false", "5:89: near says",
		}},
		{"regex", watchOf(`    any: [{regex: '('}, {regex: 'a*'}, {regex: '((a{100}){100}){100}'}, {regex: '(ab?c{900}){1}[a-z]{200}'}, {regex: '(?=a)b'}, {regex: '(x?|y)\b'}]`), []string{
			"5:19: the regular expression cannot be read", `5:33: the regular expression "a*" also matches where nothing stands`, "5:48: the regular expression cannot be read", "5:81: the regular expression unfolds to", "5:118: the regular expression cannot be read", `5:137: the regular expression "(x?|y)\\b" also matches`,
		}},
		{"two things", watchOf("    any: [{place: MA, phrases: word}]"), []string{"5:12: the condition looks for several things (place, phrases)"}},
		{"modifiers", watchOf("    any: [{topic: '11000000', in: title, times: 2}, {phrases: word, min_p: 0.5, in: body}]"), []string{
			"5:12: in, times and except are for what stands", "5:69: min_p is for topic", "5:85: in must be title or text",
		}},
		{"anchors", "version: 1\nwatches: &a\n  - *a", []string{"2:10: a watch: anchors (&)"}},
		{"a phrase like an alias", watchOf("    any: [*word]"), []string{"5:11: a condition: anchors (&)"}},
		{"no examples", "version: 1\nwatches:\n  - id: w\n    any: [word]\n  - id: v\n    any: [word]\n    examples: {match: [word]}", []string{
			"3:9: warning: the watch \"w\" has no examples", "7:5: warning: the watch \"v\" has no examples under no_match",
		}},
		{"long phrase", watchOf("    any: ['" + strings.Repeat("word ", 17) + "']"), []string{"5:11: \"word word"}},
		{"long stem", watchOf("    any: [" + strings.Repeat("a", 65) + "*]"), []string{"5:11: \"aaaa"}},
		{"not UTF-8", "version: 1\n\xff", []string{"2:1: the line is not UTF-8"}},
		{"two documents", "version: 1\n---\nversion: 1", []string{"3:1: a second document begins here"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, mistakes := Parse([]byte(tt.file), names)
			bad := slices.ContainsFunc(mistakes, func(m Mistake) bool { return !m.Warning })
			if (f == nil) != bad {
				t.Errorf("file %v with mistakes %v", f, mistakes)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(mistakes, func(m Mistake) bool { return strings.HasPrefix(m.String(), want) }) {
					t.Errorf("lacks %q", want)
				}
			}
			if len(mistakes) != len(tt.want) {
				t.Errorf("%d mistakes, want %d", len(mistakes), len(tt.want))
			}
			if t.Failed() {
				for _, m := range mistakes {
					t.Log(m)
				}
			}
		})
	}
}

// TestBounds: what is too much is refused, and at once.
func TestBounds(t *testing.T) {
	phrases := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "      - phrase number %d\n", i)
		}
		return watchOf("    any:\n" + b.String())
	}
	deep := "any: [" + strings.Repeat("{any: [", MaxDepth+1) + "word" + strings.Repeat("]}", MaxDepth+1) + "]"
	wide := "\nrules:\n  r0: {any: [word]}\n"
	for i := 1; i <= MaxDepth+1; i++ {
		wide += fmt.Sprintf("  r%d: {any: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("{rule: r%d}, ", i-1), 30), ", "))
	}
	many := ""
	for i := range 2 * maxMistakes {
		many += fmt.Sprintf("  - {id: w%d, any: [word]}\n", i)
	}
	nested := "lists:\n  a0: [word x"
	for i := range 3_000 {
		nested += fmt.Sprintf(", p%d x", i)
	}
	nested += "]\n"
	inline := nested + "version: 1\nwatches:\n"
	for i := 1; i <= 500; i++ {
		nested += fmt.Sprintf("  a%d: ['@a0', q%d x]\n", i, i)
		inline += fmt.Sprintf("  - {id: w%d, any: [['@a0', q%d x]]}\n", i, i)
	}
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  k%d: word\n", i)
		}
		return b.String()
	}
	bad := "version: 1\nwatches:\n"
	for i := range 3_000 {
		bad += fmt.Sprintf("  - {id: w%d, any: [{place: Nowhere%d}, '@l%d', {rule: r%d}, {topic: x%d}, {organisation: o%d}]}\n", i, i, i, i, i, i)
	}
	broad := strings.Join(strings.SplitAfter(wide, "\n")[:15], "")
	tests := map[string]struct{ file, want string }{
		"breadth":       {watchOf("    any: [{near: {words: 3, of: [{rule: r12}, word], none: [{rule: r12}]}}]") + broad, "more than 1000000 phrases"},
		"warnings":      {"version: 1\nwatches:\n" + many + "  - {id: last, any: ['!']}\n", "has no word"},
		"bytes":         {strings.Repeat(" ", MaxBytes+1), "are the most"},
		"copies":        {nested + watchOf("    any: ['@a1']"), "1000000 phrases together are put into others"},
		"inline copies": {inline, "1000000 phrases together are put into others"},
		"keys":          {"lists:\n" + keys(50_000), "far too many keys beside one another: 5000"},
		"many mappings": {strings.Repeat("x:\n"+keys(4_000), 40), "far too many keys beside one another"},
		"commas":        {watchOf("    any: [" + strings.Repeat("aa,", 1_000_000) + "aa]"), "more than 500000 list marks, colons, commas"},
		"short items":   {watchOf("    any:\n" + strings.Repeat("    - aa\n", 550_000)), "more than 500000 list marks, colons, commas"},
		"documents":     {strings.Repeat("---\na\n", 100_000), "another document begins here"},
		"colons":        {strings.Repeat("a: ", 33_000), "far too many keys beside one another"},
		"long line":     {"a: b: " + strings.Repeat("word ", 20_000), "this is not YAML"},
		"bad names":     {bad, `"Nowhere8" is no code`},
		"phrases":       {phrases(MaxPhrases + 1), "200000 are the most"},
		"brackets":      {strings.Repeat("[", 400_000), "nested far too deep"},
		"hidden":        {strings.Repeat("[ #]\n", 100_000), "nested far too deep"},
		"quoted":        {strings.Repeat("[ ']', ", 100_000), "nested far too deep"},
		"tags":          {strings.Repeat("!a #\n", 100_000), "are not taken, and there are many"},
		"anchors":       {strings.Repeat("&a #\n", 100_000), "are not taken, and there are many"},
		"questions":     {strings.Repeat("? a\n", 400_000), "are not taken, and there are many"},
		"Mac":           {"lists:\r" + strings.Repeat("  k: word\r", 100_000), "far too many keys beside one another"},
		"quoted lines":  {"lists:\n" + strings.Repeat("    k: 'a\n\n - b: c'\n", 50_000), "far too many keys beside one another"},
		"list marks":    {strings.Repeat("- ", 1_000_000), "nested far too deep"},
		"indent":        {strings.Repeat(" ", 1000) + "a: b", "nested far too deep"},
		"depth":         {watchOf("    " + deep), "nested deeper than 16"},
		"depth of rule": {watchOf("    any: [{rule: r17}]") + wide, "nested deeper than 16"},
	}
	names := Names{Topics: map[string]string{"11000000": "politics"}, Organisations: map[string]string{"nato": "NATO"}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, mistakes := Parse([]byte(tt.file), names)
			if !slices.ContainsFunc(mistakes, func(m Mistake) bool { return strings.Contains(m.Text, tt.want) }) {
				t.Errorf("no mistake says %q: %.300v", tt.want, mistakes)
			}
			t.Logf("%v", time.Since(start))
		})
	}
}

// TestLargest: a file as large as it may be passes what guards the parser.
func TestLargest(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\nwatches:\n")
	for i := range MaxWatches {
		fmt.Fprintf(&b, "  - id: w%d\n    name: Name\n    score: 1\n    title: 2\n    any:\n      - near: {words: 3, of: [a%d b, {place: MA}]}\n", i, i)
		for j := range 18 {
			fmt.Fprintf(&b, "      - p%d x%d\n", j, i)
		}
	}
	texts := []string{b.String(), "[\n" + strings.Repeat("  {\n    \"id\": \"w\",\n    \"any\": [\"a b\"]\n  },\n", MaxWatches) + "]"}
	for _, s := range texts {
		if m := cmp.Or(tooMuch([]byte(s)), tooIntricate(lexer.Tokenize(s))); m != nil {
			t.Error(m)
		}
	}
}

// quietError is a mistake of the parser whose text must not be asked for.
type quietError struct {
	parserError
	t *testing.T
}

type parserError = yaml.Error

func (e quietError) GetMessage() string     { return "what is wrong" }
func (e quietError) GetToken() *token.Token { return nil }

func (e quietError) Error() string {
	e.t.Error("the text that quotes the file was made")
	return ""
}

func TestSyntaxMistake(t *testing.T) {
	if m := syntaxMistake(quietError{t: t}); m.String() != "1:1: this is not YAML: what is wrong" {
		t.Error(m)
	}
}

// TestHints: what was meant is said of the first mistakes, and of all others not.
func TestHints(t *testing.T) {
	file := "version: 1\nwatches:\n"
	for i := range 200 {
		file += fmt.Sprintf("  - {id: w%d, any: [{place: Morocco}]}\n", i)
	}
	_, mistakes := Parse([]byte(file), Names{})
	hints := 0
	for _, m := range mistakes {
		if strings.Contains(m.Text, "did you mean MA?") {
			hints++
		}
	}
	if hints != maxHints {
		t.Errorf("%d hints, want %d", hints, maxHints)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(watchOf("    any: [word, {near: {words: 3, of: [a b, {place: MA}]}}]")))
	f.Add([]byte("version: 1\nlists: {a: ['@b'], b: ['@a']}\nwatches: [{id: x, all: [{regex: 'a+'}]}]"))
	f.Add([]byte("? ? - [ {"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, mistakes := Parse(raw, Names{})
		for _, m := range mistakes {
			if m.Line < 1 || m.Column < 1 || m.Text == "" {
				t.Errorf("a mistake without a place: %+v", m)
			}
		}
		if file != nil {
			Compile(file).Match(articleOf("title word", "text word"))
		} else if len(mistakes) == 0 {
			t.Error("neither a file nor a mistake")
		}
	})
}
