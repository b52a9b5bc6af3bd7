package cleaner

import (
	"errors"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
)

// prose is n words in sentences of ten.
func prose(n int) string {
	const sentence = "Rain fell on the quiet harbour, and the ferry waited. "
	words := strings.Fields(strings.Repeat(sentence, n/10+1))
	return strings.Join(words[:n], " ")
}

// TestJudge looks at both sides of the borders between articles and other pages.
func TestJudge(t *testing.T) {
	const (
		video   = `<meta property="og:type" content="video.other">`
		article = `<meta property="og:type" content="article">`
		website = `<meta property="og:type" content="website">`
		listing = `<script type="application/ld+json">{"@type": "CollectionPage", "name": "News"}</script>`
		linked  = `<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry waits for the rain to end"}</script>`
		title   = `<title>Ferry waits for the rain to end</title>`
		h1      = `<h1>Ferry waits for the rain to end</h1>`
		login   = `<form action="/login"><input name="user"><input type="password" name="secret"></form>`
	)
	paragraphs := func(n int) string {
		var b strings.Builder
		for i := range n { // no two the same
			b.WriteString("<p>" + prose(40+i) + "</p>")
		}
		return b.String()
	}
	teasers := strings.Repeat(`<div><h3><a href="/a">Ferry waits</a></h3><a href="/a">Read what happened at the harbour</a></div>`, 20)
	entry := news.Found{Title: "Ferry waits", Content: paragraphs(8)}
	for _, tt := range []struct {
		name       string
		path       string
		head, body string
		found      news.Found
		want       error
	}{
		{name: "a caption under a video", head: title + video, body: h1 + "<p>" + prose(20) + "</p>", want: ErrVideoOnly},
		{name: "thirty words under a video", head: title + video, body: h1 + "<p>" + prose(30) + "</p>"},
		{name: "a video without a word", head: title + video, body: h1 + "<video></video>", want: ErrVideoOnly},
		{name: "a caption under the video of an article", head: title + video + linked, body: h1 + "<p>" + prose(20) + "</p>"},

		{name: "a front page", path: "/", head: title + website, body: teasers, want: ErrListing},
		{name: "a front page with teasers", path: "/", head: title + website + listing, body: teasers + "<p>" + prose(20) + "</p>", want: ErrListing},
		{name: "links alone at an address of an article", head: title + website, body: teasers, want: ErrListing},
		{name: "a front page that is called an article", path: "/", head: title + article, body: h1 + paragraphs(8)},
		{name: "an article at an address with a query", path: "/?p=12", head: title, body: h1 + paragraphs(8)},
		{name: "a collection that holds an article", path: "/a", head: title + listing, body: "<article>" + h1 + paragraphs(8) + "</article>"},

		{name: "an error", head: "<title>404 - Page not found | Harbour News</title>", body: "<p>Sorry, the page you were looking for was not found.</p>", want: ErrErrorPage},
		{name: "an error in Arabic", head: "<title>الصفحة غير موجودة - أخبار الميناء</title>", body: "<p>عذرا، لم نجد ما تبحث عنه في هذا الموقع.</p>", want: ErrErrorPage},
		{name: "an error that only the text admits", head: "<title>Harbour News</title>", body: "<p>Page not found. Try the search at the top of this page.</p>", want: ErrErrorPage},
		{name: "an article that an error names", head: "<title>Page not found | Harbour News</title>", body: "<h1>Page not found</h1>" + paragraphs(8)},
		{name: "404 days in prison", head: "<title>404 days in prison</title>", body: "<h1>404 days in prison</h1><p>" + prose(30) + "</p>"},

		{name: "a form to log in", head: title, body: h1 + "<p>Please log in to read this.</p>" + login, want: ErrLoginWall},
		{name: "a form to log in beside an article", head: title, body: login + h1 + paragraphs(8)},
		{name: "a form to log in, and an entry of the feed", head: title, body: h1 + "<p>Please log in to read this.</p>" + login, found: entry},

		{name: "a few words", body: "<p>Back soon.</p>", want: ErrTooShort},
		{name: "a few words that are called an article", head: title + article, body: h1 + "<p>Ferry sails again.</p>"},
		{name: "a flash", body: "<p>The ferry has sailed at last.</p>"},
		{name: "an app before its scripts ran", head: "<title>App</title>", body: `<div id="root"></div><noscript>You need scripts.</noscript>`, want: ErrNoText},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path
			if path == "" {
				path = "/2026/ferry"
			}
			_, err := Clean(news.Page{
				Kind: news.PageHTML, URL: "https://news.example" + path, ContentType: "text/html; charset=utf-8",
				FetchedAt: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), Found: tt.found,
				Body: []byte("<!doctype html><html><head>" + tt.head + "</head><body>" + tt.body + "</body></html>"),
			})
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}
