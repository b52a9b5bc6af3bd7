package declared

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestReadLinked reads the shapes that publishers give JSON-LD.
func TestReadLinked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		blocks []string
		want   Linked
	}{
		{"an article", []string{`{"@type": "NewsArticle", "headline": "H", "author": {"@type": "Person", "name": "A"}, "datePublished": "2026-01-02"}`},
			Linked{Kind: "NewsArticle", Headline: "H", Authors: []string{"A"}, Published: "2026-01-02"}},
		{"in a graph, by reference", []string{`{"@graph": [{"@id": "#p", "@type": "Person", "name": "A"}, {"@type": "Article", "headline": "H", "author": {"@id": "#p"}}]}`},
			Linked{Kind: "Article", Headline: "H", Authors: []string{"A"}}},
		{"types in an array", []string{`[{"@type": ["Thing", "http://schema.org/NewsArticle"], "name": "H", "author": ["A", {"name": "B"}]}]`},
			Linked{Kind: "NewsArticle", Headline: "H", Authors: []string{"A", "B"}}},
		{"an organisation writes", []string{`{"@type": "NewsArticle", "headline": "H", "author": [{"@type": "Organization", "name": "Desk"}]}`},
			Linked{Kind: "NewsArticle", Headline: "H", Organisation: "Desk"}},
		{"mainEntity of a page", []string{`{"@type": "WebPage", "mainEntity": {"@type": "Report", "headline": "H"}}`},
			Linked{Kind: "Report", Page: "WebPage", Headline: "H"}},
		{"only a page", []string{`{"@type": "CollectionPage", "headline": "H", "dateModified": "2026-01-02"}`},
			Linked{Page: "CollectionPage", Modified: "2026-01-02"}},
		{"a second node of the same article", []string{`[{"@type": "NewsArticle", "headline": "H h", "author": ", Paper", "publisher": {"name": "Paper"}}, {"@type": "Article", "headline": "Other", "author": "C"}, {"@type": "Article", "headline": "H h", "author": "B"}]`},
			Linked{Kind: "NewsArticle", Headline: "H h", Publisher: "Paper", Authors: []string{", Paper", "B"}}},
		{"the page's own among others", []string{`{"@type": "NewsArticle", "headline": "Sidebar", "author": "X"}`, `{"@type": "NewsArticle", "headline": "H", "author": "Y"}`},
			Linked{Kind: "NewsArticle", Headline: "H", Authors: []string{"Y"}}},
		{"broken in the usual ways", []string{"<!-- {\"@type\": \"NewsArticle\", \"headline\": \"a\nb\", \"author\": [\"A\",],} -->"},
			Linked{Kind: "NewsArticle", Headline: "a\nb", Authors: []string{"A"}}},
		{"no JSON", []string{"var x = 1", ""}, Linked{}},
		{"wrong types", []string{`{"@type": "NewsArticle", "headline": 7, "author": {"name": {"x": 1}}, "datePublished": [[]], "image": {"url": {}}}`}, Linked{Kind: "NewsArticle"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &Page{Headings: []string{"H"}}
			m.Linked, m.Articles = readLinked(tt.blocks)
			m.choose()
			if diff := cmp.Diff(tt.want, m.Linked, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func FuzzLinked(f *testing.F) {
	for _, s := range []string{
		``, `{"@type":"NewsArticle","author":[[]],}`, `{"@graph":[{"@id":"a","author":{"@id":"a"}}]}`, "\x00{", `{"@type":"Article","articleBody":"<p>x"}`,
		strings.Repeat("[", 100), `{"@type":"Article","headline":"\ud800"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, block string) {
		m := &Page{}
		m.Linked, m.Articles = readLinked([]string{block})
		m.choose()
		l := m.Linked
		for _, s := range append(l.Authors, l.Headline, l.Body, l.Section, l.Published, l.Organisation) {
			if utf8.ValidString(block) && !utf8.ValidString(s) {
				t.Fatalf("%q", s)
			}
		}
	})
}
