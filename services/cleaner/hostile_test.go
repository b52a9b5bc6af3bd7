package cleaner

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"marsad/pkg/news"
)

// hostile are documents made to cost time or memory, each of about n bytes.
var hostile = map[string]func(n int) news.Page{
	"open div":        htmlOf("<div>"),
	"open b":          htmlOf("<b>"),
	"misnested":       htmlOf("<b><p></b><i></p>x</i>"),
	"open a":          htmlOf("<a href=x>y"),
	"tables":          htmlOf("<table><tr><td>x"),
	"lists":           htmlOf("<ul><li>x"),
	"breaks":          htmlOf("x<br>"),
	"tiny paragraphs": htmlOf("<p>x</p>"),
	"prose":           htmlOf("<p>Something happened, somebody said, and nobody knows why it did.</p>"),
	"same heading":    htmlOf("<h1>The same heading once more</h1>"),
	"headings":        func(n int) news.Page { return hostilePage("<h1>" + strings.Repeat("word ", n/5)) },
	"one line":        func(n int) news.Page { return hostilePage("<p>" + strings.Repeat("word, ", n/6)) },
	"one word":        func(n int) news.Page { return hostilePage("<p>" + strings.Repeat("x", n)) },
	"entities":        htmlOf("&amp;"),
	"broken entities": htmlOf("&#x"),
	"less than":       htmlOf("<"),
	"comments":        htmlOf("<!-- x -->"),
	"open comment":    func(n int) news.Page { return hostilePage("<!--" + strings.Repeat("-", n)) },
	"attributes":      func(n int) news.Page { return hostilePage("<p " + strings.Repeat("a=b ", n/4) + ">x") },
	"class": func(n int) news.Page {
		return hostilePage(`<p class="` + strings.Repeat("article-body ", n/13) + `">x`)
	},
	"meta":          htmlOf(`<meta name=author content="A Name">`),
	"title":         func(n int) news.Page { return hostilePage("<title>" + strings.Repeat("a | b - ", n/8)) },
	"times":         htmlOf(`<time datetime="2026-01-02T03:04:05Z">2 January 2026</time>`),
	"visible dates": htmlOf("<p>Published 2 January 2026, 10:30</p>"),
	"digits":        htmlOf("2/3/"),
	"bylines":       htmlOf(`<a rel=author>A Name</a><p class=byline>By A Name</p>`),
	"byline lines":  htmlOf("<p>By Ann Lee</p>"),
	"names": func(n int) news.Page {
		return hostilePage(`<meta name=author content="` + numbered("Ann Lee%d, ", n) + `">x`)
	},
	"one name": func(n int) news.Page {
		return hostilePage(`<meta name=author content="` + strings.Repeat("Ann ", n/4) + `">x`)
	},
	"headings in headings": htmlOf("<h1><div>x"),
	"authors in authors":   htmlOf(`<div itemprop=author>A `),
	"comments' authors":    htmlOf(`<div class=comment><a rel=author>A Name</a>`),
	"links":                htmlOf(`one <a href="/x">word</a> `),
	"deep dates":           htmlOf(`<div><i>2 January 2026 10:30</i>`),
	"JSON-LD headline": func(n int) news.Page {
		return linkedPage(`{"@type":"NewsArticle","headline":"` + strings.Repeat("word ", n/5) + `"}`)
	},
	"JSON-LD references": func(n int) news.Page {
		return linkedPage(`[{"@id":"a","@type":"Person","name":[` + strings.Repeat(`"A",`, n/8) + `"A"]},{"@type":"Article","author":[` + strings.Repeat(`{"@id":"a"},`, n/24) + `{}]}]`)
	},
	"embedded names": func(n int) news.Page {
		return hostilePage(`<script>x={"` + strings.Repeat("a", n/2) + `":["` + strings.Repeat(`It is said that this reads like prose, or so somebody hopes, here.","`, n/140))
	},
	"combining marks": htmlOf("e\u0301\u0301\u0301"),
	"bidi":            htmlOf("\u202e\u200f"),
	"JSON-LD depth":   func(n int) news.Page { return linkedPage(strings.Repeat("[", n)) },
	"JSON-LD objects": func(n int) news.Page { return linkedPage(strings.Repeat(`{"a":`, n/5)) },
	"JSON-LD articles": func(n int) news.Page {
		return linkedPage("[" + strings.Repeat(`{"@type":"NewsArticle","headline":"A b c"},`, n/43) + "{}]")
	},
	"JSON-LD body": func(n int) news.Page {
		return linkedPage(`{"@type":"NewsArticle","articleBody":"` + strings.Repeat("<p>x", n/4) + `"}`)
	},
	"JSON-LD quotes": func(n int) news.Page { return linkedPage(strings.Repeat(`"`, n)) },
	"JSON-LD authors": func(n int) news.Page {
		return linkedPage(`{"@type":"Article","author":[` + strings.Repeat(`{"name":"A"},`, n/13) + `{}]}`)
	},
	"JSON-LD blocks": htmlOf(`<script type="application/ld+json">{"@type":"Article","headline":"x"}</script>`),
	"embedded depth": func(n int) news.Page { return hostilePage("<script>x={" + strings.Repeat(`"a":{`, n/5)) },
	"embedded strings": func(n int) news.Page {
		return hostilePage(`<script>x={"a":["` + strings.Repeat(`It is said that this reads like prose, or so somebody hopes, here.","`, n/69))
	},
	"text: one line":    textOfPage("word "),
	"text: lines":       textOfPage("word\n"),
	"text: empty lines": textOfPage("\n"),
	"text: spaces":      textOfPage(" x   "),
	"text: bars":        textOfPage("A b c | "),
	"text: digits":      textOfPage("1/2/"),
	"text: tags":        textOfPage("<br>"),
	"text: share":       textOfPage("شارك 12\n"),
	"feed: tags": func(n int) news.Page {
		return news.Page{Kind: news.PageFeed, Found: news.Found{Title: "x", Content: strings.Repeat("&lt;p&gt;x", n/10)}}
	},
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func htmlOf(part string) func(n int) news.Page {
	return func(n int) news.Page { return hostilePage(strings.Repeat(part, n/len(part))) }
}

func textOfPage(part string) func(n int) news.Page {
	return func(n int) news.Page {
		return news.Page{Kind: news.PageText, Body: []byte(strings.Repeat(part, n/len(part)))}
	}
}

func hostilePage(body string) news.Page {
	return news.Page{Kind: news.PageHTML, URL: "https://news.example/2026/01/02/a", Body: []byte("<html><body>" + body)}
}

func linkedPage(data string) news.Page {
	return hostilePage(`<script type="application/ld+json">` + data + `</script><p>Text.`)
}

// TestHostile: none of them is worse than its reason, and what four times as much of it
// allocates is not much more than four times as much.
func TestHostile(t *testing.T) {
	for name, build := range hostile {
		t.Run(name, func(t *testing.T) {
			if _, err := Clean(build(100_000)); err != nil && (Reason(err) == "" || Reason(err) == ReasonPanic) {
				t.Error(err)
			}
			small, large := allocated(build(50_000)), allocated(build(200_000))
			if large > 8*small+(1<<20) {
				t.Errorf("%d bytes allocated of 50 kB, %d of 200 kB", small, large)
			}
		})
	}
}

// allocated is how many bytes cleaning a page allocates.
func allocated(page news.Page) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _ = Clean(page)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// BenchmarkHostile shows what 5 MB of each cost.
func BenchmarkHostile(b *testing.B) {
	for name, build := range hostile {
		b.Run(name, func(b *testing.B) {
			page := build(5 << 20)
			b.ReportAllocs()
			b.SetBytes(5 << 20)
			for b.Loop() {
				_, _ = Clean(page)
			}
		})
	}
}
