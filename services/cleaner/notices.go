package cleaner

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"marsad/pkg/dates"
	"marsad/services/cleaner/pubdate"
)

// notice is what an aggregator says of where it has a text from.
type notice struct {
	source    string // the original publisher
	published pubdate.Dated
}

// noticeConfidence is that of the date in a notice: it is the original's day, as
// the aggregator read it.
const noticeConfidence = 0.8

// takeNotice reads the first notice of republication at the head or the end of a
// text, and marks all of them.
func takeNotice(lines []textLine, o dates.Options) notice {
	var found notice
	for i := range lines {
		if i > maxHead && i < len(lines)-maxHead {
			continue
		}
		n, ok := readNotice(lines[i].text, o)
		if !ok {
			continue
		}
		lines[i].notice = true
		if found.source == "" {
			found = n
		}
	}
	return found
}

// maxNoticeWords is how long a line with nothing but a notice is.
const maxNoticeWords = 30

// readOrigin looks for a page's notice that it has the text from another publisher: among
// the lines around the text, and its first and last paragraphs, from which it is taken.
// The day of the notice is not that of the page.
func (d *draft) readOrigin(around []string, o dates.Options) {
	for _, line := range around {
		if d.takeOrigin(line, o) {
			return
		}
	}
	last := len(d.paragraphs) - 1
	for _, at := range []int{0, last, last - 1} {
		if at >= 0 && last > 1 && d.takeOrigin(d.paragraphs[at].Text, o) {
			d.paragraphs = slices.Delete(d.paragraphs, at, at+1)
			return
		}
	}
}

// takeOrigin reads one line, and reports whether it is such a notice.
func (d *draft) takeOrigin(line string, o dates.Options) bool {
	if len(line) > maxLine {
		return false
	}
	n, ok := readNotice(line, o)
	if !ok || n.source == "" {
		return false
	}
	d.originalSource = n.source
	if d.published != nil && n.published.OK() && d.publishedFrom == pubdate.FromText && d.published.Format(time.DateOnly) == n.published.Time.Format(time.DateOnly) {
		d.publishedFrom, d.publishedConfidence = pubdate.FromNotice, noticeConfidence
	}
	return true
}

// readNotice reads a line like "Published in X on D" or "This article was first
// published by X". The first needs its date: "Published in X" names a section.
func readNotice(line string, o dates.Options) (notice, bool) {
	if len(line) > 2*maxLine || wordsIn(line) > maxNoticeWords {
		return notice{}, false
	}
	rest, needsDate := line, false
	if m := original.FindStringIndex(line); m != nil {
		rest = line[m[1]:]
	} else if m := reprinted.FindStringIndex(line); m != nil {
		rest, needsDate = line[m[1]:], true
	} else {
		return notice{}, false
	}
	var n notice
	for m := range dates.All(rest, o) {
		if m.Precision >= dates.Day {
			n.published = pubdate.Dated{Date: m.Date, From: pubdate.FromNotice, Confidence: noticeConfidence}
			rest = rest[:m.Start]
			break
		}
	}
	if needsDate && !n.published.OK() {
		return notice{}, false
	}
	n.source = publisherIn(rest)
	if words := wordsIn(n.source); needsDate && (words > 4 || words > 2 && strings.ContainsFunc(n.source, unicode.IsDigit)) {
		return notice{}, false // a sentence about what was sent where, and when
	}
	return n, n.source != "" || !needsDate
}

// publisherIn is the name at the start of what follows a notice's words.
func publisherIn(s string) string {
	if i := strings.IndexAny(s, ".!|(؛;\u06d4\u3002"); i > 0 {
		s = s[:i]
	}
	s, _, _ = strings.Cut(s, " under ") // a licence
	s = beforeNoticeDate.ReplaceAllString(s, "")
	s = publisherKind.ReplaceAllString(s, "")
	s = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) && r != ')' })
	if wordsIn(s) > 7 || !hasLetters(s) {
		return ""
	}
	return s
}

