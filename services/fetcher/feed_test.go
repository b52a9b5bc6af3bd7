package fetcher

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

const rss = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>مثال</title><language>ar</language>
<item><title>خبر أول</title><link>/a/1?utm_source=rss</link><guid isPermaLink="false">x1</guid>
<description>ملخص</description><content:encoded><![CDATA[<p>نص <b>كامل</b></p>]]></content:encoded>
<dc:creator>سلمى</dc:creator><category>اقتصاد</category><pubDate>Wed, 28 Jan 2026 10:00:00 +0100</pubDate></item>
</channel></rss>`

func TestParseFeed(t *testing.T) {
	at := time.Date(2026, 1, 28, 9, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		body string
		want Feed
	}{
		"RSS": {rss, Feed{Title: "مثال", Lang: "ar", Entries: []news.Found{{
			URL: "https://n.example/a/1", GUID: "x1", Title: "خبر أول", Summary: "ملخص", Content: "<p>نص <b>كامل</b></p>",
			Authors: []string{"سلمى"}, Categories: []string{"اقتصاد"}, Lang: "ar", Published: &at,
		}}}},
		"Atom": {`<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>tag:1</id><title>One</title>
			<link href="https://n.example/1"/><summary>s</summary><updated>2026-01-28T09:00:00Z</updated></entry></feed>`,
			Feed{Title: "A", Entries: []news.Found{{URL: "https://n.example/1", GUID: "tag:1", Title: "One", Summary: "s", Published: &at, Updated: &at}}}},
		"JSON Feed": {`{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"7","url":"https://n.example/7","title":"Seven","content_html":"<p>x</p>","date_published":"2026-01-28T09:00:00Z"}]}`,
			Feed{Title: "J", Entries: []news.Found{{URL: "https://n.example/7", GUID: "7", Title: "Seven", Content: "<p>x</p>", Published: &at}}}},
		"guid as link": {`<rss version="2.0"><channel><title>G</title><item><title>t</title><guid>https://n.example/9</guid></item></channel></rss>`,
			Feed{Title: "G", Entries: []news.Found{{URL: "https://n.example/9", GUID: "https://n.example/9", Title: "t"}}}},
		"no link": {`<rss version="2.0"><channel><title>N</title><item><title>t</title><guid>9</guid><description>d</description></item></channel></rss>`,
			Feed{Title: "N", Entries: []news.Found{{GUID: "9", Title: "t", Summary: "d"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseFeed([]byte(tc.body), "https://n.example/feed", 10)
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestParseFeedRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"empty": " \n", "HTML": "<!doctype html><html><body><p>no</p></body></html>", "text": "hello", "truncated": rss[:100],
		"million empty entries": "<rss><channel>" + strings.Repeat("<item/>", 1_000_000) + "</channel></rss>",
		"million empty objects": `{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat("{},", 1_000_000) + `{}]}`,
		"deep":                  `<rss version="2.0"><channel><item>` + strings.Repeat("<x>", 300) + strings.Repeat("</x>", 300) + "</item></channel></rss>",
	} {
		if feed, err := ParseFeed([]byte(body), "", 10); err == nil {
			t.Errorf("%s: parsed to %+v", name, feed)
		}
	}
}

func TestDeeper(t *testing.T) {
	for in, want := range map[string]bool{
		"<a><b></b><b></b></a>": false, "<a><b><c>": true, "<a><b/><b/><b/></a>": false,
		"<a><!-- <b><c><d> --></a>": false, "<a><![CDATA[<b><c><d>]]></a>": false, "<?xml?><!DOCTYPE x><a><b></b></a>": false, "<": false, "<a": false,
	} {
		if got := deeper([]byte(in), 2); got != want {
			t.Errorf("deeper(%q) = %v", in, got)
		}
	}
}

func TestEntriesAreIdentifiedOnce(t *testing.T) {
	source := news.NewSourceID("https://n.example/feed")
	got := entries([]news.Found{
		{URL: "https://n.example/1", Title: "first"}, {URL: "https://n.example/1", Title: "again"},
		{GUID: "g"}, {Title: "neither"}, {Title: "neither"},
	}, source)
	if len(got) != 3 || got[0].Found.Title != "first" {
		t.Fatalf("entries = %+v", got)
	}
	elsewhere := entries([]news.Found{{URL: "https://n.example/1"}, {GUID: "g"}}, news.NewSourceID("https://n.example/other"))
	if elsewhere[0].ID != got[0].ID {
		t.Error("the same address found through another source is another item")
	}
	if elsewhere[1].ID == got[1].ID {
		t.Error("the same guid of another source is the same item")
	}
}

func FuzzParseFeed(f *testing.F) {
	f.Add([]byte(rss))
	f.Add([]byte("<feed><entry>"))
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","items":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		feed, err := ParseFeed(body, "https://n.example/", 50)
		if err != nil {
			return
		}
		for _, e := range feed.Entries {
			if e.URL != "" && !strings.HasPrefix(e.URL, "http") {
				t.Errorf("entry with the address %q", e.URL)
			}
		}
	})
}
