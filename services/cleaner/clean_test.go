package cleaner

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// page reads a fixture; its name says what it is.
func page(t *testing.T, path string) news.Page {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p := news.Page{
		Ref: news.Ref{Item: "0123456789abcdef0123456789abcdef", Revision: 1},
		URL: "https://example.org/news/fixture", FetchedAt: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Body: data,
	}
	switch {
	case strings.HasSuffix(path, ".html"):
		p.Kind, p.ContentType = news.PageHTML, "text/html"
	case strings.HasSuffix(path, ".txt"):
		p.Kind, p.URL = news.PageText, ""
	case strings.HasSuffix(path, ".found.json"):
		p.Kind, p.Body = news.PageFeed, nil
		if err := json.Unmarshal(data, &p.Found); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func fixtures(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.html", "*.txt", "*.found.json"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no fixtures %s: %v", pattern, err)
		}
		all = append(all, found...)
	}
	return all
}

// TestClean compares each fixture's article with the golden file beside it.
func TestClean(t *testing.T) {
	for _, path := range fixtures(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			article, err := Clean(page(t, path))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(article, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := path + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestCleanRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		page news.Page
		want error
	}{
		{"no bytes", news.Page{Kind: news.PageHTML}, ErrEmpty},
		{"white space", news.Page{Kind: news.PageHTML, Body: []byte(" \n\t")}, ErrEmpty},
		{"empty text", news.Page{Kind: news.PageText, Body: []byte("\n \n")}, ErrEmpty},
		{"a feed", news.Page{Kind: news.PageHTML, Body: []byte(`<?xml version="1.0"?><!-- x --><rss version="2.0"></rss>`)}, ErrNotHTML},
		{"json", news.Page{Kind: news.PageHTML, Body: []byte(`{"a": 1}`)}, ErrNotHTML},
		{"an image", news.Page{Kind: news.PageHTML, Body: []byte("\x89PNG\r\n\x1a\n\x00\x00")}, ErrNotHTML},
		{"declared an image", news.Page{Kind: news.PageHTML, ContentType: "image/svg+xml", Body: []byte("<svg></svg>")}, ErrNotHTML},
		{"unknown kind", news.Page{Kind: "video", Body: []byte("x")}, ErrNotHTML},
		{"no text", news.Page{Kind: news.PageHTML, Body: []byte("<html><body><img src=x></body></html>")}, ErrNoText},
		{"a title only", news.Page{Kind: news.PageHTML, Body: []byte("<title>Only a title here</title><body><h1>Only a title here</h1></body>")}, ErrNoText},
		{"markup for browsers without scripts", news.Page{Kind: news.PageHTML, Body: []byte("<body><noscript><iframe src=x></iframe></noscript></body>")}, ErrNoText},
		{"punctuation only", news.Page{Kind: news.PageText, Body: []byte("---\n***")}, ErrNoText},
		{"an empty entry", news.Page{Kind: news.PageFeed, Found: news.Found{Title: "t"}}, ErrNoText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Clean(tt.page)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if Reason(err) == "" {
				t.Errorf("%v has no reason", err)
			}
		})
	}
}

func TestCleanFallsBackOnFeed(t *testing.T) {
	body := strings.Repeat("<p>What the feed carried is longer than what the page shows.</p>", 3)
	article, err := Clean(news.Page{
		Kind: news.PageHTML, Body: []byte("<html><body><p>Please log in to read this.</p></body></html>"),
		Found: news.Found{Title: "A walled story", Content: body},
	})
	if err != nil {
		t.Fatal(err)
	}
	if article.Completeness != news.CompleteFeed || !strings.Contains(article.Text, "What the feed carried") || article.Title != "A walled story" {
		t.Errorf("got %+v", article)
	}
}

func TestCleanDeepNesting(t *testing.T) {
	for _, tag := range []string{"div", "b", "table><tr><td", "ul><li"} {
		src := strings.Repeat("<"+tag+">", 5000) + "<p>The text at the bottom of the well is still a sentence that can be read.</p>"
		article, err := Clean(news.Page{Kind: news.PageHTML, Body: []byte(src)})
		if err != nil || !strings.Contains(article.Text, "bottom of the well") {
			t.Errorf("%s: %v, text %q", tag, err, article.Text)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"", "<p>x", "<html><title>\x00</title>", "\xff\xfe<\x00p\x00>\x00", `<script type="application/ld+json">{"@type":"NewsArticle","author":[[]],}</script><p>text`,
		"سطر\u202eأول\n\nسطر ثان", `<meta charset=iso-2022-jp>` + "\x1b$B", "&#0;&#x85;<br>a", `<link rel=canonical href="http://[::1">y`,
	} {
		f.Add([]byte(s), uint8(0), "text/html; charset=windows-1256")
		f.Add([]byte(s), uint8(1), "")
		f.Add([]byte(s), uint8(2), "")
	}
	kinds := []news.PageKind{news.PageHTML, news.PageText, news.PageFeed}
	f.Fuzz(func(t *testing.T, body []byte, kind uint8, contentType string) {
		p := news.Page{Kind: kinds[int(kind)%len(kinds)], Body: body, ContentType: contentType, URL: "https://example.org/a"}
		if p.Kind == news.PageFeed {
			p.Found = news.Found{Title: string(body[:len(body)/2]), Content: string(body[len(body)/2:])}
		}
		article, err := Clean(p)
		if err != nil {
			if reason := Reason(err); reason == "" || reason == ReasonPanic {
				t.Fatalf("%v (reason %q)", err, reason)
			}
			return
		}
		for _, s := range append(article.Authors, article.Title, article.Section, article.Image, article.Lang) {
			checkLine(t, s)
		}
		for paragraph := range strings.SplitSeq(article.Text, "\n\n") {
			checkLine(t, paragraph)
			if strings.TrimSpace(paragraph) == "" {
				t.Fatalf("empty paragraph in %q", article.Text)
			}
		}
	})
}

func checkLine(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		t.Fatalf("%q is not valid UTF-8 without control characters", s)
	}
}

func BenchmarkClean(b *testing.B) {
	data, err := os.ReadFile("testdata/arabic-graph.html")
	if err != nil {
		b.Fatal(err)
	}
	p := news.Page{Kind: news.PageHTML, URL: "https://example.org/a", Body: data}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Clean(p); err != nil {
			b.Fatal(err)
		}
	}
}
