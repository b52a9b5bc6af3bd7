package cleaner

import (
	"strings"

	"marsad/pkg/news"
)

// fromFeed reads the entry itself, for items whose page could not be had.
func fromFeed(page news.Page) (draft, error) {
	paragraphs := feedParagraphs(page.Found)
	if len(paragraphs) == 0 {
		return draft{}, ErrNoText
	}
	title := plainText(page.Found.Title)
	if title == "" {
		title = titleFromText(paragraphs)
	}
	if rest := withoutTitle(paragraphs, title); len(rest) > 0 {
		paragraphs = rest
	}
	return draft{title: title, paragraphs: paragraphs, completeness: news.CompleteFeed}, nil
}

// feedParagraphs is the text the feed carried. Some feeds give plain text with
// line breaks where HTML is due: without any tag, lines are paragraphs.
func feedParagraphs(found news.Found) []string {
	body := found.Body()
	if strings.Contains(body, "<") || strings.Contains(body, "&lt;") {
		paragraphs := fragmentParagraphs(body)
		// Escaped twice, the tags are text after the first reading.
		if joined := strings.Join(paragraphs, "\n"); strings.Contains(joined, "</p>") || strings.Contains(joined, "<br") {
			return fragmentParagraphs(joined)
		}
		return paragraphs
	}
	var paragraphs []string
	for line := range strings.Lines(body) {
		if line = plainText(line); line != "" {
			paragraphs = append(paragraphs, line)
		}
	}
	return paragraphs
}
