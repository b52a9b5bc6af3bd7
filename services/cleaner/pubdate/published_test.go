package pubdate

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"marsad/pkg/dates"
	"marsad/services/cleaner/declared"
)

// fetchedAt is when the pages of these tests were fetched: a Monday.
var fetchedAt = time.Date(2024, 8, 12, 9, 0, 0, 0, time.UTC)

// choices are pages, and what is to be taken from them: where the date was found,
// the date, and that of the modification, in the form of stamp.
var choices = []struct {
	name, url, page           string
	from, published, modified string
}{
	{
		"json-ld before all", "", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09T10:30:00+03:00","dateModified":"2024-08-09T12:00:00+03:00"}</script>
		<meta property="og:updated_time" content="2024-08-10T00:00:00Z"><h1>A bridge is closed</h1><time datetime="2024-08-08">8 August</time>`,
		FromJSONLD, "2024-08-09T10:30:00+03:00", "2024-08-09T12:00:00+03:00",
	},
	{
		"of two articles the page's own", "https://example.org/news/bridge",
		`<script type="application/ld+json">[{"@type":"NewsArticle","url":"https://example.org/news/ferry","headline":"Ferry","datePublished":"2024-08-01"},
		{"@type":"NewsArticle","url":"https://example.org/news/bridge","headline":"Bridge","datePublished":"2024-08-09"}]</script><h1>Bridge</h1>`,
		FromJSONLD, "2024-08-09", "",
	},
	{
		"of two articles the one of the title", "https://example.org/n/7",
		`<script type="application/ld+json">[{"@type":"Article","headline":"Ferry","datePublished":"2024-08-01"},{"@type":"Article","headline":"A bridge is closed","datePublished":"2024-08-09"}]</script><h1>A bridge is closed</h1>`,
		FromJSONLD, "2024-08-09", "",
	},
	{
		"broken json-ld", "", `<script type="application/ld+json">{"@type":"NewsArticle", headline: oops, "datePublished": "2024-08-09T10:30:00Z"}</script><h1>A bridge</h1>`,
		FromJSONLD, "2024-08-09T10:30:00Z", "",
	},
	{"open graph", "", `<meta property="article:published_time" content="2024-08-09T10:30:00Z"><h1>A bridge</h1>`, FromMeta, "2024-08-09T10:30:00Z", ""},
	{"dublin core", "", `<meta name="DC.date.issued" content="2024-08-09"><h1>A bridge</h1>`, FromMeta, "2024-08-09", ""},
	{"parsely", "", `<meta name="parsely-pub-date" content="2024-08-09T10:30:00"><h1>A bridge</h1>`, FromMeta, "2024-08-09T10:30:00*", ""},
	{"microdata in an attribute", "", `<h1>A bridge</h1><span itemprop="datePublished" content="2024-08-09T10:30:00+02:00">yesterday</span>`, FromMicrodata, "2024-08-09T10:30:00+02:00", ""},
	{"microdata as text", "", `<h1>A bridge</h1><span itemprop="datePublished">9 August 2024</span>`, FromMicrodata, "2024-08-09", ""},
	{"a time element", "", `<h1>A bridge</h1><time datetime="2024-08-09T10:30:00Z">Friday</time>`, FromTimeElement, "2024-08-09T10:30:00Z", ""},
	{
		"a neighbour's time element", "", `<aside><time datetime="2024-08-11T10:30:00Z">Sunday</time></aside><h1>A bridge</h1><p class="date">9 August 2024</p>`,
		FromText, "2024-08-09", "",
	},
	{"the address alone", "https://example.org/2024/08/09/a-bridge", `<h1>A bridge</h1><p>Text.</p>`, FromURL, "2024-08-09", ""},
	{"digits in the address", "https://example.org/news/20240809/a-bridge", `<h1>A bridge</h1><p>Text.</p>`, FromURL, "2024-08-09", ""},
	{"a name of a month in the address", "https://example.org/2024/aug/09/a-bridge", `<h1>A bridge</h1><p>Text.</p>`, FromURL, "2024-08-09", ""},
	{"no date in the address", "https://example.org/1234/56/78/a-bridge", `<h1>A bridge</h1><p>Text.</p>`, "", "", ""},
	{
		"the address and the text", "https://example.org/2024/08/09/a-bridge", `<h1>A bridge</h1><div class="meta">Friday 9 August 2024, 10:30</div><p>Since 1 May 2021 the bridge was closed.</p>`,
		FromText, "2024-08-09T10:30:00*", "",
	},
	{
		"the address against a later change", "https://example.org/2024/07/01/a-bridge", `<meta property="article:published_time" content="2024-08-09T10:30:00Z"><h1>A bridge</h1>`,
		FromURL, "2024-07-01", "",
	},
	{
		"a day completed by the text", "", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09"}</script><h1>A bridge</h1><div class="date">9.8.2024 10:30</div>`,
		FromJSONLD, "2024-08-09T10:30:00*", "",
	},
	{
		"a wrong Z", "", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09T10:30:00Z"}</script><meta property="article:published_time" content="2024-08-09T10:30:00+03:00"><h1>A bridge</h1>`,
		FromJSONLD, "2024-08-09T10:30:00+03:00", "",
	},
	{
		"the local clock tells the zone", "", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09T22:30:00Z"}</script><h1>A bridge</h1><div class="date">10 August 2024 01:30</div>`,
		FromJSONLD, "2024-08-10T01:30:00+03:00", "",
	},
	{
		"the local day tells the zone of the country", "https://example.eg/a", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09T22:30:00Z"}</script><h1>A bridge</h1><div class="date">10 August 2024</div>`,
		FromJSONLD, "2024-08-10T01:30:00+03:00", "",
	},
	{
		"the address has the local day", "https://example.de/2024/08/10/a", `<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-08-09T22:30:00Z"}</script><h1>A bridge</h1>`,
		FromJSONLD, "2024-08-10T00:30:00+02:00", "",
	},
	{
		"a time without zone is the country's", "https://example.sa/a", `<meta property="article:published_time" content="2024-08-09T10:30:00"><h1>A bridge</h1>`,
		FromMeta, "2024-08-09T10:30:00*+03:00", "",
	},
	{
		"a clock in the head of the page", "", `<header><span>Monday, 12 August 2024</span></header><h1>A bridge</h1><p class="byline">By Ann Lee, 9 August 2024</p>`,
		FromText, "2024-08-09", "",
	},
	{
		"a Hijri clock", "", `<html lang="ar"><div class="top">8 صفر 1446 هـ</div><h1>إغلاق الجسر القديم في المدينة</h1><span class="date">9 أغسطس 2024</span>`,
		FromText, "2024-08-09", "",
	},
	{
		"Hijri and Gregorian", "", `<html lang="ar"><h1>إغلاق الجسر القديم في المدينة</h1><span>الجمعة 4 صفر 1446هـ الموافق 9 أغسطس 2024م 10:30 ص</span>`,
		FromText, "2024-08-09T10:30:00*", "",
	},
	{
		"Arabic labels", "", `<html lang="ar"><h1>إغلاق الجسر القديم</h1><div>آخر تحديث: 10 آب 2024 - تاريخ النشر: 9 آب 2024</div>`,
		FromText, "2024-08-09", "2024-08-10",
	},
	{
		"a label that says modified", "", `<h1>A bridge</h1><p>Updated 10 August 2024</p><p>Published 9 August 2024</p>`,
		FromText, "2024-08-09", "2024-08-10",
	},
	{"only a modification", "", `<h1>A bridge</h1><p>Last updated: 10 August 2024</p>`, FromNotice, "2024-08-10", "2024-08-10"},
	{"counted from the fetch", "", `<h1>A bridge</h1><span class="time">3 hours ago</span>`, FromText, "2024-08-12T06:00:00Z", ""},
	{"counted in Arabic", "", `<html lang="ar"><h1>إغلاق الجسر القديم</h1><span class="time">منذ 3 ساعات</span>`, FromText, "2024-08-12T06:00:00Z", ""},
	{
		"modified before published", "", `<meta property="article:published_time" content="2024-08-09T10:30:00Z"><meta property="article:modified_time" content="2024-08-01T10:30:00Z"><h1>A bridge</h1>`,
		FromMeta, "2024-08-09T10:30:00Z", "",
	},
	{
		"the two exchanged", "https://example.org/2024/08/01/a", `<meta property="article:published_time" content="2024-08-09T10:30:00Z"><meta property="article:modified_time" content="2024-08-01T10:30:00Z"><h1>A bridge</h1>`,
		FromMeta, "2024-08-01T10:30:00Z", "2024-08-09T10:30:00Z",
	},
	{"from the future", "", `<meta property="article:published_time" content="2025-08-09T10:30:00Z"><h1>A bridge</h1>`, "", "", ""},
	{"before the web", "", `<meta property="article:published_time" content="1970-01-01T00:00:00Z"><h1>A bridge</h1>`, "", "", ""},
	{
		"the copyright does not win", "", `<h1>A bridge</h1><p class="date">9 August 2024</p><footer>© 1 January 2023 Example</footer>`,
		FromText, "2024-08-09", "",
	},
	{
		"comments do not win", "", `<h1>A bridge</h1><p>9 August 2024</p><div class="comments"><time datetime="2024-08-11T08:00:00Z">11 August 2024, 08:00</time></div>`,
		FromText, "2024-08-09", "",
	},
	{
		"a date in pieces", "", `<h1>A bridge</h1><div class="date"><span>9</span><span>August</span><span>2024</span> <i>10:30</i></div>`,
		FromText, "2024-08-09T10:30:00*", "",
	},
	{
		"day before month by the declared one", "", `<html lang="en"><script>x={"createdAt":1}</script><meta property="og:updated_time" content="2024-08-09T12:00:00Z"><h1>A bridge</h1><p class="date">09/08/2024</p>`,
		FromText, "2024-08-09", "2024-08-09T12:00:00Z",
	},
	{"data for scripts", "", `<script>window.state={"id":7,"publishedAt":"2024-08-09T10:30:00Z"}</script><h1>A bridge</h1>`, FromJSONLD, "2024-08-09T10:30:00Z", ""},
	{"Jalali", "", `<html lang="fa"><h1>پل قدیمی بسته شد</h1><div class="news-date">تاریخ انتشار: ۱۹ مرداد ۱۴۰۳ - ۱۰:۳۰</div>`, FromText, "2024-08-09T10:30:00*+03:30", ""},
	{"nothing", "", `<h1>A bridge</h1><p>Some text of 12 words.</p>`, "", "", ""},
}

