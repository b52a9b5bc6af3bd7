package cleaner

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"marsad/pkg/dates"
	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/boilerplate"
	"marsad/services/cleaner/declared"
)

// thin is how many code points of text are too few for an article: what was found is
// then compared with what else there is.
const thin = 250

// content is the body of a page and how sure it is.
type content struct {
	paragraphs []body.Paragraph
	confidence float64 // the F1 to be expected, 0 to 1
	teasers    int     // links to other articles
	standfirst string
	bylines    []body.Byline
	origins    []string
}

// Confidence of bodies that were not found in the page's text.
const (
	linkedConfidence   = 0.85 // mean F1 of articleBody measured on news pages
	embeddedConfidence = 0.6
	rawConfidence      = 0.4
)

// chooseBody finds the article's paragraphs. Twice as much text in the JSON-LD is
// better than what was found in the page; where hardly anything was found, so is
// twice as much in the data of the page's scripts, or in all its paragraphs.
func chooseBody(doc *html.Node, m *declared.Page, title string) content {
	linked := linkedBody(m)
	found := body.Find(doc, hints(m, title, linked))
	best := content{found.Paragraphs, found.Confidence, found.Teasers, found.Standfirst, found.Bylines, found.Origins}
	best.beat(linked, linkedConfidence)
	if weight(best.paragraphs) < thin {
		best.beat(embeddedBody(doc), embeddedConfidence)
	}
	if weight(best.paragraphs) < thin {
		best.beat(allProse(doc), rawConfidence)
	}
	best.paragraphs = withoutByline(textBelow(best.paragraphs, title), dates.Options{Lang: text.Base(m.Lang)})
	return best
}

func hints(m *declared.Page, title string, linked []body.Paragraph) body.Hints {
	return body.Hints{
		Title: title, Description: plainText(m.Meta("og:description", "description", "twitter:description")), Linked: linesOf(linked),
	}
}

// TrainingPage is what Clean gives package body of an HTML page, to learn from; its
// errors are those of Clean.
func TrainingPage(page news.Page) (*html.Node, body.Hints, error) {
	doc, err := parse(decode(page.Body, page.ContentType))
	if err != nil {
		return nil, body.Hints{}, err
	}
	address, _ := url.Parse(page.URL)
	m := declared.Read(doc)
	return doc, hints(m, chooseTitle(m, siteNames(m, address)), linkedBody(m)), nil
}

// beat replaces a body by another with more than twice as much text.
func (c *content) beat(other []body.Paragraph, confidence float64) {
	if weight(other) > 2*weight(c.paragraphs) {
		c.paragraphs, c.confidence = other, confidence
	}
}

// linkedBody is the JSON-LD's articleBody.
func linkedBody(m *declared.Page) []body.Paragraph { return paragraphsIn(m.Linked.Body) }

// paragraphsIn reads text that may be HTML, or plain with a paragraph a line.
func paragraphsIn(s string) []body.Paragraph {
	if strings.ContainsAny(s, "<&") {
		return fragment(s)
	}
	var all []body.Paragraph
	for line := range strings.Lines(s) {
		if line = text.Tidy(line); line != "" {
			all = append(all, body.Paragraph{Text: line})
		}
	}
	return all
}

// fragment is the text of an HTML fragment.
func fragment(s string) []body.Paragraph {
	doc, err := parse([]byte(s))
	if err != nil {
		return nil
	}
	return body.All(doc)
}

// plainText is the text of an HTML fragment as one line. Feeds give titles both
// as text and as HTML; both come out right, but for a literal "<word>".
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return text.Tidy(s)
	}
	if !strings.Contains(s, "<") {
		return text.Tidy(html.UnescapeString(s))
	}
	return strings.ReplaceAll(linesOf(fragment(s)), "\n", " ")
}

// allProse is the last resort: every block that reads like a sentence and is no link,
// else every one of as many words as a flash. Lines that stand around articles are left
// out, but for those that say what the page is instead.
func allProse(doc *html.Node) []body.Paragraph {
	var prose, lines []body.Paragraph
	for _, p := range body.All(doc) {
		words := text.Words(p.Text)
		if 2*linkedBytes(p) > len(p.Text) || isFurniture(p.Text) {
			continue
		}
		if words >= minWords {
			lines = append(lines, p)
		}
		if last, _ := utf8.DecodeLastRuneInString(p.Text); words > 8 || strings.ContainsRune(".!?؟۔。।！？…", last) {
			prose = append(prose, p)
		}
	}
	if len(prose) == 0 {
		return lines
	}
	return prose
}

// linkedBytes is how many bytes of a paragraph are links.
func linkedBytes(p body.Paragraph) int {
	n := 0
	for _, l := range p.Links {
		n += l.End - l.Start
	}
	return n
}

// isFurniture reports whether a line stands around articles.
func isFurniture(line string) bool {
	switch boilerplate.Match(line) {
	case "", boilerplate.ErrorPage, boilerplate.Subscribe, boilerplate.Login:
		return false
	}
	return true
}

// linesOf is the text of paragraphs, one a line.
func linesOf(paragraphs []body.Paragraph) string { return joined(paragraphs, "\n") }

func joined(paragraphs []body.Paragraph, separator string) string {
	var b strings.Builder
	for i, p := range paragraphs {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// weight is how many code points paragraphs hold together.
func weight(paragraphs []body.Paragraph) int {
	n := 0
	for _, p := range paragraphs {
		n += utf8.RuneCountInString(p.Text)
	}
	return n
}

// firstLine is the headline of a page that declares none and marks none: what stands
// above all else, when it is short and no sentence.
func firstLine(doc *html.Node) string {
	all := body.All(doc)
	if len(all) < 2 {
		return ""
	}
	first := all[0]
	last, _ := utf8.DecodeLastRuneInString(first.Text)
	if words := text.Words(first.Text); words < minWords || words > maxTitleWords/2 || len(first.Links) > 0 || strings.ContainsRune(".!?؟۔。।:", last) || isFurniture(first.Text) {
		return ""
	}
	return first.Text
}

// headed takes for the title its end or start which the text's first line repeats, as
// where only the window has a title, and a site's unknown name in it.
func headed(title string, paragraphs []body.Paragraph) (string, []body.Paragraph) {
	if len(paragraphs) < 2 || text.Words(paragraphs[0].Text) < minWords {
		return title, paragraphs
	}
	first := paragraphs[0].Text
	rest, ok := strings.CutSuffix(title, first)
	if !ok {
		rest, ok = strings.CutPrefix(title, first)
	}
	if ok && rest != "" && !hasLetters(rest[:1]) && strings.ContainsAny(rest, ":|-–—/»·•") && text.Words(rest) < text.Words(first) {
		return first, paragraphs[1:]
	}
	return title, paragraphs
}

// textBelow is the text without the title; a flash may say nothing but its headline.
func textBelow(paragraphs []body.Paragraph, title string) []body.Paragraph {
	if below := withoutTitle(paragraphs, title); len(below) > 0 {
		return below
	}
	return paragraphs
}

// maxTitles is how many bytes a title may have that stands there several times.
const maxTitles = 4000

// withoutTitle drops the title where it opens the text, once or, as where the
// window's title and the heading ran together, more often.
func withoutTitle(paragraphs []body.Paragraph, title string) []body.Paragraph {
	t := squeeze(title)
	for range 3 { // beside the title may stand a date or a name
		if t != "" && len(paragraphs) > 0 && len(paragraphs[0].Text) < maxTitles && strings.ReplaceAll(squeeze(paragraphs[0].Text), t, "") == "" {
			paragraphs = paragraphs[1:]
		}
	}
	return paragraphs
}
