package weburl

import (
	"net/url"
	"strings"
)

// maxWrappers bounds how many addresses are taken out of one another.
const maxWrappers = 3

// redirectors are pages that only lead on to the address in a parameter.
var redirectors = []struct{ host, path, parameter string }{ // host: the end of it
	{"google.com", "/url", "url"}, {"google.com", "/url", "q"},
	{"facebook.com", "/l.php", "u"}, {"instagram.com", "/", "u"},
	{"bing.com", "/news/apiclick.aspx", "url"},
	{"out.reddit.com", "", "url"}, {"t.umblr.com", "/redirect", "z"}, {"vk.com", "/away.php", "to"},
}

// unwrap returns the address that another only wraps.
func unwrap(u *url.URL) (inner string, ok bool) {
	host, path := u.Hostname(), u.EscapedPath()
	switch {
	case (host == "google.com" || host == "www.google.com") && strings.HasPrefix(path, "/amp/"):
		return cached(u, strings.TrimPrefix(path, "/amp/"))
	case under(host, "cdn.ampproject.org"), under(host, "bing-amp.com"):
		if _, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok { // c, v, i: what is cached
			return cached(u, rest)
		}
		return "", false
	}
	for _, r := range redirectors {
		if under(host, r.host) && (r.path == "" || path == r.path) {
			if to := u.Query().Get(r.parameter); strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") {
				return to, true
			}
		}
	}
	return "", false
}

// cached is the address in the path of an AMP cache: s/ before it stands for https.
func cached(u *url.URL, rest string) (string, bool) {
	scheme := "http://"
	if secure, ok := strings.CutPrefix(rest, "s/"); ok {
		scheme, rest = "https://", secure
	}
	if host, _, _ := strings.Cut(rest, "/"); !strings.Contains(host, ".") {
		return "", false
	}
	if u.RawQuery != "" {
		rest += "?" + u.RawQuery
	}
	return scheme + rest, true
}

// under reports whether host is domain, or below it.
func under(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
