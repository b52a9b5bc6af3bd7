package pubdate

import (
	"cmp"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/dates"
	"marsad/pkg/text"
	"marsad/services/cleaner/declared"
	"marsad/services/cleaner/dom"
)

// evidence is all of a page that speaks of dates.
type evidence struct {
	meta                *declared.Page
	doc                 *html.Node
	address             *url.URL
	now, fetched        time.Time // fetched is zero where it is not known
	options             dates.Options
	country             string // two letters, where it is known
	marks               []dateMark
	lines               []dateLine
	headings            []heading
	title               heading  // the one that is the article's; without node: none
	titleText           heading  // the first text that is most of the title
	linked              []string // blocks of JSON-LD
	published, modified []Dated  // as declared, best first
	visible             []visible
	read, readNear      bool // visible holds all dates, those about the title
}

// dateMark is an element whose markup says that it holds a date.
type dateMark struct {
	node  *html.Node
	at    int    // its place in the document, in nodes
	value string // machine-readable; empty: the element's text
	prop  string // itemprop, lower case
}

// dateLine is a short text with digits in it.
type dateLine struct {
	node *html.Node // of text
	at   int
}

// heading is an element that can hold the article's title.
type heading struct {
	node *html.Node
	at   int
}

// newEvidence collects it in one walk, without reading a date yet.
func newEvidence(m *declared.Page, doc *html.Node, address *url.URL, now, fetched time.Time) *evidence {
	e := &evidence{lines: make([]dateLine, 0, 128), marks: make([]dateMark, 0, 16), meta: m, doc: doc, address: address, now: now, fetched: fetched}
	e.options.Lang = pageLang(m, address)
	e.country = countryOf(m.Lang, m.Meta("og:locale"), address)
	own := strings.TrimSpace(cmp.Or(m.Meta("og:title"), m.Linked.Headline, m.Title))
	at := 0
	for n := doc.FirstChild; n != nil; n = following(n) {
		at++
		switch n.Type {
		case html.TextNode:
			if len(e.lines) < maxLines && maybeDate(n.Data) {
				e.lines = append(e.lines, dateLine{n, at})
			}
			if e.titleText.node == nil && isMostOf(n.Data, own) {
				e.titleText = heading{n, at}
			}
		case html.ElementNode:
			e.addElement(n, at)
		}
	}
	e.title = e.chooseTitle()
	return e
}

// isMostOf reports whether a text is more than half of the page's title.
func isMostOf(s, title string) bool {
	if len(s) < 12 || len(s)*2 < len(title) {
		return false
	}
	s = strings.TrimSpace(s)
	return len(s) >= 12 && len(s)*2 >= len(title) && strings.Contains(title, s)
}

// chooseTitle is the heading that repeats what the page calls itself, else the last
// <h1>, else a text that repeats it.
func (e *evidence) chooseTitle() heading {
	own := lettersOf(cmp.Or(e.meta.Meta("og:title"), e.meta.Linked.Headline) + " " + e.meta.Title)
	var found heading
	for _, h := range e.headings {
		if h.node.DataAtom == atom.H1 {
			found = h
		}
	}
	longest := 12
	for _, h := range e.headings {
		if s := lettersOf(shortText(h.node)); len(s) > longest && strings.Contains(own, s) {
			found, longest = h, len(s)
		}
	}
	if found.node == nil {
		return e.titleText
	}
	return found
}

// lettersOf is a text folded, without spaces and signs.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text.Fold(s))
}

// maxHeadings bounds the search for the title.
const maxHeadings = 40

// maxLines bounds the work on pages that are lists of dates.
const maxLines = 2000

// following is the node after n in the document, passing over what holds no text
// of the page.
func following(n *html.Node) *html.Node {
	if n.FirstChild != nil && !opaque(n) {
		return n.FirstChild
	}
	for n != nil && n.NextSibling == nil {
		n = n.Parent
	}
	if n == nil {
		return nil
	}
	return n.NextSibling
}

