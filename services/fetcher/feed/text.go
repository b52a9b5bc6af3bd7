package feed

import (
	"bytes"
	"encoding/base64"
	"strings"

	"marsad/services/fetcher/feed/markup"
	"marsad/services/fetcher/feed/safehtml"
)

// Types of texts.
const (
	plainText = "text/plain"
	htmlText  = "text/html"
	xhtmlText = "application/xhtml+xml"
)

// rawText is a text as it stands in the document.
type rawText struct {
	inner      []byte // between its tags
	typ        string // as mapped by textType
	base64     bool
	lang, base string
}

// textType maps the types that Atom abbreviates; byDefault where there is none.
func textType(typ, byDefault string) string {
	switch typ = strings.ToLower(strings.TrimSpace(typ)); typ {
	case "":
		return byDefault
	case "text":
		return plainText
	case "html":
		return htmlText
	case "xhtml":
		return xhtmlText
	}
	return typ
}

// isBinary reports whether a type says that a text is Base64.
func isBinary(typ string) bool {
	return !strings.HasPrefix(typ, "text/") && !strings.HasSuffix(typ, "+xml") && !strings.HasSuffix(typ, "/xml")
}

// decoder decodes the texts of one document.
type decoder struct {
	own    markup.Entities
	format Format
	atom10 bool
}

// text decodes a text: what it says, its addresses resolved, made safe.
func (d *decoder) text(raw rawText) Text {
	t := Text{Type: raw.typ, Lang: raw.lang, Base: raw.base}
	value := string(d.characters(raw.inner, &t.Type))
	if d.atom10 && t.Type == xhtmlText {
		value = withoutDiv(value)
	}
	value = strings.TrimSpace(value)
	if raw.base64 {
		if plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), "")); err == nil {
			clean, _ := markup.Clean(plain)
			value, t.Type = string(clean), htmlText
		}
	}
	if t.Type == plainText && d.format != Atom && safehtml.LooksLikeHTML(value) {
		t.Type = htmlText
	}
	if t.Type == plainText {
		t.Value = value
		return t
	}
	if t.Type != xhtmlText {
		t.Type = htmlText
	}
	t.Value = safehtml.Clean(value, raw.base)
	return t
}

// characters decodes what is between an element's tags. Elements in it are written
// again; they make XHTML of a text that is not said to be so, but for a div around it.
func (d *decoder) characters(inner []byte, typ *string) []byte {
	if bytes.IndexByte(inner, '<') < 0 && !isXML(*typ) {
		return markup.AppendText(nil, inner, d.own)
	}
	var out []byte
	for s := markup.NewScanner(inner); ; {
		t, ok := s.Next()
		if !ok {
			return out
		}
		switch t.Kind {
		case markup.Text:
			if text := markup.AppendText(nil, t.Data, d.own); isXML(*typ) {
				out = append(out, safehtml.Escape(string(text))...)
			} else {
				out = append(out, text...)
			}
		case markup.CDATA:
			if isXML(*typ) {
				out = append(out, safehtml.Escape(string(t.Data))...)
			} else {
				out = append(out, t.Data...)
			}
		case markup.Start, markup.End:
			if !isXML(*typ) {
				if bytes.EqualFold(localName(t.Name), []byte("div")) {
					continue
				}
				*typ = xhtmlText
			}
			out = d.appendTag(out, t)
		}
	}
}

func isXML(typ string) bool { return strings.HasSuffix(typ, "xml") }

func localName(name []byte) []byte {
	if _, local, ok := bytes.Cut(name, []byte(":")); ok {
		return local
	}
	return name
}

// appendTag writes a tag again, as HTML understands it.
func (d *decoder) appendTag(out []byte, t markup.Token) []byte {
	name := localName(t.Name)
	if t.Kind == markup.End {
		return append(append(append(out, "</"...), name...), '>')
	}
	out = append(append(out, '<'), name...)
	for _, a := range t.Attrs {
		if bytes.HasPrefix(a.Name, []byte("xmlns")) {
			continue
		}
		value := safehtml.Escape(string(markup.AppendText(nil, a.Value, d.own)))
		out = append(append(append(out, ' '), a.Name...), `="`...)
		out = append(append(out, strings.ReplaceAll(value, `"`, "&quot;")...), '"')
	}
	out = append(out, '>')
	if t.Empty {
		out = append(append(append(out, "</"...), name...), '>')
	}
	return out
}

// withoutDiv takes off the div that Atom 1.0 has around XHTML.
func withoutDiv(s string) string {
	trimmed := strings.TrimSpace(s)
	if !strings.HasPrefix(trimmed, "<div>") && !strings.HasPrefix(trimmed, "<div ") || !strings.HasSuffix(trimmed, "</div>") {
		return s
	}
	depth, scanner, first := 0, markup.NewScanner([]byte(trimmed)), 0
	for {
		t, ok := scanner.Next()
		if !ok {
			return s
		}
		switch t.Kind {
		case markup.Start:
			if first == 0 {
				first = t.End
			}
			if !t.Empty {
				depth++
			}
		case markup.End:
			if depth--; depth == 0 {
				if t.End != len(trimmed) {
					return s
				}
				return trimmed[first:t.Start]
			}
		}
	}
}

// clean takes control characters out of a text that was escaped.
func clean(s string) string {
	b, _ := markup.Clean([]byte(s))
	return string(b)
}
