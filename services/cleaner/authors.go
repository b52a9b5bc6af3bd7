package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/text"
)

// chooseAuthors takes the people from the first place that names any.
func chooseAuthors(m *metadata, sites []string) []string {
	for _, names := range [][]string{m.linked.authors, m.authors} {
		if authors := people(names, sites); len(authors) > 0 {
			return authors
		}
	}
	for _, byline := range m.bylines { // the first marked is the article's, later ones its neighbours'
		if authors := people([]string{byline}, sites); len(authors) > 0 {
			return authors
		}
	}
	return nil
}

// people makes clean names of bylines: one per person, in order, without
// repetitions, addresses, and the site's own name.
func people(bylines, sites []string) []string {
	var names []string
	for _, byline := range bylines {
		for _, name := range splitByline(address.ReplaceAllString(plainText(byline), " ")) {
			name = shortSign.ReplaceAllString(byPrefix.ReplaceAllString(name, ""), "")
			name = strings.TrimFunc(name, func(r rune) bool {
				return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '.' && r != ')'
			})
			if personLike(name) && !isSite(name, sites) && !slices.ContainsFunc(names, func(n string) bool {
				return text.Fold(n) == text.Fold(name)
			}) {
				names = append(names, name)
			}
		}
	}
	return names
}

// address is a web or mail address.
var address = regexp.MustCompile(`\S+://\S*|\S+@\S+|www\.\S+`)

// shortSign is what may follow a name: a reporter's sign in brackets, a job.
var shortSign = regexp.MustCompile(`\s*\([^()]{1,12}\)$|\s(?:기자|特派員|記者|记者)$`)

// byPrefix is what introduces a byline.
var byPrefix = regexp.MustCompile(`(?i)^\s*(?:view all posts by|all posts by|posts by|written by|reviewed by|posted by|words by|by|par|von|por|di|da|door|av|af|autor|author|auteur|كتب|كتبت|بقلم|إعداد|تحرير|نویسنده|автор)\b?[\s:–-]+`)

// bylineSeparator stands between the names of a byline.
var bylineSeparator = regexp.MustCompile(`\s*(?:[,;|/،؛]|\s(?:and|und|et|y|e|en|og|och|&)\s|\s[–—-]\s)\s*`)

func splitByline(byline string) []string { return bylineSeparator.Split(byline, -1) }

// personLike reports whether s can be a name: some letters, no address, not a
// sentence.
func personLike(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 60 && hasLetters(s) && text.Words(s) <= 7 &&
		!strings.ContainsAny(s, "{}<>[]=@") && !notPeople[text.Fold(s)]
}

// notPeople are what systems write where no author is known.
var notPeople = map[string]bool{
	"admin": true, "administrator": true, "editor": true, "redaction": true, "redaktion": true, "staff": true,
	"unknown": true, "none": true, "null": true, "undefined": true, "author": true, "anonymous": true, "webmaster": true,
}
