package cleaner

import (
	"regexp"
	"strings"

	"marsad/pkg/news"
	"marsad/services/cleaner/body"
)

// fromFeed reads the entry itself, for items whose page could not be had.
func fromFeed(page news.Page) (draft, error) {
	paragraphs := feedParagraphs(page.Found)
	if len(paragraphs) == 0 {
		return draft{}, ErrNoText
	}
	title := plainText(page.Found.Title)
	if title == "" {
		title = titleFromText(strings.Split(linesOf(paragraphs), "\n"))
	}
	if rest := withoutTitle(paragraphs, title); len(rest) > 0 {
		paragraphs = rest
	}
	return draft{title: title, paragraphs: paragraphs, completeness: news.CompleteFeed}, nil
}

// feedParagraphs is the text the feed carried.
func feedParagraphs(found news.Found) []body.Paragraph {
	content := found.Body()
	return withoutFeedDebris(readFeed(strings.ToValidUTF8(content[:min(len(content), maxText)], "")))
}

// readFeed makes paragraphs of a feed's text. Some feeds give plain text with line
// breaks where HTML is due: without any tag, lines are paragraphs.
func readFeed(content string) []body.Paragraph {
	if !strings.Contains(content, "<") && !strings.Contains(content, "&lt;") {
		var paragraphs []body.Paragraph
		for line := range strings.Lines(content) {
			if line = plainText(line); line != "" {
				paragraphs = append(paragraphs, body.Paragraph{Text: line})
			}
		}
		return paragraphs
	}
	paragraphs := fragment(content)
	// Escaped twice, the tags are text after the first reading.
	if all := linesOf(paragraphs); strings.Contains(all, "</p>") || strings.Contains(all, "<br") {
		return fragment(all)
	}
	return paragraphs
}

// withoutFeedDebris drops what systems add to the text of an entry: "The post X
// appeared first on Y", links to share and to read on. Of an entry that is nothing
// else, all is kept.
func withoutFeedDebris(paragraphs []body.Paragraph) []body.Paragraph {
	var kept []body.Paragraph
	for _, p := range paragraphs {
		if boilerplateIn(p.Text) != "" || syndicated.MatchString(p.Text) || !hasLetters(p.Text) {
			continue
		}
		kept = append(kept, p)
	}
	if len(kept) == 0 {
		return paragraphs
	}
	last := &kept[len(kept)-1]
	if text := withoutTail(last.Text); len(text) < len(last.Text) {
		last.Text = text
		last.Links = linksWithin(last.Links, len(text))
	}
	return kept
}

// syndicated is the line by which systems that publish feeds sign an entry.
var syndicated = regexp.MustCompile(`(?i)^(?:` + strings.Join([]string{
	`the (?:post|article|story) .{3,300} (?:appeared first|first appeared|was first published) (?:on|in|at) .{2,80}`,
	`l['’]article .{3,300} est apparu en premier (?:sur|dans) .{2,80}`, `cet article .{3,300} est apparu en premier sur .{2,80}`,
	`la entrada .{3,300} (?:se publicó primero en|apareció primero en|aparece primero en) .{2,80}`,
	`el (?:artículo|post|cargo) .{3,300} (?:se publicó primero en|apareció primero en|aparece primero en) .{2,80}`,
	`o post .{3,300} (?:apareceu primeiro|aparece primeiro) (?:em|no|na) .{2,80}`, `o conteúdo .{3,300} aparece primeiro em .{2,80}`,
	`der beitrag .{3,300} erschien zuerst (?:auf|bei|in) .{2,80}`, `l['’]articolo .{3,300} (?:proviene da|sembra essere il primo su) .{2,80}`,
	`het bericht .{3,300} verscheen eerst op .{2,80}`, `artykuł .{3,300} pochodzi z serwisu .{2,80}`,
	`(?:запись|сообщение) .{3,300} (?:впервые появилась|появились сначала|появилась сначала) на .{2,80}`,
	`.{3,300} yazısı ilk (?:önce|olarak) .{2,80} (?:üzerinde ortaya çıktı|yayınlandı|göründü)`,
	`ظهرت? (?:المقالة|المقال|التدوينة|الخبر) .{3,300} (?:أولاً|أولا|لأول مرة) (?:على|في) .{2,80}`,
	`(?:المقالة|التدوينة|الخبر|المقال) .{3,300} (?:نشرت?|نُشرت?|ظهرت?) (?:أولاً|أولا|لأول مرة) (?:على|في) .{2,80}`,
	`نوشته .{3,300} اولین بار در .{2,80}`,
}, "|") + `)$`)

// ellipsis is where a feed cut a text, and what links on from there.
var ellipsis = regexp.MustCompile(`\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\((?:…|\.\.\.|more…|more\.\.\.)\)|(?:…|\.\.\.)\s*(?:»|→|>>)?)\s*`)

// withoutTail drops the link to read on from the end of a text that a feed cut
// short, and the mark of the cut with brackets. A mark without them is kept.
func withoutTail(s string) string {
	if cuts := ellipsis.FindAllStringIndex(s, -1); len(cuts) > 0 {
		last := cuts[len(cuts)-1]
		rest := strings.TrimSpace(s[last[1]:])
		if rest == "" && strings.ContainsAny(s[last[0]:last[1]], "[(") || rest != "" && boilerplateIn(rest) != "" {
			return strings.TrimSpace(s[:last[0]]) + "…"
		}
	}
	for end := range sentenceEnds(s) {
		if rest := strings.TrimSpace(s[end:]); rest != "" && wordsIn(rest) <= maxTail && boilerplateIn(rest) != "" {
			return strings.TrimSpace(s[:end])
		}
	}
	return s
}

// maxTail is how many words a link to read on has.
const maxTail = 12

// sentenceEnds yields the places after the last full stops of a text, the last
// first.
func sentenceEnds(s string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i, n := len(s), 0; n < 3; n++ {
			if i = strings.LastIndexAny(s[:i], ".!?؟۔。।"); i < 0 {
				return
			}
			end := i + 1
			for end < len(s) && s[end]&0xC0 == 0x80 { // the rest of the character
				end++
			}
			if !yield(end) {
				return
			}
		}
	}
}

// linksWithin are the links of the first n bytes of a paragraph.
func linksWithin(links []body.Link, n int) []body.Link {
	var kept []body.Link
	for _, l := range links {
		if l.End <= n {
			kept = append(kept, l)
		}
	}
	return kept
}
