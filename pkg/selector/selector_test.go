package selector

import (
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

const page = `<html lang="en"><body class="a"><div id="main" class="story wide"><p class="a x">1</p><div class="story"><p data-k="v w">2</p></div></div>
	<ul><li><ul><li class="sm:flex"><p id="10">3</p></li></ul></li></ul><svg><g><p>4</p></g></svg></body></html>`

// TestOutermost compares with cascadia, which finds more: what is inside of others.
func TestOutermost(t *testing.T) {
	doc := document(t, page)
	for _, text := range []string{
		"p", "*", "html", "body > div", "body > p", ".story p", ".story > p", "div.story.wide > .story", "div div > p", "ul li li > p", "ul > li > p",
		"#main .x, li li", "[data-k]", `[data-k~="w"]`, `p[data-k^='v'][data-k$="w"]`, `[data-k="]"]`, `.sm\:flex p`, `#\31 0`, `#\31 0, .x`, "div  >\n p",
		"body p p", "DIV > P", "p , li",
	} {
		list, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want := outermost(cascadia.QueryAll(doc, cascadia.MustCompile(text)))
		if got := list.Outermost(doc); !slices.Equal(got, want) {
			t.Errorf("%s: %d elements, want %d", text, len(got), len(want))
		}
	}
}

func outermost(nodes []*html.Node) (out []*html.Node) {
	for _, n := range nodes {
		inside := false
		for above := n.Parent; above != nil; above = above.Parent {
			inside = inside || slices.Contains(nodes, above)
		}
		if !inside {
			out = append(out, n)
		}
	}
	return out
}

func document(t testing.TB, text string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestParse(t *testing.T) {
	for _, text := range []string{
		"", " ", "[", "a[", "<<", "h1 ~ p", "h1 + p", "p:has(a)", "p:not(.a)", "p:contains(x)", "p::before", "a,", ",a", "> a", "a >", "a > > b", "a[b#=c]", `a["`,
		"a b c d e f g h i", strings.Repeat(".a", 20), strings.Repeat("a", 1001), strings.Repeat("a,", 50) + "a", "svg|a", "a/**/b", `a\`,
	} {
		if list, err := Parse(text); err == nil || len(list.chains) != 0 {
			t.Errorf("%.40q is taken", text)
		}
	}
	list, err := Parse("a", "h1 ~ p", "b c")
	if err == nil || !strings.Contains(err.Error(), "h1 ~ p") || len(list.chains) != 2 {
		t.Errorf("%d selectors, %v", len(list.chains), err)
	}
	if _, err := Parse(slices.Repeat([]string{"a, b"}, 26)...); err == nil {
		t.Error("too many selectors together are taken")
	}
}

// TestHostilePages: each element is held against each step once, however the
// page is made.
func TestHostilePages(t *testing.T) {
	list, err := Parse(slices.Repeat([]string{"div div div div div div div a", "div > div div > div div > div div > a"}, 25)...)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"wide": strings.Repeat("<p></p>", 100_000),
		"deep": strings.Repeat("<div>", 400) + strings.Repeat("<p></p>", 10_000),
	} {
		w := walk{list: list, levels: [][]reached{make([]reached, len(list.chains))}}
		w.visit(document(t, text), 0)
		if elements := 3 + strings.Count(text, "<p>") + strings.Count(text, "<div>"); len(w.found) != 0 || w.tries > elements*len(list.chains)*maxSteps {
			t.Errorf("%s: %d tries, %d elements, %d found", name, w.tries, elements, len(w.found))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"div.story > p", "a[b='c']", `#\31 0, *`, "a ~ b"} {
		f.Add(seed)
	}
	doc := document(f, page)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Parse(text)
		if err != nil {
			return
		}
		group, err := cascadia.ParseGroup(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got, want := list.Outermost(doc), outermost(cascadia.QueryAll(doc, group)); !slices.Equal(got, want) {
			t.Errorf("%q: %d elements, want %d", text, len(got), len(want))
		}
	})
}
