// Package boilerplate knows the lines that stand around articles on news pages and
// are not theirs: calls to share, lists of what else to read, forms, notices.
//
// What is such a line is data, in data/*.tsv: general wordings of the web in each
// language, none of a single site. How much else may stand on a line with one of
// them is a matter of its form, in forms. A sentence of news that merely uses such
// words is longer than its form allows.
package boilerplate

import (
	"strings"
	"unicode/utf8"
)

// Kind says what a line is instead of text. The empty kind is a line that may be
// the article's.
type Kind string

// The kinds.
const (
	Share         Kind = "share"         // calls and buttons to share
	Follow        Kind = "follow"        // calls to follow the publisher elsewhere
	App           Kind = "app"           // calls to install an app
	Newsletter    Kind = "newsletter"    // forms for letters and alerts
	Subscribe     Kind = "subscribe"     // walls, calls to pay or to give
	ReadAlso      Kind = "read_also"     // references to other articles, often with their headline
	MostRead      Kind = "most_read"     // headings of lists of popular and new articles
	Tags          Kind = "tags"          // topics, keywords
	Views         Kind = "views"         // counters, times of reading
	Comments      Kind = "comments"      // forms for comments, their rules, reports of abuse
	Consent       Kind = "consent"       // cookies, privacy, content of others that is held back
	Copyright     Kind = "copyright"     // rights
	Source        Kind = "source"        // where the text is from
	Credit        Kind = "credit"        // of pictures
	End           Kind = "end"           // marks of the end of a text
	Navigation    Kind = "navigation"    // ways through the site, tools of the page
	Advertisement Kind = "advertisement" // marks of advertisements
	Notice        Kind = "notice"        // corrections, machine translations and voices
	Media         Kind = "media"         // marks of videos and sound
	Login         Kind = "login"         // accounts
	ErrorPage     Kind = "error_page"    // pages that are none
	AboutAuthor   Kind = "about_author"  // heads of boxes about the author
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{
		Share, Follow, App, Newsletter, Subscribe, ReadAlso, MostRead, Tags, Views, Comments, Consent, Copyright,
		Source, Credit, End, Navigation, Advertisement, Notice, Media, Login, ErrorPage, AboutAuthor,
	}
}

const (
	// maxLine is how many bytes a line may have of which a phrase is the whole, or
	// which may hold it anywhere: some 35 words of Arabic.
	maxLine = 400
	// maxNotice is how many a line may have that opens with an unmistakable phrase.
	maxNotice = 1600
	// maxOwner is how many words may name the owner of rights.
	maxOwner = 12
	// opening is how much is read of a line longer than maxLine. Phrases are shorter.
	opening = 200
)

// Match decides whether a line of text is boilerplate, and of which kind. It reads
// any bytes, takes time linear in the line and at most that of maxLine bytes, and
// allocates nothing.
func Match(line string) Kind {
	if len(line) > maxNotice || line == "" {
		return ""
	}
	var buffer [2 * maxLine]byte // a character can fold to two
	p := phrases()
	if len(line) > maxLine {
		l := read(buffer[:0], line[:opening])
		return p.forward.opening(&l, true)
	}
	l := read(buffer[:0], line)
	if len(l.text) == 0 {
		return signs(line)
	}
	switch {
	case hashtags(line):
		return Tags
	case strings.HasPrefix(line, "©") && words(l.text) <= maxOwner:
		return Copyright
	}
	if kind := p.forward.opening(&l, false); kind != "" {
		return kind
	}
	if kind := p.backward.ending(&l); kind != "" {
		return kind
	}
	return p.inside.holding(&l)
}

// signs is the kind of a line without letters and digits: some marks end a text.
func signs(line string) Kind {
	if strings.ContainsAny(line, "#■□∎◼◾▪") {
		return End
	}
	return ""
}

// hashtags reports whether a line is nothing but hashtags.
func hashtags(line string) bool {
	start := strings.IndexByte(line, '#')
	if start < 0 || strings.TrimSpace(line[:start]) != "" {
		return false
	}
	inWord := false
	for i, r := range line[start:] {
		switch {
		case r == ' ' || r == ',' || r == '،' || r == '\t' || r == '\u00a0':
			inWord = false
		case r == '#':
			next, _ := utf8.DecodeRuneInString(line[start+i+1:])
			if inWord = foldedRune(next) > 0; !inWord {
				return false
			}
		case !inWord && foldedRune(r) > 0:
			return false
		}
	}
	return true
}
