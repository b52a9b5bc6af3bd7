package press

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// entry is an article as a feed tells of it.
type entry struct {
	url, guid, title, summary, content string
	at                                 time.Time
}

// render writes a feed. mark is what makes guids differ from answer to answer.
func (w *World) render(f *Feed, items []Item, at time.Time, mark string) []byte {
	entries := make([]entry, len(items))
	for n, i := range items {
		a := w.article(i)
		e := entry{url: w.URL(i), title: w.titleOf(&a), summary: w.summaryOf(&a), at: i.At}
		e.guid = e.url
		if mark != "" {
			e.guid = fmt.Sprintf("%s#%d-%s", f.host, n, mark)
		}
		if f.clicks {
			e.url += "?utm_source=rss&utm_medium=feed"
		}
		if f.Full {
			e.content = "<p>" + strings.Join(w.textOf(&a), "</p>\n<p>") + "</p>"
		}
		entries[n] = e
	}
	var b bytes.Buffer
	switch f.Format {
	case Atom:
		f.atom(&b, entries, at)
	case RDF:
		f.rdf(&b, entries)
	case JSON:
		return f.json(entries)
	case Sitemap:
		f.sitemap(&b, entries)
	default:
		f.rss(&b, entries)
	}
	return f.wrongly(b.Bytes())
}

// written is the time in the publisher's own zone.
func (f *Feed) written(at time.Time, layout string) string {
	return at.In(time.FixedZone("", f.site.zone.offset*3600)).Format(layout)
}

func (f *Feed) rss(b *bytes.Buffer, entries []entry) {
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel>\n")
	fmt.Fprintf(b, "<title>%s</title><link>http://%s/</link><description>%s</description><language>%s</language>\n", html.EscapeString(f.Name), f.site.host, html.EscapeString(f.Publisher), f.Lang)
	switch {
	case f.TTL == time.Hour:
		b.WriteString("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>\n")
	case f.TTL > 0:
		fmt.Fprintf(b, "<ttl>%d</ttl>\n", int(f.TTL.Minutes()))
	}
	for _, e := range entries {
		fmt.Fprintf(b, "<item><title>%s</title><link>%s</link><guid isPermaLink=\"%t\">%s</guid>", html.EscapeString(e.title), html.EscapeString(e.url), strings.HasPrefix(e.guid, "http"), html.EscapeString(e.guid))
		if f.Dated {
			fmt.Fprintf(b, "<pubDate>%s</pubDate>", f.written(e.at, time.RFC1123Z))
		}
		fmt.Fprintf(b, "<description>%s</description>", html.EscapeString(e.summary))
		if e.content != "" {
			fmt.Fprintf(b, "<content:encoded><![CDATA[%s]]></content:encoded>", e.content)
		}
		b.WriteString("</item>\n")
	}
	b.WriteString("</channel></rss>\n")
}

func (f *Feed) atom(b *bytes.Buffer, entries []entry, at time.Time) {
	fmt.Fprintf(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=%q><title>%s</title><id>%s</id><updated>%s</updated><link href=\"http://%s/\"/>\n",
		f.Lang, html.EscapeString(f.Name), f.URL, f.written(newest(entries, at), time.RFC3339), f.site.host)
	for _, e := range entries {
		fmt.Fprintf(b, "<entry><title>%s</title><link href=\"%s\"/><id>%s</id>", html.EscapeString(e.title), html.EscapeString(e.url), html.EscapeString(e.guid))
		if f.Dated {
			fmt.Fprintf(b, "<published>%s</published><updated>%[1]s</updated>", f.written(e.at, time.RFC3339))
		}
		fmt.Fprintf(b, "<summary>%s</summary>", html.EscapeString(e.summary))
		if e.content != "" {
			fmt.Fprintf(b, "<content type=\"html\">%s</content>", html.EscapeString(e.content))
		}
		b.WriteString("</entry>\n")
	}
	b.WriteString("</feed>\n")
}

func newest(entries []entry, at time.Time) time.Time {
	if len(entries) > 0 {
		return entries[0].at
	}
	return at
}

func (f *Feed) rdf(b *bytes.Buffer, entries []entry) {
	fmt.Fprintf(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel rdf:about=%q><title>%s</title><link>http://%s/</link></channel>\n",
		f.URL, html.EscapeString(f.Name), f.site.host)
	for _, e := range entries {
		fmt.Fprintf(b, "<item rdf:about=\"%s\"><title>%s</title><link>%s</link><description>%s</description>", html.EscapeString(e.guid), html.EscapeString(e.title), html.EscapeString(e.url), html.EscapeString(e.summary))
		if f.Dated {
			fmt.Fprintf(b, "<dc:date>%s</dc:date>", f.written(e.at, time.RFC3339))
		}
		b.WriteString("</item>\n")
	}
	b.WriteString("</rdf:RDF>\n")
}

func (f *Feed) json(entries []entry) []byte {
	type item struct {
		ID          string `json:"id"`
		URL         string `json:"url"`
		Title       string `json:"title"`
		Summary     string `json:"summary,omitempty"`
		ContentHTML string `json:"content_html,omitempty"`
		Published   string `json:"date_published,omitempty"`
	}
	feed := struct {
		Version string `json:"version"`
		Title   string `json:"title"`
		Home    string `json:"home_page_url"`
		Lang    string `json:"language"`
		Items   []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", f.Name, "http://" + f.site.host + "/", f.Lang, []item{}}
	for _, e := range entries {
		i := item{ID: e.guid, URL: e.url, Title: e.title, Summary: e.summary, ContentHTML: e.content}
		if f.Dated {
			i.Published = f.written(e.at, time.RFC3339)
		}
		feed.Items = append(feed.Items, i)
	}
	raw, err := json.Marshal(feed)
	if err != nil {
		panic(err) // strings of our own
	}
	return raw
}

func (f *Feed) sitemap(b *bytes.Buffer, entries []entry) {
	b.WriteString("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\n")
	for _, e := range entries {
		fmt.Fprintf(b, "<url><loc>%s</loc><news:news><news:publication><news:name>%s</news:name><news:language>%s</news:language></news:publication><news:publication_date>%s</news:publication_date><news:title>%s</news:title></news:news></url>\n",
			html.EscapeString(e.url), html.EscapeString(f.Publisher), f.Lang, f.written(e.at, time.RFC3339), html.EscapeString(e.title))
	}
	b.WriteString("</urlset>\n")
}
