package press

import (
	"fmt"
	"html"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Handler serves the press as a forward proxy does: by the host that is asked
// for, not by whom the connection is to. now is the time of the world.
func (w *World) Handler(now func() time.Time) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(out, "the press is only read, over http", http.StatusMethodNotAllowed)
			return
		}
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		feeds := w.byHost[strings.ToLower(host)]
		if len(feeds) == 0 {
			http.Error(out, "no such host", http.StatusBadGateway)
			return
		}
		w.serve(out, r, feeds, now())
	})
}

// serve answers for one host, which has these feeds.
func (w *World) serve(out http.ResponseWriter, r *http.Request, feeds []int, now time.Time) {
	for _, i := range feeds {
		if r.URL.Path == w.feeds[i].path || r.URL.Path == w.feeds[i].movedPath() {
			w.serveFeed(out, r, &w.feeds[i], now)
			return
		}
	}
	s := w.feeds[feeds[0]].site
	switch r.URL.Path {
	case "/robots.txt":
		s.serveRobots(out, r)
	case "/":
		w.serveFront(out, feeds, now)
	default:
		i, ok := w.at(r.URL.Path)
		if !ok || i.At.After(now) || w.feeds[i.Feed].site != s {
			http.NotFound(out, r)
			return
		}
		out.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(out, w.page(i))
	}
}

// movedPath is where a feed that has moved is now.
func (f *Feed) movedPath() string { return "/feeds" + f.path }

func (s *site) serveRobots(out http.ResponseWriter, r *http.Request) {
	if s.noRobots {
		http.NotFound(out, r)
		return
	}
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(out, "User-agent: *\nDisallow: /admin/\n")
	if s.premium {
		fmt.Fprint(out, "Disallow: /premium/\n")
	}
	if s.crawlDelay > 0 {
		fmt.Fprintf(out, "Crawl-delay: %d\n", s.crawlDelay)
	}
}

var mediaTypes = map[Format]string{
	RSS: "application/rss+xml", Atom: "application/atom+xml", RDF: "application/rdf+xml", JSON: "application/feed+json", Sitemap: "application/xml",
}

// serveFront serves a publisher's front page: its feeds, and its latest articles.
func (w *World) serveFront(out http.ResponseWriter, feeds []int, now time.Time) {
	first := &w.feeds[feeds[0]]
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q><head><meta charset=\"utf-8\"><title>%s</title>\n", first.Lang, html.EscapeString(first.Publisher))
	for _, i := range feeds {
		if f := &w.feeds[i]; f.Format != Sitemap {
			fmt.Fprintf(&b, "<link rel=\"alternate\" type=%q title=%q href=%q>\n", mediaTypes[f.Format], html.EscapeString(f.Name), f.URL)
		}
	}
	b.WriteString("</head><body>\n<ul>\n")
	for _, i := range feeds {
		items, _ := w.Shown(i, now)
		for _, item := range items[:min(len(items), 5)] {
			fmt.Fprintf(&b, "<li><a href=%q>%s</a></li>\n", w.URL(item), html.EscapeString(w.Title(item)))
		}
	}
	b.WriteString("</ul>\n</body></html>\n")
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(out, b.String())
}

// page is an article's page, with what stands around articles.
func (w *World) page(i Item) string {
	f := &w.feeds[i.Feed]
	dir := "ltr"
	if f.Lang == "ar" {
		dir = "rtl"
	}
	title := html.EscapeString(w.Title(i))
	published := i.At.Add(time.Duration(f.site.zone.offset)*time.Hour).Format("2006-01-02T15:04:05") + fmt.Sprintf("%+03d:00", f.site.zone.offset)
	open, end := templates[f.site.template][0], templates[f.site.template][1]
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q dir=%q><head><meta charset=\"utf-8\"><title>%s – %s</title>\n", f.Lang, dir, title, html.EscapeString(f.Publisher))
	fmt.Fprintf(&b, "<link rel=\"canonical\" href=%q>\n<meta property=\"og:type\" content=\"article\"><meta property=\"og:title\" content=\"%s\"><meta property=\"article:published_time\" content=%q>\n", w.URL(i), title, published)
	fmt.Fprintf(&b, "</head>\n<body>\n<header><a href=\"/\">%s</a><nav>", html.EscapeString(f.Publisher))
	for _, section := range sections {
		fmt.Fprintf(&b, "<a href=\"/%s/\">%s</a> ", section, section)
	}
	fmt.Fprintf(&b, "</nav></header>\n%s<h1>%s</h1>\n<time datetime=%q>%s</time>\n", open, title, published, published[:10])
	for _, p := range w.Text(i) {
		fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
	}
	fmt.Fprintf(&b, "%s\n<aside><ul>", end)
	for _, other := range w.beside(i) {
		fmt.Fprintf(&b, "<li><a href=%q>%s</a></li>", w.URL(other), html.EscapeString(w.Title(other)))
	}
	b.WriteString("</ul></aside>\n<footer>© 2026. All rights reserved. <a href=\"/contact\">Contact</a> <a href=\"/terms\">Terms</a></footer>\n</body></html>\n")
	return b.String()
}

// templates are what publishers put around the text.
var templates = [4][2]string{
	{"<main><article>", "</article></main>"},
	{"<div id=\"content\"><div class=\"story-body\">", "<div class=\"share\">Facebook Twitter WhatsApp</div></div></div>"},
	{"<section class=\"post\"><div class=\"entry-content\">", "</div><div class=\"comments\"><h3>0</h3><form><textarea></textarea></form></div></section>"},
	{"<div class=\"wrap\"><div class=\"ticker\">BTC 61,000 | EUR 1.08 | OIL 74</div><div class=\"text\" itemprop=\"articleBody\">", "</div></div>"},
}

// beside are the articles before this one, of the same feed and day.
func (w *World) beside(i Item) (items []Item) {
	times := w.day(i.Feed, i.Day)
	for n := i.N - 1; n >= max(i.N-5, 0); n-- {
		items = append(items, Item{Feed: i.Feed, Day: i.Day, N: n, At: momentOf(i.Day, times[n])})
	}
	return slices.Clip(items)
}

func trimWWW(host string) string { return strings.TrimPrefix(host, "www.") }
