package cleaner

import (
	"net/url"
	"slices"
	"strings"

	"marsad/pkg/text"
	"marsad/services/cleaner/declared"
)

// siteNames are the names under which the page's site may sign titles and bylines.
func siteNames(m *declared.Page, page *url.URL) []string {
	var names []string
	for _, name := range []string{
		m.Meta("og:site_name"), m.Meta("application-name"), m.Meta("apple-mobile-web-app-title"), m.Linked.Publisher,
	} {
		if name = text.Tidy(name); name != "" {
			names = append(names, name)
		}
	}
	for _, h := range m.Banners {
		if endsTitle(m, h) {
			names = append(names, h)
		}
	}
	if page != nil {
		host := strings.TrimPrefix(page.Hostname(), "www.")
		names = append(names, host)
		if label, _, ok := strings.Cut(host, "."); ok && len(label) > 3 {
			names = append(names, label)
		}
	}
	return names
}

// endsTitle reports whether a part of the window's title, at one of its ends, is s.
func endsTitle(m *declared.Page, s string) bool {
	return slices.ContainsFunc(separator.FindAllStringIndex(m.Title, -1), func(cut []int) bool {
		return s == m.Title[:cut[0]] || s == m.Title[cut[1]:]
	})
}

// canonicalURL is the article's address as the page declares it, empty when what
// it declares cannot be that of an article. Links are read against the base.
func canonicalURL(m *declared.Page, page, base *url.URL) string {
	for _, declared := range []string{webURL(m.Canonical, base), webURL(m.Meta("og:url"), page)} {
		u, err := url.Parse(declared)
		if err == nil && u.Host != "" && (u.Path != "" && u.Path != "/" || u.RawQuery != "") {
			u.Fragment = ""
			return u.String()
		}
	}
	return ""
}

// webURL makes an http(s) address absolute; empty for any other.
func webURL(s string, base *url.URL) string {
	u, err := url.Parse(text.Tidy(s))
	if err != nil || s == "" {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}
