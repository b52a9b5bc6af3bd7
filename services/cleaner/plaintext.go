package cleaner

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/pkg/text"
)

// titleWindow is how many non-empty lines may stand above a plain text's title:
// tickers, the date, the breadcrumb.
const titleWindow = 15

// fromText reads a plain text: a title, then paragraphs. Where a line is empty,
// or where no line is, each line of the text is a paragraph, but for text whose
// lines were broken at a fixed width.
func fromText(page news.Page) (draft, error) {
	src := decode(page.Body, page.ContentType)
	if binary(page.Body) {
		return draft{}, ErrNoText
	}
	blocks := textBlocks(src)
	if len(blocks) == 0 {
		return draft{}, ErrEmpty
	}
	lines := joinWrapped(blocks)
	d := draft{completeness: news.CompleteFull}
	at := titleLine(lines)
	d.paragraphs = withoutCounters(texts(lines[at+1:]))
	if len(d.paragraphs) == 0 { // a lone line is both
		d.paragraphs = texts(lines[max(at, 0):])
	}
	if at >= 0 {
		d.title = lines[at].text
	} else {
		d.title = titleFromText(d.paragraphs)
	}
	return d, nil
}

// binary reports whether bytes are no text in any usual encoding: one in fifty
// is a control character. UTF-16 says of itself what it is.
func binary(body []byte) bool {
	if bytes.HasPrefix(body, []byte("\xFE\xFF")) || bytes.HasPrefix(body, []byte("\xFF\xFE")) {
		return false
	}
	controls := 0
	for _, b := range body {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			controls++
		}
	}
	return controls*50 > len(body)
}

// withoutCounters drops what stands between a title and the text without a
// letter: view and share counters, rules.
func withoutCounters(paragraphs []string) []string {
	for len(paragraphs) > 0 && !hasLetters(paragraphs[0]) {
		paragraphs = paragraphs[1:]
	}
	return paragraphs
}

func texts(lines []textLine) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = line.text
	}
	return all
}

// textLine is a line of a plain text.
type textLine struct {
	text   string
	ticker bool // headlines set apart by several spaces
}

// textBlocks cuts a text into the groups of lines that empty lines separate.
func textBlocks(src string) [][]textLine {
	var blocks [][]textLine
	var block []textLine
	for raw := range strings.SplitSeq(lineEnds.Replace(src), "\n") {
		if line := tidy(raw); line != "" {
			ticker := strings.Count(strings.TrimSpace(raw), "   ") >= 2
			block = append(block, textLine{line, ticker})
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

// joinWrapped makes paragraphs of blocks.
func joinWrapped(blocks [][]textLine) []textLine {
	var paragraphs []textLine
	for _, block := range blocks {
		if wrapped(block) {
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

func endsSentence(line string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(line, `"'”»)`))
	return strings.ContainsRune(".!?؟۔。।…", last)
}

// titleLine is the index of the line that is the title, after which the article
// starts; -1 without one. Pages turned into text repeat the title (breadcrumb,
// header, headline): a repeated line is the surest sign.
func titleLine(lines []textLine) int {
	head := lines[:min(len(lines), titleWindow)]
	folded := make([]string, len(head))
	for i, line := range head {
		folded[i] = text.Fold(line.text)
	}
	first := -1
	for i, line := range head {
		if !titleLike(line) {
			continue
		}
		if last := lastIndex(folded, folded[i]); last > i {
			return last
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

func lastIndex(all []string, s string) int {
	for i, v := range slices.Backward(all) {
		if v == s {
			return i
		}
	}
	return -1
}

// titleLike reports whether a line could be a headline: some words, no full
// stop, and neither a ticker nor a date alone.
func titleLike(line textLine) bool {
	words := text.Words(line.text)
	return words >= 4 && words <= 45 && hasLetters(line.text) &&
		!line.ticker && !strings.HasSuffix(line.text, ".") && !dateOnly(line.text)
}

// dateOnly reports whether a line is a date and nothing else: a year, another
// number of one or two digits, and at most four words beside (the days and the
// months have names in every language, but few).
func dateOnly(line string) bool {
	year, number, words := false, false, 0
	for t := range text.Tokens(line) {
		switch _, err := strconv.Atoi(t.Text); {
		case err != nil:
			words++
		case len(t.Text) == 4:
			year = true
		case len(t.Text) <= 2:
			number = true
		}
	}
	return year && number && words <= 4
}

// titleFromText makes a title for a text without one: its first sentence, cut to
// a headline's length.
func titleFromText(paragraphs []string) string {
	const length = 120
	for _, p := range paragraphs {
		if !hasLetters(p) {
			continue
		}
		if i := strings.IndexAny(p, ".!?؟۔。।"); i > 20 {
			p = p[:i]
		}
		return cut(p, length)
	}
	return ""
}
