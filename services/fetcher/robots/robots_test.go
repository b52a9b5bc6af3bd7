package robots

import (
	"strings"
	"testing"
	"time"

	"marsad/pkg/weburl"
)

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		name, file     string
		allowed, bared []string
	}{
		{"nothing said", "", []string{"/", "/a"}, nil},
		{"no rules for us", "User-agent: other\nDisallow: /", []string{"/a"}, nil},
		{"everybody", "User-agent: *\nDisallow: /private", []string{"/", "/public"}, []string{"/private", "/private/x", "/privateer"}},
		{"us before everybody", "User-agent: *\nDisallow: /\n\nUser-agent: Marsad\nDisallow: /x", []string{"/a"}, []string{"/x"}},
		{"product token, whatever its case and version", "user-agent: mARSAD/2.0 beta\ndisallow: /x", []string{"/a"}, []string{"/x"}},
		{"not a part of another's token", "User-agent: Marsadx\nDisallow: /", []string{"/a"}, nil},
		{"groups of one crawler are one", "User-agent: marsad\nDisallow: /a\n\nUser-agent: marsad\nDisallow: /b", []string{"/c"}, []string{"/a", "/b"}},
		{"names of one group", "User-agent: other\nUser-agent: marsad\nDisallow: /a", []string{"/b"}, []string{"/a"}},
		{"names with lines between", "User-agent: other\n# and\n\nSitemap: /s\nUser-agent: marsad\nDisallow: /a", []string{"/b"}, []string{"/a"}},
		{"longest decides", "User-agent: *\nDisallow: /\nAllow: /news\nDisallow: /news/draft", []string{"/news", "/news/1"}, []string{"/", "/x", "/news/draft/1"}},
		{"of two as long, allow", "User-agent: *\nDisallow: /page\nAllow: /page", []string{"/page"}, nil},
		{"wildcards", "User-agent: *\nDisallow: /*/print\nDisallow: *.pdf$", []string{"/print", "/a.pdf?x", "/a.pdfs"}, []string{"/a/print", "/a/b/print/c", "/x/a.pdf"}},
		{"end", "User-agent: *\nDisallow: /a$", []string{"/a/", "/ab"}, []string{"/a"}},
		{"many wildcards", "User-agent: *\nDisallow: /a*b*c$", []string{"/abcd", "/acb"}, []string{"/abc", "/axbxc", "/abcc"}},
		{"a wildcard before the end", "User-agent: *\nDisallow: /a*$", []string{"/b"}, []string{"/a", "/abc"}},
		{"empty disallow", "User-agent: *\nDisallow:", []string{"/"}, nil},
		{"spellings", "User-agent: *\nDisallow: /أخبار\nDisallow: /%7ejoe\nDisallow: /a%2fb",
			[]string{"/a/b"}, []string{"/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", "/%d8%a3خبار", "/~joe", "/a%2Fb"}},
		{"line ends and a mark", "\uFEFFUser-agent: *\rDisallow: /a\r\nDisallow: /b", []string{"/c"}, []string{"/a", "/b"}},
		{"rules of nobody", "Disallow: /\nUser-agent: *\nDisallow: /a # why", []string{"/b"}, []string{"/a"}},
		{"itself", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/robots.txt.bak", ""}},
		{"queries", "User-agent: *\nDisallow: /*?print=", []string{"/a?b"}, []string{"/a?print=1"}},
	} {
		rules := Parse([]byte(c.file)).Rules("Marsad")
		for _, target := range c.allowed {
			if !rules.Allowed(target) {
				t.Errorf("%s: %q is not allowed", c.name, target)
			}
		}
		for _, target := range c.bared {
			if rules.Allowed(target) {
				t.Errorf("%s: %q is allowed", c.name, target)
			}
		}
	}
}

func TestDelayAndSitemaps(t *testing.T) {
	file := Parse([]byte("Sitemap: https://a.example/s.xml\nUser-agent: *\nCrawl-delay: 1.5\nUser-agent: marsad\nCrawl-delay: x\nSITEMAP: /two"))
	if got := file.Rules("other").CrawlDelay; got != 1500*time.Millisecond {
		t.Errorf("crawl delay %v", got)
	}
	if got := file.Rules("marsad").CrawlDelay; got != 0 {
		t.Errorf("crawl delay %v of what is no number", got)
	}
	if got := strings.Join(file.Sitemaps, " "); got != "https://a.example/s.xml /two" {
		t.Errorf("sitemaps %q", got)
	}
	for value, want := range map[string]time.Duration{"NaN": 0, "-1": 0, "inf": 24 * time.Hour, "1e99": 24 * time.Hour} {
		if got := Parse([]byte("User-agent: *\nCrawl-delay: " + value)).Rules("a").CrawlDelay; got != want {
			t.Errorf("crawl delay %q is %v", value, got)
		}
	}
}

// FuzzRules: whatever the file, all spellings of a target get the same answer,
// comments change nothing, and the file itself may be read.
func FuzzRules(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a*$\nAllow: /%41"), "/a%41?b")
	f.Add([]byte("User-agent: marsad\nCrawl-delay: 3\nDisallow: *%%2"), "%")
	f.Fuzz(func(t *testing.T, body []byte, target string) {
		rules := Parse(body).Rules("marsad")
		got := rules.Allowed(target)
		if again := weburl.Escaped(target); rules.Allowed(again) != got || weburl.Escaped(again) != again {
			t.Errorf("%q and %q are answered differently, or are not one", target, again)
		}
		if len(body) < MaxBytes-2 {
			if other := Parse(append([]byte("#\n"), body...)).Rules("marsad"); len(other.rules) != len(rules.rules) && !strings.HasPrefix(string(body), "\uFEFF") {
				t.Errorf("a comment made %d rules of %d", len(other.rules), len(rules.rules))
			}
		}
		if !rules.Allowed("/robots.txt") {
			t.Error("the file itself is not allowed")
		}
	})
}
