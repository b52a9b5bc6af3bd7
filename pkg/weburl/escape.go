package weburl

// Escaped gives the percent-encoding of a path or query its normal form
// (RFC 3986, section 6.2.2): unreserved characters plain, hexadecimal digits in
// upper case, octets that may not stand for themselves encoded, and with them
// percent signs that begin no encoding.
func Escaped(s string) string {
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	out := append(make([]byte, 0, len(s)+16), s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		escaped := isEscape(s, i)
		if escaped {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			i += 2
		}
		if escaped && !unreserved(c) || !escaped && !plain(c) {
			out = append(out, '%', digits[c>>4], digits[c&15])
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}

const digits = "0123456789ABCDEF"

// loneSigns encodes the percent signs that begin no encoding.
func loneSigns(s string) string {
	var out []byte
	from := 0
	for i := range len(s) {
		if s[i] == '%' && !isEscape(s, i) {
			out = append(append(out, s[from:i]...), "%25"...)
			from = i + 1
		}
	}
	if out == nil {
		return s
	}
	return string(append(out, s[from:]...))
}

func isEscape(s string, i int) bool {
	return s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
}

// plain are the octets that stand for themselves wherever they are.
func plain(c byte) bool {
	switch c {
	case '"', '<', '>', '\\', '^', '`', '{', '|', '}', '%':
		return false
	}
	return c > ' ' && c < 0x7f
}

// unreserved are the characters that mean the same percent-encoded or not (RFC 3986, section 2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}
