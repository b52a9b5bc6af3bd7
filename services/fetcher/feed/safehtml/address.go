package safehtml

import "strings"

// Resolve gives ref as an absolute address, as RFC 3986 resolves it against base, in its own
// spelling. It is empty if its scheme is not one that is safe to follow, and ref itself
// where base is empty.
func Resolve(base, ref string) string {
	ref = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1 // browsers leave them out: "java\nscript:"
		}
		return r
	}, strings.TrimSpace(ref))
	if scheme := schemeOf(ref); scheme != "" {
		if !safe(scheme) {
			return ""
		}
		return ref
	}
	if base == "" || !safe(schemeOf(base)) {
		return ref
	}
	return join(base, ref)
}

// IsAbsolute reports whether an address has a scheme.
func IsAbsolute(address string) bool { return schemeOf(address) != "" }

func safe(scheme string) bool { return allowed().schemes[strings.ToLower(scheme)] != "" }

// schemeOf is what stands before the colon of an address; empty without one.
func schemeOf(address string) string {
	i := strings.IndexByte(address, ':')
	if i < 1 {
		return ""
	}
	for j := range i {
		c := address[j]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (j == 0 || c != '+' && c != '-' && c != '.' && (c < '0' || c > '9')) {
			return ""
		}
	}
	return address[:i]
}

// join resolves a reference without a scheme.
func join(base, ref string) string {
	base, _, _ = strings.Cut(base, "#")
	if ref == "" {
		return base
	}
	scheme := schemeOf(base) + ":"
	if strings.HasPrefix(ref, "//") {
		return scheme + ref
	}
	rest := strings.TrimPrefix(base[len(scheme):], "//")
	authority, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	origin := scheme + "//" + authority
	noQuery, _, _ := strings.Cut(path, "?")
	switch ref[0] {
	case '#':
		return base + ref
	case '?':
		return origin + noQuery + ref
	case '/':
		return origin + withoutDots(ref)
	}
	folder := noQuery[:strings.LastIndexByte(noQuery, '/')+1]
	if folder == "" {
		folder = "/"
	}
	return origin + withoutDots(folder+ref)
}

// withoutDots takes the segments "." and ".." out of a path, before its query.
func withoutDots(path string) string {
	end := len(path)
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		end = i
	}
	if !strings.Contains(path[:end], "/.") {
		return path
	}
	var kept []string
	segments := strings.Split(path[1:end], "/")
	for i, s := range segments {
		last := i == len(segments)-1
		switch s {
		case ".", "..":
			if s == ".." && len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, s)
		}
	}
	return "/" + strings.Join(kept, "/") + path[end:]
}