func TestChooseDates(t *testing.T) {
	for _, tt := range choices {
		t.Run(tt.name, func(t *testing.T) {
			got := datesOf(t, tt.url, tt.page)
			if from, published, modified := got.Published.From, stamp(got.Published), stamp(got.Modified); from != tt.from || published != tt.published || modified != tt.modified {
				t.Errorf("got %q %s, modified %q; want %q %s, modified %q", from, published, modified, tt.from, tt.published, tt.modified)
			}
			if c := got.Published.Confidence; c < 0 || c > 1 || got.Published.OK() != (c > 0) {
				t.Errorf("confidence %v", c)
			}
		})
	}
}

// datesOf reads a page that was fetched at fetchedAt.
func datesOf(t *testing.T, address, page string) Chosen {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return Choose(doc, declared.Read(doc), u, fetchedAt)
}

// stamp writes a date as it was found: * stands for a zone that was not written.
func stamp(d Dated) string {
	switch {
	case !d.OK():
		return ""
	case !d.HasClock():
		return d.Time.Format(time.DateOnly)
	case !d.HasZone && isUTC(d.Time):
		return d.Time.Format("2006-01-02T15:04:05*")
	case !d.HasZone:
		return d.Time.Format("2006-01-02T15:04:05*Z07:00")
	}
	return d.Time.Format(time.RFC3339)
}

