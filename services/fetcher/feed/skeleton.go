package feed

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"marsad/services/fetcher/feed/markup"
	"marsad/services/fetcher/feed/safehtml"
)

// Bounds of a skeleton: how deep its elements nest, and how many there are in an entry,
// or outside of entries. What is more is left out.
const (
	maxDepth    = 24
	maxElements = 2000
)

// skeleton rewrites a feed for the parser: UTF-8, well formed, namespaces replaced by the
// prefixes of spaces (which stay undeclared: the parser takes them as they are), addresses
// absolute, entries only if they are complete and within the limit. In place of a text with
// markup stands its index in texts. Elements of the vocabulary that the parser would drop, or
// spend time on, get the prefix x, so that it keeps them as extensions.
type skeleton struct {
	src      []byte
	scan     *markup.Scanner
	format   Format
	version  string
	out      []byte
	texts    []rawText
	aside    []string // addresses
	own      markup.Entities
	frames   []frame
	bindings []binding
	flat     int // elements that are open and too deep
	entry    entryMark
	entries  int
	elements int // since the entry began, or the last one ended
	limit    int
	lang     string // of the document
	repairs  *repairs
}

// frame is an open element.
type frame struct {
	raw        []byte // its name in the document
	name       string // as it was written; empty: it was not
	lang, base string
}

// entryMark is where the entry that is open began; depth 0: none is.
type entryMark struct{ depth, out, texts int }

// newSkeleton rewrites text, whose first element begins at start.
func newSkeleton(text []byte, start int, kind Format, o Options, r *repairs) *skeleton {
	s := &skeleton{src: text, scan: markup.NewScanner(text), format: kind, limit: o.Limit, repairs: r}
	s.out = make([]byte, 0, min(len(text)/4, 64<<10))
	s.frames = append(s.frames, frame{lang: language(o.Lang), base: o.URL})
	if i := bytes.IndexByte(text, '<'); i > 0 && len(bytes.TrimSpace(text[:i])) > 0 {
		r.add(RepairedStart)
	} else if i > 0 && bytes.HasPrefix(text[i:], []byte("<?xml")) {
		r.add(RepairedStart)
	}
	for s.scan.Pos() < start {
		if t, _ := s.scan.Next(); t.Kind == markup.Doctype && bytes.Contains(t.Data, []byte("<!ENTITY")) {
			s.own = markup.Declared(t.Data)
		}
	}
	return s
}

// write rewrites the document, to its end or to the limit of entries.
func (s *skeleton) write() {
	torn := false
	for {
		t, ok := s.scan.Next()
		if !ok {
			break
		}
		if torn = t.Torn; torn {
			break
		}
		switch t.Kind {
		case markup.Start:
			if len(s.frames) > 1 && s.entry.depth == 0 && s.isEntry(t.Name) && s.entries >= s.limit {
				s.repairs.add(RepairedLimit)
				s.closeAll()
				return
			}
			s.start(t)
		case markup.End:
			s.end(t.Name)
		case markup.Text:
			if len(bytes.TrimLeft(t.Data, " \t\r\n")) > 0 {
				s.characters(s.decode(t.Data))
			}
		case markup.CDATA:
			s.characters(string(t.Data))
		}
	}
	if torn || len(s.frames) > 1 && s.format != CDF {
		s.repairs.add(RepairedEnd)
	}
	s.abandon()
	s.closeAll()
}

// closeAll writes the end tags of all that is open.
func (s *skeleton) closeAll() {
	for len(s.frames) > 1 {
		s.pop()
	}
}

// abandon takes back the entry that is open.
func (s *skeleton) abandon() {
	if s.entry.depth == 0 {
		return
	}
	s.repairs.add(RepairedLost)
	s.out, s.texts = s.out[:s.entry.out], s.texts[:s.entry.texts]
	for len(s.frames) > s.entry.depth {
		s.frames[len(s.frames)-1].name = ""
		s.pop()
	}
	s.entry, s.flat = entryMark{}, 0
}

func (s *skeleton) top() *frame { return &s.frames[len(s.frames)-1] }

// isEntry reports whether an element of this name is an entry.
func (s *skeleton) isEntry(raw []byte) bool {
	local := localName(raw)
	return bytes.EqualFold(local, []byte("item")) || bytes.EqualFold(local, []byte("entry"))
}

