package main

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	readability "codeberg.org/readeck/go-readability/v2"
	trafilatura "github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/news"
	"marsad/services/cleaner/body"
)

func trafilaturaAlone(page news.Page) (news.Article, error) { return byTrafilatura(page, false) }

func trafilaturaWithFallback(page news.Page) (news.Article, error) { return byTrafilatura(page, true) }

func byTrafilatura(page news.Page, fallback bool) (article news.Article, err error) {
	defer func() {
		if recover() != nil { // it panics on some trees
			err = errNoArticle
		}
	}()
	address, _ := url.Parse(page.URL)
	result, err := trafilatura.Extract(bytes.NewReader(page.Body), trafilatura.Options{
		OriginalURL: address, EnableFallback: fallback, ExcludeComments: true,
	})
	if err != nil {
		return news.Article{}, err
	}
	return news.Article{
		Title: result.Metadata.Title, Authors: authors(result.Metadata.Author), Published: optional(result.Metadata.Date),
		Text: textOf(result.ContentNode),
	}, nil
}

func readabilityAlone(page news.Page) (news.Article, error) {
	address, _ := url.Parse(page.URL)
	result, err := readability.FromReader(bytes.NewReader(page.Body), address)
	if err != nil {
		return news.Article{}, err
	}
	published, _ := result.PublishedTime()
	return news.Article{Title: result.Title(), Authors: authors(result.Byline()), Published: optional(published), Text: textOf(result.Node)}, nil
}

// textOf reads the peers' trees all in the same way.
func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	for d := range n.Descendants() {
		d.DataAtom = atom.Lookup([]byte(d.Data)) // trafilatura renames elements without it
	}
	var lines []string
	for _, p := range body.All(n) {
		lines = append(lines, p.Text)
	}
	return strings.Join(lines, "\n\n")
}

func authors(byline string) []string {
	return strings.FieldsFunc(byline, func(r rune) bool { return r == ';' || r == ',' })
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
