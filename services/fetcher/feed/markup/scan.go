// Package markup cuts XML as feeds really write it into tags and texts. It never
// fails: what is not a tag is text, what is not closed ends where the document does.
// Time is linear in the bytes, and nothing is copied.
package markup

import "bytes"

// Kind says what a Token is.
type Kind uint8

// The kinds of tokens.
const (
	Text    Kind = iota // characters, with references still in them
	CDATA               // characters as they are
	Start               // a start tag, or an empty element
	End                 // an end tag
	Doctype             // with its internal subset
	Other               // a comment or a processing instruction
)

// Attr is an attribute of a start tag. Its value still has references in it.
type Attr struct{ Name, Value []byte }

// Token is a piece of a document; its slices are parts of the document's.
type Token struct {
	Kind  Kind
	Name  []byte // of a tag, with its prefix
	Data  []byte // of a text, or what is between <!DOCTYPE and >
	Attrs []Attr // of a start tag; good until the next call of Next
	Empty bool   // an empty element: <a/>
	// Torn: the document ends within it.
	Torn       bool
	Start, End int // where it is in the document
}

// Scanner cuts a document. Make it with NewScanner.
type Scanner struct {
	src   []byte
	pos   int
	html  bool
	attrs []Attr
}

// NewScanner cuts src, which is XML.
func NewScanner(src []byte) *Scanner { return &Scanner{src: src} }

// NewHTMLScanner cuts src, which is HTML: there is no CDATA in it.
func NewHTMLScanner(src []byte) *Scanner { return &Scanner{src: src, html: true} }

// Pos is where the next token begins.
func (s *Scanner) Pos() int { return s.pos }

// Seek goes on at pos, which is where a token began.
func (s *Scanner) Seek(pos int) { s.pos = pos }

// Next gives the next token; false at the end.
func (s *Scanner) Next() (Token, bool) {
	if s.pos >= len(s.src) {
		return Token{}, false
	}
	rest := s.src[s.pos:]
	if rest[0] != '<' || !s.opens(rest) {
		return s.text(rest), true
	}
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.until(rest, Other, 4, "-->"), true
	case bytes.HasPrefix(rest, []byte(cdata)):
		return s.until(rest, CDATA, len(cdata), "]]>"), true
	case rest[1] == '?':
		return s.until(rest, Other, 2, "?>"), true
	case rest[1] == '!':
		return s.doctype(rest), true
	case rest[1] == '/':
		return s.endTag(rest), true
	default:
		return s.startTag(rest), true
	}
}

const cdata = "<![CDATA["

// opens reports whether "<" begins a tag, a comment or the like.
func (s *Scanner) opens(rest []byte) bool {
	if len(rest) < 2 || s.html && bytes.HasPrefix(rest, []byte(cdata)) {
		return false
	}
	c := rest[1]
	if c == '/' {
		return len(rest) > 2 && nameStart(rest[2])
	}
	return nameStart(c) || c == '?' || c == '!'
}

func nameStart(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80 }

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (s *Scanner) text(rest []byte) Token {
	n := 1
	for {
		i := bytes.IndexByte(rest[n:], '<')
		if i < 0 {
			n = len(rest)
			break
		}
		if n += i; s.opens(rest[n:]) {
			break
		}
		n++
	}
	t := Token{Kind: Text, Data: rest[:n], Start: s.pos, End: s.pos + n}
	s.pos += n
	return t
}

// until gives what is between the first skip bytes and the mark that ends it.
func (s *Scanner) until(rest []byte, kind Kind, skip int, mark string) Token {
	t := Token{Kind: kind, Start: s.pos}
	if i := bytes.Index(rest[skip:], []byte(mark)); i >= 0 {
		t.Data = rest[skip : skip+i]
		s.pos += skip + i + len(mark)
	} else {
		t.Data, t.Torn = rest[skip:], true
		s.pos = len(s.src)
	}
	t.End = s.pos
	return t
}

// doctype passes over <!DOCTYPE ...>, whose internal subset, in brackets, has ">" in it.
func (s *Scanner) doctype(rest []byte) Token {
	depth, quote := 0, byte(0)
	for i, c := range rest {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>' && depth <= 0:
			t := Token{Kind: Doctype, Data: rest[2:i], Start: s.pos, End: s.pos + i + 1}
			s.pos = t.End
			return t
		}
	}
	t := Token{Kind: Doctype, Data: rest[2:], Torn: true, Start: s.pos, End: len(s.src)}
	s.pos = len(s.src)
	return t
}

func (s *Scanner) endTag(rest []byte) Token {
	n := 2 + nameLen(rest[2:])
	t := Token{Kind: End, Name: rest[2:n], Start: s.pos}
	if i := bytes.IndexAny(rest[n:], "<>"); i < 0 {
		t.Torn, n = true, len(rest)
	} else if n += i; rest[n] == '>' {
		n++
	}
	s.pos += n
	t.End = s.pos
	return t
}

// nameLen is how long the name is that begins b.
func nameLen(b []byte) int {
	for i, c := range b {
		if space(c) || c == '>' || c == '/' || c == '=' || c == '<' {
			return i
		}
	}
	return len(b)
}

func (s *Scanner) startTag(rest []byte) Token {
	n := 1 + nameLen(rest[1:])
	t := Token{Kind: Start, Name: rest[1:n], Start: s.pos}
	s.attrs = s.attrs[:0]
	for n < len(rest) {
		switch c := rest[n]; {
		case space(c):
			n++
			continue
		case c == '>':
			n++
		case c == '/':
			if n++; n < len(rest) && rest[n] == '>' {
				t.Empty = true
				n++
				break
			}
			continue
		case c == '<': // a tag that was not closed before the next one
		default:
			n += s.attr(rest[n:])
			continue
		}
		t.Attrs, s.pos, t.End = s.attrs, s.pos+n, s.pos+n
		return t
	}
	t.Attrs, t.Torn, t.End = s.attrs, true, len(s.src)
	s.pos = len(s.src)
	return t
}

// attr reads an attribute, and gives how long it is. Of several with a name the first counts.
func (s *Scanner) attr(b []byte) int {
	n := max(nameLen(b), 1)
	a := Attr{Name: b[:n]}
	i := n
	for i < len(b) && space(b[i]) {
		i++
	}
	if i < len(b) && b[i] == '=' {
		for i++; i < len(b) && space(b[i]); i++ {
		}
		a.Value, n = value(b, i)
	}
	for _, known := range s.attrs {
		if bytes.Equal(known.Name, a.Name) {
			return n
		}
	}
	if len(s.attrs) < maxAttrs {
		s.attrs = append(s.attrs, a)
	}
	return n
}

// maxAttrs bounds the attributes of a tag: each is compared with all before it.
const maxAttrs = 64

// value reads an attribute's value that begins at i, in quotes or not.
func value(b []byte, i int) (v []byte, next int) {
	if i < len(b) && (b[i] == '"' || b[i] == '\'') {
		if j := bytes.IndexByte(b[i+1:], b[i]); j >= 0 {
			return b[i+1 : i+1+j], i + j + 2
		}
	}
	j := i
	for j < len(b) && !space(b[j]) && b[j] != '>' && b[j] != '<' {
		j++
	}
	return bytes.TrimLeft(b[i:j], `"'`), j
}

// Value is the value of an attribute; its name is compared in any case.
func (t Token) Value(name string) ([]byte, bool) {
	for _, a := range t.Attrs {
		if len(a.Name) == len(name) && bytes.EqualFold(a.Name, []byte(name)) {
			return a.Value, true
		}
	}
	return nil, false
}
