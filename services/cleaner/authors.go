package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marsad/pkg/dates"
	"marsad/pkg/text"
	"marsad/services/cleaner/body"
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
			if name = cleanName(address.ReplaceAllString(plainText(short(name)), " ")); personLike(name) || desk.MatchString(name) {
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
	if !introduced && !line.Marked || strings.HasSuffix(said, ":") {
		return nil
	}
	said = byPrefix.ReplaceAllString(said, "")
	if first := bylineSeparator.Split(said, 2)[0]; !line.Marked && wordsIn(first) < 2 && !strings.ContainsFunc(first, isIdeograph) {
		return nil // a verb's subject, a day, a headline's first word
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
	const above = 3 // lines
	kept := 0
	for i, p := range paragraphs[:max(0, min(len(paragraphs)-1, above))] {
		isByline := text.Words(p.Text) <= maxBylineWords && byPrefix.MatchString(p.Text) && len(signatures(body.Byline{Text: p.Text}, nil)) > 0
		if !isByline && !isDateLine(p.Text, o) {
			paragraphs[kept], paragraphs[i] = paragraphs[i], paragraphs[kept]
			kept++
		}
	}
	dropped := max(0, min(len(paragraphs)-1, above)) - kept
	return slices.Delete(paragraphs, kept, kept+dropped)
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
		if len(names) >= maxBylines {
			break
		}
		for i, name := range splitByline(address.ReplaceAllString(plainText(short(byline)), " ")) {
			name = withoutEmployer(cleanName(name), sites)
			if i == 0 && resembles(name, sites, 3) {
				break // "site, town, country"
			}
			if personLike(name) && !resembles(name, sites, 3) && (i == 0 || !degree.MatchString(name)) && !slices.ContainsFunc(names, func(n string) bool {
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
	for k := 2; k < min(len(words), maxNameWords); k++ {
		if resembles(strings.Join(words[k:], " "), sites, 3) {
			return strings.Join(words[:k], " ")
		}
	}
	return name
}

// maxNameWords is more than any name has, with an employer's behind it.
const maxNameWords = 12

// short is s up to so many bytes as a byline may have.
func short(s string) string {
	const most = 1000
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
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
	name = shortSign.ReplaceAllString(declaredPrefix.ReplaceAllString(text.Tidy(name), ""), "")
	return strings.TrimFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '.' && r != ')'
	})
}

// address is a web or mail address.
var address = regexp.MustCompile(`\S+://\S*|\S+@\S+|www\.\S+`)

// shortSign is what may follow a name: a reporter's sign in brackets, a job.
var shortSign = regexp.MustCompile(`\s*\([^()]{1,12}\)$|\s(?:기자|特派員|記者|记者)$`)

// Introducers of bylines. Some are unmistakable; some are words of the language or
// parts of names, and introduce only with a colon; some need names behind them.
const (
	certainIntroducer = `(?:view all posts by|all posts by|posts by|story by|article by|text by|report by|reported by|written by|authored by|published by|reviewed by|posted by|contributed by|words by|by|propos recueillis par|skrevet av|بقلم|پہ قلم)[\s:：–-]+`
	colonIntroducer   = `(?:par|von|por|di|da|door|av|af|text|tekst|autor(?:in)?|author|auteur|autore|автор|текст|yazan|haber|نویسنده|خبرنگار|تحریر|كتب|كتبت|كتبه|إعداد|تحرير|الكاتب|المحرر|作者|記者|记者|撰文|文|글|تقرير|متابعة|حوار|حاورها?|حاورته?ا?|أجرى الحوار|أجرت الحوار)\s*[:：/–-]\s*`
	softIntroducer    = `(?:par|von|por|di|door|av|af|كتبت?|作者|記者|记者)\s+`
)

// byPrefix is what introduces a visible byline, declaredPrefix what stands before the
// names that pages declare.
var (
	byPrefix       = regexp.MustCompile(`(?i)^\s*(?:` + certainIntroducer + `|` + colonIntroducer + `|` + softIntroducer + `)`)
	declaredPrefix = regexp.MustCompile(`(?i)^\s*(?:` + certainIntroducer + `|` + colonIntroducer + `)`)
)

// bylineSeparator stands between the names of a byline, conjunction only between full
// names: "Ortega y Gasset" is one.
var (
	bylineSeparator = regexp.MustCompile(`\s*[,;|/،؛、]\s*(?:(?:and|und|et|y|og|och|&)\s+)?|\s+(?:and|und|og|och|with|mit|avec|&)\s+`)
	conjunction     = regexp.MustCompile(`(\pL+\s+\pL[\pL.'’-]*)\s+(?:et|y|e|en)\s+(\pL[\pL.'’-]*\s+\pL)`)
	dash            = regexp.MustCompile(`\s[–—-]\s`)
	inverted        = regexp.MustCompile(`^(\p{Lu}\p{Ll}[\pL'’-]*),\s+(\p{Lu}\p{Ll}[\pL'’-]*)$`)
)

// splitByline parts the names of a byline. What stands behind a dash is a town or an
// agency: the agency signs where the reporter does not.
func splitByline(byline string) []string {
	if parts := inverted.FindStringSubmatch(byline); parts != nil {
		return []string{parts[2] + " " + parts[1]}
	}
	var names []string
	for _, part := range bylineSeparator.Split(conjunction.ReplaceAllString(byline, "$1, $2"), maxBylines+1) {
		sides := dash.Split(part, 2)
		if len(sides) == 2 && wordsIn(sides[0]) < 2 && (wordsIn(sides[1]) >= 2 || agencies[text.Fold(strings.TrimSpace(sides[1]))]) {
			sides = sides[1:] // "town - name"
		}
		names = append(names, sides[0])
	}
	return names[:min(len(names), maxBylines)]
}

// maxBylines is how many names are read of one byline.
const maxBylines = 20

// agencies are those that sign with their name beside a town's, folded.
var agencies = folded("رويترز", "أ ف ب", "فرانس برس", "الأناضول", "واس", "وام", "د ب أ", "أ ش أ", "شينخوا", "سبوتنيك", "بترا", "قنا", "كونا",
	"Reuters", "AFP", "AP", "dpa", "EFE", "ANSA", "Xinhua", "TASS", "Anadolu", "AA", "PTI", "ANI", "IRNA", "MTI", "PAP", "ČTK", "Belga", "APA", "ATS", "Lusa", "Kyodo", "Yonhap")

func folded(names ...string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[text.Fold(name)] = true
	}
	return set
}

// personLike reports whether s can be a name: some letters, no address, not a
// sentence.
func personLike(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= 2 && n <= 60 && hasLetters(s) && text.Words(s) <= 7 &&
		!strings.ContainsAny(s, "{}<>[]=@") && !notPeople[text.Fold(s)] && !siteMaker.MatchString(s) && !loginName.MatchString(s) && !desk.MatchString(s) && !job.MatchString(s)
}

// desk is a part of a newsroom.
var desk = regexp.MustCompile(`(?i)^(?:our |the )?(?:[\pL\d]+ )?(?:desk|newsroom|bureau|staff(?: reporters?| writers?)?|editorial(?: board| team| staff)?|agencies|wire services?|redacción|rédaction|redazione|redação|redaktion|redactie|редакция|هيئة التحرير|وكالات|خاص|متابعات|التحرير|غرفة الأخبار|فريق التحرير|قسم \S+|مكتب \S+)$`)

// job is what people are, said beside their names.
var job = regexp.MustCompile(`(?i)^(?:[\pL&-]+ ){0,4}(?:reporter|editor|columnist|contributor|writer|journalist|producer|photographer|analyst|bureau chief|redakteur(?:in)?|journaliste|correspond[ae]nt|periodista|giornalista|مراسل|مراسلة|صحفي|صحفية|محرر|محررة)s?$`)

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