func (s *skeleton) start(t markup.Token) {
	isEntry := s.isEntry(t.Name)
	if s.flat > 0 && isEntry && s.entry.depth > 0 {
		s.abandon() // it was not closed
	}
	if s.elements++; s.flat > 0 || len(s.frames) > maxDepth || s.elements > maxElements && !isEntry {
		if s.repairs.add(RepairedNesting); !t.Empty {
			s.flat++
		}
		return
	}
	f := frame{raw: t.Name, lang: s.top().lang, base: s.top().base}
	s.scope(t, &f)
	name := s.nameOf(t.Name)
	if isEntry && !strings.Contains(strings.TrimPrefix(name, "rss:"), ":") {
		if s.entry.depth > 0 {
			s.repairs.add(RepairedTags)
			s.abandon()
		}
		s.openEntry(f, t)
		return
	}
	switch role := roleOf(name); {
	case len(s.frames) == 1:
		s.root(f, t)
	case role == roleText:
		s.text(f, name, t)
		s.unbind()
	case role == roleAddress:
		s.address(f, name, t)
	case role == rolePerson && s.format != Atom && s.inFeed():
		s.person(f, name, t)
		s.unbind()
	default:
		f.name = s.written(name)
		s.open(f, t)
	}
}

// scope reads what an element says of its content: language, base, namespaces.
func (s *skeleton) scope(t markup.Token, f *frame) {
	for _, a := range t.Attrs {
		switch name := a.Name; {
		case len(name) == 8 && bytes.EqualFold(name, []byte("xml:lang")), len(s.frames) <= 2 && string(name) == "lang":
			f.lang = language(s.decode(a.Value))
		case len(name) == 8 && bytes.EqualFold(name, []byte("xml:base")):
			if base := safehtml.Resolve(f.base, s.decode(a.Value)); base != "" {
				f.base = base
			}
		case bytes.Equal(name, []byte("xmlns")):
			s.bindings = append(s.bindings, binding{"", known("", string(a.Value)), strings.TrimSpace(string(a.Value)), len(s.frames)})
		case bytes.HasPrefix(name, []byte("xmlns:")):
			prefix := string(name[len("xmlns:"):])
			s.bindings = append(s.bindings, binding{prefix, known(prefix, string(a.Value)), strings.TrimSpace(string(a.Value)), len(s.frames)})
		}
	}
}

// language is a language tag as BCP 47 has it.
func language(tag string) string { return strings.ReplaceAll(strings.TrimSpace(tag), "_", "-") }

// nameOf is an element's name in lower case, with the prefix by which its namespace is known.
func (s *skeleton) nameOf(raw []byte) string {
	prefix, local, prefixed := strings.Cut(string(raw), ":")
	if !prefixed {
		prefix, local = "", prefix
	}
	if local = strings.ToLower(local); !plainName(local) || prefixed && !plainName(prefix) {
		return otherName
	}
	for _, b := range slices.Backward(s.bindings) {
		if b.prefix == prefix {
			return joined(b.known, local)
		}
	}
	if prefix != "" && prefix != "xml" {
		s.repairs.add(RepairedPrefixes)
	}
	if prefix == "rss" || prefix == "atom" {
		prefix = ""
	}
	return joined(strings.ToLower(prefix), local)
}

// otherName stands for names that the parser would stumble over.
const otherName = "x:other"

