package markup

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Entities are those that a document declares itself, with plain text as their value.
type Entities map[string]string

// Bounds of declared entities: what is more is not taken, so that no reference to
// them can grow a document by much.
const (
	maxEntities   = 64
	maxEntityText = 256
)

// Declared reads the entities that a document type declares as plain text. Those that
// refer to others, to files, or are long, are left out: they stay as written.
func Declared(doctype []byte) Entities {
	var found Entities
	for len(found) < maxEntities {
		i := bytes.Index(doctype, []byte("<!ENTITY"))
		if i < 0 {
			break
		}
		doctype = doctype[i+len("<!ENTITY"):]
		name, rest, _ := bytes.Cut(bytes.TrimLeft(doctype[:min(len(doctype), 4*maxEntityText)], " \t\r\n"), []byte(" "))
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(name) == 0 || len(name) > maxReference || len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		text, _, closed := bytes.Cut(rest[1:], rest[:1])
		if !closed || len(text) > maxEntityText || bytes.ContainsAny(text, "<%") || refersToNames(text) {
			continue
		}
		if found == nil {
			found = Entities{}
		}
		found[string(name)] = string(AppendText(nil, text, nil))
	}
	return found
}

// refersToNames reports whether a text has references by name in it.
func refersToNames(text []byte) bool {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return false
		}
		if text = text[i+1:]; len(text) == 0 || text[0] != '#' {
			return true
		}
	}
}

// maxReference bounds the name of a reference: the longest of HTML has 31 letters.
const maxReference = 40

// AppendText appends raw with its references replaced, once: those of XML, of HTML and
// the document's own. What is no reference stays as it is.
func AppendText(dst, raw []byte, own Entities) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		raw = raw[i:]
		n, text, ok := Reference(raw, own)
		if !ok {
			dst, raw = append(dst, '&'), raw[1:]
			continue
		}
		dst, raw = append(dst, text...), raw[n:]
	}
}

// Reference reads the reference that begins raw: how long it is, and its text.
func Reference(raw []byte, own Entities) (n int, text string, ok bool) {
	end := bytes.IndexByte(raw[:min(len(raw), maxReference)], ';')
	if end < 2 {
		return 0, "", false
	}
	name := raw[1:end]
	if name[0] == '#' {
		text, ok = character(string(name[1:]))
		return end + 1, text, ok
	}
	switch string(name) {
	case "lt":
		return end + 1, "<", true
	case "gt":
		return end + 1, ">", true
	case "amp":
		return end + 1, "&", true
	case "quot":
		return end + 1, `"`, true
	case "apos":
		return end + 1, "'", true
	case "lang": // XHTML 1.0, which has it for XML, means another than HTML 5
		return end + 1, "\u2329", true
	case "rang":
		return end + 1, "\u232a", true
	}
	if text, ok = own[string(name)]; ok {
		return end + 1, text, true
	}
	whole := string(raw[:end+1])
	if text = html.UnescapeString(whole); text == whole || strings.HasSuffix(text, ";") {
		return 0, "", false
	}
	return end + 1, text, true
}

// Odd reports whether a text has ampersands that XML alone cannot read: those that begin
// no reference, and references to entities that it does not know.
func Odd(raw []byte) bool {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return false
		}
		raw = raw[i+1:]
		end := bytes.IndexByte(raw[:min(len(raw), maxReference)], ';')
		if end < 1 {
			return true
		}
		switch name := string(raw[:end]); {
		case name[0] == '#', name == "amp", name == "lt", name == "gt", name == "quot", name == "apos":
		default:
			return true
		}
	}
}

// character is the character of a number: decimal, or hexadecimal after an x.
func character(number string) (string, bool) {
	base := 10
	if number != "" && number[0]|0x20 == 'x' {
		number, base = number[1:], 16
	}
	n, err := strconv.ParseUint(number, base, 32)
	if err != nil {
		return "", false
	}
	r := Windows(rune(min(n, utf8.MaxRune+1)))
	if r == '\r' {
		return "\n", true
	}
	if !utf8.ValidRune(r) || r < 0x20 && r != '\t' && r != '\n' || r >= 0x7f && r < 0xa0 || r&0xfffe == 0xfffe {
		return "", true
	}
	return string(r), true
}

// Windows maps the control characters from 128 to 159 to what those who write them
// mean: the characters of windows-1252 at these numbers.
func Windows(r rune) rune {
	if r < 0x80 || r > 0x9f {
		return r
	}
	if w := []rune(windows1252)[r-0x80]; w != '\u00b7' {
		return w
	}
	return r
}

// windows1252 are its characters from 128 to 159, with a dot where it has none.
const windows1252 = "€·‚ƒ„…†‡ˆ‰Š‹Œ·Ž··‘’“”•–—˜™š›œ·žŸ"

// Clean takes out what neither XML nor a reader wants: control characters but tab and
// line feed. It makes carriage returns line feeds, and invalid UTF-8 U+FFFD.
func Clean(b []byte) (clean []byte, changed bool) {
	if plain(b) {
		return b, false
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch r = Windows(r); {
		case r == '\r':
			if i+1 >= len(b) || b[i+1] != '\n' {
				out = append(out, '\n')
			}
		case r < 0x20 && r != '\t' && r != '\n', r >= 0x7f && r < 0xa0, r&0xfffe == 0xfffe:
			changed = true
		default:
			changed = changed || r == utf8.RuneError && n == 1 || n > 1 && b[i] == 0xc2 && b[i+1] < 0xa0
			out = utf8.AppendRune(out, r)
		}
		i += n
	}
	return out, changed
}

// plain reports whether Clean has nothing to do.
func plain(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < 0x20 && c != '\t' && c != '\n' || c == 0x7f {
			return false
		}
		if c < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r < 0xa0 || r&0xfffe == 0xfffe {
			return false
		}
		i += n
	}
	return true
}
