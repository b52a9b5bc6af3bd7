package fetcher

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/services/fetcher/discover"
	"marsad/services/fetcher/feed"
)

func feedOf(title string, entries ...string) http.HandlerFunc {
	var items strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&items, "<item><title>%s</title><link>/%s</link><pubDate>%s</pubDate></item>", e, e, time.Now().Format(time.RFC1123Z))
	}
	return text(`<rss version="2.0"><channel><title>` + title + `</title>` + items.String() + `</channel></rss>`)
}

func sitemapOf(paths ...string) http.HandlerFunc {
	var items strings.Builder
	for _, p := range paths {
		fmt.Fprintf(&items, `<url><loc>https://a.example/%s</loc><news:news><news:publication_date>%s</news:publication_date><news:title>%s</news:title></news:news></url>`,
			p, time.Now().Format(time.RFC3339), p)
	}
	return text(`<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">` + items.String() + `</urlset>`)
}

func indexOf(urls ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<sitemapindex>")
		for _, u := range urls {
			fmt.Fprintf(w, "<sitemap><loc>http://%s%s</loc></sitemap>", r.Host, u)
		}
		fmt.Fprint(w, "</sitemapindex>")
	}
}

// TestDiscover: a row is a site, what is asked about, and what is found, best first.
func TestDiscover(t *testing.T) {
	const head = `<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/rss+xml" href="/main">`
	for name, test := range map[string]struct {
		pages map[string]http.HandlerFunc
		at    string
		want  []string
		most  int // requests
	}{
		"a feed itself": {map[string]http.HandlerFunc{"/f": feedOf("F", "1")}, "/f", []string{"/f given"}, 1},
		"what the page names": {
			map[string]http.HandlerFunc{"/": text(head), "/main": feedOf("M", "1"), "/comments/feed": feedOf("C", "c"), "/feed": feedOf("G", "g")}, "/",
			[]string{"/main linked", "/comments/feed linked"}, 8,
		},
		"a list of feeds": {
			map[string]http.HandlerFunc{
				"/": text(`<!doctype html><a href="/khulasat">خلاصات</a>`), "/khulasat": text(`<!doctype html><a href="/1.xml">١</a><a href="/2.xml">٢</a>`),
				"/1.xml": feedOf("1", "1"), "/2.xml": feedOf("2", "2"),
			}, "/", []string{"/1.xml linked", "/2.xml linked"}, 9,
		},
		"where they often are": {
			map[string]http.HandlerFunc{"/a/b": text("<!doctype html>"), "/a/b/feed": feedOf("Part", "1"), "/feed": feedOf("All", "2")}, "/a/b",
			[]string{"/a/b/feed guessed"}, 8,
		},
		"where pages are refused": {
			map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "/rss": feedOf("R", "1")}, "/",
			[]string{"/rss guessed"}, 9,
		},
		"the same twice": {
			map[string]http.HandlerFunc{"/": text(head + `<link rel=alternate type=application/rss+xml href=/again>`), "/main": feedOf("M", "1"), "/again": feedOf("M", "1")}, "/",
			[]string{"/main linked"}, 9,
		},
		"robots.txt": {
			map[string]http.HandlerFunc{
				"/": text("<!doctype html>"), "/robots.txt": func(w http.ResponseWriter, r *http.Request) {
					fmt.Fprintf(w, "Sitemap: http://%s/all.xml\nSitemap: http://%s/map-news.xml\n", r.Host, r.Host)
				}, "/map-news.xml": sitemapOf("1"), "/all.xml": text("<urlset><url><loc>https://a.example/old</loc><lastmod>2001-01-01</lastmod></url></urlset>"),
			}, "/", []string{"/map-news.xml robots"}, 24,
		},
		"an index of sitemaps": {
			map[string]http.HandlerFunc{"/": text(head), "/main": feedOf("M", "1"), "/sitemap.xml": indexOf("/pages.xml", "/news.xml"), "/news.xml": sitemapOf("1")}, "/",
			[]string{"/main linked", "/news.xml guessed"}, 9,
		},
		"an index of a series": {
			map[string]http.HandlerFunc{"/": text(head), "/main": feedOf("M", "1"), "/sitemap.xml": indexOf("/pages.xml", "/news-2026.xml"), "/news-2026.xml": sitemapOf("1")}, "/",
			[]string{"/main linked", "/sitemap.xml guessed"}, 9,
		},
		"an index itself": {map[string]http.HandlerFunc{"/i.xml": indexOf("/part.xml"), "/part.xml": sitemapOf("1")}, "/i.xml", []string{"/i.xml given"}, 2},
		"nothing":         {map[string]http.HandlerFunc{"/": text("<!doctype html>")}, "/", nil, maxRequests},
		"a page that answers everything": {
			map[string]http.HandlerFunc{"/": text("<!doctype html>" + strings.Repeat(`<a href=/a/rss>RSS</a><a href=/b/rss>RSS</a>`, 50))}, "/", nil, maxRequests,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.pages = test.pages
			found, reason, err := Discover(t.Context(), loopback(), Search{URL: s.URL + test.at})
			if err != nil {
				t.Fatal(reason, err)
			}
			var got []string
			for _, c := range found.Candidates {
				got = append(got, strings.TrimPrefix(c.URL, s.URL)+" "+string(c.Origin))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\ntried %v", diff, found.Tried)
			}
			if found.Requests > test.most || found.Requests == 0 {
				t.Errorf("%d requests, at most %d are needed: tried %v", found.Requests, test.most, found.Tried)
			}
		})
	}
}

