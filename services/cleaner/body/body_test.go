package body

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func parse(t testing.TB, src string) *html.Node {
	t.Helper()
	doc, err := html.ParseWithOptions(strings.NewReader(src), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Skip(err)
	}
	return doc
}

func texts(paragraphs []Paragraph) []string {
	var all []string
	for _, p := range paragraphs {
		all = append(all, p.Text)
	}
	return all
}

// TestAll: what is a block, and what its text is.
func TestAll(t *testing.T) {
	for _, tt := range []struct {
		name, html string
		want       []string
	}{
		{"paragraphs", "<p>One.</p><p>Two <b>bold</b>.</p>", []string{"One.", "Two bold."}},
		{"breaks", "One<br>Two<br><br>Three", []string{"One", "Two", "Three"}},
		{"bare text around blocks", "a<div>b<p>c</p>d</div>e", []string{"a", "b", "c", "d", "e"}},
		{"white space", "<p> a\n\t b&nbsp;&nbsp;c </p>", []string{"a b c"}},
		{"cells", "<table><tr><td>a</td><td>b</td></tr></table>", []string{"a", "b"}},
		{"no text", "<body><script>x</script><style>y</style><noscript>n</noscript><select><option>z</select>", nil},
		{"marks of layout", "<p>\u200fنص\u202a عربي\u200b\u00ad</p>", []string{"نص عربي"}},
		{"joiners stay", "<p>می\u200cشود</p>", []string{"می\u200cشود"}},
		{"composed", "<p>e\u0301te\u0301</p>", []string{"été"}},
		{"composed over elements", "<p>e<i>\u0301</i></p>", []string{"é"}},
		{"inline blocks", "<a href=x><h2>Head</h2><p>Text</p></a>", []string{"Head", "Text"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, texts(All(parse(t, tt.html)))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestKindsAndLinks(t *testing.T) {
	got := All(parse(t, `<h2>Head</h2><ul><li>Item</li></ul><blockquote>Said</blockquote><p>See <a href="/a">this page</a> and <a href="b">that</a>.</p>`))
	want := []Paragraph{
		{Text: "Head", Kind: Heading}, {Text: "Item", Kind: Item}, {Text: "Said", Kind: Quote},
		{Text: "See this page and that.", Links: []Link{{4, 13, "/a"}, {18, 22, "b"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLine(t *testing.T) {
	if got := Line(parse(t, "<h1>Kicker<br>Head <i>line</i></h1>")); got != "Kicker Head line" {
		t.Errorf("got %q", got)
	}
}

func TestKeywords(t *testing.T) {
	for name, want := range map[string]marks{
		"article__BODY":    markBody,
		"post-comments":    markBody | markComment,
		"sidebar":          markNav | markWidget,
		"wp_caption":       markCaption,
		"css-1x2y3z":       0,
		"":                 0,
		"newslettersignup": markNewsletter,
	} {
		if got := keywords().find(name); got&want != want || want == 0 && got != 0 {
			t.Errorf("%q: %b, want %b", name, got, want)
		}
	}
}

// story is a page as many are, with a line about n.
func story(n int) (page, article string) {
	var body, text strings.Builder
	for i := range 6 {
		p := fmt.Sprintf("Paragraph %d of story %d says what the council decided, who was against it, and what happens next.", i, n)
		fmt.Fprintf(&body, "<p>%s</p>", p)
		text.WriteString(p + "\n")
	}
	var nav strings.Builder
	for i := range 12 {
		fmt.Fprintf(&nav, `<li><a href="/%d">Section %d</a></li>`, i, i)
	}
	return `<html><body><nav><ul>` + nav.String() + `</ul></nav><main><h1>The council decided</h1><div class="story-body">` + body.String() +
		`</div></main><aside class="related"><h3>More</h3><a href="/x">Another story of another day</a></aside><footer>© All rights</footer></body></html>`, text.String()
}

func TestFind(t *testing.T) {
	page, article := story(1)
	found := Find(parse(t, page), Hints{Title: "The council decided"})
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(article), "\n"), texts(found.Paragraphs)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if found.Confidence < 0.8 || found.Confidence > 1 || found.Teasers != 1 {
		t.Errorf("confidence %v, %d teasers", found.Confidence, found.Teasers)
	}
}

func TestFindNothing(t *testing.T) {
	for _, src := range []string{"", "<nav><a href=a>One</a> <a href=b>Two</a></nav>"} {
		if found := Find(parse(t, src), Hints{}); len(found.Paragraphs) != 0 || found.Confidence != 0 {
			t.Errorf("%q: %+v", src, found)
		}
	}
}

// TestStandfirst: the description is found again between title and text.
func TestStandfirst(t *testing.T) {
	const lead = "After a year of quarrels the town gets its bridge, though nobody knows who pays for it."
	page, _ := story(2)
	page = strings.Replace(page, "</h1>", "</h1><div>"+lead+"</div>", 1)
	found := Find(parse(t, page), Hints{Title: "The council decided", Description: lead})
	if found.Standfirst != lead || found.Paragraphs[0].Text != lead {
		t.Errorf("standfirst %q, text starts %q", found.Standfirst, found.Paragraphs[0].Text)
	}
}

// TestTrainer learns from pages of one look and reads others of it; twice the same
// gives the same bytes.
func TestTrainer(t *testing.T) {
	train := func() *Trainer {
		var trainer Trainer
		for n := range 6 {
			page, article := story(n)
			trainer.Add(parse(t, page), Hints{Title: "The council decided"}, article, fmt.Sprintf("site%d.example", n))
		}
		return &trainer
	}
	quiet := func(int, int) {}
	model, err := train().Model(t.Context(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := train().Model(t.Context(), quiet); !bytes.Equal(model, again) {
		t.Error("the same pages give another model")
	}
	f, err := readForest(model)
	if err != nil {
		t.Fatal(err)
	}
	page, article := story(99)
	if got := strings.Join(texts(f.find(parse(t, page), Hints{Title: "The council decided"}).Paragraphs), "\n"); got != strings.TrimSpace(article) {
		t.Errorf("got %q", got)
	}
	held, err := train().HeldOut(t.Context(), 3, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for i, found := range held {
		if len(found.Paragraphs) != 6 {
			t.Errorf("page %d, held out: %d paragraphs", i, len(found.Paragraphs))
		}
	}
}

// TestBooster learns a function of two features that no single one tells.
func TestBooster(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]row, 2000)
	examples := make([]example, len(rows))
	for i := range rows {
		rows[i][0], rows[i][1] = random.Float32(), random.Float32()
		examples[i] = example{row: &rows[i], weight: 1}
		if (rows[i][0] > 0.5) != (rows[i][1] > 0.3) {
			examples[i].target = 1
		}
	}
	f := booster{trees: 30, rate: 0.3, lambda: 1, features: 2, sample: 0.8, columns: 1}.grow(t.Context(), examples, func(int, int) {})
	wrong := 0
	for _, e := range examples {
		if (f.score(e.row) > 0) != (e.target == 1) {
			wrong++
		}
	}
	if wrong > len(rows)/20 {
		t.Errorf("%d of %d wrong", wrong, len(rows))
	}
}

func TestReadForest(t *testing.T) {
	f := model()
	again, err := readForest(f.bytes())
	if err != nil || !slices.Equal(f.trees, again.trees) || f.bias != again.bias {
		t.Fatalf("not read as written: %v", err)
	}
	broken := f.bytes()
	broken[len(magic)+4] = width // the first feature of the first tree
	for name, data := range map[string][]byte{
		"empty": nil, "other magic": []byte("marsad body forest 0\n\x00\x00\x00\x00"), "cut": f.bytes()[:len(magic)+7], "feature": broken,
	} {
		if _, err := readForest(data); err == nil {
			t.Errorf("%s: read without an error", name)
		}
	}
}

func FuzzFind(f *testing.F) {
	page, _ := story(1)
	for _, src := range []string{"", page, "<p>x<a href=y>z", "<table><td>a<table>b", "\xff\xfe<br><br>\u0301", strings.Repeat("<div><b>", 50) + "x"} {
		f.Add(src, "The council decided", "words")
	}
	f.Fuzz(func(t *testing.T, src, title, linked string) {
		found := Find(parse(t, src), Hints{Title: title, Description: linked, Linked: linked})
		if found.Confidence < 0 || found.Confidence > 1 {
			t.Fatalf("confidence %v", found.Confidence)
		}
		for _, p := range found.Paragraphs {
			if p.Text == "" || !utf8.ValidString(p.Text) || strings.TrimSpace(p.Text) != p.Text {
				t.Fatalf("paragraph %q", p.Text)
			}
			for _, l := range p.Links {
				if l.Start < 0 || l.End > len(p.Text) || l.Start >= l.End || !utf8.ValidString(p.Text[l.Start:l.End]) {
					t.Fatalf("link %+v in %q", l, p.Text)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	page, _ := story(1)
	doc := parse(b, page)
	b.ReportAllocs()
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		Find(doc, Hints{Title: "The council decided"})
	}
}
