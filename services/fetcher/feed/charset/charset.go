// Package charset makes UTF-8 of feeds in whatever encoding they come, labelled
// rightly, wrongly or not at all.
package charset

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Result says how a document was read.
type Result struct {
	Name    string // of the encoding, lower case
	Guessed bool   // nothing said what it is, or what said so was wrong
	Wrong   bool   // a label was not believed
	Broken  bool   // there were bytes that mean nothing in it
}

// UTF8 gives body in UTF-8, without a byte order mark. contentType is the HTTP header,
// or empty. Surest first: a byte order mark, the pattern of zero bytes that UTF-16 and
// UTF-32 have, being valid UTF-8, the labels (HTTP, then the XML declaration) as far as the
// bytes fit them, and a guess from the letters.
func UTF8(body []byte, contentType string) ([]byte, Result) {
	if text, r, ok := marked(body); ok {
		return text, r
	}
	if enc, name := wide(body); enc != nil {
		text := decode(enc, body)
		return text, Result{Name: name, Guessed: !declares(text, "utf"), Broken: broken(text)}
	}
	if bytes.HasPrefix(body, []byte("\x4c\x6f\xa7\x94")) { // "<?xm" in EBCDIC
		return decode(charmap.CodePage037, body), Result{Name: "ibm037"}
	}
	labels := labels(body, contentType)
	if utf8.Valid(body) {
		return validUTF8(body, labels)
	}
	return legacy(body, labels)
}

// marked reads a byte order mark.
func marked(body []byte) ([]byte, Result, bool) {
	for _, m := range []struct {
		mark, name string
		enc        encoding.Encoding
	}{
		{"\xef\xbb\xbf", "utf-8", nil},
		{"\xff\xfe\x00\x00", "utf-32le", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
		{"\x00\x00\xfe\xff", "utf-32be", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
		{"\xff\xfe", "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"\xfe\xff", "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	} {
		if rest, ok := bytes.CutPrefix(body, []byte(m.mark)); ok {
			if m.enc != nil {
				rest = decode(m.enc, rest)
			} else if !utf8.Valid(rest) && !mostlyUTF8(rest) {
				return nil, Result{}, false
			}
			return rest, Result{Name: m.name, Broken: broken(rest)}, true
		}
	}
	return nil, Result{}, false
}

// wide recognises UTF-16 and UTF-32 by where the zero bytes of ASCII characters are.
func wide(body []byte) (encoding.Encoding, string) {
	head := body[:min(len(body), 256)&^3]
	if len(head) < 8 {
		return nil, ""
	}
	var zeros [4]int
	for i, c := range head {
		if c == 0 {
			zeros[i%4]++
		}
	}
	many, few := len(head)/16, len(head)/40 // of the quarter of the bytes at each place: markup is ASCII, texts need not be
	switch many, few := func(i int) bool { return zeros[i] > many }, func(i int) bool { return zeros[i] <= few }; {
	case many(0) && many(1) && many(2) && few(3):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32be"
	case few(0) && many(1) && many(2) && many(3):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32le"
	case many(0) && few(1) && many(2) && few(3):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be"
	case few(0) && many(1) && few(2) && many(3):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le"
	default:
		return nil, ""
	}
}

// labels are the encodings that a document is said to have: by HTTP, by itself.
func labels(body []byte, contentType string) []string {
	var found []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		found = append(found, clean(params["charset"]))
	} else if _, after, ok := strings.Cut(strings.ToLower(contentType), "charset"); ok {
		name, _, _ := strings.Cut(strings.TrimLeft(after, " ="), ";")
		found = append(found, clean(name))
	}
	if name := declared(body); name != "" {
		found = append(found, name)
	}
	return found
}

func clean(label string) string { return strings.ToLower(strings.Trim(label, " \t\"'")) }

// declared is the encoding that the XML declaration names.
func declared(body []byte) string {
	head, _, ok := bytes.Cut(body[:min(len(body), 512)], []byte("?>"))
	before, rest, found := bytes.Cut(head, []byte("encoding"))
	if !ok || !found || !bytes.Contains(before, []byte("<?xml")) {
		return ""
	}
	rest = bytes.TrimLeft(rest, " \t\r\n=")
	if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := bytes.Cut(rest[1:], rest[:1])
	return clean(string(name))
}

// declares reports whether the XML declaration names an encoding that begins so.
func declares(text []byte, prefix string) bool {
	return strings.HasPrefix(declared(text), prefix)
}

// validUTF8 reads a document that is valid UTF-8. It is UTF-8 whatever its labels say,
// unless it is ASCII that shifts to other characters.
func validUTF8(body []byte, labels []string) ([]byte, Result) {
	for _, label := range labels {
		enc, name := lookup(label)
		if enc == nil {
			continue
		}
		if name == "iso-2022-jp" && bytes.Contains(body, []byte("\x1b$")) || name == "hz-gb-2312" && bytes.Contains(body, []byte("~{")) {
			text := decode(enc, body)
			return text, Result{Name: name, Broken: broken(text)}
		}
		if name != "utf-8" && !ascii(body) {
			return body, Result{Name: "utf-8", Wrong: true, Guessed: true}
		}
		return body, Result{Name: name}
	}
	return body, Result{Name: "utf-8", Guessed: len(labels) == 0 && !ascii(body) && !xml(body)}
}

// xml reports whether body is XML, which is UTF-8 where it does not say otherwise.
func xml(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body[:min(len(body), 64)]), []byte("<"))
}

