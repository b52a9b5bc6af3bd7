// Package weburl gives web addresses the forms the pipeline needs: the
// canonical form that is requested, the identity that all addresses of one
// article share, and the registrable domain that decides politeness.
package weburl

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ErrNotWeb is returned for anything that is not an absolute http(s) URL with a host.
var ErrNotWeb = errors.New("not an http or https address")

// tracking names query parameters that say where a reader came from, or which
// reader it is, never what the page is. A trailing * stands for any ending.
var tracking = []string{
	"utm_*", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id",
	"igshid", "igsh", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "vero_conv", "oly_anon_id", "oly_enc_id",
	"pk_campaign", "pk_kwd", "pk_source", "pk_medium", "piwik_*", "mtm_*", "matomo_*", "at_medium", "at_campaign", "at_custom*",
	"at_format", "at_link_*", "at_bbc_*", "at_ptr_name", "xtor", "ns_campaign", "ns_mchannel", "ns_source", "ns_linkname", "ns_fee",
	"traffic_source", "cmpid", "ocid", "ncid", "smid", "smtyp", "ito", "wt_mc", "wt.mc_id", "wt_zmc", "__twitter_impression", "echobox",
	"guccounter", "guce_referrer*", "soc_src", "soc_trk", "sr_share", "trkcampaign", "spm",
	"jsessionid", "phpsessid", "aspsessionid*", "cfid", "cftoken",
}

// maxLength bounds an address: longer ones are mistakes or mischief.
const maxLength = 8 << 10

// Canonical gives raw the one form that all spellings of the same address
// share: lower-case scheme and host, the host in ASCII (IDNA, RFC 5891), no
// default port, fragment, credentials, tracking or session parameters, a path
// without dot segments and of at least "/", percent-encoding as RFC 3986,
// section 6.2.2, has it. Addresses of AMP caches and of redirectors that carry
// another address become that one. Order and spelling of other query
// parameters are kept: servers may read meaning into them.
// The result can be requested in place of raw. Canonical is idempotent. The
// error is ErrNotWeb.
func Canonical(raw string) (string, error) {
	u, err := withoutSession(raw)
	if err != nil {
		return "", err
	}
	u = innermost(u)
	u.RawQuery = withoutTracking(u.RawQuery)
	return u.String(), nil
}

// innermost is the address that others wrap. Wrapped in too many it stays as it
// is: whoever asks again must get the same.
func innermost(outer *url.URL) *url.URL {
	u := outer
	for range maxWrappers {
		wrapped := within(u)
		if wrapped == nil {
			return u
		}
		u = wrapped
	}
	if within(u) != nil {
		return outer
	}
	return u
}

// within is the address that u only wraps; nil if it wraps none.
func within(u *url.URL) *url.URL {
	inner, ok := unwrap(u)
	if !ok {
		return nil
	}
	wrapped, err := withoutSession(inner)
	if err != nil {
		return nil
	}
	return wrapped
}

// withoutSession is normal, without a session in the path.
func withoutSession(raw string) (*url.URL, error) {
	u, err := normal(raw)
	if err != nil {
		return nil, err
	}
	path := u.EscapedPath()
	i := strings.Index(strings.ToLower(path), ";jsessionid=")
	if i < 0 {
		return u, nil
	}
	return settled(u, path[:i])
}

// Normal is Canonical for addresses that are requested as they stand, such as
// those of feeds: query and path are only spelled as they should be.
func Normal(raw string) (string, error) {
	u, err := normal(raw)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func normal(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if len(raw) > maxLength || !utf8.ValidString(raw) {
		return nil, ErrNotWeb
	}
	u, err := url.Parse(loneSigns(raw))
	if err != nil || u.Opaque != "" {
		return nil, ErrNotWeb
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, ErrNotWeb
	}
	if u.Host, err = canonicalHost(u); err != nil {
		return nil, err
	}
	u.User, u.Fragment, u.RawFragment, u.ForceQuery = nil, "", "", false
	u.RawQuery = Escaped(u.RawQuery)
	if u, err = settled(u, u.EscapedPath()); err != nil || len(u.String()) > maxLength {
		return nil, ErrNotWeb
	}
	return u, nil
}

// settled is u with a path in its one spelling, without dot segments, which may
// be percent-encoded.
func settled(u *url.URL, path string) (*url.URL, error) {
	if err := setPath(u, Escaped(path)); err != nil {
		return nil, err
	}
	u = u.ResolveReference(&url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery})
	return u, setPath(u, Escaped(u.EscapedPath()))
}

// setPath makes an escaped path that of u.
func setPath(u *url.URL, escaped string) (err error) {
	if escaped == "" {
		escaped = "/"
	}
	if u.Path, err = url.PathUnescape(escaped); err != nil {
		return ErrNotWeb
	}
	u.RawPath = escaped
	return nil
}

func canonicalHost(u *url.URL) (string, error) {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	switch {
	case strings.Trim(host, ".") == "":
		return "", ErrNotWeb
	case strings.Contains(host, ":"):
		addr, err := netip.ParseAddr(host)
		if err != nil || addr.Zone() != "" { // a zone means something on one machine only
			return "", ErrNotWeb
		}
		host = "[" + addr.String() + "]"
	case !ascii(host):
		encoded, err := idna.Lookup.ToASCII(host)
		if host = strings.TrimRight(encoded, "."); err != nil || host == "" {
			return "", ErrNotWeb
		}
	}
	port := u.Port()
	if port == "" || (u.Scheme == "http" && port == "80") || (u.Scheme == "https" && port == "443") {
		return host, nil
	}
	return host + ":" + port, nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
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

// IsProxy reports whether an address is one that a proxy can have: an http,
// https or socks5 URL with a host.
func IsProxy(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "socks5")
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
