package fetcher

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// fault is a way in which a feed goes wrong, and what must come of it.
type fault struct {
	name    string           // without serve: of a file in testdata/faults, in which HOST is the server's
	serve   http.HandlerFunc // of the feed
	polls   int              // that are waited for; default 1
	reason  string           // of the polls; empty: they succeed
	items   int              // in the ledger after all of them
	repairs []string         // that the last poll names, among others
	urls    []string         // paths of items that must be in the ledger
}

// feedFaults is every way in which a feed is known to go wrong.
func feedFaults(b bombs) []fault {
	return []fault{
		{name: "web_page", reason: ReasonWebPage},
		{name: "empty", reason: ReasonEmpty},
		{name: "truncated", items: 2, repairs: []string{"truncated", "entries_lost"}},
		{name: "broken_item", items: 2, repairs: []string{"entries_lost"}},
		{name: "undefined_entities", items: 1, repairs: []string{"undefined_entities"}},
		{name: "billion_laughs", items: 1, repairs: []string{"undefined_entities"}},
		{name: "wrong_charset", items: 1, repairs: []string{"charset_mislabelled"}},
		{name: "control_characters", items: 1, repairs: []string{"illegal_characters"}},
		{name: "relative_links", items: 2, urls: []string{"/2026/harvest", "/fair?day=2"}},
		{name: "relative_links_with_base", items: 2, urls: []string{"/en/news/rain", "/en/sport/cup"}},
		{name: "duplicate_guids", items: 2},
		{name: "missing_guids", items: 3},
		{name: "year_3000", items: 2, repairs: []string{"dates_in_the_future"}},
		{name: "userinfo", items: 1, urls: []string{"/gate"}},

		{name: "a million deep", serve: endless(deepFeed, "<a>", 1_000_000), items: 1, repairs: []string{"nesting_flattened", "truncated"}},
		{name: "a million deep in a text", serve: endless(deepText, "&lt;b&gt;", 800_000), items: 1, repairs: []string{"truncated"}},
		{name: "100,000 items", serve: manyItems(100_000), items: DefaultConfig().MaxFeedItems, repairs: []string{"entries_capped"}},
		{name: "without end", serve: endless(deepFeed, "<item><title>x</title></item>", 1<<40), reason: ReasonTooLarge},
		{name: "said to be a terabyte", serve: said(1 << 40), reason: ReasonTooLarge},
		{name: "gzip bomb", serve: b.serve("gzip"), reason: ReasonTooLarge},
		{name: "brotli bomb", serve: b.serve("br"), reason: ReasonTooLarge},
		{name: "zstd bomb", serve: b.serve("zstd"), reason: ReasonTooLarge},
		{name: "coded as nobody knows", serve: coded, reason: ReasonBroken},

		{name: "a byte a second", serve: dripping(""), reason: ReasonTooSlow},
		{name: "a byte a second, of brotli", serve: dripping("br"), reason: ReasonTimeout},
		{name: "a byte a second, of zstd", serve: dripping("zstd"), reason: ReasonTimeout},
		{name: "a header a second", serve: header(time.Second), reason: ReasonTimeout},
		{name: "headers without end", serve: header(0), reason: ReasonTooLarge},
		{name: "hints without end", serve: raw("", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 50)), reason: ReasonTooLarge},
		{name: "no answer", serve: silent, reason: ReasonTimeout},
		{name: "hung up on", serve: raw("", ""), reason: ReasonBroken},
		{name: "broken off", serve: raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<rss>", ""), reason: ReasonBroken},
		{name: "not HTTP", serve: raw("220 mail.example ESMTP\r\n", ""), reason: ReasonBroken},
		{name: "redirect loop", serve: redirect("/feed"), reason: ReasonRedirects},
		{name: "redirect off the web", serve: redirect("file:///etc/passwd"), reason: ReasonRedirects},
		{name: "redirect inside", serve: redirect("http://169.254.169.254/latest/"), reason: ReasonBlockedAddress},

		{name: "new guids at every poll", serve: newGUIDs(true), polls: 4, items: 3},
		// Until its second poll nothing says that its guids are made up.
		{name: "new guids at every poll, no links", serve: newGUIDs(false), polls: 4, items: 6},
	}
}

// pageFault is a way in which a page goes wrong.
type pageFault struct {
	name   string
	page   http.HandlerFunc
	robots http.HandlerFunc // nil: there is none
	reason string           // of the item
}

func pageFaults(b bombs) []pageFault {
	return []pageFault{
		{name: "gzip bomb", page: b.serve("gzip"), reason: ReasonTooLarge},
		{name: "brotli bomb", page: b.serve("br"), reason: ReasonTooLarge},
		{name: "without end", page: endless("<html><body>", "<p>x</p>", 1<<40), reason: ReasonTooLarge},
		{name: "a byte a second", page: dripping(""), reason: ReasonTooSlow},
		{name: "headers without end", page: header(0), reason: ReasonTooLarge},
		{name: "redirect loop", page: redirect("/page"), reason: ReasonRedirects},
		{name: "hung up on", page: raw("", ""), reason: ReasonBroken},
		{name: "robots.txt forbids", page: text("<p>page</p>"), robots: text("User-agent: *\nDisallow: /"), reason: ReasonRobots},
		{name: "robots.txt a byte a second", page: text("<p>page</p>"), robots: dripping(""), reason: ReasonTooSlow},
		{name: "a picture", page: text("\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\xff", 1000))}, // for the cleaner to see
		{name: "robots.txt a bomb", page: text("<p>page</p>"), robots: b.serve("gzip")},         // its beginning will do
	}
}

