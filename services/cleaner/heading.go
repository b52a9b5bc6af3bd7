package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"marsad/pkg/dates"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/boilerplate"
	"marsad/services/cleaner/pubdate"
)

// headline is where a plain text's title stands and what stands about it.
type headline struct {
	title string   // empty without one
	about []string // the lines about it that may hold a date and a byline
	below []string // such lines below the text
	start int      // the line after which the text starts
}

// maxHead is how many lines may stand above a text: menus, tickers, breadcrumbs.
const maxHead = 60

// findHeadline finds the title in the head of a text, which is lines[:head].
func findHeadline(lines []textLine, head int, o dates.Options) headline {
	end := len(lines)
	for end > head && len(lines)-end < maxMeta && !lines[end-1].isProse() {
		end--
	}
	markMeta(lines[end:], o)
	below := aboutTexts(lines[end:])
	markMeta(lines[:min(len(lines), head+maxMeta)], o)
	c := bestCandidate(lines[:head], wordsOf(lines[head:]))
	if c.title == "" && head+1 < len(lines) && isTitleSentence(&lines[head], lines[head+1:]) {
		c = candidate{title: lines[head].text, first: head, last: head}
	}
	if c.title == "" {
		return headline{about: aboutTexts(lines[:afterHead(lines, 0)]), below: below}
	}
	start := afterHead(lines, c.last+1)
	about := append(above(lines, c.first), aboutTexts(lines[c.last+1:start])...)
	return headline{title: withoutCrumbs(c.title), about: about, below: below, start: start}
}

// isTitleSentence reports whether the first prose of a text without title is one that
// ends in a full stop, as translations have them: one sentence, which a much longer
// paragraph repeats in other words.
func isTitleSentence(l *textLine, rest []textLine) bool {
	words := wordsIn(l.text)
	return words <= 25 && !strings.ContainsAny(l.text[:len(l.text)-1], ".۔。।") &&
		2*wordsIn(rest[0].text) >= 5*words && shared(l.text, wordsOf(rest[:1])) >= .6
}

// candidate is a line of a head that can be the title.
type candidate struct {
	title       string
	first, last int // the lines where it stands, alone or in another
	score       float64
	evident     bool // it is repeated, or a date stands below it
}

// Of candidates that are nearly as good as the best, the first is the title and the
// others stand below it, but not in a head as crowded as a whole page's.
const (
	nearlyAsGood = 0.25
	crowded      = 5
)

// bestCandidate is the title among the lines of a head. Pages turned into text
// repeat it (breadcrumb, header, headline, "title | site"), the text uses its words,
// and the date stands below it.
func bestCandidate(head []textLine, used map[string]bool) candidate {
	all := candidates(head, used)
	best := candidate{}
	for _, c := range all {
		if best.title == "" || c.score > best.score || len(all) > crowded && len(used) > 0 && c.score == best.score {
			best = c
		}
	}
	if len(all) > 0 && all[0].first == 0 && !best.evident && !slices.ContainsFunc(head, textLine.isDebris) {
		return all[0] // nothing but the article
	}
	if len(all) <= crowded || len(used) == 0 {
		for _, c := range all {
			if c.score >= best.score-nearlyAsGood {
				return c
			}
		}
	}
	return best
}

func candidates(head []textLine, used map[string]bool) []candidate {
	keys := make([]string, len(head))
	for i := range head {
		if !head[i].ticker && len(head[i].text) < 3*maxLine {
			keys[i] = squeeze(head[i].text)
		}
	}
	var all []candidate
	for i := range head {
		if !titleLike(&head[i]) {
			continue
		}
		c := candidate{title: head[i].text, first: i, last: i, score: shared(head[i].text, used)}
		repeated := false
		for j, key := range keys {
			if j != i && len(keys[i]) >= 12 && repeats(key, keys[i]) {
				c.last = max(c.last, j)
				repeated = true
			}
		}
		if repeated {
			c.score, c.evident = c.score+.6, true
		}
		if next := c.last + 1; next < len(head) && (head[next].meta || head[next].notice) {
			c.score, c.evident = c.score+.3, true
		}
		all = append(all, c)
	}
	return all
}

// wordsOf are the words a text starts with.
func wordsOf(lines []textLine) map[string]bool {
	used := map[string]bool{}
	for i := range lines[:min(len(lines), maxMeta)] {
		for _, w := range text.SearchTokens(lines[i].text) {
			used[w] = true
		}
	}
	return used
}

// shared is the share of a line's words that a text uses. Short words say nothing.
func shared(line string, used map[string]bool) float64 {
	known, all := 0, 0
	for _, w := range text.SearchTokens(line) {
		if len(w) >= 4 {
			all++
			if used[w] {
				known++
			}
		}
	}
	if all == 0 {
		return 0
	}
	return float64(known) / float64(all)
}

// repeats reports whether a line is a title again: glued to a breadcrumb before it,
// or with the site's name, or several times in a row.
func repeats(key, title string) bool {
	return strings.Contains(key, title) && len(strings.ReplaceAll(key, title, "")) <= max(len(title), 60)
}