func opaque(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Select, atom.Textarea, atom.Svg, atom.Template, atom.Option, atom.Title:
		return true
	}
	return false
}

func (e *evidence) addElement(n *html.Node, at int) {
	switch n.DataAtom {
	case atom.Script:
		if n.FirstChild != nil && strings.Contains(dom.Attr(n, "type"), "json") && strings.Contains(n.FirstChild.Data, "datePublished") {
			e.linked = append(e.linked, n.FirstChild.Data)
		}
		return
	case atom.H1, atom.H2, atom.H3:
		if len(e.headings) < maxHeadings {
			e.headings = append(e.headings, heading{n, at})
		}
	}
	mark := dateMark{node: n, at: at}
	for _, a := range n.Attr {
		switch a.Key {
		case "itemprop":
			mark.prop = strings.ToLower(a.Val)
		case "datetime":
			mark.value = a.Val
		case "content":
			if mark.value == "" {
				mark.value = a.Val
			}
		case "pubdate":
			mark.prop += " datepublished"
		}
	}
	if (n.DataAtom == atom.Time || strings.Contains(mark.prop, "date")) && len(e.marks) < maxLines {
		e.marks = append(e.marks, mark)
	}
}

// maxLine is how long a text is that can be a date with a label and a byline, in
// bytes.
const maxLine = 240

// maybeDate reports whether a text node can hold a date: it is short, and has a
// digit.
func maybeDate(s string) bool {
	if s = strings.TrimSpace(s); len(s) > maxLine {
		return false
	}
	for i := range len(s) {
		if c := s[i]; digit(c) || c >= 0xD9 && i+1 < len(s) && foreignDigit(s[i:]) {
			return true
		}
	}
	return false
}

// foreignDigit reports whether a text starts with a digit of the scripts in which
// dates are written: Arabic, Indic, Thai, full-width.
func foreignDigit(s string) bool {
	switch s[0] {
	case 0xD9:
		return s[1] >= 0xA0 && s[1] <= 0xA9
	case 0xDB:
		return s[1] >= 0xB0 && s[1] <= 0xB9
	case 0xE0:
		return len(s) > 2 && s[1] >= 0xA5 && s[1] <= 0xB9 && s[2] >= 0x90 && s[2] <= 0xAF
	case 0xEF:
		return len(s) > 2 && s[1] == 0xBC && s[2] >= 0x90 && s[2] <= 0x99
	}
	return false
}

// pageLang is the page's language with a region: in English, the order of day and
// month depends on it. A page that does not say its region has that of its
// country's domain.
func pageLang(m *declared.Page, address *url.URL) string {
	lang := cmp.Or(m.Lang, m.Meta("content-language", "og:locale", "inlanguage"), m.Linked.Lang)
	if text.Base(lang) != "en" || strings.ContainsAny(lang, "-_") {
		return lang
	}
	if locale := m.Meta("og:locale"); strings.HasPrefix(locale, "en_") {
		return locale
	}
	if address != nil {
		host := address.Hostname()
		if tld := host[strings.LastIndexByte(host, '.')+1:]; len(tld) == 2 && tld != "tv" && tld != "io" && tld != "co" && tld != "me" && tld != "us" && tld != "ai" {
			if tld == "uk" {
				tld = "gb"
			}
			return "en-" + tld
		}
	}
	return lang
}

// parse reads a declared date that can be believed.
func (e *evidence) parse(value string) (dates.Date, bool) {
	if len(value) < 8 {
		return dates.Date{}, false
	}
	d, ok := dates.Parse(value, e.options)
	if !ok || d.Precision < dates.Day || !e.believable(d) {
		return dates.Date{}, false
	}
	return d, true
}

// earliest is before any page of the web: older dates are mistakes, or those of
// what a page is about.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// believable reports whether a page can be from that time: not before the web, nor
// more than two days after it was fetched (a clock of theirs or a zone may be off).
func (e *evidence) believable(d dates.Date) bool {
	return !d.Time.Before(earliest) && !d.Time.After(e.now.AddDate(0, 0, 2))
}