// legacy reads a document that is not UTF-8.
func legacy(body []byte, labels []string) ([]byte, Result) {
	if mostlyUTF8(body) {
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), Result{Name: "utf-8", Broken: true}
	}
	sample := sampled(body)
	for _, label := range labels {
		enc, name := lookup(label)
		if enc == nil || name == "utf-8" || !fits(enc, name, sample) {
			continue
		}
		text := decode(enc, body)
		return text, Result{Name: name, Broken: broken(text), Wrong: label != labels[0]}
	}
	enc, name := guess(sample)
	text := decode(enc, body)
	return text, Result{Name: name, Guessed: true, Wrong: len(labels) > 0, Broken: broken(text)}
}

// lookup finds an encoding by its name: those of the web, as browsers understand them, and
// those that IANA knows.
func lookup(label string) (encoding.Encoding, string) {
	label = strings.TrimPrefix(strings.ReplaceAll(label, "_", "-"), "x-")
	if strings.HasPrefix(label, "utf-") && label != "utf-8" || strings.HasPrefix(label, "ucs-") {
		return nil, "" // it would have been seen
	}
	for _, known := range []string{label, strings.ReplaceAll(label, "-", "")} {
		if enc, name := charset.Lookup(known); enc != nil && name != "replacement" {
			return enc, name
		}
	}
	for _, prefix := range []string{"", "ibm", "cp"} {
		name := prefix + strings.TrimPrefix(label, "cp")
		if enc, err := ianaindex.IANA.Encoding(name); err == nil && enc != nil {
			if canonical, err := ianaindex.IANA.Name(enc); err == nil {
				name = strings.ToLower(canonical)
			}
			return enc, name
		}
	}
	return nil, ""
}

// decode never fails: what means nothing becomes U+FFFD.
func decode(enc encoding.Encoding, body []byte) []byte {
	text, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF"))
}

func broken(text []byte) bool { return bytes.Contains(text, []byte("\uFFFD")) }

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// mostlyUTF8 reports whether a text is UTF-8 but for few bytes: cut, or with a piece
// of something else in it.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(body); {
		if body[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !utf8.FullRune(body[i:]) {
			break // it was cut off within a letter
		}
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > 20*bad
}

// sampleSize is how much of a document decides what it is.
const sampleSize = 8 << 10

// sampled gives lines of a document with other than ASCII in them.
func sampled(body []byte) []byte {
	if len(body) <= sampleSize {
		return body
	}
	var sample []byte
	for line := range bytes.Lines(body) {
		if !ascii(line) {
			sample = append(sample, line[:min(len(line), sampleSize)]...)
		}
		if len(sample) >= sampleSize {
			break
		}
	}
	return sample[:min(len(sample), sampleSize)]
}
