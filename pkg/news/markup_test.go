package news_test

import (
	"strings"
	"testing"

	"marsad/pkg/news"
)

func TestHTML(t *testing.T) {
	text := "قال <الوزير>: نعم\n\nعنوان\n\nأولا\n\nثانيا"
	at := func(part string) (start, end int) {
		i := strings.Index(text, part)
		start = len([]rune(text[:i]))
		return start, start + len([]rune(part))
	}
	mark := func(kind news.MarkKind, part, href string) news.Mark {
		start, end := at(part)
		return news.Mark{Kind: kind, Start: start, End: end, Href: href}
	}
	a := news.Article{Text: text}
	a.Markup = []news.Mark{
		mark(news.MarkLink, "الوزير", `https://news.example/?a=1&b="2"`), mark(news.MarkHeading, "عنوان", ""),
		mark(news.MarkItem, "أولا", ""), mark(news.MarkItem, "ثانيا", ""),
		mark(news.MarkLink, "نعم", "javascript:alert(1)"), {Kind: news.MarkLink, Start: -4, End: 900, Href: "https://x.example/"},
	}
	const want = `<p>قال &lt;<a href="https://news.example/?a=1&amp;b=&#34;2&#34;" rel="noopener noreferrer nofollow">الوزير</a>&gt;: نعم</p>
<h2>عنوان</h2>
<ul>
<li>أولا</li>
<li>ثانيا</li>
</ul>
`
	if got := a.HTML(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
