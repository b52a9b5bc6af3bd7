package web

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

var start = time.Date(2026, 1, 28, 9, 30, 0, 0, time.UTC)

// site is the service over a store of its own. Its clock stands an hour after start.
type site struct {
	*testing.T
	*Service
	feed news.Source
}

func newSite(t *testing.T) *site {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data = t.TempDir()
	p, err := app.Open(t.Context(), cfg, app.Options{LogTo: io.Discard, StoreOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	s, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	s.now = func() time.Time { return start.Add(time.Hour) }
	return &site{T: t, Service: s}
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// addFeed registers the source that the articles come from.
func (s *site) addFeed() {
	s.Helper()
	address := "https://news.example/feed"
	s.feed = news.Source{
		ID: news.NewSourceID(address), Publisher: news.NewPublisher("جريدة & Co"), Kind: news.KindFeed, URL: address,
		Name: "News <Example>", Lang: "ar", Country: "MA", AddedAt: start, NextPoll: start,
	}
	_, err := s.store.AddSources(s.Context(), s.feed)
	s.must(err)
}

// archive takes articles the whole way from a poll to the archive and the
// index. Their IDs are those of their URLs; the first is the oldest.
func (s *site) archive(articles ...store.Ending) {
	s.Helper()
	var entries []store.Entry
	for _, e := range articles {
		entries = append(entries, store.Entry{ID: e.Ref.Item, URL: e.Article.URL, Found: news.Found{URL: e.Article.URL, Title: e.Article.Title}})
	}
	_, err := s.store.RecordPoll(s.Context(), store.PollResult{
		Source: s.feed.ID, Poll: news.Poll{At: start, Took: 80 * time.Millisecond, Entries: len(entries)}, NextPoll: start.Add(2 * time.Hour), Items: entries,
	})
	s.must(err)
	for _, e := range articles {
		s.must(s.store.SavePage(s.Context(), news.Page{Ref: e.Ref, Kind: news.PageHTML, URL: e.Article.URL, Body: []byte("<p>"), FetchedAt: start}, "", store.Slot{}))
	}
	_, err = s.store.End(s.Context(), articles)
	s.must(err)
	for {
		n, err := s.store.IndexPending(s.Context(), 100)
		s.must(err)
		if n == 0 {
			return
		}
	}
}

// article is an original of the feed, published so many minutes after start.
func (s *site) article(name, lang, title, body string, minutes int) store.Ending {
	address := "https://news.example/" + name
	ref := news.Ref{Item: news.ItemID(weburl.Identity(address), "", ""), Revision: 1}
	published, direction := start.Add(time.Duration(minutes)*time.Minute), news.LeftToRight
	if lang == "ar" {
		direction = news.RightToLeft
	}
	return store.Ending{
		Ref: ref, Outcome: news.Archived, At: start.Add(50 * time.Minute), Story: ref.Item,
		Article: &news.Article{
			ID: ref.Item, Source: s.feed.Name, SourceID: s.feed.ID, Publisher: s.feed.Publisher.Name, PublisherID: s.feed.Publisher.ID,
			URL: address, CanonicalURL: address, Title: title, Authors: []string{}, Published: &published, Lang: lang, Direction: direction,
			Words: len(strings.Fields(body)), Completeness: news.CompleteFull, Text: body,
		},
		Verdict: &news.Verdict{Kind: news.Original, Rule: "first"},
		Trail:   []news.Step{{Service: "cleaner", At: start.Add(time.Minute), TookMS: 12.4, Note: "<note>"}},
	}
}

// fill archives an Arabic article, its copy, and a hostile one in English.
func (s *site) fill() (arabic, twin, hostile news.ID) {
	s.Helper()
	s.addFeed()
	const body = "وقّع المغرب اتفاقية جديدة في الرباط.\n\nتشمل الاتفاقية التدريب المشترك."
	first := s.article("ar", "ar", "المغرب يوقّع اتفاقية", body, 1)
	first.Labels.Places = []news.Place{{Code: "MA", Name: "Morocco", Mentions: 2}}
	second := s.article("copy", "ar", "اتفاقية بين بلدين", body, 2)
	second.Story, second.Article.Completeness = first.Story, news.CompleteFeed
	second.Verdict = &news.Verdict{Kind: news.Copy, Of: &first.Ref.Item, Similarity: 1, Rule: "text"}
	third := s.article("hostile", "en", `<script>alert("title")</script>`, "A pact </p><script>alert(1)</script> of two countries", 3)
	third.Article.URL, third.Article.CanonicalURL = "https://news.example/hostile", "javascript:alert(2)"
	third.Article.Authors, third.Article.Section = []string{"<b>Eve</b>"}, "<i>world</i>"
	s.archive(first, second, third)
	return first.Ref.Item, second.Ref.Item, third.Ref.Item
}

func (s *site) do(method, target string) *http.Response {
	s.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w.Result()
}

// get returns the status and the body of a page.
func (s *site) get(target string) (int, string) {
	s.Helper()
	response := s.do(http.MethodGet, target)
	body, err := io.ReadAll(response.Body)
	s.must(err)
	return response.StatusCode, string(body)
}

func TestPages(t *testing.T) {
	s := newSite(t)
	arabic, twin, hostile := s.fill()
	unknown := string(news.NewID("nobody"))
	for _, test := range []struct {
		target       string
		status       int
		has, without []string
	}{
		{"/", 200, []string{
			`<h2 lang="ar" dir="rtl"><a href="/articles/` + string(arabic) + `">المغرب يوقّع اتفاقية</a></h2>`,
			`<h2 lang="en" dir="ltr"><a href="/articles/` + string(hostile), "&lt;script&gt;alert(", `lang="ar" dir="rtl">وقّع`,
			`<time datetime="2026-01-28T09:31:00Z">28 Jan 2026, 09:31 UTC</time>`, "جريدة &amp; Co", "News &lt;Example&gt;",
			"Copy of an earlier article", "2 articles in its story", `href="/?country=MA">Morocco`, "Arabic (2)", "Feed’s text only",
		}, []string{"Older articles", "<mark>"}},
		{"/?q=" + url.QueryEscape("المغرب"), 200, []string{`<mark>المغرب</mark>`, `dir="auto"`}, []string{string(hostile)}},
		{"/?q=%22%3E%3Cscript%3E", 200, []string{`value="&#34;&gt;&lt;script&gt;"`}, nil},
		{"/?lang=en", 200, []string{string(hostile), `<option value="en" selected>`}, []string{string(arabic)}},
		{"/?lang=sw", 200, []string{"Nothing found"}, nil},
		{"/?topic=1", 422, []string{"no code of an IPTC"}, nil},
		{"/?lang=xx", 404, []string{"There are no articles in", `<option value="xx" selected>`}, nil},
		{"/?country=ma", 200, []string{string(arabic), `<option value="MA" selected>`}, []string{string(hostile)}},
		{"/?since=30d", 200, []string{string(arabic), `<option value="30d" selected>`}, nil},
		{"/?until=2026-01-01", 200, []string{"Nothing found", `name="until" value="2026-01-01"`, "remove this filter"}, nil},
		{"/?story=" + string(arabic), 200, []string{string(arabic), string(twin)}, []string{string(hostile)}},
		{"/?source=" + string(s.feed.ID) + "&q=pact", 200, []string{string(hostile), `name="source" value="` + string(s.feed.ID), `href="/?q=pact"`}, nil},
		{"/?q=-only", 422, []string{"cannot be run", "only excludes words"}, []string{"Nothing found", "q: "}},
		{"/?since=never", 422, []string{"cannot be run", "never"}, nil},
		{"/?source=nobody", 404, []string{"cannot be run", "no source"}, nil},
		{"/?before=x", 422, []string{"follow the links"}, nil},
		{"/articles/" + string(arabic), 200, []string{
			`<div class="text body" lang="ar" dir="rtl">`, "<p>وقّع المغرب اتفاقية جديدة في الرباط.</p>", "<p>تشمل", "<p>Original.</p>", "Nothing like it",
			`href="https://news.example/ar" rel="noopener noreferrer nofollow"`, "the whole page", `href="/articles/` + string(twin),
			"&lt;note&gt;", "12.4", `datetime="2026-01-28T09:31:00Z">09:31:00.000`, "28 Jan 2026, 10:20 UTC",
		}, []string{"only what the feed carried"}},
		{"/articles/" + string(twin), 200, []string{
			"The same text, spelling aside.", `<a href="/articles/` + string(arabic) + `">المغرب يوقّع اتفاقية</a>`, "only what the feed carried", "<code>text</code>",
		}, nil},
		{"/articles/" + string(hostile), 200, []string{"&lt;script&gt;alert(1)", "&lt;b&gt;Eve", "&lt;i&gt;world", "javascript:alert(2)</dd>"}, []string{`href="javascript`, "ZgotmplZ"}},
		{"/articles/" + unknown, 404, []string{"Not found", "here is no article"}, nil},
		{"/articles/..%2f", 404, []string{"Not found"}, nil},
		{"/sources", 200, []string{"News &lt;Example&gt;", `class="badge healthy">Healthy`, "Arabic", "Morocco", `data-label="Found" class="num">3<`, "28 Jan 2026, 11:30 UTC"}, nil},
		{"/sources?health=failing", 200, []string{"No source is so"}, []string{"News &lt;"}},
		{"/sources/" + string(s.feed.ID), 200, []string{"Last polls", "80ms", `<span class="num">3</span> found = <span class="num">3</span> archived`, "not known yet"}, nil},
		{"/sources/" + unknown, 404, []string{"Not found"}, nil},
		{"/nothing", 404, []string{"There is no page at this address."}, nil},
	} {
		status, body := s.get(test.target)
		if status != test.status {
			t.Errorf("%s: status %d, want %d", test.target, status, test.status)
		}
		for _, want := range test.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s: lacks %q", test.target, want)
			}
		}
		for _, unwanted := range append(test.without, "<script", "<b>", "<no value>", " style=") {
			if strings.Contains(body, unwanted) {
				t.Errorf("%s: has %q", test.target, unwanted)
			}
		}
	}
}

func TestPagesHeaders(t *testing.T) {
	s := newSite(t)
	_, body := s.get("/")
	styles := regexp.MustCompile(`/static/style\.[0-9a-f]{12}\.css`).FindString(body)
	for _, test := range []struct {
		method, target string
		status         int
		contentType    string
		cache          string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "no-cache"},
		{"HEAD", "/", 200, "text/html; charset=utf-8", "no-cache"},
		{"GET", "/nothing", 404, "text/html; charset=utf-8", "no-cache"},
		{"GET", styles, 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"GET", "/static/style.css", 404, "text/plain; charset=utf-8", ""},
	} {
		response := s.do(test.method, test.target)
		h := response.Header
		if response.StatusCode != test.status || h.Get("Content-Type") != test.contentType || h.Get("Cache-Control") != test.cache {
			t.Errorf("%s %s: %d %v", test.method, test.target, response.StatusCode, h)
		}
		want := "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
		if h.Get("Content-Security-Policy") != want || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s %s: headers %v", test.method, test.target, h)
		}
	}
	if status := s.do("POST", "/").StatusCode; status != http.StatusMethodNotAllowed {
		t.Errorf("POST /: %d", status)
	}
	if h := s.do("GET", "/api/v1/nothing").Header; strings.Contains(h.Get("Content-Type"), "html") {
		t.Error("the API answers programs with a page")
	}
}

