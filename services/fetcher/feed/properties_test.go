package feed_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"marsad/pkg/news"
	"marsad/services/fetcher/feed"
)

// untidy finds a string that is not valid UTF-8 or has control characters in it, in any value.
func untidy(v reflect.Value) (string, bool) {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		bad := strings.IndexFunc(s, func(r rune) bool { return r < 0x20 && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 }) >= 0
		return s, bad || !utf8.ValidString(s)
	case reflect.Slice:
		for i := range v.Len() {
			if s, bad := untidy(v.Index(i)); bad {
				return s, true
			}
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return "", false
		}
		for _, field := range v.Fields() {
			if s, bad := untidy(field); bad {
				return s, true
			}
		}
	}
	return "", false
}

// check holds what is promised of any document.
func check(t *testing.T, body []byte, o feed.Options) {
	t.Helper()
	f, err := feed.Parse(body, o)
	if err != nil {
		if errors.Is(err, feed.ErrGaveUp) || strings.Contains(err.Error(), "XML") || strings.Contains(err.Error(), "xpp") {
			t.Errorf("what was rewritten cannot be read: %v: %q", err, body)
		}
		return
	}
	if s, bad := untidy(reflect.ValueOf(f)); bad {
		t.Errorf("%q from %q", s, body)
	}
	if len(f.Entries) > o.Limit || len(f.Sitemaps) > o.Limit {
		t.Errorf("%d entries, %d sitemaps", len(f.Entries), len(f.Sitemaps))
	}
	for _, e := range f.Entries {
		if u, err := url.Parse(e.URL); err != nil || u.User != nil || e.URL != "" && !strings.HasPrefix(u.Scheme, "http") {
			t.Errorf("the address %q: %v", e.URL, err)
		}
		if e.Published != nil && e.Published.Sub(now).Hours() > 24 {
			t.Errorf("published %v", e.Published)
		}
		for _, html := range []string{e.Summary, e.Content} {
			if lower := strings.ToLower(html); strings.Contains(lower, "<script") || strings.Contains(lower, "<iframe") {
				t.Errorf("%q from %q", html, body)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		string(ordinary("rss", 2, true)), string(ordinary("atom", 2, true)),
		`{"version":"1","items":[{"id":"1","title":"a","content_html":"<script>"}]}`,
		`<urlset><url><loc>https://a.example/</loc><lastmod>2026-11-22</lastmod></url></urlset>`,
		`<rdf:RDF xmlns="http://purl.org/rss/1.0/"><item rdf:about="x"><title>&#1;&#x80;</title></item></rdf:RDF>`,
		`<CHANNEL><ITEM HREF="https://u:secret@a.example/"/></CHANNEL>`,
		`<rss><channel><item><body xmlns="http://www.w3.org/1999/xhtml"><svg:svg><script/></svg:svg></body></item></channel></rss>`,
		`<feed><entry><content type="image/png">AAECAw==</content><link href="jav&#10;ascript:x"/></entry></feed>`,
	} {
		f.Add([]byte(seed), "text/xml", 3)
	}
	f.Fuzz(func(t *testing.T, body []byte, header string, limit int) {
		check(t, body, feed.Options{URL: "https://news.example/feed", ContentType: header, Limit: min(max(limit, 1), 50), Now: now})
	})
}

// jsonFeed is a JSON Feed of n items.
func jsonFeed(n int) []byte {
	var items []map[string]any
	for i := range n {
		items = append(items, map[string]any{"id": string(rune('a' + i)), "title": strings.Repeat("عنوان ", i+1), "content_html": "<p>نص</p>"})
	}
	body, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items})
	if err != nil {
		panic(err)
	}
	return body
}

// FuzzSalvage cuts feeds off: what is left are the first of the whole feed's entries,
// unchanged, and all of those that were complete.
func FuzzSalvage(f *testing.F) {
	for kind := range 3 {
		for _, cut := range []int{0, 300, 700, 1200} {
			f.Add(kind, cut)
		}
	}
	f.Fuzz(func(t *testing.T, kind, cut int) {
		bodies := [][]byte{ordinary("rss", 4, false), ordinary("atom", 4, true), jsonFeed(4)}
		ends := []string{"</item>", "</entry>", `"}`}
		kind = min(max(kind, 0), 2)
		body := bodies[kind]
		cut = min(max(cut, 0), len(body))
		o := feed.Options{URL: "https://news.example/feed", Now: now}
		whole, err := feed.Parse(body, o)
		if err != nil {
			t.Fatal(err)
		}
		part, err := feed.Parse(body[:cut], o)
		if err != nil {
			return
		}
		complete := strings.Count(string(body[:cut]), ends[kind])
		if n := len(part.Entries); n > len(whole.Entries) || n < complete && kind < 2 || n > complete {
			t.Fatalf("%d entries, %d complete", n, complete)
		}
		if diff := cmp.Diff(whole.Entries[:len(part.Entries)], append([]news.Found{}, part.Entries...)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTheSameInAnyEncoding reads an Arabic feed in four encodings.
func TestTheSameInAnyEncoding(t *testing.T) {
	plain := strings.Replace(string(ordinary("rss", 3, true)), ` encoding="UTF-8"`, "", 1)
	want, err := feed.Parse([]byte(plain), feed.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	windows, err := charmap.Windows1256.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	little, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"windows-1256": windows, "UTF-16": little, "UTF-16, no mark": big, "said to be UTF-8": `<?xml version="1.0" encoding="utf-8"?>` + windows[strings.Index(windows, "<rss"):],
	} {
		got, err := feed.Parse([]byte(body), feed.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Entries, got.Entries); diff != "" || got.Title != want.Title {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLimit(t *testing.T) {
	for name, body := range map[string][]byte{"rss": ordinary("rss", 12, false), "atom": ordinary("atom", 12, false), "json": jsonFeed(12)} {
		f, err := feed.Parse(body, feed.Options{Limit: 5, Now: now})
		if err != nil || len(f.Entries) != 5 || !strings.Contains(strings.Join(repairs(f), " "), string(feed.RepairedLimit)) {
			t.Errorf("%s: %d entries, %v, %v", name, len(f.Entries), f.Repairs, err)
		}
	}
}

func repairs(f feed.Feed) []string {
	var list []string
	for _, r := range f.Repairs {
		list = append(list, string(r))
	}
	return list
}
