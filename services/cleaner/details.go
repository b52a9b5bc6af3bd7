package cleaner

import (
	"math"
	"net/url"
	"slices"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/dom"
)

// detail adds what is told beyond the text.
func (d *draft) detail(a *news.Article) {
	a.PublishedConfidence = d.publishedConfidence
	a.PublishedFrom = news.DateSource(d.publishedFrom)
	a.Confidence = math.Round(100*d.confidence) / 100
	if slices.ContainsFunc(d.paragraphs, func(p body.Paragraph) bool { return p.Text == d.standfirst }) {
		a.Standfirst = d.standfirst
	}
	a.OriginalSource = d.originalSource
	a.Markup = markup(d.paragraphs)
	if lang, sure := text.Language(a.Title); lang != a.Lang && lang != text.Unknown && sure > sureOfTitle && text.Words(a.Title) >= fewestTitleWords {
		a.TitleLang = lang
	}
	if direction := text.Direction(a.Lang, a.Title); a.Title != "" && direction != a.Direction {
		a.TitleDirection = direction
	}
}

// sureOfTitle is how sure the language of a title must be to differ from the text's:
// titles are short, and full of names.
const (
	sureOfTitle      = 0.9
	fewestTitleWords = 3
)

// markup says where the text of paragraphs, joined by blank lines, is more than
// text.
func markup(paragraphs []body.Paragraph) []news.Mark {
	var marks []news.Mark
	start := 0
	for _, p := range paragraphs {
		length := utf8.RuneCountInString(p.Text)
		if kind, ok := markKinds[p.Kind]; ok {
			marks = append(marks, news.Mark{Kind: kind, Start: start, End: start + length})
		}
		at, counted := start, 0 // code points before the byte counted
		for _, l := range p.Links {
			from := at + utf8.RuneCountInString(p.Text[counted:l.Start])
			at, counted = from+utf8.RuneCountInString(p.Text[l.Start:l.End]), l.End
			marks = append(marks, news.Mark{Kind: news.MarkLink, Start: from, End: at, Href: l.Href})
		}
		start += length + len("\n\n")
	}
	return marks
}

var markKinds = map[body.Kind]news.MarkKind{
	body.Heading: news.MarkHeading, body.Item: news.MarkItem, body.Quote: news.MarkQuote,
}

// resolveLinks makes the links of paragraphs absolute, and drops those that do not
// lead to the web.
func resolveLinks(paragraphs []body.Paragraph, base *url.URL) {
	for i := range paragraphs {
		p := &paragraphs[i]
		for k := range p.Links {
			p.Links[k].Href = webURL(p.Links[k].Href, base)
		}
		p.Links = slices.DeleteFunc(p.Links, func(l body.Link) bool { return l.Href == "" })
	}
}

// base is the address against which a page's links are read.
func base(doc *html.Node, address *url.URL) *url.URL {
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Base:
			if u, err := url.Parse(webURL(dom.Attr(n, "href"), address)); err == nil && u.Host != "" {
				return u
			}
		case atom.Body:
			return address
		}
	}
	return address
}
