package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"marsad/pkg/text"
	"marsad/services/cleaner/declared"
)

// chooseTitle picks the headline: the one that the page's NewsArticle declares,
// which editors write; else what readers see at the top of the article, when it says
// about the same as what is declared for sharing; else what is declared, last for the
// window.
func chooseTitle(m *declared.Page, sites []string) string {
	headings := headlines(m, sites)
	declared := declaredTitles(m, headings, sites)
	shown := likest(headings, declared)
	if len(declared) == 0 {
		if shown == "" && len(headings) > 0 {
			return headings[0]
		}
		return shown
	}
	first := declared[0]
	switch {
	case strings.Contains(m.Linked.Kind, "NewsArticle") && m.Linked.Headline != "" && !isCut(first):
		if _, rest := splitKicker(first); rest == shown && slices.Contains(declared[1:], rest) {
			return rest
		}
		return withKicker(first, declared, shown)
	case shown == "":
		return first
	case differInKicker(first, shown) != "":
		return differInKicker(first, shown)
	case isPart(first, shown):
		return first
	}
	return shown
}

// headlines are the headings that could be the article's.
func headlines(m *declared.Page, sites []string) []string {
	var all []string
	for _, h := range m.Headings {
		if text.Words(h) > maxTitleWords || !saysAnything(h) {
			continue
		}
		if h == plainText(m.Linked.Headline) || h == plainText(m.Meta("og:title")) || h == m.Title {
			all = append(all, h) // shown and declared: a site's name in it belongs there
		} else if h = withoutSite(h, sites); !isNamed(h, sites) {
			all = append(all, h)
		}
	}
	return all
}

// saysAnything reports whether a title has a letter or a digit.
func saysAnything(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// isNamed reports whether a title is nothing but a site's name.
func isNamed(title string, sites []string) bool {
	t := squeeze(title)
	return slices.ContainsFunc(sites, func(site string) bool { return squeeze(site) == t })
}

// declaredTitles are the titles in the page's head, the most trustworthy first,
// without the names of site and section: what is left where a heading ends.
func declaredTitles(m *declared.Page, headings, sites []string) []string {
	var all []string
	for _, s := range []string{
		m.Linked.Headline, m.Meta("headline"), m.Meta("og:title"), m.Meta("twitter:title"), m.Title, m.Meta("title", "dc.title"),
	} {
		s = plainText(s)
		if !slices.Contains(m.Headings, s) {
			s = withoutSite(s, sites)
		}
		for _, h := range headings {
			if rest, ok := strings.CutPrefix(s, h); ok && rest != "" && separator.MatchString(rest) && separator.FindStringIndex(rest)[0] == 0 {
				s = h
			}
		}
		if saysAnything(s) && (!isNamed(s, sites) || slices.Contains(headings, s)) {
			all = append(all, s)
		}
	}
	return all
}

// likest is the heading most like a declared title; empty when none is another
// wording of one.
func likest(headings, declared []string) string {
	shown, likeness := "", sameHeadline
	for _, h := range headings {
		for _, d := range declared {
			if l := alike(h, d); l > likeness {
				shown, likeness = h, l
			}
		}
	}
	return shown
}

// isCut reports whether a title was shortened for lack of room.
func isCut(title string) bool {
	return strings.HasSuffix(title, "…") || strings.HasSuffix(title, "...")
}

// isPart reports whether a heading is the declared title and more: a kicker
// before it, a standfirst after. A title cut short for sharing is not enough.
func isPart(declared, heading string) bool {
	if isCut(declared) {
		return false
	}
	d, h := squeeze(declared), squeeze(heading)
	return strings.HasSuffix(h, d) || strings.HasPrefix(h, d)
}

// maxKickerWords is how long a kicker may be: the line above a headline that says
// what it is about.
const maxKickerWords = 6

// kicker stands before a headline: "Kicker: Headline", "Kicker / Headline".
var kicker = regexp.MustCompile(`^(.+?)(?:\s*[:/|]\s+|\s+[–—-]\s+)(.+)$`)

// splitKicker parts a title from its kicker, if it has one.
func splitKicker(title string) (before, rest string) {
	parts := kicker.FindStringSubmatch(title)
	if parts == nil || text.Words(parts[1]) > maxKickerWords || text.Words(parts[2]) < 2 {
		return "", title
	}
	return parts[1], parts[2]
}

// withKicker adds the kicker under which the page shows a title, when another
// declared title has it with a separator.
func withKicker(title string, declared []string, shown string) string {
	for _, d := range declared {
		before, rest := splitKicker(d)
		if before != "" && rest == title && strings.HasPrefix(squeeze(shown), squeeze(before)) && squeeze(shown) != squeeze(title) {
			return d
		}
	}
	return title
}

// differInKicker is the title that two titles share which have other kickers;
// empty when they do not.
func differInKicker(a, b string) string {
	kickerA, restA := splitKicker(a)
	kickerB, restB := splitKicker(b)
	if kickerA != "" && kickerB != "" && kickerA != kickerB && restA == restB {
		return restA
	}
	return ""
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
var separator = regexp.MustCompile(`\s+[|\-–—:·•»›~/]+\s+|\s*[|ㅣ｜│]\s*|\s+::\s+|--+`)

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
			title = withoutSection(title[start[1]:], title[start[0]:start[1]])
		default:
			return title
		}
	}
	return title
}

// withoutSection removes a section's name from the start of a title, where the site's
// name stood before it with the same separator: "Site | Section | Headline".
func withoutSection(title, separator string) string {
	section, rest, ok := strings.Cut(title, separator)
	if ok && text.Words(section) <= maxSectionWords && text.Words(rest) > 2*maxSectionWords {
		return rest
	}
	return title
}

const maxSectionWords = 2

// isSite reports whether part names one of the sites: the same letters and
// digits, or all of the one in the other and little more.
func isSite(part string, sites []string) bool { return resembles(part, sites, 2) }

// resembles is isSite with how many times longer the one may be than the other.
func resembles(part string, sites []string, times int) bool {
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
		if p == s || short >= 4 && long <= times*short && (strings.Contains(p, s) || strings.Contains(s, p)) {
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
