package body

// Byline is a short line that may say who wrote the article.
type Byline struct {
	Text   string
	Marked bool // its elements are named so; otherwise it only stands where bylines do
}

const (
	maxBylines     = 16
	maxBylineWords = 16
	maxBylineChars = 300
)

// bylines are the short lines between the title and the text, after those the ones
// around: first and last are the first and last block of the text, -1 without any.
func (p *page) bylines(title, first, last int) []Byline {
	if first < 0 {
		first, last = len(p.blocks)-1, len(p.blocks)-1
	}
	from := max(0, first-25)
	if title >= 0 && title < first {
		from = max(from, title-4)
	}
	var all []Byline
	add := func(from, to int, unmarked bool) {
		for i := max(0, from); i < min(to, len(p.blocks)) && len(all) < maxBylines; i++ {
			b := &p.blocks[i]
			e := &p.elements[b.element]
			marked := e.within&markByline != 0
			if (marked || unmarked) && b.words <= maxBylineWords && b.chars <= maxBylineChars && b.letters > 3 && e.within&(markComment|markRelated) == 0 &&
				b.inside&(inNav|inFooter|inFigure|inHidden) == 0 && e.within&markCaption == 0 {
				all = append(all, Byline{p.string(b), marked})
			}
		}
	}
	add(from, first+2, true)
	add(first+2, last, false)
	add(max(last-1, first+2), last+8, true)
	return all
}
