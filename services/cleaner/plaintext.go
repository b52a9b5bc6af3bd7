package cleaner

import (
	"bytes"
	"net/http"
	"strings"

	"marsad/pkg/dates"
	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/pubdate"
)

// fromText reads a plain text: a page turned into lines. A title stands above the
// first prose, among menus, tickers and what is about the article; below the text
// stand lists and forms. What remains are the paragraphs.
func fromText(page news.Page) (draft, error) {
	src := string(decode(page.Body[:min(len(page.Body), maxText)], page.ContentType))
	if binary(page.Body) {
		return draft{}, ErrNotText
	}
	o := dates.Options{Now: page.FetchedAt}
	o.Lang, _ = text.Language(src)
	lines := readLines(src, o)
	if len(lines) == 0 {
		return draft{}, ErrEmpty
	}
	origin := takeNotice(lines, o)
	lines, head := mainText(lines)
	h := findHeadline(lines, head, o)
	d := draft{title: h.title, completeness: news.CompleteFull, originalSource: origin.source}
	paragraphs := texts(withoutDebris(lines[h.start:], h.title))
	if len(paragraphs) == 0 { // a lone line is both
		paragraphs = texts(lines)
	}
	if d.title == "" {
		d.title = titleFromText(paragraphs)
		if below := linesBelow(paragraphs, d.title); len(below) > 0 {
			paragraphs = below
		}
	}
	if n := wordsIn(strings.Join(paragraphs, " ")); n > 0 && n < minTextWords {
		return draft{}, ErrTooShort
	}
	d.fillFromHead(&h, o, page.FetchedAt)
	if d.published == nil && origin.published.OK() {
		d.published = origin.published.Pointer()
		d.publishedFrom, d.publishedConfidence = pubdate.FromNotice, noticeConfidence
	}
	d.paragraphs = body.Plain(paragraphs...)
	return d, nil
}

// maxText is how many bytes are read of a text: a few books.
const maxText = 1 << 20

// minTextWords is how many words a given text needs: nobody sends a word as news.
const minTextWords = 3

// linesBelow drops a title that stands alone on the first line.
func linesBelow(lines []string, title string) []string {
	if squeeze(lines[0]) == squeeze(title) {
		return lines[1:]
	}
	return lines
}

// binary reports whether bytes are no text in any usual encoding: a file that says
// what else it is, or one in which every fiftieth byte is a control character. UTF-16
// says of itself what it is.
func binary(body []byte) bool {
	if kind := http.DetectContentType(body); !strings.HasPrefix(kind, "text/") && kind != "application/octet-stream" {
		return true
	}
	if bytes.HasPrefix(body, []byte("\xFE\xFF")) || bytes.HasPrefix(body, []byte("\xFF\xFE")) {
		return false
	}
	controls := 0
	for _, b := range body {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			controls++
		}
	}
	return controls*50 > len(body)
}

// titleFromText makes a title for a text without one: its first sentence, cut to
// a headline's length.
func titleFromText(paragraphs []string) string {
	const length = 120
	for _, p := range paragraphs {
		if !hasLetters(p) {
			continue
		}
		if i := strings.IndexAny(p, ".!?؟۔。।"); i > 20 {
			p = p[:i]
		}
		return cut(p, length)
	}
	return ""
}
