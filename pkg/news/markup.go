package news

import (
	"html"
	"slices"
	"strings"
)

// MarkKind says what a part of an article's text is in its page.
type MarkKind string

const (
	MarkHeading MarkKind = "heading" // a whole paragraph
	MarkItem    MarkKind = "item"    // a whole paragraph, of a list
	MarkQuote   MarkKind = "quote"   // a whole paragraph
	MarkLink    MarkKind = "link"    // a part of one paragraph
)

// Mark is a part of an article's text that is more than text. Start and End count
// Unicode code points of Text.
type Mark struct {
	Kind  MarkKind `json:"kind"`
	Start int      `json:"start"`
	End   int      `json:"end"`
	Href  string   `json:"href,omitempty"` // of a link: absolute, http or https
}

// HTML is the article's text for display: paragraphs, headings, lists, quotations
// and links. All of it is written here from escaped text, so nothing of the page's
// own markup can be in it. Marks that are not as Mark says are left out.
func (a *Article) HTML() string {
	w := writer{marks: slices.SortedStableFunc(slices.Values(a.Markup), func(a, b Mark) int { return a.Start - b.Start })}
	start := 0
	for p := range strings.SplitSeq(a.Text, "\n\n") {
		w.paragraph([]rune(p), start)
		start += len([]rune(p)) + len("\n\n")
	}
	w.endList()
	return w.String()
}

type writer struct {
	strings.Builder
	marks  []Mark
	inList bool
}

// paragraph writes the paragraph that starts at a code point of the text. Marks are in
// order: those of earlier paragraphs have been passed.
func (w *writer) paragraph(p []rune, start int) {
	end := start + len(p)
	for len(w.marks) > 0 && w.marks[0].Start < start {
		w.marks = w.marks[1:]
	}
	own := w.marks
	if i := slices.IndexFunc(own, func(m Mark) bool { return m.Start > end }); i >= 0 {
		own = own[:i]
	}
	var kind MarkKind
	if i := slices.IndexFunc(own, func(m Mark) bool { return m.Kind != MarkLink && m.Start == start && m.End == end }); i >= 0 {
		kind = own[i].Kind
	}
	if kind != MarkItem {
		w.endList()
	}
	switch kind {
	case MarkHeading:
		w.element("h2", p, start, own)
	case MarkQuote:
		w.element("blockquote", p, start, own)
	case MarkItem:
		if !w.inList {
			w.WriteString("<ul>\n")
			w.inList = true
		}
		w.element("li", p, start, own)
	default:
		w.element("p", p, start, own)
	}
}

func (w *writer) element(name string, p []rune, start int, marks []Mark) {
	w.WriteString("<" + name + ">")
	written := 0
	for _, m := range marks {
		from, to := m.Start-start, m.End-start
		if m.Kind != MarkLink || from < written || to <= from || to > len(p) || !isWeb(m.Href) {
			continue
		}
		w.WriteString(html.EscapeString(string(p[written:from])))
		w.WriteString(`<a href="` + html.EscapeString(m.Href) + `" rel="noopener noreferrer nofollow">`)
		w.WriteString(html.EscapeString(string(p[from:to])) + "</a>")
		written = to
	}
	w.WriteString(html.EscapeString(string(p[written:])) + "</" + name + ">\n")
}

func (w *writer) endList() {
	if w.inList {
		w.WriteString("</ul>\n")
		w.inList = false
	}
}

func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}
