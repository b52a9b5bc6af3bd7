package websub

import (
	"net/url"
	"strings"
)

// maxLinks bounds the hubs that are read of a header.
const maxLinks = 10

// Links are the hubs that Link headers name, and the address that the document has
// by itself (section 4); addresses are relative to base. Forms of RFC 8288 that
// no hub needs are passed over.
func Links(header []string, base string) (hubs []string, self string) {
	from, err := url.Parse(base)
	if err != nil {
		return nil, ""
	}
	for _, value := range header {
		for value != "" && len(hubs) < maxLinks {
			var target, params string
			target, params, value = next(value)
			to, err := from.Parse(target)
			if target == "" || err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
				continue
			}
			for _, rel := range rels(params) {
				switch {
				case rel == "hub":
					hubs = append(hubs, to.String())
				case rel == "self" && self == "":
					self = to.String()
				}
			}
		}
	}
	return hubs, self
}

// next takes the first link off a header's value: its target, and its parameters
// up to the comma that ends them.
func next(value string) (target, params, rest string) {
	_, value, found := strings.Cut(value, "<")
	if !found {
		return "", "", ""
	}
	target, value, _ = strings.Cut(value, ">")
	quoted := false
	for i := range len(value) {
		switch {
		case value[i] == '"':
			quoted = !quoted
		case value[i] == ',' && !quoted:
			return strings.TrimSpace(target), value[:i], value[i+1:]
		}
	}
	return strings.TrimSpace(target), value, ""
}

// rels are the relations that the parameters of a link name.
func rels(params string) []string {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(strings.TrimSpace(name), "rel") {
			return strings.Fields(strings.ToLower(strings.Trim(strings.TrimSpace(value), `"`)))
		}
	}
	return nil
}