func TestVisibleDate(t *testing.T) {
	for _, tt := range []struct{ lang, lines, want string }{
		{"en", "A bridge is closed\nBy Ann Lee\n9 August 2024 10:30\nThe bridge was built on 1 May 1991 by the city.", "2024-08-09T10:30:00*"},
		{"ar", "إغلاق الجسر\nآخر تحديث 10 أغسطس 2024\nنشر في 9 أغسطس 2024", "2024-08-09"},
		{"en", "A bridge is closed\nUpdated: 10 August 2024", "2024-08-10"},
		{"en", "A bridge is closed\nPublished 2 hours ago", "2024-08-12T07:00:00Z"},
		{"en", "A bridge is closed\nNo date", ""},
		{"en", "", ""},
	} {
		if got := stamp(InLines(strings.Split(tt.lines, "\n"), tt.lang, fetchedAt)); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.lines, got, tt.want)
		}
	}
}

func TestZones(t *testing.T) {
	for _, tt := range []struct{ country, day, want string }{
		{"de", "2024-01-15", "+01:00"}, {"de", "2024-07-15", "+02:00"}, {"de", "2024-03-31", "+02:00"}, {"de", "2024-10-27", "+01:00"},
		{"us", "2024-03-09", "-05:00"}, {"us", "2024-03-10", "-04:00"}, {"us", "2024-11-03", "-05:00"},
		{"sa", "2024-07-15", "+03:00"}, {"ir", "2024-07-15", "+03:30"}, {"in", "2024-07-15", "+05:30"}, {"au", "2024-01-15", "+11:00"}, {"eg", "2024-07-15", "+03:00"},
	} {
		day, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.In(zones()[tt.country].at(day)).Format("-07:00"); got != tt.want {
			t.Errorf("%s on %s: %s, want %s", tt.country, tt.day, got, tt.want)
		}
	}
}

// TestChooseDatesBounded reads a page of nothing but dates.
func TestChooseDatesBounded(t *testing.T) {
	page := "<h1>Archive</h1>" + strings.Repeat(`<div class="a"><span class="date">9.8.2024</span> <a href="/x">1/2/2023 and 3/4/2022</a></div>`, 20_000)
	start := time.Now()
	got := datesOf(t, "", page)
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	if !got.Published.OK() {
		t.Error("no date found")
	}
}

func FuzzChooseDates(f *testing.F) {
	for _, c := range choices {
		f.Add(c.url, c.page)
	}
	f.Fuzz(func(t *testing.T, address, page string) {
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			return
		}
		u, _ := url.Parse(address)
		got := Choose(doc, declared.Read(doc), u, fetchedAt)
		if p := got.Published; p.OK() && (p.Precision < dates.Day || p.Time.After(fetchedAt.AddDate(0, 0, 3)) || p.Time.Year() < 1989) {
			t.Fatalf("published %v", p)
		}
		if got.Modified.OK() && got.Modified.Time.Before(got.Published.Time) {
			t.Fatalf("modified %v before published %v", got.Modified.Time, got.Published.Time)
		}
	})
}
