package discover

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/fetcher/feed"
)

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		page string
		want Page
	}{
		"in any order and case": {
			`<HEAD><LINK TYPE="Application/RSS+XML; charset=utf-8" HREF=" feed/ " TITLE="الأخبار" REL="nofollow Alternate">
			<link rel="alternate" type="application/atom+xml" href="//news.example/atom">
			<link rel=alternate type=application/feed+json href=/feed.json>`,
			Page{Feeds: []Link{{"https://news.example/ar/feed/", "الأخبار"}, {"https://news.example/atom", ""}, {"https://news.example/feed.json", ""}}},
		},
		"with a base": {
			`<base href="https://cdn.example/x/"><base href="/second"><link rel=alternate type=application/rss+xml href=rss>`,
			Page{Feeds: []Link{{"https://cdn.example/x/rss", ""}}},
		},
		"of other kinds": {
			`<link rel=alternate hreflang=en href=/en><link rel=alternate type=application/json href=/wp-json/posts/1>
			<link rel=alternate type=application/json+oembed href=/oembed?url=feed><link rel=stylesheet type=text/xml href=/s.xml>`,
			Page{},
		},
		"anchors": {
			`<a href="/sport/rss">x</a><a href=/khulasat>خلاصات <b>RSS</b></a><a href="feed:https://news.example/f">خلاصة</a>
			<a href=/icon><img alt=RSS src=rss.png></a><a href="/sitemap.xml">map</a><a href="/rss.png">RSSfeed</a><a href="#rss">RSS</a>
			<a href="https://reader.example/add?feed=https://news.example/feed">RSS</a><a href="https://feeds.host.example/news">RSS</a>
			<a href="/?feed=rss2">y</a><a href="/about">us`,
			Page{Mentions: []Link{
				{"https://news.example/sport/rss", "x"}, {"https://news.example/khulasat", "خلاصات RSS"}, {"https://news.example/f", "خلاصة"},
				{"https://news.example/icon", "RSS"}, {"https://feeds.host.example/news", "RSS"}, {"https://news.example/?feed=rss2", "y"},
			}},
		},
		"nothing of the web": {`<link rel=alternate type=application/rss+xml href="javascript:x"><a href="mailto:rss@news.example">RSS</a><a href="http://[">RSS</a>`, Page{}},
	} {
		if diff := cmp.Diff(test.want, Read([]byte(test.page), "text/html; charset=utf-8", "https://news.example/ar/")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOfComments(t *testing.T) {
	for _, test := range []struct {
		url, title string
		want       bool
	}{
		{"https://a.example/comments/feed/", "", true},
		{"https://a.example/?feed=comments-rss2", "", true},
		{"https://a.example/f", "تعليقات على: المثال", true},
		{"https://a.example/f", "Comments on: Example", true},
		{"https://a.example/f", "Commentaires pour La Une", true},
		{"https://a.example/feed", "الأخبار", false},
		{"https://a.example/commentary/feed", "Opinion", false},
	} {
		if got := OfComments(test.url, test.title); got != test.want {
			t.Errorf("%s %s: %v", test.url, test.title, got)
		}
	}
}

func TestGuesses(t *testing.T) {
	var got []string
	for _, l := range Guesses("https://a.example/sport/index.html?x=1")[:5] {
		got = append(got, l.URL)
	}
	want := []string{
		"https://a.example/sport/feed", "https://a.example/sport/rss", "https://a.example/sport/rss.xml", "https://a.example/sport/feed.xml",
		"https://a.example/feed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if first := Guesses("https://a.example/")[0].URL; first != "https://a.example/feed" {
		t.Errorf("at the root: %s", first)
	}
}

// of is a candidate with entries that were published so many days ago.
func of(url string, format feed.Format, origin Origin, daysAgo int, entries ...string) Candidate {
	at := time.Now().AddDate(0, 0, -daysAgo)
	c := Candidate{URL: url, Origin: origin, Feed: feed.Feed{Format: format}}
	for _, e := range entries {
		c.Feed.Entries = append(c.Feed.Entries, news.Found{URL: "https://a.example/" + e, Title: e, Published: &at})
	}
	return c
}

func TestBest(t *testing.T) {
	var (
		main     = of("https://a.example/feed", feed.RSS, Linked, 0, "1", "2")
		atom     = of("https://a.example/atom", feed.Atom, Linked, 0, "2", "1")
		comments = of("https://a.example/comments/feed", feed.RSS, Linked, 0, "c")
		sport    = of("https://a.example/sport/feed", feed.RSS, Guessed, 0, "3")
		old      = of("https://a.example/old/feed", feed.RSS, Linked, 400, "4")
		empty    = of("https://a.example/empty", feed.RSS, Linked, 0)
		sitemap  = of("https://a.example/news.xml", feed.Sitemap, Robots, 0, "1", "2")
		untitled = of("https://a.example/sitemap.xml", feed.Sitemap, Robots, 0, "5")
	)
	untitled.Feed.Entries[0].Title = ""
	list := []Candidate{comments, untitled, old, sitemap, empty, main, sport, atom}
	for asked, want := range map[string][]string{
		"https://a.example/":            {main.URL, sport.URL, sitemap.URL, untitled.URL, old.URL, empty.URL, comments.URL},
		"https://a.example/sport/":      {sport.URL, main.URL, sitemap.URL, untitled.URL, old.URL, empty.URL, comments.URL},
		"https://a.example/sport/a.htm": {sport.URL, main.URL, sitemap.URL, untitled.URL, old.URL, empty.URL, comments.URL},
	} {
		var got []string
		best := Best(list, asked)
		for _, c := range best {
			got = append(got, c.URL)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", asked, diff)
		}
		if i := slices.Index(got, main.URL); i >= 0 && !slices.Equal(best[i].Also, []string{atom.URL}) {
			t.Errorf("the same as the main feed: %v", best[i].Also)
		}
	}
}

// FuzzRead: links are addresses of the web, each once, and not too many.
func FuzzRead(f *testing.F) {
	f.Add("<base href=//x><link rel=alternate type=application/rss+xml href=?a><a href=rss>RSS", "text/html")
	f.Add("<a href='feed://x/rss'>\xff<area href=/feed>", "text/html; charset=windows-1256")
	f.Fuzz(func(t *testing.T, page, contentType string) {
		p := Read([]byte(page), contentType, "https://news.example/")
		for _, list := range [][]Link{p.Feeds, p.Mentions} {
			seen := map[string]bool{}
			for _, l := range list {
				if normal, err := weburl.Normal(l.URL); err != nil || normal != l.URL || seen[l.URL] {
					t.Errorf("%q: %v", l.URL, err)
				}
				seen[l.URL] = true
				if len(l.Title) > maxLinkText || strings.Contains(l.Title, "\n") || !utf8.ValidString(l.Title) {
					t.Errorf("title %q", l.Title)
				}
			}
			if len(list) > maxLinks {
				t.Errorf("%d links", len(list))
			}
		}
	})
}
