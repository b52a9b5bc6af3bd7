package feed

import (
	"bytes"
	"strconv"
	"strings"

	"marsad/services/fetcher/feed/markup"
	"marsad/services/fetcher/feed/safehtml"
)

// inFeed reports whether the innermost element is the feed or an entry.
func (s *skeleton) inFeed() bool {
	switch s.top().name {
	case "channel", "item", "entry", "feed", "rss", "rdf":
		return true
	}
	return false
}

// text sets a text aside, and writes its index.
func (s *skeleton) text(f frame, name string, t markup.Token) {
	var typ, mode []byte
	if s.format == Atom || name == "content" || name == "summary" {
		typ, _ = t.Value("type")
		mode, _ = t.Value("mode")
	}
	raw := rawText{typ: textType(string(typ), defaultType(name, s.format)), lang: f.lang, base: f.base}
	raw.base64 = bytes.EqualFold(mode, []byte("base64")) || isBinary(raw.typ) && s.format == Atom
	raw.inner = s.inner(t)
	if markup.Odd(raw.inner) {
		s.repairs.add(RepairedEntities)
	}
	s.leaf(s.written(name), strconv.Itoa(len(s.texts)))
	s.texts = append(s.texts, raw)
}

// inner passes over an element that has begun, and gives what is between its tags. Where
// its end tag is missing, it ends with the entry, or where the next one begins.
func (s *skeleton) inner(t markup.Token) []byte {
	if t.Empty || t.Torn {
		return nil
	}
	depth, end := 1, len(s.src)
	for {
		before := s.scan.Pos()
		n, ok := s.scan.Next()
		if !ok {
			return s.src[t.End:end]
		}
		switch {
		case n.Kind != markup.Start && n.Kind != markup.End:
		case bytes.Equal(n.Name, t.Name):
			if n.Kind == markup.Start && !n.Empty {
				depth++
			} else if n.Kind == markup.End {
				depth--
			}
			if depth == 0 {
				return s.src[t.End:n.Start]
			}
		case n.Kind == markup.End && s.isOpen(n.Name) && s.closes(n.Name), n.Kind == markup.Start && s.beginsNext(n.Name):
			s.scan.Seek(before)
			s.repairs.add(RepairedTags)
			return s.src[t.End:n.Start]
		}
	}
}

// beginsNext reports whether a start tag within an entry is that of another one.
func (s *skeleton) beginsNext(raw []byte) bool {
	return s.entry.depth > 0 && bytes.Equal(s.frames[s.entry.depth].raw, raw)
}

// closes reports whether an end tag is that of an entry or of a feed.
func (s *skeleton) closes(raw []byte) bool {
	switch strings.ToLower(string(localName(raw))) {
	case "item", "entry", "channel", "feed", "rss", "rdf":
		return true
	}
	return false
}

func (s *skeleton) isOpen(raw []byte) bool {
	for _, f := range s.frames {
		if bytes.Equal(f.raw, raw) {
			return true
		}
	}
	return false
}

// address writes an element whose text is an address, resolved. Identifiers stay as they
// are, but for relative ones of Atom.
func (s *skeleton) address(f frame, name string, t markup.Token) {
	if name == "link" || strings.HasSuffix(name, ":link") {
		s.link(f, name, t)
		return
	}
	f.name = s.written(name)
	s.open(f, markup.Token{Attrs: t.Attrs})
	text := strings.TrimSpace(s.plain(s.inner(t)))
	switch {
	case name == "id" && s.format == Atom && text != "" && !safehtml.IsAbsolute(text):
		text = safehtml.Resolve(f.base, text)
	case name != "id" && name != "guid" && text != "":
		text = safehtml.Resolve(f.base, text)
	}
	s.characters(text)
	s.pop()
}

// link writes a link: as RSS has it, with the address as its text, or as Atom has it, with
// attributes, under atom:link in RSS. Of a link with neither address the text is taken.
func (s *skeleton) link(f frame, name string, t markup.Token) {
	_, href := t.Value("href")
	_, rel := t.Value("rel")
	if s.format != Atom && name == "link" && !href && !rel {
		f.name = "link"
		s.open(f, markup.Token{})
		if text := strings.TrimSpace(s.plain(s.inner(t))); text != "" {
			s.characters(safehtml.Resolve(f.base, text))
		}
		s.pop()
		return
	}
	f.name = "atom:link"
	if s.format == Atom {
		f.name = "link"
	}
	s.open(f, markup.Token{Attrs: t.Attrs})
	if text := strings.TrimSpace(s.plain(s.inner(t))); text != "" && !href {
		s.out = s.out[:len(s.out)-1] // back into the tag
		s.attr(markup.Attr{Name: []byte("href"), Value: appendEscaped(nil, text)}, f.base)
		s.out = append(s.out, '>')
	}
	s.pop()
}

// plain are the characters of an element, without tags.
func (s *skeleton) plain(inner []byte) string {
	if bytes.IndexByte(inner, '<') < 0 {
		return s.decode(inner)
	}
	var b []byte
	for scan := markup.NewScanner(inner); ; {
		t, ok := scan.Next()
		if !ok {
			return string(b)
		}
		switch t.Kind {
		case markup.Text:
			b = append(b, s.decode(t.Data)...)
		case markup.CDATA:
			b = append(b, t.Data...)
		}
	}
}

// person writes an author. Where it has elements in it, it is written as Atom has it.
func (s *skeleton) person(f frame, name string, t markup.Token) {
	inner := s.inner(t)
	if !bytes.Contains(inner, []byte("</")) {
		written := s.written(name)
		if name == "author" {
			written = "x:author" // the parser keeps one, and only of items
		}
		s.leaf(written, strings.TrimSpace(s.plain(inner)))
		return
	}
	s.parts("atom:author", inner, f.base)
}

// parts writes the name, the mail and the address in an author.
func (s *skeleton) parts(name string, inner []byte, base string) {
	s.out = append(append(append(s.out, '<'), name...), '>')
	field := ""
	for scan := markup.NewScanner(inner); ; {
		t, ok := scan.Next()
		if !ok {
			break
		}
		switch t.Kind {
		case markup.Start:
			field = strings.ToLower(string(localName(t.Name)))
		case markup.End:
			field = ""
		case markup.Text, markup.CDATA:
			text := strings.TrimSpace(string(t.Data))
			if t.Kind == markup.Text {
				text = strings.TrimSpace(s.decode(t.Data))
			}
			switch {
			case text == "":
			case field == "name", field == "email":
				s.leaf(field, text)
			case field == "uri" || field == "url" || field == "homepage":
				s.leaf("uri", safehtml.Resolve(base, text))
			}
		}
	}
	s.out = append(append(append(s.out, "</"...), name...), '>')
}
