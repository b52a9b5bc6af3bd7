package cleaner

import (
	"fmt"
	"runtime/debug"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/pubdate"
)

// Clean makes an article of a page. It is a pure function of the page, accepts
// any bytes, and is safe for concurrent use; its errors are those of Reasons.
//
// The article's ID is the page's item, and its URL the page's. Source and
// publisher are the caller's to fill. Text and title are valid UTF-8 in NFC,
// without control characters; paragraphs are separated by a blank line. Times
// keep the zone their page gave them; without one they are read in that of the
// page's country where it is known, else in UTC.
func Clean(page news.Page) (news.Article, error) { return Selection{}.Clean(page) }

// Clean is Clean of what s selects.
func (s Selection) Clean(page news.Page) (article news.Article, err error) {
	defer func() {
		if r := recover(); r != nil {
			article, err = news.Article{}, fmt.Errorf("%w: %v\n%s", ErrPanic, r, debug.Stack())
		}
	}()
	var d draft
	switch page.Kind {
	case news.PageHTML:
		d, err = fromHTML(page, s)
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
	publishedFrom                    string  // where it was found: one of the constants of published.go
	publishedConfidence              float64 // 0 to 1: how often dates found there are right
	paragraphs                       []body.Paragraph
	standfirst                       string  // one of paragraphs
	confidence                       float64 // of the body: the F1 to be expected, 0 to 1; 0 when unknown
	completeness                     news.Completeness
	originalSource                   string // the publisher from whom the page says it has the text
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
		if d.published != nil {
			d.publishedFrom, d.publishedConfidence = pubdate.FromFeed, pubdate.FeedConfidence
		}
	}
	if d.modified == nil {
		d.modified = found.Updated
	}
	if d.published != nil && d.modified != nil && d.modified.Before(*d.published) {
		d.modified = nil
	}
	if d.lang == "" {
		d.lang = found.Lang
	}
	if d.image == "" {
		d.image = webURL(found.Image, nil)
	}
	if d.section == "" && len(found.Categories) > 0 {
		d.section = text.Tidy(found.Categories[0])
	}
}

// article finishes the draft: everything that holds for all kinds of pages.
func (d *draft) article(page news.Page) (news.Article, error) {
	whole := joined(d.paragraphs, "\n\n")
	words := text.Words(whole)
	if words == 0 {
		return news.Article{}, ErrNoText
	}
	lang, _ := text.Language(whole)
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
	article := news.Article{
		ID:           page.Item,
		URL:          page.URL,
		CanonicalURL: canonical,
		Title:        d.title,
		Authors:      authors,
		Published:    d.published,
		Modified:     d.modified,
		Lang:         lang,
		Direction:    text.Direction(lang, whole),
		Section:      d.section,
		Image:        d.image,
		Words:        words,
		Completeness: d.completeness,
		Text:         whole,
	}
	d.detail(&article)
	return article, nil
}
