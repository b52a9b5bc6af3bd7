package cleaner

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/dates"
	"marsad/pkg/text"
	"marsad/services/cleaner/boilerplate"
)

// maxLine is how many bytes a line about a date or a name may have.
const maxLine = 240

// maxLines is how many lines are kept of a text without prose.
const maxLines = 2000

// textLine is a line of a plain text.
type textLine struct {
	text   string
	kind   boilerplate.Kind // what it is instead of text
	ticker bool             // headlines set apart by several spaces or by bars
	meta   bool             // about the article: a date, a byline
	notice bool             // of where the article is from
}

// readLines cuts a text into paragraphs. Where a line is empty, or where no line
// is, each line of the text is one, but for text whose lines were broken at a fixed
// width.
func readLines(src string, o dates.Options) []textLine {
	lines := joinWrapped(textBlocks(withoutTags(src)), o)
	for i := range lines {
		lines[i].kind = boilerplateIn(lines[i].text)
	}
	return lines
}

// boilerplateIn is what a line is instead of text; also when it is several of them in a row:
// "Share | Print | Send".
func boilerplateIn(line string) boilerplate.Kind {
	kind := boilerplate.Match(line)
	if kind != "" || len(line) > maxLine {
		return kind
	}
	buttons := button.Split(line, -1)
	if len(buttons) < 2 {
		return ""
	}
	for _, b := range buttons {
		if kind = boilerplate.Match(b); kind == "" {
			return ""
		}
	}
	return kind
}

// button stands between the names of buttons.
var button = regexp.MustCompile(`\s*[|·•‧]\s*`)

// textBlocks cuts a text into the groups of lines that empty lines separate.
func textBlocks(src string) [][]textLine {
	var blocks [][]textLine
	var block []textLine
	for raw := range strings.SplitSeq(lineEnds.Replace(src), "\n") {
		if line := text.Tidy(raw); line != "" {
			block = append(block, textLine{text: line, ticker: isTicker(strings.TrimSpace(raw))})
		} else if len(block) > 0 {
			blocks, block = append(blocks, block), nil
		}
	}
	if len(block) > 0 {
		blocks = append(blocks, block)
	}
	return blocks
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n")

// withoutTags drops what is left of HTML in a text that was meant to be plain:
// entities and the tags of everyday elements. Those of blocks end a line.
func withoutTags(src string) string {
	if strings.Contains(src, "<") {
		src = blockTag.ReplaceAllString(src, "\n")
		src = inlineTag.ReplaceAllString(src, "")
	}
	if entity.MatchString(src) {
		src = html.UnescapeString(src)
	}
	return src
}

var (
	blockTag  = regexp.MustCompile(`(?i)</?(?:p|br|div|li|ul|ol|h[1-6]|blockquote|figure|figcaption|table|tr|hr|section|article|header|footer|center)(?:\s[^<>\n]{0,500})?/?>`)
	inlineTag = regexp.MustCompile(`(?i)</?(?:a|b|i|u|em|strong|span|img|font|td|th|tbody|small|sup|sub|iframe|script|style|strike|mark|abbr|time|label|o:p)(?:\s[^<>\n]{0,500})?/?>`)
	entity    = regexp.MustCompile(`&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|nbsp|amp|quot|apos|lt|gt|laquo|raquo|ldquo|rdquo|lsquo|rsquo|ndash|mdash|hellip|zwnj|rlm|lrm|bull|copy);`)
)

// isTicker reports whether a line is several headlines in a row.
func isTicker(line string) bool {
	if len(wideGap.FindAllStringIndex(line, 2)) == 2 {
		return true
	}
	segments := tickerMark.Split(line, -1)
	if len(segments) < 4 {
		return false
	}
	for _, s := range segments[:len(segments)-1] {
		if wordsIn(s) < 3 || endsStatement(strings.TrimSpace(s)) {
			return false
		}
	}
	return true
}

// wideGap is wider than any between words.
var wideGap = regexp.MustCompile(`[\pZ\t]{3,}`)

// tickerMark stands between the headlines of a ticker.
var tickerMark = regexp.MustCompile(`\s*(?:\|+|•+|\*{2,}|◄+|●+|■+|\+{3,}|///*|»+|\x{25AA}+|\t+)\s+`)

// joinWrapped makes paragraphs of blocks.
func joinWrapped(blocks [][]textLine, o dates.Options) []textLine {
	var paragraphs []textLine
	for _, block := range blocks {
		if wrapped(block) && !standAlone(block, o) {
			paragraphs = append(paragraphs, textLine{text: strings.Join(texts(block), " ")})
		} else {
			paragraphs = append(paragraphs, block...)
		}
	}
	return paragraphs
}

// wrapped reports whether the lines of a block were broken at a fixed width:
// all but the last are about equally long, and none ends a sentence alone.
func wrapped(block []textLine) bool {
	if len(block) < 2 {
		return false
	}
	ends := 0
	for _, line := range block[:len(block)-1] {
		if n := utf8.RuneCountInString(line.text); n < 50 || n > 100 {
			return false
		}
		if endsSentence(line.text) {
			ends++
		}
	}
	return ends*2 < len(block)-1 || ends == 0
}

// standAlone reports whether a line of a block is one by itself: debris, about the
// article, or a repetition of another, as pages repeat their title.
func standAlone(block []textLine, o dates.Options) bool {
	if len(block) > maxMeta { // a whole article; asking would cost more than it tells
		return false
	}
	keys := make([]string, len(block))
	for i, l := range block {
		if l.ticker || boilerplate.Match(l.text) != "" || isDateLine(l.text, o) || len(signers(l.text, o)) > 0 {
			return true
		}
		if _, ok := readNotice(l.text, o); ok {
			return true
		}
		keys[i] = squeeze(l.text)
		for _, before := range keys[:i] {
			if strings.Contains(before, keys[i]) && len(keys[i]) >= 12 || strings.Contains(keys[i], before) {
				return true
			}
		}
	}
	return false
}

func texts(lines []textLine) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = line.text
	}
	return all
}

