package feed_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"marsad/services/fetcher/feed"
)

// ordinary is a feed as most are: of n items with a summary, and with contents if full.
func ordinary(format string, n int, full bool) []byte {
	var b strings.Builder
	head, item, tail := `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
<channel><title>مرصد المدينة</title><link>https://news.example/</link><description>أخبار المدينة</description><language>ar</language>
`, `<item><title>المجلس البلدي يقر ميزانية السنة %[1]d</title><link>https://news.example/2026/11/%[1]d</link><guid isPermaLink="false">n-%[1]d</guid>
<pubDate>Sat, 21 Nov 2026 %02[2]d:15:00 GMT</pubDate><dc:creator><![CDATA[هيئة التحرير]]></dc:creator><category><![CDATA[محليات]]></category>
<media:content url="https://news.example/i/%[1]d.jpg" medium="image"/>
<description><![CDATA[<p>صوّت أعضاء المجلس على المشروع رقم %[1]d بعد نقاش دام ساعات.</p>]]></description>%[3]s</item>
`, `</channel></rss>`
	if format == "atom" {
		head, item, tail = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><title>مرصد المدينة</title><link href="https://news.example/"/><id>tag:news.example,2026:feed</id><updated>2026-11-21T10:00:00Z</updated>
`, `<entry><title>المجلس البلدي يقر ميزانية السنة %[1]d</title><link rel="alternate" type="text/html" href="https://news.example/2026/11/%[1]d"/><id>tag:news.example,2026:%[1]d</id>
<published>2026-11-21T%02[2]d:15:00Z</published><updated>2026-11-21T%02[2]d:20:00Z</updated><author><name>هيئة التحرير</name></author><category term="محليات"/>
<summary type="html">&lt;p&gt;صوّت أعضاء المجلس على المشروع رقم %[1]d بعد نقاش دام ساعات.&lt;/p&gt;</summary>%[3]s</entry>
`, `</feed>`
	}
	paragraph := `<p>وقال <a href="https://news.example/people/7">رئيس المجلس</a> إن الخطة تشمل <strong>ثلاثة أحياء</strong> &amp; مدرستين، وتبدأ الشهر القادم.</p>`
	content := ""
	if full {
		content = "<content:encoded><![CDATA[" + strings.Repeat(paragraph, 12) + "]]></content:encoded>"
		if format == "atom" {
			content = `<content type="html"><![CDATA[` + strings.Repeat(paragraph, 12) + "]]></content>"
		}
	}
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, item, i, i%24, content)
	}
	b.WriteString(tail)
	return []byte(b.String())
}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// BenchmarkParse compares the reading of ordinary feeds with gofeed alone.
func BenchmarkParse(b *testing.B) {
	for _, format := range []string{"rss", "atom"} {
		for _, full := range []bool{false, true} {
			body := ordinary(format, 40, full)
			name := fmt.Sprintf("%s/full=%v", format, full)
			b.Run(name+"/marsad", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if f, err := feed.Parse(body, feed.Options{URL: "https://news.example/feed", Now: now}); err != nil || len(f.Entries) != 40 {
						b.Fatal(err, len(f.Entries))
					}
				}
			})
			b.Run(name+"/gofeed", func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if f, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil || len(f.Items) != 40 {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