// withoutCrumbs drops the breadcrumb before a title, and a site's name after a bar.
func withoutCrumbs(title string) string {
	if segments := crumb.Split(title, -1); len(segments) > 1 && boilerplate.Match(segments[0]) == boilerplate.Navigation {
		if last := segments[len(segments)-1]; wordsIn(last) >= 4 {
			title = last
		}
	}
	if i := strings.LastIndex(title, " | "); i > 0 && wordsIn(title[:i]) >= 4 && wordsIn(title[i:]) <= 3 {
		title = title[:i]
	}
	return title
}

// crumb stands between the steps of a breadcrumb.
var crumb = regexp.MustCompile(`\s+[/>\\|-]\s+|\s*[»›→]\s*`)

// isCrumbs reports whether a line is a breadcrumb that does not end in a title.
func isCrumbs(line string) bool {
	segments := crumb.Split(line, -1)
	if len(segments) < 2 || boilerplate.Match(segments[0]) != boilerplate.Navigation {
		return false
	}
	return wordsIn(segments[len(segments)-1]) < 4
}

// titleLike reports whether a line could be a headline: some words, no full
// stop, and neither boilerplate nor a ticker nor about the article.
func titleLike(line *textLine) bool {
	words := wordsIn(line.text)
	return words >= 4 && words <= 45 && hasLetters(line.text) && (line.kind == "" || line.kind == boilerplate.Media) &&
		!line.ticker && !line.meta && !line.notice && !endsStatement(line.text) && !isCrumbs(line.text)
}

// maxMeta is how many lines may stand between a title and its text.
const maxMeta = 8

// markMeta finds the lines that hold a date or a byline and hardly anything else.
func markMeta(lines []textLine, o dates.Options) {
	for i := range lines {
		l := &lines[i]
		if !l.ticker && !l.notice && !l.isProse() && (isDateLine(l.text, o) || len(signers(l.text, o)) > 0) {
			l.meta = true
		}
	}
}

// maxAround is how many words may stand around the date in a line that is about the
// date: a label, a name, a place.
const maxAround = 8

// isDateLine reports whether a line is a date, maybe with a label and a name. A
// headline that names a day has more words around it.
func isDateLine(line string, o dates.Options) bool {
	if len(line) > maxLine {
		return false
	}
	around, end, found, clock := 0, 0, false, false
	for m := range dates.All(line, o) {
		around += wordsIn(line[end:m.Start])
		found = found || m.Precision >= dates.Day
		clock = clock || m.HasClock()
		end = m.End
	}
	around += wordsIn(line[end:])
	if !found {
		return false
	}
	return around <= 3 || around <= maxAround && (clock || pubdate.RoleOf(line) != pubdate.NoRole || byPrefix.MatchString(line))
}

// signers are the people a line names as authors. What follows them, a date, is cut
// off first.
func signers(line string, o dates.Options) []string {
	if len(line) > maxLine || wordsIn(line) > 16 || endsStatement(line) {
		return nil
	}
	for m := range dates.All(line, o) {
		if m.Start > 0 {
			line = beforeDate.ReplaceAllString(line[:m.Start], "")
		}
		break
	}
	if pubdate.RoleOf(line) == pubdate.Publication {
		return nil
	}
	return signatures(body.Byline{Text: line}, nil)
}

// beforeDate is what may stand between a name and a date.
var beforeDate = regexp.MustCompile(`(?i)[\s,،|•·–—:/(-]*(?:\s(?:on|le|el|am|em|il|dne|den|op|w dniu|в|от|في|يوم|بتاريخ|در|تاریخ))?[\s,،|•·–—:/(-]*$`)

// afterHead is the first line from a place on that is the text's: dates, bylines,
// counters and buttons stand between it and the title, and short lines between
// them, such as the section.
func afterHead(lines []textLine, from int) int {
	i := from
	for j := from; j < min(len(lines), from+maxMeta); j++ {
		l := &lines[j]
		switch {
		case l.meta || l.notice || l.kind != "" || l.ticker || !hasLetters(l.text) || isCrumbs(l.text):
			i = j + 1
		case wordsIn(l.text) > 4:
			return i
		}
	}
	return i
}

// above are the lines right above a title that are about the article. A date
// further up is the page's clock.
func above(lines []textLine, title int) []string {
	var about []string
	for i := title - 1; i >= 0 && lines[i].meta; i-- {
		about = append(about, lines[i].text)
	}
	for i := range lines[:max(0, title-len(about))] {
		if pubdate.RoleOf(lines[i].text) == pubdate.Publication && lines[i].meta {
			about = append(about, lines[i].text)
		}
	}
	return about
}

func aboutTexts(lines []textLine) []string {
	var about []string
	for i := range lines {
		if lines[i].meta {
			about = append(about, lines[i].text)
		}
	}
	return about
}

// fillFromHead fills in the date and the authors that the lines about a title name, else
// the authors that sign below the text.
func (d *draft) fillFromHead(h *headline, o dates.Options, fetched time.Time) {
	if found := pubdate.InLines(h.about, o.Lang, fetched); found.OK() {
		d.published, d.publishedFrom, d.publishedConfidence = found.Pointer(), found.From, found.Confidence
	}
	for _, line := range append(h.about, h.below...) {
		if len(d.authors) == 0 {
			d.authors = signers(line, o)
		}
	}
}