func TestPagesEmpty(t *testing.T) {
	s := newSite(t)
	for target, want := range map[string]string{"/": "marsad sources add", "/?q=x": "Nothing found", "/sources": "marsad sources add"} {
		if status, body := s.get(target); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d, lacks %q", target, status, want)
		}
	}
}

// TestPaging follows the links from the newest page to the oldest: every
// article that the filter lets through comes once, in order.
func TestPaging(t *testing.T) {
	s := newSite(t)
	s.addFeed()
	var articles []store.Ending
	for i := range 2*pageSize + 3 {
		articles = append(articles, s.article(fmt.Sprint("n", i), "en", fmt.Sprintf("number %03d", i), "words", i-100))
	}
	articles[7].Article.Lang = "fr"
	s.archive(articles...)
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	titles := regexp.MustCompile(`>number (\d+)</a>`)
	var seen []string
	pages := 0
	for target := "/?lang=en&q="; target != ""; pages++ {
		_, body := s.get(target)
		for _, m := range titles.FindAllStringSubmatch(body, -1) {
			seen = append(seen, m[1])
		}
		if back := strings.Contains(body, "Back to the newest"); back != (pages > 0) {
			t.Errorf("page %d: the way back is there: %v", pages, back)
		}
		target = ""
		if next := older.FindStringSubmatch(body); next != nil {
			target = html.UnescapeString(next[1])
		}
	}
	var want []string
	for i := range slices.Backward(articles) {
		if i != 7 {
			want = append(want, fmt.Sprintf("%03d", i))
		}
	}
	if got := strings.Join(seen, " "); got != strings.Join(want, " ") || pages != 3 {
		t.Errorf("%d pages: %s", pages, got)
	}
}

