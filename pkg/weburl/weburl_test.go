package weburl_test

import (
	"errors"
	"strings"
	"testing"

	"marsad/pkg/weburl"
)

func TestCanonical(t *testing.T) {
	for raw, want := range map[string]string{
		"HTTP://News.Example:80/a?utm_source=x&id=7#top": "http://news.example/a?id=7",
		"https://news.example":                           "https://news.example/",
		"https://news.example:443/a?fbclid=1":            "https://news.example/a",
		"https://news.example:8443/a?b=2&a=1":            "https://news.example:8443/a?b=2&a=1",
		" https://user:pw@news.example./a ":              "https://news.example/a",
		"https://news.example/%D8%AE%D8%A8%D8%B1":        "https://news.example/%D8%AE%D8%A8%D8%B1",
		"http://[2001:DB8::1]:80/":                       "http://[2001:db8::1]/",
	} {
		got, err := weburl.Canonical(raw)
		if err != nil || got != want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{"", "a/b", "mailto:a@b.example", "ftp://a.example/", "http://", "http:///x", "javascript:alert(1)", "http://a b/"} {
		if got, err := weburl.Canonical(raw); !errors.Is(err, weburl.ErrNotWeb) {
			t.Errorf("Canonical(%q) = %q, %v; want ErrNotWeb", raw, got, err)
		}
	}
}

func TestNormalKeepsTheQuery(t *testing.T) {
	got, err := weburl.Normal("HTTP://News.Example:80/feed?utm_source=x#top")
	if want := "http://news.example/feed?utm_source=x"; err != nil || got != want {
		t.Errorf("Normal = %q, %v; want %q", got, err, want)
	}
	if got, err := weburl.Normal("https://a.example/" + strings.Repeat("x", 10<<10)); !errors.Is(err, weburl.ErrNotWeb) {
		t.Errorf("a very long address: %d bytes, %v", len(got), err)
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("http://a.example/?utm_x=1&b=%zz")
	f.Add("https://[::1]:80/#f")
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := weburl.Canonical(raw)
		if err != nil {
			return
		}
		twice, err := weburl.Canonical(once)
		if err != nil || twice != once {
			t.Errorf("Canonical(%q) = %q, again %q, %v", raw, once, twice, err)
		}
	})
}

func TestDomain(t *testing.T) {
	for raw, want := range map[string]string{
		"https://feeds.bbci.co.uk/x": "bbci.co.uk",
		"http://127.0.0.2:8765/x":    "127.0.0.2",
		"http://localhost/":          "localhost",
		"https://WWW.Example.COM.":   "example.com",
		"::":                         "",
	} {
		if got := weburl.Domain(raw); got != want {
			t.Errorf("Domain(%q) = %q, want %q", raw, got, want)
		}
	}
}
