package cleaner

import (
	"net/url"
	"slices"
	"strings"

	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/boilerplate"
	"marsad/services/cleaner/declared"
)

// judge tells pages that are articles from those that are not: what they hold is
// then too little for one, and they say of themselves what they are.
func judge(d *draft, m *declared.Page, address *url.URL, teasers int) error {
	words := wordsUpTo(d.paragraphs, maxErrorWords)
	declaredArticle := m.Linked.Kind != "" || strings.HasPrefix(m.Meta("og:type"), "article")
	switch {
	case isErrorPage(d, m) && words < maxErrorWords && !declaredArticle:
		return ErrErrorPage
	case words < fewWords && teasers >= manyTeasers && !declaredArticle:
		return ErrListing
	case isListing(m, address) && !declaredArticle && d.confidence < sureOfArticle(m, address):
		return ErrListing
	case words < fewWords && m.HasPassword && (m.Linked.Kind == "" || words < minWords):
		return ErrLoginWall
	case words < fewWords && isVideo(m):
		return ErrVideoOnly
	case words == 0:
		return ErrNoText
	case words < minWords && !declaredArticle:
		return ErrTooShort
	}
	return nil
}

// wordsUpTo counts the words of paragraphs until there are so many.
func wordsUpTo(paragraphs []body.Paragraph, enough int) (n int) {
	for _, p := range paragraphs {
		if n += text.Words(p.Text); n >= enough {
			break
		}
	}
	return n
}

const (
	minWords      = 5  // of the shortest news: a flash
	fewWords      = 25 // a caption, a notice
	maxErrorWords = 120
	manyTeasers   = 10
	// sureOfText is the confidence from which a text is an article's, however the page
	// calls itself; sureOfFront that of a front page which says so.
	sureOfText  = 0.6
	sureOfFront = 0.9
)

// isErrorPage reports whether the title or the first line says that there is no
// such page.
func isErrorPage(d *draft, m *declared.Page) bool {
	lines := append(separator.Split(m.Title, -1), d.title, m.Title)
	if len(d.paragraphs) > 0 {
		first := d.paragraphs[0].Text
		lines = append(lines, first)
		if end := strings.IndexAny(first, ".!?؟。"); end > 0 {
			lines = append(lines, first[:end])
		}
	}
	return slices.ContainsFunc(lines, saysError)
}

// isVideo reports whether a page says that it shows a video and no article.
func isVideo(m *declared.Page) bool {
	return m.Linked.Kind == "" && (strings.HasPrefix(m.Meta("og:type"), "video") || m.Linked.Page == "VideoObject")
}

// isListing reports whether a page says that it lists articles.
func isListing(m *declared.Page, address *url.URL) bool {
	switch m.Linked.Page {
	case "CollectionPage", "SearchResultsPage":
		return true
	}
	return isFront(address)
}

// sureOfArticle is the confidence from which what is found in a listing is an article.
func sureOfArticle(m *declared.Page, address *url.URL) float64 {
	if isFront(address) && (m.Linked.Page == "CollectionPage" || m.Meta("og:type") == "website") {
		return sureOfFront
	}
	return sureOfText
}

// isFront reports whether an address is that of a whole site.
func isFront(address *url.URL) bool {
	return address != nil && address.Host != "" && (address.Path == "" || address.Path == "/") && address.RawQuery == ""
}

// saysError reports whether a line says that something is not there.
func saysError(line string) bool { return boilerplate.Match(line) == boilerplate.ErrorPage }
