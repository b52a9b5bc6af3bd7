package pubdate

import (
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// publishedMeta are the names of <meta> that hold the date of publication, and how
// often it is right there.
var publishedMeta = []struct {
	name       string
	confidence float64
}{
	{"article:published_time", .95}, {"article:published", .95}, {"og:published_time", .95}, {"og:article:published_time", .95},
	{"datepublished", .93}, {"og:pubdate", .93}, {"pubdate", .9}, {"publishdate", .9}, {"publish-date", .9}, {"publish_date", .9},
	{"published_at", .9}, {"publication_date", .9}, {"publication-date", .9}, {"published-date", .9}, {"article.published", .9}, {"published", .9},
	{"parsely-pub-date", .9}, {"sailthru.date", .9}, {"cxenseparse:recs:publishtime", .9}, {"cxenseparse:publishtime", .9},
	{"cxenseparse:recs:articlepublicationdate", .9}, {"vr:published_time", .9}, {"bt:pubdate", .9}, {"shareaholic:article_published_time", .9},
	{"article_date_original", .9}, {"originalpublicationdate", .9}, {"article:post_date", .9}, {"rnews:datepublished", .9}, {"timestamp", .8},
	{"dc.date.issued", .88}, {"dcterms.issued", .88}, {"dcterms.date", .78}, {"dc.date.created", .85}, {"dcterms.created", .85}, {"dc:date", .78},
	{"dc.date", .78}, {"dc:created", .85}, {"citation_publication_date", .85}, {"citation_online_date", .85}, {"citation_date", .8},
	{"date.created", .85}, {"datecreated", .85}, {"created", .8}, {"eomportal-publicationdate", .85}, {"prism.publicationdate", .85}, {"displaydate", .85},
	{"article_date", .85}, {"artdate", .85}, {"date", .78}, {"pdate", .78}, {"news_date", .78},
}

// modifiedMeta are those of the last change.
var modifiedMeta = []string{
	"article:modified_time", "article:modified", "og:modified_time", "og:updated_time", "article:updated_time", "datemodified", "lastmod",
	"last-modified", "last_modified", "dcterms.modified", "dc.date.modified", "dc.modified", "cxenseparse:modifiedtime", "updated_time", "revised",
}

// declared reads the dates of markup that is made for machines.
func (e *evidence) declared() {
	e.declaredLinked()
	for _, m := range publishedMeta {
		if value := e.meta.Values[m.name]; value != "" {
			e.addPublished(value, FromMeta, m.confidence)
		}
	}
	for _, name := range modifiedMeta {
		e.addModified(e.meta.Values[name], FromMeta)
	}
	e.declaredMarks()
}

func (e *evidence) addPublished(value, from string, confidence float64) {
	if d, ok := e.parse(value); ok {
		e.published = append(e.published, Dated{d, from, confidence})
	}
}

func (e *evidence) addModified(value, from string) {
	if d, ok := e.parse(value); ok {
		e.modified = append(e.modified, Dated{d, from, .9})
	}
}

// declaredMarks reads microdata and <time>.
func (e *evidence) declaredMarks() {
	for i := range e.marks {
		mark := &e.marks[i]
		switch {
		case !strings.Contains(mark.prop, "date") || e.elsewhere(mark.node):
		case strings.Contains(mark.prop, "datepublished"), strings.Contains(mark.prop, "datecreated"):
			confidence := .9
			if e.countProp("datepublished") > 1 && (mark.at < e.title.at || mark.at > e.title.at+5*afterTitle) {
				confidence = .65 // of a neighbour, perhaps
			}
			e.addPublished(mark.read(), FromMicrodata, confidence)
		case strings.Contains(mark.prop, "datemodified"):
			e.addModified(mark.read(), FromMicrodata)
		}
	}
	e.declaredTimes()
}

func (e *evidence) countProp(prop string) int {
	n := 0
	for i := range e.marks {
		if strings.Contains(e.marks[i].prop, prop) {
			n++
		}
	}
	return n
}

// read is the mark's value for machines, or what it shows.
func (m *dateMark) read() string {
	if m.value != "" {
		return m.value
	}
	return shortText(m.node)
}

// declaredTimes takes the <time> that says it is of the publication, else the one
// nearest after the title, else the first.
func (e *evidence) declaredTimes() {
	var first, after, other *dateMark
	for i := range e.marks {
		mark := &e.marks[i]
		if mark.node.DataAtom != atom.Time || mark.value == "" || strings.Contains(mark.prop, "date") {
			continue
		}
		if e.elsewhere(mark.node) {
			if other == nil {
				other = mark
			}
			continue
		}
		role := roleByName(mark.node)
		switch role {
		case Modification:
			e.addModified(mark.value, FromTimeElement)
			continue
		case Publication:
			e.addPublished(mark.value, FromTimeElement, .85)
		}
		if first == nil {
			first = mark
		}
		if after == nil && mark.at > e.title.at {
			after = mark
		}
	}
	if after != nil {
		e.addPublished(after.value, FromTimeElement, .75)
	}
	if first != nil && first != after {
		e.addPublished(first.value, FromTimeElement, .6)
	}
	if other != nil {
		e.addPublished(other.value, FromTimeElement, .4)
	}
}

// best is the date that most is known of: of the surest source; and another's time
// of day when it has none and the other is of the same day.
func (e *evidence) best(all []Dated) Dated {
	if len(all) == 0 {
		return Dated{}
	}
	best := all[0]
	for _, d := range all[1:] {
		if d.Confidence > best.Confidence {
			best = d
		}
	}
	for _, d := range all { // what two kinds of markup say is surer than either
		if d.From != best.From && daysApart(d.Time, best.Time) == 0 {
			best.Confidence = max(best.Confidence, .9)
		}
	}
	if best.HasClock() && !atMidnight(best.Time) {
		return best
	}
	for _, d := range all {
		if d.HasClock() && !atMidnight(d.Time) && (daysApart(d.Time, best.Time) == 0 || daysApart(d.Time.UTC(), best.Time) == 0) {
			best.Date = d.Date
			break
		}
	}
	return best
}

// atMidnight reports whether a time is the one that systems write where they know
// the day only.
func atMidnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 }

// shortText is the text of an element, with spaces between its parts, up to
// maxLine bytes.
func shortText(n *html.Node) string {
	var b strings.Builder
	appendText(&b, n)
	return strings.TrimSpace(b.String())
}

// appendText reports whether all of n's text fitted.
func appendText(b *strings.Builder, n *html.Node) bool {
	if n.Type == html.TextNode {
		s := strings.TrimSpace(n.Data)
		if b.Len()+len(s) > maxLine {
			return false
		}
		if s != "" {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(s)
		}
		return true
	}
	if opaque(n) {
		return true
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !appendText(b, c) {
			return false
		}
	}
	return true
}
