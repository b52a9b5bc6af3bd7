package text

import (
	"strings"
	"unicode/utf8"
)

// withoutAddresses is s without its URLs, e-mail addresses, host names and
// @handles. A space stands for each; where there are none, s itself comes back.
func withoutAddresses(s string) string {
	var b strings.Builder
	kept := 0
	for i := 0; i < len(s); {
		if !printable(s[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(s) && printable(s[end]) {
			end++
		}
		if isAddress(s[i:end]) {
			b.WriteString(s[kept:i])
			b.WriteByte(' ')
			kept = end
		}
		i = end
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// printable reports the characters an address is made of.
func printable(c byte) bool { return ' ' < c && c < utf8.RuneSelf }

// isAddress tells addresses from other runs of printable ASCII.
func isAddress(run string) bool {
	return strings.Contains(run, "://") || strings.IndexByte(run, '@') >= 0 && len(run) > 1 ||
		strings.HasPrefix(run, "www.") || hasHost(run)
}

// hasHost reports whether a host name is in the run, such as "example.com":
// lower case letters on both sides of a dot, two or more behind.
func hasHost(run string) bool {
	for i := 1; i+2 < len(run); i++ {
		if run[i] == '.' && lowerASCII(run[i-1]) && lowerASCII(run[i+1]) && lowerASCII(run[i+2]) {
			return true
		}
	}
	return false
}

func lowerASCII(c byte) bool { return 'a' <= c && c <= 'z' }
