package weburl_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"marsad/pkg/weburl"
)

func TestCanonical(t *testing.T) {
	for raw, want := range map[string]string{
		"HTTP://News.Example:80/a?utm_source=x&id=7#top":                                 "http://news.example/a?id=7",
		"https://news.example":                                                           "https://news.example/",
		"https://news.example:443/a?fbclid=1":                                            "https://news.example/a",
		"https://news.example:8443/a?b=2&a=1":                                            "https://news.example:8443/a?b=2&a=1",
		" https://user:pw@news.example./a ":                                              "https://news.example/a",
		"https://news.example/%D8%AE%D8%A8%D8%B1":                                        "https://news.example/%D8%AE%D8%A8%D8%B1",
		"http://[2001:DB8::1]:80/":                                                       "http://[2001:db8::1]/",
		"https://a.example/خبر?q=عاجل":                                                   "https://a.example/%D8%AE%D8%A8%D8%B1?q=%D8%B9%D8%A7%D8%AC%D9%84",
		"https://a.example/%d8%ae%7Ex%2fy":                                               "https://a.example/%D8%AE~x%2Fy",
		"https://a.example/100%-sure%zz":                                                 "https://a.example/100%25-sure%25zz",
		"https://a.example/a/./b/../c//d":                                                "https://a.example/a/c//d",
		"https://مثال.example/":                                                          "https://xn--mgbh0fb.example/",
		"https://BÜCHER.example./x":                                                      "https://xn--bcher-kva.example/x",
		"https://a.example/a;jsessionid=1A2B?x=1":                                        "https://a.example/a?x=1",
		"https://a.example/a b?c d":                                                      "https://a.example/a%20b?c%20d",
		"https://www.google.com/amp/s/a.example/1/":                                      "https://a.example/1/",
		"https://a-example.cdn.ampproject.org/c/s/a.example/amp/1?x=2&utm_source=y":      "https://a.example/amp/1?x=2",
		"https://www.google.com/url?q=https%3A%2F%2Fa.example%2F1%3Futm_source%3Dg&sa=D": "https://a.example/1",
		"https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttp%3A%2F%2Fa.example%2F": "http://a.example/",
		"https://www.google.com/url?q=javascript:alert(1)":                                                  "https://www.google.com/url?q=javascript:alert(1)",
		"https://a.example/a/..;jsessionid=1":                                                               "https://a.example/",
		"https://a.example/%2e%2e/x":                                                                        "https://a.example/x",
		"https://a.example/x/%2E":                                                                           "https://a.example/x/",
		"https://a.example/a/%2e%2E;JSESSIONID=1?x=1":                                                       "https://a.example/?x=1",
		"https://www.google.com/url;jsessionid=1?q=https://a.example/1":                                     "https://a.example/1",
		wrapped(3, "https://a.example/1"):                                                                   "https://a.example/1",
		wrapped(4, "https://a.example/1"):                                                                   wrapped(4, "https://a.example/1"),
		wrapped(9, "https://a.example/1;jsessionid=1"):                                                      wrapped(9, "https://a.example/1;jsessionid=1"),
	} {
		got, err := weburl.Canonical(raw)
		if err != nil || got != want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", raw, got, err, want)
		}
		if again, err := weburl.Canonical(got); err != nil || again != got {
			t.Errorf("Canonical(%q) = %q, and again %q, %v", raw, got, again, err)
		}
	}
	for _, raw := range []string{"", "a/b", "mailto:a@b.example", "ftp://a.example/", "http://", "http:///x", "javascript:alert(1)", "http://a b/", "https://\xff.example/", "https://a.example/\xff"} {
		if got, err := weburl.Canonical(raw); !errors.Is(err, weburl.ErrNotWeb) {
			t.Errorf("Canonical(%q) = %q, %v; want ErrNotWeb", raw, got, err)
		}
	}
}

// wrapped is an address in so many redirectors.
func wrapped(times int, address string) string {
	for range times {
		address = "https://www.google.com/url?url=" + url.QueryEscape(address)
	}
	return address
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
	f.Add("http://a.example/a/..;jsessionid=1")
	f.Add("http://a.example/%2e%2e/x/%2E")
	f.Add("http://www.google.com/url;jsessionid=1?q=https://a.example/1")
	f.Add(wrapped(3, "http://a.example/;jsessionid=1"))
	f.Add(wrapped(4, "http://a.example/?utm_source=x"))
	f.Fuzz(func(t *testing.T, raw string) {
		once, err := weburl.Canonical(raw)
		if err != nil {
			return
		}
		twice, err := weburl.Canonical(once)
		if err != nil || twice != once {
			t.Errorf("Canonical(%q) = %q, again %q, %v", raw, once, twice, err)
		}
		if got, want := weburl.Identity(once), weburl.Identity(raw); got != want {
			t.Errorf("%q and %q are %q and %q", raw, once, want, got)
		}
		for i := range len(once) {
			if once[i] <= ' ' || once[i] >= 0x7f {
				t.Errorf("Canonical(%q) = %q", raw, once)
			}
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

func TestIdentity(t *testing.T) {
	for want, addresses := range map[string][]string{
		"a.example/1": {
			"https://a.example/1", "http://www.a.example/1/", "https://m.a.example/1?utm_source=x", "https://amp.a.example/1", "https://a.example/1/amp/",
			"https://a.example/amp/1", "https://www.m.a.example/1?amp=1", "https://a.example/1?outputType=amp", "https://www.google.com/amp/s/www.a.example/1",
		},
		"a.example/1.html":  {"https://a.example/1.html", "https://a.example/1.amp.html", "https://a.example/amp/1.html"},
		"a.example:8080/1":  {"http://www.a.example:8080/1"},
		"m.co.uk/1":         {"https://m.co.uk/1"}, // the registrable domain is m.co.uk
		"127.0.0.1:9/a?b=1": {"http://127.0.0.1:9/a?b=1"},
		"news.a.example":    {"https://news.a.example/", "https://news.a.example"},
		"a.example?p=1":     {"https://a.example/?p=1"},
		"a.example/amp":     {"https://a.example/amp"},
		"not an address":    {"not an address"},
		"a.example/champ":   {"https://a.example/champ"},
	} {
		for _, address := range addresses {
			if got := weburl.Identity(address); got != want {
				t.Errorf("Identity(%q) = %q, want %q", address, got, want)
			}
		}
	}
}
