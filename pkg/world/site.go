package world

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
)

// site serves one publisher.
type site struct {
	world     *World
	publisher *publisher
}

// ServeHTTP implements http.Handler.
func (s site) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if !s.world.awake(r) {
		return
	}
	if r.URL.Path == "/feed.xml" {
		out.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		fmt.Fprint(out, s.feed())
		return
	}
	item, paragraphs := s.world.at(s.publisher.url + r.URL.Path)
	if item == nil {
		http.NotFound(out, r)
		return
	}
	switch item.Kind {
	case Gone:
		http.Error(out, "gone", http.StatusGone)
	case Silent:
		<-r.Context().Done()
	case Flaky:
		if s.world.firstAsked(item) {
			out.Header().Set("Retry-After", "1")
			http.Error(out, "busy", http.StatusServiceUnavailable)
			return
		}
		send(out, page(item, paragraphs), false)
	default:
		send(out, page(item, paragraphs), item.Kind == Slow)
	}
}

// awake waits while the world is stalled; false: who asked has gone.
func (w *World) awake(r *http.Request) bool {
	w.mu.Lock()
	stalled := w.stalled
	w.mu.Unlock()
	if stalled == nil {
		return true
	}
	select {
	case <-stalled:
		return true
	case <-r.Context().Done():
		return false
	}
}

// firstAsked reports whether nobody asked for the item's page before.
func (w *World) firstAsked(item *Item) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked[item] {
		return false
	}
	if w.asked == nil {
		w.asked = map[*Item]bool{}
	}
	w.asked[item] = true
	return true
}

// at returns the item at an address, with its text of the moment.
func (w *World) at(url string) (*Item, []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if item := w.byPath[url]; item != nil {
		return item, item.now()
	}
	return nil, nil
}

// drips is in how many pieces a slow page is sent, twenty a second.
const drips = 16

func send(out http.ResponseWriter, body string, drip bool) {
	out.Header().Set("Content-Type", "text/html; charset=utf-8")
	if !drip {
		fmt.Fprint(out, body)
		return
	}
	for part := range slices.Chunk([]byte(body), len(body)/drips+1) {
		_, _ = out.Write(part) // who asked may have gone
		_ = http.NewResponseController(out).Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

// feed is RSS 2.0, newest first. It holds everything ever published: so a poll
// that was missed costs nothing but time.
func (s site) feed() string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Publisher %d</title><link>%s</link>\n", s.publisher.number, s.publisher.url)
	for _, i := range slices.Backward(s.publisher.items) {
		fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><pubDate>%s</pubDate><description>%s</description></item>\n",
			html.EscapeString(i.title), i.URL, i.at.Format(time.RFC1123Z), html.EscapeString(i.summary()))
	}
	b.WriteString("</channel></rss>\n")
	return b.String()
}

// summary is what the feed says: of a page that cannot be had, everything.
func (i *Item) summary() string {
	switch i.Kind {
	case Empty:
		return ""
	case Gone, Silent:
		return "<p>" + strings.Join(i.now(), "</p><p>") + "</p>"
	}
	first, _, _ := strings.Cut(i.now()[0], ".")
	return first
}

func page(i *Item, paragraphs []string) string {
	dir := "ltr"
	if i.lang == "ar" {
		dir = "rtl"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q dir=%q><head><meta charset=\"utf-8\"><title>%s</title></head>\n<body>\n", i.lang, dir, html.EscapeString(i.title))
	if i.Kind != Empty {
		fmt.Fprintf(&b, "<nav><a href=\"/feed.xml\">RSS</a></nav>\n<article><h1>%s</h1>\n", html.EscapeString(i.title))
		for _, p := range paragraphs {
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(p))
		}
		b.WriteString("</article>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}