// original starts a notice that says itself that another published the text.
var original = regexp.MustCompile(`(?i)^[\s\pP\pS]{0,3}(?:` + strings.Join([]string{
	`(?:(?:this|the) (?:article|story|post|piece|report|content|column|essay) )?(?:was |has been |is )?(?:originally|first) (?:published|appeared|posted)(?: in| on| by| at| with)`,
	`(?:this|the) (?:article|story|piece) (?:is|was|has been) (?:republished|reprinted|syndicated) (?:from|with permission from|courtesy of)`,
	`(?:cet article|ce texte|cet article) (?:a été|est) (?:initialement |d'abord )?(?:publié|paru)(?: initialement| à l['’]origine| d['’]abord)?(?: dans| sur| par| en| chez)`,
	`(?:article )?(?:initialement publié|publié initialement|publié à l['’]origine|paru initialement)(?: dans| sur| par)`,
	`(?:est[ea] (?:artículo|nota|noticia|texto|historia|reportaje) (?:fue|se) )?(?:publicad[oa]|publicó|apareció) originalmente(?: en| por)`,
	`(?:est[ea] (?:artigo|matéria|texto|reportagem|notícia) foi )?publicad[oa] originalmente(?: em| no| na| por| pelo| pela)`,
	`(?:questo articolo è (?:stato pubblicato|apparso) |articolo )?(?:originariamente |inizialmente )?(?:pubblicato|apparso) (?:originariamente |inizialmente |per la prima volta )?(?:originariamente|su|in|sul|da)`,
	`(?:dieser (?:artikel|text|beitrag) )?(?:ist |wurde )?(?:zuerst|ursprünglich) (?:erschienen |veröffentlicht )?(?:in|bei|auf|im|von)`,
	`dieser (?:artikel|text|beitrag) erschien (?:zuerst|ursprünglich)(?: in| bei| auf| im)`,
	`dit artikel (?:verscheen|is) (?:eerder|eerst|oorspronkelijk)(?: gepubliceerd)?(?: in| op| bij)`,
	`(?:статья |материал |текст )?(?:впервые |первоначально )(?:был[аио]? )?опубликован[ао]?(?: в| на)`,
	`artikel ini (?:telah|sudah|pertama kali) (?:tayang|terbit)(?: di)`,
	`(?:تم نشر|نُشرت?|نشرت?|ظهرت?) هذ[اه] (?:الخبر|المقال|المقالة|المادة|التقرير|النص|الموضوع)(?: أولا| أول مرة| لأول مرة| للمرة الأولى| أصلا| في الأصل| أولاً)?(?: في| على| عبر)`,
	`هذ[اه] (?:الخبر|المقال|المقالة|المادة|التقرير|النص|المحتوى) (?:منقول|منقولة|مأخوذ|نقلا|نشر|نُشر)(?: أولا)?(?: من| عن| في| على)`,
	`(?:الخبر|المقال) (?:كما )?(?:منقول|نقلا) (?:من|عن)`,
	`این (?:مطلب|مقاله|خبر|گزارش) (?:نخستین بار|ابتدا|اولین بار) در`,
}, "|") + `)[\s:：]*`)

// reprinted starts a notice that names another's publication with its date.
var reprinted = regexp.MustCompile(`(?i)^[\s\pP\pS]{0,3}(?:` + strings.Join([]string{
	`(?:published|posted|appeared|printed) (?:in|by|on|at)`, `publiée? (?:dans|sur|par|chez)`, `parue? dans`,
	`publicad[oa] (?:en|por|no|na|em|pelo|pela)`, `pubblicato (?:su|da|in)`, `(?:erschienen|veröffentlicht) (?:in|bei|auf|von)`,
	`опубликовано (?:в|на)`, `опубліковано (?:в|на|у)`, `opublikowan[oey] (?:w|na)`, `gepubliceerd (?:in|op|door)`, `dimuat di`,
	`نُ?شرت?َ? (?:في|على|ب|عبر|لدى|من طرف|من قبل)`, `تم النشر (?:في|على)`, `منشور (?:في|على)`, `منتشر شده در`, `شائع شدہ`,
}, "|") + `)[\s:：]+`)

// beforeNoticeDate is what stands between a publisher's name and a date.
var beforeNoticeDate = regexp.MustCompile(`(?i)[\s,،]+(?:on|le|el|am|em|il|op|den|dne|w dniu|tanggal|в|от|на|يوم|بتاريخ|في|در|به تاریخ|بتاریخ|dated)?[\s,،:–—-]*$`)

// publisherKind is the word for what the publisher is, before its name.
var publisherKind = regexp.MustCompile(`(?i)^\s*(?:موقع|صحيفة|جريدة|مجلة|وكالة|منصة|the website|the newspaper|le site|le journal|el diario|der zeitung|il quotidiano|روزنامه|وب.?سایت|سایت)\s+`)