// TestDiscoverIsPolite: one request at a time, host_delay apart; who says that it
// is too much is left alone.
func TestDiscoverIsPolite(t *testing.T) {
	s := newSite(t)
	s.pages["/"] = text(`<!doctype html><link rel=alternate type=application/rss+xml href=/f>`)
	s.pages["/f"] = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }
	cfg := loopback()
	cfg.HostDelay = 30 * time.Millisecond
	began := time.Now()
	found, _, err := Discover(t.Context(), cfg, Search{URL: s.URL + "/"})
	if err != nil || found.Requests != 2 || len(found.Tried) != 2 || found.Tried[1].Reason != ReasonThrottled {
		t.Errorf("%+v, %v", found, err)
	}
	if took := time.Since(began); took < cfg.HostDelay {
		t.Errorf("two requests in %v", took)
	}
}

func TestDiscoverRefuses(t *testing.T) {
	s := newSite(t)
	cfg := loopback()
	cfg.AllowNetworks = nil
	if _, reason, err := Discover(t.Context(), cfg, Search{URL: s.URL + "/"}); reason != ReasonBlockedAddress || err == nil {
		t.Errorf("loopback: %s, %v", reason, err)
	}
	if _, reason, err := Discover(t.Context(), loopback(), Search{URL: "http://nowhere.invalid/"}); reason != ReasonDNS || err == nil {
		t.Errorf("no such host: %s, %v", reason, err)
	}
}

func TestCandidateLang(t *testing.T) {
	c := discover.Candidate{Feed: feed.Feed{Lang: "en-US", Entries: []news.Found{{Title: "أعلنت وزارة الصحة المغربية اليوم عن نتائج جديدة"}}}}
	if got := c.Lang(); got != "ar" {
		t.Errorf("Arabic titles in a feed that says English: %s", got)
	}
}

// TestSamples: pages are downloaded as the fetcher would, robots.txt and all.
func TestSamples(t *testing.T) {
	s := newSite(t)
	s.pages["/robots.txt"] = text("User-agent: *\nDisallow: /2\n")
	s.pages["/feed"] = feedOf("F", "1", "2", "3")
	s.pages["/1"] = text("<!doctype html><p>one")
	source := news.Source{URL: s.URL + "/feed"}
	checked, _, err := Check(t.Context(), loopback(), source)
	if err != nil || len(checked.Entries) != 3 || checked.Status != http.StatusOK || checked.NextPoll.IsZero() {
		t.Fatalf("%+v, %v", checked, err)
	}
	samples, err := Samples(t.Context(), loopback(), source, checked.Entries, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sample := range samples {
		got = append(got, string(sample.Page.Kind)+" "+sample.Reason)
	}
	if diff := cmp.Diff([]string{"html ", "feed " + ReasonRobots, "feed " + ReasonNotFound}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.requests("/2") != 0 || s.requests("/robots.txt") != 1 {
		t.Error("robots.txt was not obeyed, or asked for again")
	}
}