// isProse reports whether a line is a paragraph of text, and no headline, item of a
// list or debris: it is long, or a sentence that ends.
func (l *textLine) isProse() bool {
	if l.kind != "" || l.ticker || l.meta || l.notice {
		return false
	}
	words := wordsIn(l.text)
	return words >= 25 || words >= 8 && endsStatement(l.text)
}

// isHeadlike reports whether a line can be a headline among others: short, and no
// sentence that ends.
func (l *textLine) isHeadlike() bool {
	return wordsIn(l.text) < 25 && !endsStatement(l.text)
}

// endsSentence reports whether a line ends as sentences do.
func endsSentence(line string) bool { return endsIn(line, ".!?؟۔。।…！？") }

// endsStatement reports whether it ends as headlines do not: they ask and exclaim,
// but have no full stop.
func endsStatement(line string) bool { return endsIn(line, ".۔。।") }

func endsIn(line, set string) bool {
	line = strings.TrimRight(line, `"'”’»)】」 `)
	last, _ := utf8.DecodeLastRuneInString(line)
	return line != "" && strings.ContainsRune(set, last) && !strings.HasSuffix(line, "...")
}

// wordsIn counts words. Where a script puts no spaces between them, it takes two
// characters of Chinese and Japanese, and five of Thai, for one.
func wordsIn(s string) int {
	ideographs, thai := 0, 0
	for _, r := range s {
		switch {
		case r < 0x0E00:
		case r <= 0x0E7F:
			thai++
		case r >= 0x3040 && r <= 0x9FFF && unicode.IsLetter(r):
			ideographs++
		}
	}
	return text.Words(s) - ideographs/2 + thai/5
}

// mainText finds the article in a page: the stretch of lines with the most prose and
// the fewest other lines between. It returns the lines from the head above it to the
// next prose below it, and how many of them are the head; all of them without prose.
func mainText(lines []textLine) (around []textLine, head int) {
	from, to, best := 0, -1, 0
	start, sum := 0, 0
	for i := range lines {
		if sum += lines[i].worth(); sum <= 0 {
			start, sum = i+1, 0
		} else if sum > best {
			from, to, best = start, i+1, sum
		}
	}
	if to < 0 {
		return lines[:min(len(lines), maxLines)], min(len(lines), maxHead)
	}
	from, to = widened(lines, from, to)
	first := max(0, from-maxHead)
	return lines[first:to], from - first
}

// maxGap is how many lines may part prose of one article on a page with debris. In
// a text without any, all prose is the article's.
const maxGap = 12

// widened adds the prose that few lines part from a stretch, a list, subheadings, and
// the lines from there to the next prose below. Boilerplate parts it for good.
func widened(lines []textLine, from, to int) (wideFrom, wideTo int) {
	gap := maxGap
	if !slices.ContainsFunc(lines, textLine.isDebris) {
		gap = len(lines)
	}
	for i := from - 1; i >= 0 && from-i <= gap && !lines[i].isDebris(); i-- {
		if lines[i].isProse() {
			from = i
		}
	}
	parted := false
	for i := to; i < len(lines); i++ {
		if lines[i].isProse() {
			if parted || i-to > gap {
				return from, i
			}
			to = i + 1
		}
		parted = parted || lines[i].isDebris()
	}
	return from, len(lines)
}

// isDebris reports whether a line shows that the text was a page.
func (l textLine) isDebris() bool { return l.kind != "" || l.ticker }

// worth is how much a line speaks for its being in the article, in words.
func (l *textLine) worth() int {
	words := wordsIn(l.text)
	switch {
	case l.isProse():
		return words
	case l.kind != "" || l.notice:
		return -1
	case words < 4:
		return -2
	}
	return -4
}