// handler serves a fault as a site whose feed is broken.
func (f fault) handler(t *testing.T) http.Handler {
	serve := f.serve
	if serve == nil {
		body, err := os.ReadFile(filepath.Join("testdata", "faults", f.name))
		if err != nil {
			t.Fatal(err)
		}
		serve = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/rss+xml")
			_, _ = w.Write(bytes.ReplaceAll(body, []byte("HOST"), []byte(r.Host)))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", serve)
	return mux
}

// handler serves a fault as a site whose page is broken.
func (f pageFault) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/page", f.page)
	if f.robots != nil {
		mux.HandleFunc("/robots.txt", f.robots)
	}
	return mux
}

const (
	deepFeed = `<rss version="2.0"><channel><item><title>good</title><guid isPermaLink="false">1</guid></item>`
	deepText = deepFeed + `<item><title>deep</title><description>`
)

// endless sends a text, and then another n times.
func endless(head, text string, n int) http.HandlerFunc {
	const each = 1000
	return func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, head)
		for block, left := strings.Repeat(text, each), n; left > 0; left -= each {
			if _, err := io.WriteString(w, block[:len(text)*min(left, each)]); err != nil {
				return
			}
		}
	}
}

func manyItems(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel>`)
		for i := range n {
			fmt.Fprintf(w, `<item><guid isPermaLink="false">%d</guid><title>خبر %d</title></item>`, i, i)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}
}

// said is an answer that claims to be long.
func said(length int64) http.HandlerFunc {
	return raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n<rss>", length), "")
}

// bombSize is what a bomb holds: 500 MB.
const bombSize = 500 << 20

// packer packs as a content coding says.
func packer(coding string, to io.Writer) io.WriteCloser {
	switch coding {
	case "br":
		return brotli.NewWriterOptions(to, brotli.WriterOptions{Quality: 2, LGWin: 24})
	case "zstd":
		w, err := zstd.NewWriter(to, zstd.WithWindowSize(maxWindow), zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			panic(err) // the options are good
		}
		return w
	}
	w, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		panic(err)
	}
	return w
}

// bombs are packed once, by the name of their coding: that takes seconds.
type bombs map[string][]byte

func newBombs() bombs {
	b := bombs{}
	for _, coding := range []string{"gzip", "br", "zstd"} {
		var packed bytes.Buffer
		p := packer(coding, &packed)
		for block, n := make([]byte, 1<<20), 0; n < bombSize; n += len(block) {
			_, _ = p.Write(block) // into memory
		}
		_ = p.Close()
		b[coding] = packed.Bytes()
	}
	return b
}

func (b bombs) serve(coding string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(b[coding])
	}
}

func coded(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "compress")
	fmt.Fprint(w, "\x1f\x9d")
}

// dripping sends a feed a byte a second; what is packed begins with as much as
// makes who unpacks it take the memory it needs.
func dripping(coding string) http.HandlerFunc {
	body := []byte(strings.Repeat(deepFeed, 1000))
	first := 1
	if coding != "" {
		var b bytes.Buffer
		p := packer(coding, &b)
		for i := range 20 << 10 { // what cannot be packed well
			fmt.Fprintf(p, "%x", i*i*i)
		}
		_ = p.Close() // into memory
		body, first = b.Bytes(), b.Len()/2
	}
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(body[:first])
		for _, b := range body[first:] {
			_ = http.NewResponseController(w).Flush()
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return
			}
			_, _ = w.Write([]byte{b})
		}
	}
}

// silent takes a request and says nothing.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// header sends header fields without end, with a pause between two.
func header(pause time.Duration) http.HandlerFunc {
	return hijacked(func(conn net.Conn) {
		_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
		for err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			if _, err = io.WriteString(conn, "X-More: of the same\r\n"); err == nil && pause > 0 {
				_ = conn.SetReadDeadline(time.Now().Add(pause))
				_, err = conn.Read(make([]byte, 1)) // ends at once when the client leaves
			}
		}
	})
}

// raw sends bytes as they are, and others without end if there are any.
func raw(once, again string) http.HandlerFunc {
	return hijacked(func(conn net.Conn) {
		_, err := io.WriteString(conn, once)
		for err == nil && again != "" {
			_, err = io.WriteString(conn, again)
		}
	})
}

// hijacked answers past the server, which would only send what is HTTP.
func hijacked(talk func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		talk(conn)
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// newGUIDs serves three entries with other guids each time.
func newGUIDs(links bool) http.HandlerFunc {
	var guid atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel>`)
		for i := range 3 {
			link := ""
			if links {
				link = fmt.Sprintf("<link>http://%s/%d</link>", r.Host, i)
			}
			fmt.Fprintf(w, `<item><guid isPermaLink="false">%d</guid><title>Entry %d</title>%s</item>`, guid.Add(1), i, link)
		}
		fmt.Fprint(w, `</channel></rss>`)
	}
}
