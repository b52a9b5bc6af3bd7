package cleaner

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/services/cleaner/body"
	"marsad/services/cleaner/declared"
)

// signPage takes from the page's lines who wrote the article, where the page's head names
// no person: from the bylines, else from a lone name above or below the text, else it
// was an organisation.
func (d *draft) signPage(lines []body.Byline, m *declared.Page, sites []string) {
	for _, line := range lines {
		if d.authors = signatures(line, sites); len(d.authors) > 0 {
			return
		}
	}
	for _, at := range []int{0, len(d.paragraphs) - 1} {
		if d.authors = loneNames(d.paragraphs, at); len(d.authors) > 0 {
			d.paragraphs = slices.Delete(slices.Clone(d.paragraphs), at, at+1)
			return
		}
	}
	d.authors = signingOrganisation(m)
}

// loneNames reads a paragraph that is nothing but names: two or three words each, all
// with a capital, none of which the text has anywhere: places and phrases come again.
// Scripts without capitals cannot tell.
func loneNames(paragraphs []body.Paragraph, at int) []string {
	const fewest = 3 // paragraphs of an article that is signed so
	if len(paragraphs) < fewest || paragraphs[at].Kind != body.Text || wordsIn(paragraphs[at].Text) > maxBylineWords {
		return nil
	}
	names := splitByline(strings.TrimSpace(paragraphs[at].Text))
	for _, name := range names {
		if n := wordsIn(name); n < 2 || n > 3 || !isCapitalised(name) {
			return nil
		}
	}
	own := map[string]bool{}
	for _, name := range names {
		for word := range strings.FieldsSeq(name) {
			own[strings.ToLower(word)] = true
		}
	}
	for i, p := range paragraphs {
		for word := range strings.FieldsFuncSeq(p.Text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if i != at && own[strings.ToLower(word)] {
				return nil
			}
		}
	}
	return names
}

// isCapitalised reports whether every word is a capital and small letters.
func isCapitalised(s string) bool {
	for word := range strings.FieldsSeq(s) {
		first, size := utf8.DecodeRuneInString(word)
		rest := word[size:]
		if !unicode.IsUpper(first) || rest == "" || strings.ContainsFunc(rest, func(r rune) bool { return !unicode.IsLower(r) }) {
			return false
		}
	}
	return true
}
