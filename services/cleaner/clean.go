package cleaner

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// Clean makes an article of a page. It is a pure function of the page, accepts
// any bytes, and is safe for concurrent use; its errors are those of Reasons.
//
// The article's ID is the page's item, and its URL the page's. Source and
// publisher are the caller's to fill. Text and title are valid UTF-8 in NFC,
// without control characters; paragraphs are separated by a blank line. Times
// keep the zone their page gave them; those without one are taken as UTC.
func Clean(page news.Page) (article news.Article, err error) {
	defer func() {
		if r := recover(); r != nil {
			article, err = news.Article{}, fmt.Errorf("%w: %v\n%s", ErrPanic, r, debug.Stack())
		}
	}()
	var d draft
	switch page.Kind {
	case news.PageHTML:
		d, err = fromHTML(page)
	case news.PageText:
		d, err = fromText(page)
	case news.PageFeed:
		d, err = fromFeed(page)
	default:
		err = fmt.Errorf("%w: unknown page kind %q", ErrNotHTML, page.Kind)
	}
	if err != nil {
		return news.Article{}, err
	}
	d.fillFromFeed(page.Found)
	return d.article(page)
}

// draft is what the readers of the three kinds of pages find.
type draft struct {
	title, section, image, canonical string
	lang                             string // as declared
	authors                          []string
	published, modified              *time.Time
	paragraphs                       []string
	completeness                     news.Completeness
}

// fillFromFeed takes from the feed's entry what the page did not say.
func (d *draft) fillFromFeed(found news.Found) {
	if d.title == "" {
		d.title = plainText(found.Title)
	}
	if len(d.authors) == 0 {
		d.authors = people(found.Authors, nil)
	}
	if d.published == nil {
		d.published = found.Published
	}
	if d.modified == nil {
		d.modified = found.Updated
	}
	if d.lang == "" {
		d.lang = found.Lang
	}
	if d.image == "" {
		d.image = webURL(found.Image, nil)
	}
	if d.section == "" && len(found.Categories) > 0 {
		d.section = tidy(found.Categories[0])
	}
}

// article finishes the draft: everything that holds for all kinds of pages.
func (d *draft) article(page news.Page) (news.Article, error) {
	body := strings.Join(d.paragraphs, "\n\n")
	words := text.Words(body)
	if words == 0 {
		return news.Article{}, ErrNoText
	}
	lang, _ := text.Language(body)
	if lang == text.Unknown {
		if declared := text.Base(d.lang); declared != "" {
			lang = declared
		}
	}
	canonical := d.canonical
	if canonical == "" {
		canonical = page.URL
	}
	authors := d.authors
	if authors == nil {
		authors = []string{} // [] in JSON, not null
	}
	return news.Article{
		ID:           page.Item,
		URL:          page.URL,
		CanonicalURL: canonical,
		Title:        d.title,
		Authors:      authors,
		Published:    d.published,
		Modified:     d.modified,
		Lang:         lang,
		Direction:    text.Direction(lang, body),
		Section:      d.section,
		Image:        d.image,
		Words:        words,
		Completeness: d.completeness,
		Text:         body,
	}, nil
}

// withoutTitle drops the title where it opens the text, once or, as where the
// window's title and the heading ran together, more often.
func withoutTitle(paragraphs []string, title string) []string {
	t := squeeze(title)
	if t != "" && len(paragraphs) > 0 && strings.ReplaceAll(squeeze(paragraphs[0]), t, "") == "" {
		return paragraphs[1:]
	}
	return paragraphs
}
