package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/text"
	"marsad/services/cleaner/body"
	"marsad/services/cleaner/dates"
	"marsad/services/cleaner/declared"
)

// chooseAuthors takes the people from the first place in the page's head and
// markup that names any.
func chooseAuthors(m *declared.Page, sites []string) []string {
	for _, names := range [][]string{m.Linked.Authors, m.Authors} {
		if authors := people(names, sites); len(authors) > 0 {
			return completed(authors, people(m.Bylines, sites))
		}
	}
	for _, byline := range m.Bylines { // the first marked is the article's, later ones its neighbours'
		if authors := people([]string{byline}, sites); len(authors) > 0 {
			return authors
		}
	}
	return nil
}

// completed adds the other authors whom the page shows beside all of those it
// declares. A page that shows many more shows other articles too.
func completed(declared, shown []string) []string {
	if len(shown) > len(declared)+3 || slices.ContainsFunc(declared, func(d string) bool {
		return !slices.ContainsFunc(shown, func(s string) bool { return sameName(d, s) })
	}) {
		return declared
	}
	for _, s := range shown {
		if !slices.ContainsFunc(declared, func(d string) bool { return sameName(d, s) }) {
			declared = append(declared, s)
		}
	}
	return declared
}

// signingOrganisation is the organisation that a page declares as its author.
func signingOrganisation(m *declared.Page) []string {
	for _, names := range [][]string{{m.Linked.Organisation}, m.Linked.Authors, m.Authors} {
		for _, name := range names {
			if name = cleanName(address.ReplaceAllString(plainText(name), " ")); personLike(name) {
				return []string{name}
			}
		}
	}
	return nil
}

// signatures are the names in one line.
func signatures(line body.Byline, sites []string) []string {
	said := text.Tidy(line.Text)
	if otherHands.MatchString(said) {
		return nil
	}
	if inner := introducer.FindStringIndex(said); inner != nil {
		said = strings.TrimLeft(said[inner[0]:], " |·•/")
	}
	if cut := bylineEnd.FindStringIndex(said); cut != nil && cut[0] > 0 {
		said = said[:cut[0]]
	}
	introduced := byPrefix.MatchString(said)
	if !introduced && !line.Marked {
		return nil
	}
	var names []string
	for _, name := range people([]string{said}, sites) {
		if !nameLike(name, introduced) {
			break // what follows a name is a job, a place, a date
		}
		names = append(names, name)
	}
	return names
}

// introducer stands before a name inside of a line, after a date or a source.
var introducer = regexp.MustCompile(`(?i)[\s|·•/](?:by|author|autor|auteur|автор|بقلم|كتب|كتبت|الكاتب|作者|记者|記者|撰文)\s*[:：]`)

// otherHands begins lines that name editors and photographers.
var otherHands = regexp.MustCompile(`(?i)^\s*(?:责任编辑|责编|编辑|校对|审核|photo(?:graph)?s?|fotos?|تصوير|عدسة)\s*[:：]`)

// withoutByline drops the lines above the text that say who wrote it, or when.
func withoutByline(paragraphs []body.Paragraph, o dates.Options) []body.Paragraph {
	for i := range min(len(paragraphs)-1, 3) {
		line := paragraphs[i].Text
		if text.Words(line) <= maxBylineWords && (byPrefix.MatchString(line) && len(signatures(body.Byline{Text: line}, nil)) > 0 || isDateLine(line, o)) {
			return withoutByline(slices.Delete(slices.Clone(paragraphs), i, i+1), o)
		}
	}
	return paragraphs
}

// maxBylineWords is how long a byline may be.
const maxBylineWords = 8

// bylineEnd is where a byline goes on to something else: a date, a time of reading.
var bylineEnd = regexp.MustCompile(`\s*[|•·]\s*|\s+-\s+|\d{1,2}[.:/]\d|\s*(?:입력|수정|등록|승인|송고)?\s*\b(?:19|20)\d\d\b|\s\d+\s`)

// nameLike reports whether s looks like a person's name: two to five words, with
// capitals where the script has them, without digits. A single word does only when it
// was introduced as a name.
func nameLike(s string, introduced bool) bool {
	words := strings.Fields(s)
	if len(words) > 5 || len(words) < 2 && !introduced && !strings.ContainsFunc(s, isIdeograph) || utf8.RuneCountInString(s) > 45 {
		return false
	}
	if strings.ContainsFunc(s, unicode.IsDigit) || strings.ContainsAny(s, ":!?&#%") {
		return false
	}
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(strings.TrimLeft(w, `"'“‘(`))
		if unicode.IsLower(r) && (i == 0 && !introduced || !particles[w]) {
			return false
		}
	}
	return true
}

func isIdeograph(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hangul) }

// particles are the words in names that are written small.
var particles = map[string]bool{
	"de": true, "da": true, "di": true, "do": true, "dos": true, "das": true, "del": true, "della": true, "der": true, "den": true, "du": true,
	"van": true, "von": true, "zu": true, "la": true, "le": true, "el": true, "al": true, "bin": true, "ibn": true, "bint": true, "ben": true,
	"ter": true, "ten": true, "y": true, "e": true, "af": true, "av": true,
}

