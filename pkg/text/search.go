package text

import (
	"strings"
	"unicode/utf8"
)

// SearchTokens gives the words of s in the form that is indexed and searched:
// folded, without the Arabic article, so that a word is found with and without
// it. Tokens hold letters, marks and digits only; their ASCII is [a-z0-9], and
// SQLite's FTS5 tokenizer "ascii" sees each as exactly one token.
func SearchTokens(s string) []string {
	tokens := make([]string, 0, len(s)/7)
	for t := range Tokens(s) {
		tokens = append(tokens, WithoutArticle(t.Text))
	}
	return tokens
}

// articles are the forms the Arabic article takes after one-letter particles,
// longest first.
var articles = []string{"وبال", "وال", "فال", "بال", "كال", "ولل", "فلل", "ال", "لل"}

// WithoutArticle removes the Arabic article from a folded word, together with
// the particles (و ف ب ك ل) written before it. At least three letters must
// remain; otherwise the word is returned as it is, which keeps الله and والد
// whole. It is a light stemmer in the sense of Larkey, Ballesteros and Connell,
// "Improving Stemming for Arabic Information Retrieval" (SIGIR 2002).
func WithoutArticle(folded string) string {
	if first, _ := utf8.DecodeRuneInString(folded); !strings.ContainsRune("الوفبك", first) {
		return folded
	}
	for _, article := range articles {
		if rest, ok := strings.CutPrefix(folded, article); ok {
			if utf8.RuneCountInString(rest) >= 3 {
				return rest
			}
			return folded
		}
	}
	return folded
}
