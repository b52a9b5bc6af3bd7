// Package weburl gives web addresses the forms the pipeline needs: the
// canonical form that decides an item's identity, and the registrable domain
// that decides politeness.
package weburl

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// ErrNotWeb is returned for anything that is not an absolute http(s) URL with a host.
var ErrNotWeb = errors.New("not an http or https address")

// tracking names query parameters that say where a reader came from, never
// what the page is. A trailing * stands for any ending.
var tracking = []string{
	"utm_*", "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid",
	"mc_cid", "mc_eid", "_ga", "_gl", "at_medium", "at_campaign", "at_custom*", "ns_campaign", "ns_mchannel",
	"ns_source", "ns_linkname", "ns_fee", "traffic_source", "cmpid", "ocid", "__twitter_impression",
}

// maxLength bounds an address: longer ones are mistakes or mischief.
const maxLength = 8 << 10

// Canonical gives raw the one form that all spellings of the same address
// share: lower-case scheme and host, no default port, fragment, credentials or
// tracking parameters, a path of at least "/". Order and spelling of other
// query parameters are kept: servers may read meaning into them.
// Canonical is idempotent. The error is ErrNotWeb.
func Canonical(raw string) (string, error) {
	u, err := normal(raw)
	if err != nil {
		return "", err
	}
	u.RawQuery = withoutTracking(u.RawQuery)
	return u.String(), nil
}

// Normal is Canonical with the query left as it is: for addresses that are
// requested as they stand, such as those of feeds.
func Normal(raw string) (string, error) {
	u, err := normal(raw)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func normal(raw string) (*url.URL, error) {
	if len(raw) > maxLength {
		return nil, ErrNotWeb
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Opaque != "" || strings.Trim(u.Hostname(), ".") == "" {
		return nil, ErrNotWeb
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, ErrNotWeb
	}
	u.Host = canonicalHost(u)
	u.User, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", false
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}

func canonicalHost(u *url.URL) string {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	port := u.Port()
	if port == "" || (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		return host
	}
	return host + ":" + port
}

func withoutTracking(query string) string {
	if query == "" {
		return ""
	}
	var kept []string
	for param := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(param, "=")
		if param != "" && !isTracking(strings.ToLower(name)) {
			kept = append(kept, param)
		}
	}
	return strings.Join(kept, "&")
}

func isTracking(name string) bool {
	for _, t := range tracking {
		if prefix, ok := strings.CutSuffix(t, "*"); (ok && strings.HasPrefix(name, prefix)) || name == t {
			return true
		}
	}
	return false
}

// Domain is the registrable domain of raw (public suffix list), or its host
// where there is none: an IP address, a single label. It is empty when raw has no host.
func Domain(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}
