package safehtml

import (
	"html"
	"strings"
	"unicode"

	"marsad/services/fetcher/feed/markup"
)

// Text gives what a reader sees of markup: on one line, without tags, references
// replaced.
func Text(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return Line(s)
	}
	var b []byte
	scanner := markup.NewHTMLScanner([]byte(s))
	hidden := ""
	for {
		t, ok := scanner.Next()
		if !ok {
			break
		}
		switch name := localName(t.Name); {
		case hidden != "":
			if t.Kind == markup.End && name == hidden {
				hidden = ""
			}
		case t.Kind == markup.Text:
			b = markup.AppendText(b, t.Data, nil)
		case t.Kind == markup.Start && hiding(name) && !t.Empty:
			hidden = name
		case (t.Kind == markup.Start || t.Kind == markup.End) && breaks(name):
			b = append(b, ' ')
		}
	}
	return Line(string(b))
}

// breaks reports whether an element stands on lines of its own.
func breaks(name string) bool {
	switch name {
	case "br", "p", "div", "li", "ul", "ol", "td", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote":
		return true
	}
	return false
}

// Line puts a text on one line: runs of spaces become one.
func Line(s string) string {
	if !untidy(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
}

func untidy(s string) bool {
	before := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') {
			return true
		}
		before = r
	}
	return before == ' ' && s != ""
}

// Escape makes HTML of a plain text.
func Escape(s string) string {
	if !strings.ContainsAny(s, "<>&") {
		return s
	}
	return escaper.Replace(s)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// LooksLikeHTML reports whether a text that is said to be plain is not: it has tags
// or references, and none that HTML does not know.
func LooksLikeHTML(s string) bool {
	if !strings.ContainsAny(s, "<&") {
		return false
	}
	scanner, marks := markup.NewHTMLScanner([]byte(s)), false
	for {
		t, ok := scanner.Next()
		if !ok {
			return marks
		}
		switch t.Kind {
		case markup.Start, markup.End:
			if name := localName(t.Name); allowed().html[name] == "" && !harmful(name) {
				return false
			}
			marks = marks || t.Kind == markup.End
		case markup.Text:
			known, unknown := references(string(t.Data))
			if unknown {
				return false
			}
			marks = marks || known
		}
	}
}

// harmful reports whether an element is one of HTML that may not stay.
func harmful(name string) bool {
	switch name {
	case "script", "style", "iframe", "object", "embed", "applet", "frame", "frameset", "link", "meta", "html", "head", "body", "title", "base":
		return true
	}
	return false
}

// references reports whether a text has references of HTML, and others.
func references(s string) (known, unknown bool) {
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			return known, unknown
		}
		s = s[i+1:]
		name, _, ok := strings.Cut(s[:min(len(s), 40)], ";")
		if !ok || name == "" || strings.ContainsAny(name, " &<") {
			continue
		}
		if whole := "&" + name + ";"; html.UnescapeString(whole) == whole {
			unknown = true
		}
		known = true
	}
}
