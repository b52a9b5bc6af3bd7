package cleaner

import (
	"regexp"
	"slices"
	"strings"

	"marsad/pkg/text"
)

// chooseTitle picks the headline: what readers see at the top of the article, when
// it says about the same as what the page declares; else what is declared, first
// by structured data, then for sharing, last for the window.
func chooseTitle(m *metadata, sites []string) string {
	var declared []string
	for _, s := range []string{
		m.linked.headline, m.meta("og:title"), m.meta("twitter:title"), m.title, m.meta("title", "dc.title"),
	} {
		if s = withoutSite(plainText(s), sites); hasLetters(s) && !isSite(s, sites) {
			declared = append(declared, s)
		}
	}
	shown, likeness := "", 0.0
	for _, h := range m.headings {
		h = withoutSite(h, sites)
		if !hasLetters(h) || isSite(h, sites) || text.Words(h) > maxTitleWords {
			continue
		}
		for _, d := range declared {
			if l := alike(h, d); l > likeness {
				shown, likeness = h, l
			}
		}
		if len(declared) == 0 && shown == "" {
			shown = h
		}
	}
	switch {
	case len(declared) == 0:
		return shown
	case likeness < sameHeadline || isPart(declared[0], shown):
		return declared[0]
	}
	return shown
}

// isPart reports whether a heading is the declared title and more: a kicker
// before it, a standfirst after. A title cut short for sharing is not enough.
func isPart(declared, heading string) bool {
	if strings.HasSuffix(declared, "…") || strings.HasSuffix(declared, "...") {
		return false
	}
	d, h := squeeze(declared), squeeze(heading)
	return strings.HasSuffix(h, d) || strings.HasPrefix(h, d)
}

const (
	maxTitleWords = 60
	// sameHeadline is how alike a heading must be to a declared title to be another
	// wording of it, rather than the name of a section.
	sameHeadline = 0.45
)

// alike is the share of the words of the shorter title that the longer has too,
// lowered when it is much shorter: a section's name may be one word of a title.
func alike(a, b string) float64 {
	short, long := text.SearchTokens(a), text.SearchTokens(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) == 0 {
		return 0
	}
	common := 0
	for _, w := range short {
		if slices.Contains(long, w) {
			common++
		}
	}
	return float64(common) / float64(len(short)) * min(1, 2*float64(len(short))/float64(len(long)))
}

// separator stands between a headline and a site's name.
var separator = regexp.MustCompile(`\s+[|\-–—:·•»›~]+\s+|\s*[|»]\s*|\s+::\s+`)

// withoutSite removes the site's name from an end of a title.
func withoutSite(title string, sites []string) string {
	for range 2 { // "Headline | Section | Site"
		cuts := separator.FindAllStringIndex(title, -1)
		if len(cuts) == 0 {
			return title
		}
		last, start := cuts[len(cuts)-1], cuts[0]
		switch {
		case last[0] > 0 && isSite(title[last[1]:], sites):
			title = title[:last[0]]
		case start[1] < len(title) && isSite(title[:start[0]], sites):
			title = title[start[1]:]
		default:
			return title
		}
	}
	return title
}

// isSite reports whether part names one of the sites: the same letters and
// digits, or all of the one in the other and little more.
func isSite(part string, sites []string) bool {
	p := squeeze(part)
	if p == "" {
		return false
	}
	for _, site := range sites {
		s := squeeze(site)
		if s == "" {
			continue
		}
		long, short := max(len(p), len(s)), min(len(p), len(s))
		if p == s || short >= 4 && long <= 3*short && (strings.Contains(p, s) || strings.Contains(s, p)) {
			return true
		}
	}
	return false
}

// squeeze is the folded letters and digits of s without spaces.
func squeeze(s string) string {
	var b strings.Builder
	for t := range text.Tokens(s) {
		b.WriteString(t.Text)
	}
	return b.String()
}