func TestPagesWithoutStore(t *testing.T) {
	s := newSite(t)
	s.must(s.store.Close())
	for _, target := range []string{"/", "/?source=x", "/articles/" + string(news.NewID("a")), "/sources", "/sources/x"} {
		if status, body := s.get(target); status != http.StatusServiceUnavailable || !strings.Contains(body, "Not available right now") || strings.Contains(body, "sql") {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
}

func TestRevisions(t *testing.T) {
	s := newSite(t)
	s.addFeed()
	first := s.article("a", "en", "before", "text", 1)
	s.archive(first)
	again := s.article("a", "en", "after", "text, longer", 1)
	again.Ref.Revision = 2
	again.Verdict = &news.Verdict{Kind: news.Revision, Of: &first.Ref.Item, Similarity: 1, Rule: "same_item"}
	s.archive(again)
	_, body := s.get("/articles/" + string(first.Ref.Item))
	for _, want := range []string{">after<", ">before<", "revision 1", "revision 2", "A later version", "Revised"} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q", want)
		}
	}
}

func TestTemplatesMustParse(t *testing.T) {
	broken := fstest.MapFS{
		"templates/layout.html": {Data: []byte(`{{template "content"}}`)},
		"templates/parts.html":  {Data: []byte(`{{define "x"}}{{nofunction .}}{{end}}`)},
	}
	if _, err := parseTemplates(broken, assets{}); err == nil {
		t.Error("a template that calls what is not there was parsed")
	}
}

func TestWebLink(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/x": true, "http://a.example": true,
		"": false, "javascript:alert(1)": false, "data:text/html,x": false, "//a.example": false, "https:opaque": false, "ftp://a.example/": false,
		"HTTPS://a.example/": true, " https://a.example/": false,
	} {
		if got := webLink(address) != ""; got != want {
			t.Errorf("webLink(%q): %v", address, got)
		}
	}
}

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"2026-01-28T00:00:00Z":      "28 Jan 2026",
		"2026-01-28T00:30:00+01:00": "27 Jan 2026, 23:30 UTC",
	} {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := date(at); got != want {
			t.Errorf("date(%s) = %q", in, got)
		}
	}
}