func joined(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

// written is the name under which the parser keeps an element.
func (s *skeleton) written(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	native := nativeRSS
	if s.format == Atom {
		native = nativeAtom
	}
	if native[name] {
		return name
	}
	return "x:" + name
}

// root begins the feed. Other elements around it are passed over.
func (s *skeleton) root(f frame, t markup.Token) {
	s.version = s.versionOf(t)
	s.lang = f.lang
	switch s.format {
	case Atom:
		f.name = "feed"
	case CDF:
		f.name = "rss"
		s.open(f, markup.Token{})
		f.name = "channel"
		s.open(f, markup.Token{})
		s.cdf(t, f.base)
		s.frames[1].raw = []byte("rss")
		return
	default:
		f.name = string(s.format)
	}
	s.open(f, markup.Token{Empty: t.Empty})
}

// openEntry begins an entry.
func (s *skeleton) openEntry(f frame, t markup.Token) {
	s.entry, s.elements = entryMark{depth: len(s.frames), out: len(s.out), texts: len(s.texts)}, 0
	f.name = "item"
	if s.format == Atom {
		f.name = "entry"
	}
	s.open(f, markup.Token{})
	if f.lang != "" && f.lang != s.lang {
		s.leaf("x:lang", f.lang)
	}
	if about, ok := t.Value("rdf:about"); ok {
		s.leaf("x:about", s.decode(about))
	}
	s.cdf(t, f.base)
	if t.Empty {
		s.end(t.Name)
	}
}

// cdf writes what CDF has in attributes.
func (s *skeleton) cdf(t markup.Token, base string) {
	if href, ok := t.Value("href"); ok && s.format == CDF {
		s.leaf("link", safehtml.Resolve(base, s.decode(href)))
	}
	if modified, ok := t.Value("lastmod"); ok && s.format == CDF {
		s.leaf("x:modified", s.decode(modified))
	}
}

// open writes a start tag.
func (s *skeleton) open(f frame, t markup.Token) {
	s.out = append(append(s.out, '<'), f.name...)
	for _, a := range t.Attrs {
		s.attr(a, f.base)
	}
	s.out = append(s.out, '>')
	s.frames = append(s.frames, f)
	if t.Empty {
		s.pop()
	}
}

func (s *skeleton) attr(a markup.Attr, base string) {
	if bytes.IndexByte(a.Name, ':') >= 0 || bytes.Equal(a.Name, []byte("xmlns")) || !plainName(string(a.Name)) {
		return
	}
	name, value := strings.ToLower(string(a.Name)), s.decode(a.Value)
	switch name {
	case "href", "url", "src", "uri":
		value = safehtml.Resolve(base, value)
	case "ispermalink":
		name = "isPermaLink" // as the parser knows it
	}
	if name == "href" && unsure(value) {
		s.aside = append(s.aside, value)
		value = asidePrefix + strconv.Itoa(len(s.aside)-1)
	}
	s.out = append(append(append(s.out, ' '), name...), '=', '"')
	s.out = appendEscaped(s.out, value)
	s.out = append(s.out, '"')
}

// asidePrefix stands before the index of an address that is set aside.
const asidePrefix = "x-aside:"

// unsure reports whether the parser would spell an address anew, and wrongly: it encodes
// the letters of international host names.
func unsure(address string) bool {
	for _, c := range []byte(address) {
		if c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return true
		}
	}
	return false
}

// plainName reports whether a name is one that any parser takes.
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || i > 0 && (c == '-' || c == '.' || c >= '0' && c <= '9') {
			continue
		}
		return false
	}
	return len(name) > 0
}

// pop writes the end tag of the innermost element.
func (s *skeleton) pop() {
	if f := s.top(); f.name != "" {
		s.out = append(append(append(s.out, "</"...), f.name...), '>')
	}
	s.frames = s.frames[:len(s.frames)-1]
	s.unbind()
}

// unbind forgets the namespaces of elements that are closed.
func (s *skeleton) unbind() {
	for n := len(s.bindings); n > 0 && s.bindings[n-1].depth >= len(s.frames); n-- {
		s.bindings = s.bindings[:n-1]
	}
}

// end closes the innermost element of this name, and with it what is open inside. An
// entry that is open where its feed ends is not complete.
func (s *skeleton) end(raw []byte) {
	if s.flat > 0 && !s.closes(raw) {
		s.flat--
		return
	}
	at := len(s.frames) - 1
	for at > 0 && !bytes.Equal(s.frames[at].raw, raw) {
		at--
	}
	if at == 0 {
		s.repairs.add(RepairedTags) // it was not open
		return
	}
	s.flat = 0
	if s.entry.depth > 0 && at < s.entry.depth {
		s.abandon()
	}
	if at < len(s.frames)-1 {
		s.repairs.add(RepairedTags)
	}
	for len(s.frames) > at {
		s.pop()
	}
	if s.entry.depth > 0 && len(s.frames) <= s.entry.depth {
		s.entry, s.elements = entryMark{}, 0
		s.entries++
	}
}

// leaf writes an element with a text.
func (s *skeleton) leaf(name, text string) {
	s.out = append(append(append(s.out, '<'), name...), '>')
	s.out = appendEscaped(s.out, text)
	s.out = append(append(append(s.out, "</"...), name...), '>')
}

func (s *skeleton) characters(text string) {
	if len(s.frames) > 1 && s.flat == 0 {
		s.out = appendEscaped(s.out, text)
	}
}

// decode replaces the references of a text.
func (s *skeleton) decode(raw []byte) string {
	if bytes.IndexByte(raw, '&') < 0 {
		return string(raw)
	}
	if markup.Odd(raw) {
		s.repairs.add(RepairedEntities)
	}
	return string(markup.AppendText(nil, raw, s.own))
}

func appendEscaped(dst []byte, text string) []byte {
	for {
		i := strings.IndexAny(text, `&<>"`)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		switch text[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		}
		text = text[i+1:]
	}
}
