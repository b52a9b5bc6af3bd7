package cleaner

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"marsad/pkg/news"
)

func TestKeeps(t *testing.T) {
	page := news.Page{Kind: news.PageHTML, Body: []byte(`<html><body><div class="story"><p>text</p></div></body></html>`)}
	for selector, want := range map[string]bool{".story": true, "div > p": true, ".none": false, "[": false} {
		if got := (Selection{Keep: []string{selector}}).Keeps(page); got != want {
			t.Errorf("%q keeps something: %v", selector, got)
		}
	}
}

func TestSelection(t *testing.T) {
	const filler = "The harbour master of the small town said on Monday that the old crane would be taken down before winter, and that boats could moor again."
	page := news.Page{Kind: news.PageHTML, URL: "https://a.example/1", Body: []byte(`<!doctype html><html lang="en"><head><title>The crane</title></head><body>
		<div class="ticker"><p>` + filler + ` In the ticker.</p></div>
		<div class="story"><p>` + filler + ` In the story.</p><div class="story"><p>` + filler + ` Inside.</p></div><p class="ad">` + filler + ` In the advertisement.</p></div>
		</body></html>`)}
	for _, c := range []struct {
		name      string
		selection Selection
		has, not  string
	}{
		{"nothing selected", Selection{}, "In the story.", "nothing"},
		{"kept", Selection{Keep: []string{".story"}}, "Inside.", "In the ticker."},
		{"dropped", Selection{Drop: []string{".ad", ".ticker"}}, "In the story.", "In the advertisement."},
		{"kept and dropped", Selection{Keep: []string{"div.story"}, Drop: []string{"p.ad"}}, "In the story.", "In the advertisement."},
		{"kept, but not there", Selection{Keep: []string{"#none"}}, "In the story.", "nothing"},
		{"no selector at all", Selection{Keep: []string{"<<"}, Drop: []string{"["}}, "In the story.", "nothing"},
		{"the whole page", Selection{Keep: []string{"html", ".story"}}, "In the story.", "nothing"},
		{"the whole body", Selection{Keep: []string{"body", ".story"}}, "In the story.", "nothing"},
	} {
		article, err := c.selection.Clean(page)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !strings.Contains(article.Text, c.has) || strings.Contains(article.Text, c.not) || article.Title != "The crane" {
			t.Errorf("%s: %q", c.name, article.Text)
		}
	}
}

// TestSelectionOfHostilePages: selectors that would take a page hours are
// refused, and others look at each of its elements once.
func TestSelectionOfHostilePages(t *testing.T) {
	page := news.Page{Kind: news.PageHTML, URL: "https://a.example/1", Body: []byte("<!doctype html><title>x</title><h1>x</h1>" +
		strings.Repeat("<div>", 400) + strings.Repeat("<p>x</p>", 100_000))}
	doc, err := html.Parse(bytes.NewReader(page.Body))
	if err != nil {
		t.Fatal(err)
	}
	Selection{Drop: []string{"h1 ~ p", "div div div div div div div em", "div:has(div:has(em))"}, Keep: []string{"p em"}}.apply(doc)
	if n := len(selected(doc, "p")); n != 100_000 {
		t.Errorf("%d paragraphs", n)
	}
}
