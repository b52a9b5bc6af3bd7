package cleaner

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestReadLinked reads the shapes that publishers give JSON-LD.
func TestReadLinked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		blocks []string
		want   linked
	}{
		{"an article", []string{`{"@type": "NewsArticle", "headline": "H", "author": {"@type": "Person", "name": "A"}, "datePublished": "2026-01-02"}`},
			linked{kind: "NewsArticle", headline: "H", authors: []string{"A"}, published: "2026-01-02"}},
		{"in a graph, by reference", []string{`{"@graph": [{"@id": "#p", "@type": "Person", "name": "A"}, {"@type": "Article", "headline": "H", "author": {"@id": "#p"}}]}`},
			linked{kind: "Article", headline: "H", authors: []string{"A"}}},
		{"types in an array", []string{`[{"@type": ["Thing", "http://schema.org/NewsArticle"], "name": "H", "author": ["A", {"name": "B"}]}]`},
			linked{kind: "NewsArticle", headline: "H", authors: []string{"A", "B"}}},
		{"an organisation writes", []string{`{"@type": "NewsArticle", "headline": "H", "author": [{"@type": "Organization", "name": "Desk"}]}`},
			linked{kind: "NewsArticle", headline: "H", organisation: "Desk"}},
		{"mainEntity of a page", []string{`{"@type": "WebPage", "mainEntity": {"@type": "Report", "headline": "H"}}`},
			linked{kind: "Report", page: "WebPage", headline: "H"}},
		{"only a page", []string{`{"@type": "CollectionPage", "headline": "H", "dateModified": "2026-01-02"}`},
			linked{page: "CollectionPage", modified: "2026-01-02"}},
		{"a second node of the same article", []string{`[{"@type": "NewsArticle", "headline": "H h", "author": ", Paper", "publisher": {"name": "Paper"}}, {"@type": "Article", "headline": "Other", "author": "C"}, {"@type": "Article", "headline": "H h", "author": "B"}]`},
			linked{kind: "NewsArticle", headline: "H h", publisher: "Paper", authors: []string{"B"}}},
		{"broken in the usual ways", []string{"<!-- {\"@type\": \"NewsArticle\", \"headline\": \"a\nb\", \"author\": [\"A\",],} -->"},
			linked{kind: "NewsArticle", headline: "a\nb", authors: []string{"A"}}},
		{"no JSON", []string{"var x = 1", ""}, linked{}},
		{"wrong types", []string{`{"@type": "NewsArticle", "headline": 7, "author": {"name": {"x": 1}}, "datePublished": [[]], "image": {"url": {}}}`}, linked{kind: "NewsArticle"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, readLinked(tt.blocks), cmp.AllowUnexported(linked{})); diff != "" {
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
		l := readLinked([]string{block})
		for _, s := range append(l.authors, l.headline, l.body, l.section, l.published, l.organisation) {
			if utf8.ValidString(block) && !utf8.ValidString(s) {
				t.Fatalf("%q", s)
			}
		}
	})
}