// people makes clean names of bylines: one per person, in order, without
// repetitions, addresses, and the site's own name.
func people(bylines, sites []string) []string {
	var names []string
	for _, byline := range bylines {
		for i, name := range splitByline(address.ReplaceAllString(plainText(byline), " ")) {
			name = withoutEmployer(cleanName(name), sites)
			if i == 0 && isSite(name, sites) {
				break // "site, town, country"
			}
			if personLike(name) && !isSite(name, sites) && (i == 0 || !degree.MatchString(name)) && !slices.ContainsFunc(names, func(n string) bool {
				return sameName(n, name)
			}) {
				names = append(names, name)
			}
		}
	}
	return names
}

// withoutEmployer drops the newsroom or the job that stands after a name.
func withoutEmployer(name string, sites []string) string {
	name = employer.ReplaceAllString(name, "$1")
	words := strings.Fields(name)
	for k := 2; k < len(words); k++ {
		if isSite(strings.Join(words[k:], " "), sites) {
			return strings.Join(words[:k], " ")
		}
	}
	return name
}

// employer is what reporters are and work for.
var employer = regexp.MustCompile(`(?i)(\pL{2,}\s+\pL{2,}.*?)\s+(?:(?:the )?associated press|reuters|usa today.*|staff(?: \w+)?|special to .*|correspondent|reporter|columnist|contributor|contributing \w+|(?:news |senior |managing )?editor)$`)

// degree is what follows the names of doctors and dietitians.
var degree = regexp.MustCompile(`^(?:M\.?[ADS]\.?|Ph\.?D\.?|R\.?N\.?|RDN?|LDN?|MPH|MBA|MSc?|BSc?|DO|Esq\.?|CPA|CFP®?|PharmD|DVM|Jr\.?|Sr\.?)$`)

// sameName reports whether two names are one, once as a person writes it and once
// as a system does ("Jane Roe", "jane-roe").
func sameName(a, b string) bool {
	return strings.ReplaceAll(text.Fold(a), "-", " ") == strings.ReplaceAll(text.Fold(b), "-", " ")
}

// cleanName drops what stands around a name.
func cleanName(name string) string {
	name = shortSign.ReplaceAllString(byPrefix.ReplaceAllString(text.Tidy(name), ""), "")
	return strings.TrimFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '.' && r != ')'
	})
}

// address is a web or mail address.
var address = regexp.MustCompile(`\S+://\S*|\S+@\S+|www\.\S+`)

// shortSign is what may follow a name: a reporter's sign in brackets, a job.
var shortSign = regexp.MustCompile(`\s*\([^()]{1,12}\)$|\s(?:기자|特派員|記者|记者)$`)

// byPrefix is what introduces a byline.
var byPrefix = regexp.MustCompile(`(?i)^\s*(?:view all posts by|all posts by|posts by|story by|article by|text by|report by|reported by|written by|authored by|published by|reviewed by|posted by|contributed by|words by|by|par|propos recueillis par|von|text|por|di|da|door|av|af|tekst|autor(?:in)?|author|auteur|autore|skrevet av|автор|текст|yazan|haber|نویسنده|خبرنگار|تحریر|كتب|كتبت|كتبه|بقلم|إعداد|تحرير|الكاتب|المحرر|پہ قلم|作者|記者|记者|撰文|文|글|(?:تقرير|متابعة|حوار|حاورها?|حاورته?ا?|أجرى الحوار|أجرت الحوار)\s*[:：])(?:\b|[\s:：–-])[\s:：–-]*`)

// bylineSeparator stands between the names of a byline.
var bylineSeparator = regexp.MustCompile(`\s*(?:[,;|/،؛、]|\s(?:and|und|et|y|e|en|og|och|with|mit|avec|&)\s|\s[–—-]\s)\s*`)

func splitByline(byline string) []string { return bylineSeparator.Split(byline, -1) }

// personLike reports whether s can be a name: some letters, no address, not a
// sentence.
func personLike(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 60 && hasLetters(s) && text.Words(s) <= 7 &&
		!strings.ContainsAny(s, "{}<>[]=@") && !notPeople[text.Fold(s)] && !siteMaker.MatchString(s) && !loginName.MatchString(s)
}

// loginName is what a system calls a person: one word with digits or underscores.
var loginName = regexp.MustCompile(`^[a-zA-Z]+\S*[\d_]\S*$`)

// siteMaker is the name of a company that makes sites, which some sign in place of the
// author.
var siteMaker = regexp.MustCompile(`(?i)\bweb ?(?:studio|design|master|solutions|agency)|\b(?:web|design|software|hosting|it)\b.*\b(?:studios?|solutions|services|agency|company|ltd|llc|inc|gmbh)\b|\b(?:technologies|webdesign)\b`)

// notPeople are what systems write where no author is known.
var notPeople = map[string]bool{
	"admin": true, "administrator": true, "editor": true, "redaction": true, "redaktion": true, "staff": true,
	"unknown": true, "none": true, "null": true, "undefined": true, "author": true, "anonymous": true, "webmaster": true,
}
