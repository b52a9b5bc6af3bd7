package cleaner

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"marsad/pkg/text"
	"marsad/services/cleaner/boilerplate"
)

// withoutDebris keeps the article's lines of those below its title.
func withoutDebris(lines []textLine, title string) []textLine {
	lines = untilEnd(lines)
	lines = lines[:endOfText(lines)]
	var kept []textLine
	seen := map[string]bool{}
	key := squeeze(title)
	used := vocabulary{lines: lines}
	for i := 0; i < len(lines); i++ {
		l := &lines[i]
		switch {
		case announces(l):
			i += headlinesIn(lines[i+1:])
		case l.kind != "" || l.ticker || l.notice || !hasLetters(l.text) || isAddress(l.text):
		case l.meta: // it was looked for at the head and at the end only
		case key != "" && len(l.text) <= 4*len(title) && strings.ReplaceAll(squeeze(l.text), key, "") == "":
		case seen[l.text] && wordsIn(l.text) >= 8: // pages hold a text twice
		case isOtherHeadline(lines, i, title, &used):
		default:
			kept = append(kept, *l)
			seen[l.text] = true
		}
	}
	return kept
}

// ends are the kinds of headings and forms that stand below an article only.
var ends = map[boilerplate.Kind]bool{boilerplate.MostRead: true, boilerplate.Comments: true}

// untilEnd cuts a text where the lists and forms below it start: what follows is
// little, and enough stands before.
func untilEnd(lines []textLine) []textLine {
	before, total := 0, 0
	for i := range lines {
		if lines[i].isProse() {
			total += len(lines[i].text)
		}
	}
	for i := range lines {
		if ends[lines[i].kind] && before > 0 && (total-before)*4 < before {
			return lines[:i]
		}
		if lines[i].isProse() {
			before += len(lines[i].text)
		}
	}
	return lines
}

const (
	// listing is how many headlines in a row are a list of other articles.
	listing = 3
	// maxHeadline is how many words they have, and shortHeadline below a text without
	// full stops.
	maxHeadline   = 24
	shortHeadline = 12
)

// endOfText is the number of lines up to the text's end. Short lines below the last
// prose are kept, unless boilerplate is among them or they are a list.
func endOfText(lines []textLine) int {
	last, stops, prose := -1, 0, 0
	for i := range lines {
		if lines[i].isProse() {
			last = i
			prose++
			if endsSentence(lines[i].text) {
				stops++
			}
		}
	}
	if last < 0 {
		return len(lines)
	}
	longest := maxHeadline
	if stops*2 < prose { // the text has no full stops: its paragraphs look like headlines
		longest = shortHeadline
	}
	heads, listed := 0, introduces(lines[last].text)
	for i := last + 1; i < len(lines); i++ {
		l := &lines[i]
		switch {
		case l.kind != "" && l.kind != boilerplate.Advertisement && l.kind != boilerplate.Credit && l.kind != boilerplate.Media:
			return i - followers(lines[last+1:i])
		case l.kind == "" && !l.ticker && !l.meta && !l.notice && l.isHeadlike() && !isItem(l.text) && wordsIn(l.text) >= 5 && wordsIn(l.text) <= longest:
			heads++
		default:
			heads = 0
		}
		if listed = listed || introduces(l.text); listed {
			heads = 0
		}
		if heads >= listing {
			return i + 1 - listing
		}
	}
	return len(lines)
}

// introduces reports whether a line says that a list follows.
func introduces(line string) bool { return endsIn(line, ":：") }

// followers counts the headlines that stand right before boilerplate at the end: a
// list that is named below, or the neighbours' headlines.
func followers(lines []textLine) int {
	n := 0
	for i := len(lines) - 1; i >= 0 && lines[i].isHeadlike() && !isItem(lines[i].text) && wordsIn(lines[i].text) >= 5; i-- {
		n++
	}
	if n < 2 { // one may be the text's last line
		return 0
	}
	return n
}

// isItem reports whether a line is marked as an item of a list.
func isItem(line string) bool { return item.MatchString(line) }

var item = regexp.MustCompile(`^(?:[-–—•*·▪◦●■]|\d{1,2}[.)\-–])\s*\S`)

// announces reports whether a line is the heading of a list of other articles: the
// words for it and nothing else.
func announces(l *textLine) bool {
	return (l.kind == boilerplate.ReadAlso || l.kind == boilerplate.MostRead) && wordsIn(l.text) <= 5
}

// headlinesIn counts the headlines that follow such a heading. Where prose goes on
// after several, a short one right before it is a subheading of the text.
func headlinesIn(lines []textLine) int {
	n := 0
	for n < len(lines) && lines[n].isHeadlike() && lines[n].kind == "" {
		n++
	}
	if n > 1 && n < len(lines) && lines[n].isProse() && wordsIn(lines[n-1].text) <= 6 && wordsIn(lines[n-1].text) < wordsIn(lines[0].text) {
		n--
	}
	return n
}

// isAddress reports whether a line is an address, of the web, of mail or of a
// telephone, and hardly anything else.
func isAddress(line string) bool {
	if utf8.RuneCountInString(line) > maxLine {
		return false
	}
	rest := phone.ReplaceAllString(address.ReplaceAllString(line, " "), " ")
	return rest != line && wordsIn(rest) <= 4
}

// phone is a telephone number with its country or at least eight digits.
var phone = regexp.MustCompile(`(?:\+|00)\d[\d\s().-]{7,16}\d|\b0\d(?:[\s.-]?\d{2,4}){3,4}\b`)

// isOtherHeadline reports whether a line is a link to another article: a whole
// quotation without a full stop, as the page quotes its title or right before a
// subheading, most of whose words the text does not use.
func isOtherHeadline(lines []textLine, at int, title string, used *vocabulary) bool {
	l := &lines[at]
	if !isQuoted(l.text) || !l.isHeadlike() || wordsIn(l.text) < 5 {
		return false
	}
	heading := at+1 < len(lines) && lines[at+1].isHeadlike() && lines[at+1].kind == ""
	if !isQuoted(title) && !heading {
		return false
	}
	known, all := 0, 0
	for _, w := range text.SearchTokens(l.text) {
		if utf8.RuneCountInString(w) >= 4 {
			all++
			if used.elsewhere(w, l.text) {
				known++
			}
		}
	}
	return known*2 <= all
}

// vocabulary counts the words of a text. It is read when it is first asked.
type vocabulary struct {
	lines []textLine
	count map[string]int
}

// elsewhere reports whether a word stands in another line than one that holds it.
func (v *vocabulary) elsewhere(word, line string) bool {
	if v.count == nil {
		v.count = map[string]int{}
		for i := range v.lines {
			for _, w := range text.SearchTokens(v.lines[i].text) {
				v.count[w]++
			}
		}
	}
	here := 0
	for _, w := range text.SearchTokens(line) {
		if w == word {
			here++
		}
	}
	return v.count[word] > here
}

// isQuoted reports whether all of a line stands in quotation marks.
func isQuoted(s string) bool {
	for _, marks := range [][2]string{{"“", "”"}, {"«", "»"}, {`"`, `"`}, {"„", "“"}, {"「", "」"}} {
		if strings.HasPrefix(s, marks[0]) && strings.HasSuffix(s, marks[1]) && strings.Count(s, marks[0])+strings.Count(s, marks[1]) <= 4 &&
			!strings.Contains(strings.TrimSuffix(s[len(marks[0]):], marks[1]), marks[1]) {
			return true
		}
	}
	return false
}
