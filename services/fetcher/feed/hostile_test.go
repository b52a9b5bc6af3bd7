package feed_test

import (
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marsad/services/fetcher/feed"
)

const eightMB = 8 << 20

// document is a text repeated up to 8 MB, between a head and a tail.
type document struct{ head, text, tail string }

func filled(head, text, tail string) document { return document{head, text, tail} }

func (d document) bytes() []byte {
	return []byte(d.head + strings.Repeat(d.text, (eightMB-len(d.head)-len(d.tail))/len(d.text)) + d.tail)
}

// hostile are documents made to cost memory or time.
func hostile() map[string]document {
	item := "<item><title>x</title></item>"
	return map[string]document{
		"a million deep":       filled(`<rss><channel>`, "<a>", ""),
		"deep in an entry":     filled(`<rss><channel><item>`, "<a>", "</item></channel></rss>"),
		"deep in a text":       filled(`<rss><channel><item><description>`, "<b>", "</description></item></channel></rss>"),
		"deep HTML":            filled(`<rss><channel><item><description><![CDATA[`, "<b>", "]]></description></item></channel></rss>"),
		"many items":           filled(`<rss><channel>`, item, "</channel></rss>"),
		"many entries":         filled(`<feed>`, "<entry/>", "</feed>"),
		"items never closed":   filled(`<rss><channel>`, "<item>", ""),
		"attributes":           filled(`<rss><channel><item `, `a="" `, "/></channel></rss>"),
		"different attributes": filled(`<rss><channel><item>`, `<x a1="1" b2="2" c3="3" d4="4"/>`, "</item></channel></rss>"),
		"namespaces":           filled(`<rss><channel>`, `<a xmlns:b="c">`, "</channel></rss>"),
		"ampersands":           filled(`<rss><channel><item><title>`, "&", "</title></item></channel></rss>"),
		"references":           filled(`<rss><channel><item><title>`, "&eacute;", "</title></item></channel></rss>"),
		"brackets":             filled(`<rss><channel><item><title>`, "<", "</title></item></channel></rss>"),
		"CDATA in HTML":        filled(`<rss><channel><item><description>`, "&lt;![CDATA[", "</description></item></channel></rss>"),
		"unclosed CDATA":       filled(`<rss><channel><item>`, "<![CDATA[", ""),
		"unclosed texts":       filled(`<rss><channel>`, "<item><title>", ""),
		"end tags":             filled(`<rss><channel><item>`, "</a>", "</item></channel></rss>"),
		"end tags, deep":       filled(`<rss><channel><item><a><b><c><d>`, "</title>", ""),
		"categories":           filled(`<rss><channel><item>`, "<category>x</category>", "</item></channel></rss>"),
		"links":                filled(`<feed><entry>`, `<link href="x"/>`, "</entry></feed>"),
		"authors":              filled(`<rss><channel><item>`, "<dc:creator>x</dc:creator>", "</item></channel></rss>"),
		"styles":               filled(`<rss><channel><item><description>`, `&lt;p style="color: red; a: b"&gt;`, "</description></item></channel></rss>"),
		"entities":             filled("<!DOCTYPE rss [", `<!ENTITY a "b">`, `]><rss><channel><item><title>&a;</title></item></channel></rss>`),
		"doctype":              filled("<!DOCTYPE rss [", `"`, `<rss/>`),
		"JSON items":           filled(`{"version":"https://jsonfeed.org/version/1.1","items":[{}`, `,{}`, `]}`),
		"JSON deep":            filled(`{"version":"https://jsonfeed.org/version/1.1","items":[`, `[`, ``),
		"JSON fields":          filled(`{"version":"https://jsonfeed.org/version/1.1"`, `,"a":1`, `}`),
		"sitemap":              filled(`<urlset>`, `<url><loc>https://a.example/</loc><lastmod>2026-11-22</lastmod></url>`, `</urlset>`),
		"sitemap deep":         filled(`<urlset><url>`, `<a>`, ``),
		"nothing":              filled("", " ", ""),
		"zeros":                filled("", "\x00", ""),
		"bytes":                filled("", "\xff\x80", ""),
		"mails":                filled(`<rss><channel><item><author>`, "a@", "</author></item></channel></rss>"),
	}
}

// maxTook is far above what any of them takes, and far below what time that is not linear
// would be: machines that run tests are busy.
const maxTook = time.Minute

// TestHostileDocuments holds memory and time of documents of 8 MB.
func TestHostileDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	for name, d := range hostile() {
		t.Run(name, func(t *testing.T) {
			body := d.bytes()
			peak, took := peakOf(func() {
				f, err := feed.Parse(body, feed.Options{URL: "https://a.example/", Limit: 1000, Now: now})
				if err == nil && len(f.Entries) > 1000 {
					t.Errorf("%d entries", len(f.Entries))
				}
			})
			t.Logf("%s: %d MB, %v", name, peak>>20, took.Round(time.Millisecond))
			if peak > 100<<20 || took > maxTook {
				t.Errorf("took %d MB and %v", peak>>20, took)
			}
		})
	}
}

// peakOf is how much the heap grew while f worked, sampled every millisecond.
func peakOf(f func()) (uint64, time.Duration) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	start := time.Now()
	f()
	took := time.Since(start)
	close(stop)
	<-done
	return peak.Load() - min(peak.Load(), before.HeapAlloc), took
}
