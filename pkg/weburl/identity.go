package weburl

import "strings"

// Identity is what the addresses under which a site has the same article have
// in common: with and without https, www, a mobile or AMP host, an AMP path or
// parameter, a slash at the end. It is no address: it cannot be requested. An
// address that is not canonical is made so first; what is no address is its own identity.
func Identity(address string) string {
	canonical, err := Canonical(address)
	if err != nil {
		return address
	}
	return IdentityOf(canonical)
}

// IdentityOf is Identity for an address that Canonical gave.
func IdentityOf(canonical string) string {
	_, rest, _ := strings.Cut(canonical, "://")
	rest, query, _ := strings.Cut(rest, "?")
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	identity := siteHost(host) + strings.TrimSuffix(withoutAMP(path), "/")
	if query := withoutVersion(query); query != "" {
		identity += "?" + query
	}
	return identity
}

// siteHost is the host without what says only for which device it is. Ports
// are kept: another port is another site.
func siteHost(host string) string {
	domain := ""
	for {
		label, rest, _ := strings.Cut(host, ".")
		switch label {
		case "www", "m", "mobile", "amp":
		default:
			return host
		}
		if domain == "" {
			domain = Domain("http://" + host)
		}
		if bare, _, _ := strings.Cut(rest, ":"); len(bare) < len(domain) {
			return host
		}
		host = rest
	}
}

// withoutAMP is the path of the page that an AMP page is a version of.
func withoutAMP(path string) string {
	path = strings.TrimSuffix(path, "/")
	for _, end := range []string{"/amp", ".amp", "/amp.html", ".amp.html", "/amphtml"} {
		if rest, ok := strings.CutSuffix(path, end); ok && rest != "" {
			if strings.HasSuffix(end, ".amp.html") {
				rest += ".html"
			}
			return rest
		}
	}
	if rest, ok := strings.CutPrefix(path, "/amp/"); ok {
		return "/" + rest
	}
	return path
}

// withoutVersion leaves out the parameters that ask for an AMP page.
func withoutVersion(query string) string {
	if query == "" {
		return ""
	}
	var kept []string
	for param := range strings.SplitSeq(query, "&") {
		switch strings.ToLower(param) {
		case "amp", "amp=", "amp=1", "amp=true", "outputtype=amp", "output=amp", "outputtype=amp-type":
		default:
			kept = append(kept, param)
		}
	}
	return strings.Join(kept, "&")
}
