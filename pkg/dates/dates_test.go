package dates

import (
	"strings"
	"testing"
	"time"
)

// noon is when the relative dates of the tests are read.
var noon = time.Date(2024, 8, 9, 12, 0, 0, 0, time.UTC)

// In the tables: language, text, and the date in the form that tells what is known
// of it: 2024-08, 2024-08-09, 2024-08-09T10:30 without zone, RFC 3339 with one.
var written = [][3]string{
	// ISO 8601 and what is made of it
	{"", "2024-08-09", "2024-08-09"},
	{"", "2024-08-09T10:30:00Z", "2024-08-09T10:30:00Z"},
	{"", "2024-08-09T10:30:00.000Z", "2024-08-09T10:30:00Z"},
	{"", "2024-08-09T10:30:00,123456+03:00", "2024-08-09T10:30:00+03:00"},
	{"", "2024-08-09T10:30:00+0100", "2024-08-09T10:30:00+01:00"},
	{"", "2024-08-09T10:30:00+01", "2024-08-09T10:30:00+01:00"},
	{"", "2024-08-09T10:30:00-05:00", "2024-08-09T10:30:00-05:00"},
	{"", "2024-08-09T10:30-0330", "2024-08-09T10:30:00-03:30"},
	{"", "2024-08-09T10:30:00", "2024-08-09T10:30"},
	{"", "2024-08-09T10:30", "2024-08-09T10:30"},
	{"", "2024-08-09 10:30:15", "2024-08-09T10:30"},
	{"", "2024-08-09 10:30:00 +0300", "2024-08-09T10:30:00+03:00"},
	{"", "2024-08-09 10:30:00 UTC", "2024-08-09T10:30:00Z"},
	{"", "2024-08-09T 10:30:00+03:00", "2024-08-09T10:30:00+03:00"},
	{"", " 2024-08-09T10:30:00&#43;03:00 ", "2024-08-09T10:30:00+03:00"},
	{"", "2024-08-09T10:30:00+01:00[Europe/London]", "2024-08-09T10:30:00+01:00"},
	{"", "2024-08-09t10:30:00z", "2024-08-09T10:30:00Z"},
	{"", "20240809", "2024-08-09"},
	{"", "20240809T103000Z", "2024-08-09T10:30:00Z"},
	{"", "20240809T1030", "2024-08-09T10:30"},
	{"", "2024/08/09", "2024-08-09"},
	{"", "2024/8/9 7:05", "2024-08-09T07:05"},
	{"", "2024.08.09 10:30", "2024-08-09T10:30"},
	{"", "1723199400", "2024-08-09T10:30:00Z"},
	{"", "1723199400000", "2024-08-09T10:30:00Z"},
	// mail, scripts, systems
	{"", "Fri, 09 Aug 2024 10:30:00 GMT", "2024-08-09T10:30:00Z"},
	{"", "Fri, 9 Aug 2024 10:30:00 +0200", "2024-08-09T10:30:00+02:00"},
	{"", "Fri Aug 09 2024 10:30:00 GMT+0300 (Arabian Standard Time)", "2024-08-09T10:30:00+03:00"},
	{"", "Fri Aug  9 10:30:00 UTC 2024", "2024-08-09T10:30:00Z"},
	{"", "Fri Aug 9 10:30:00 2024", "2024-08-09T10:30"},
	{"", "Friday, 09-Aug-24 10:30:00 UTC", "2024-08-09T10:30:00Z"},
	// English
	{"en", "August 9, 2024", "2024-08-09"},
	{"en", "Aug. 9, 2024", "2024-08-09"},
	{"en", "Sept 9 2024", "2024-09-09"},
	{"en", "9th of August, 2024", "2024-08-09"},
	{"en", "the 1st August 2024", "2024-08-01"},
	{"en", "Aug 9th, 2024 at 3:04pm", "2024-08-09T15:04"},
	{"en", "Aug 9, 2024 3:04 PM EST", "2024-08-09T15:04:00-05:00"},
	{"en", "Published: 3:04 p.m. ET Aug. 9, 2024", "2024-08-09T15:04:00-04:00"},
	{"en", "January 9, 2024 | 3:04 PM ET", "2024-01-09T15:04:00-05:00"},
	{"en", "9 August 2024, 10:30 BST", "2024-08-09T10:30:00+01:00"},
	{"en", "9 Aug 2024 12:15am", "2024-08-09T00:15"},
	{"en", "9 Aug 2024 12:15 pm", "2024-08-09T12:15"},
	{"en", "9 Aug 2024, 10:30 AM IST", "2024-08-09T10:30:00+05:30"},
	{"en", "10:30 GMT, 9 August 2024", "2024-08-09T10:30:00Z"},
	{"en", "9 August 2024 10:30 (GMT+3)", "2024-08-09T10:30:00+03:00"},
	{"en", "August 2024", "2024-08"},
	{"en", "09-Aug-2024", "2024-08-09"},
	{"en", "9/Aug/2024", "2024-08-09"},
	{"en", "9 Aug '24", "2024-08-09"},
	{"en-US", "8/9/2024", "2024-08-09"},
	{"en-GB", "9/8/2024", "2024-08-09"},
	{"en", "8/25/24 6:05 AM", "2024-08-25T06:05"},
	{"en-US", "25/8/2024", "2024-08-25"},
	{"en", "3 hours ago", "2024-08-09T09:00:00Z"},
	{"en", "15 mins ago", "2024-08-09T11:45:00Z"},
	{"en", "2 days ago", "2024-08-07"},
	{"en", "yesterday at 10:30", "2024-08-08T10:30"},
	// Arabic
	{"ar", "الجمعة 9 أغسطس 2024 - 10:30 ص", "2024-08-09T10:30"},
	{"ar", "الجمعة، ٩ أغسطس ٢٠٢٤ ١٠:٣٠ م", "2024-08-09T22:30"},
	{"ar", "٩ آب ٢٠٢٤", "2024-08-09"},
	{"ar", "9 آب/أغسطس 2024", "2024-08-09"},
	{"ar", "9 أغسطس (آب) 2024", "2024-08-09"},
	{"ar", "9 كانون الثاني 2024", "2024-01-09"},
	{"ar", "9 كانون الأول 2024", "2024-12-09"},
	{"ar", "9 تشرين الأول/أكتوبر 2024", "2024-10-09"},
	{"ar", "9 تشرين الثاني 2024", "2024-11-09"},
	{"ar", "9 شباط، 2024", "2024-02-09"},
	{"ar", "9 نيسان 2024 الساعة 10:30 صباحاً", "2024-04-09T10:30"},
	{"ar", "9 أيار 2024 4:30 مساءً", "2024-05-09T16:30"},
	{"ar", "9 حزيران 2024", "2024-06-09"},
	{"ar", "9 غشت 2024", "2024-08-09"},
	{"ar", "9 شتنبر 2024", "2024-09-09"},
	{"ar", "9 نونبر 2024", "2024-11-09"},
	{"ar", "9 دجنبر 2024", "2024-12-09"},
	{"ar", "9 ماي 2024", "2024-05-09"},
	{"ar", "9 يوليوز 2024", "2024-07-09"},
	{"ar", "9 جانفي 2024", "2024-01-09"},
	{"ar", "9 فيفري 2024", "2024-02-09"},
	{"ar", "9 أفريل 2024", "2024-04-09"},
	{"ar", "9 جوان 2024", "2024-06-09"},
	{"ar", "9 جويلية 2024", "2024-07-09"},
	{"ar", "9 أوت 2024", "2024-08-09"},
	{"ar", "09/08/2024", "2024-08-09"},
	{"ar", "٠٩-٠٨-٢٠٢٤ ١٠:٣٠", "2024-08-09T10:30"},
	{"ar", "9 أغسطس 2024 10:30 بتوقيت غرينتش", "2024-08-09T10:30:00Z"},
	{"ar", "9 أغسطس 2024، 10:30 بتوقيت مكة المكرمة", "2024-08-09T10:30:00+03:00"},
	{"ar", "9 أغسطس 2024 10:30 AST", "2024-08-09T10:30:00+03:00"},
	{"ar", "5 صفر 1446 هـ", "2024-08-09"},
	{"ar", "5 صفر 1446هـ الموافق 9 أغسطس 2024م", "2024-08-09"},
	{"ar", "1 محرم 1446", "2024-07-07"},
	{"ar", "1 رمضان 1445 هـ", "2024-03-11"},
	{"ar", "10 ذو الحجة 1445 هـ", "2024-06-16"},
	{"ar", "29 جمادى الآخرة 1445هـ", "2024-01-11"},
	{"ar", "1446/02/05", "2024-08-09"},
	{"ar", "05-02-1446 هـ", "2024-08-09"},
	{"ar", "منذ 3 ساعات", "2024-08-09T09:00:00Z"},
	{"ar", "قبل يومين", "2024-08-07"},
	{"ar", "منذ ساعة", "2024-08-09T11:00:00Z"},
	{"ar", "منذ ٢٠ دقيقة", "2024-08-09T11:40:00Z"},
	{"ar", "أمس 10:30", "2024-08-08T10:30"},
	// Persian, Dari, Pashto, Urdu, Kurdish
	{"fa", "۱۹ مرداد ۱۴۰۳ - ۱۰:۳۰", "2024-08-09T10:30"},
	{"fa", "جمعه ۱۹ مرداد ۱۴۰۳ ساعت ۱۰:۳۰", "2024-08-09T10:30"},
	{"fa", "۱ فروردین ۱۴۰۳", "2024-03-20"},
	{"fa", "30 اسفند 1403", "2025-03-20"},
	{"fa", "۱۴۰۳/۰۵/۱۹", "2024-08-09"},
	{"fa", "۱۴۰۳/۵/۱۹ ۱۰:۳۰", "2024-08-09T10:30"},
	{"fa", "۹ اوت ۲۰۲۴", "2024-08-09"},
	{"fa", "9 مه 2024", "2024-05-09"},
	{"fa", "۱۹ اسد ۱۴۰۳", "2024-08-09"},
	{"fa", "۳ ساعت پیش", "2024-08-09T09:00:00Z"},
	{"fa", "دیروز", "2024-08-08"},
	{"ps", "۱۹ زمری ۱۴۰۳", "2024-08-09"},
	{"ps", "د اګست ۹مه ۲۰۲۴", "2024-08-09"},
	{"ur", "9 اگست 2024ء", "2024-08-09"},
	{"ur", "جمعہ 9 اگست 2024 10:30", "2024-08-09T10:30"},
	{"ckb", "٩ی ئابی ٢٠٢٤", "2024-08-09"},
	{"ckb", "9 ئاب 2024 10:30", "2024-08-09T10:30"},
	{"ckb", "٩ی کانوونی دووەم ٢٠٢٤", "2024-01-09"},
	{"ckb", "١٩ی گەلاوێژی ١٤٠٣", "2024-08-09"},
	{"ku", "9 Tebax 2024", "2024-08-09"},
	// the rest of West Asia and Africa
	{"tr", "9 Ağustos 2024 Cuma 10:30", "2024-08-09T10:30"},
	{"tr", "09.08.2024 10:30", "2024-08-09T10:30"},
	{"tr", "9 Şubat 2024, 10:30 TSİ", "2024-02-09T10:30:00+03:00"},
	{"tr", "3 saat önce", "2024-08-09T09:00:00Z"},
	{"az", "9 avqust 2024", "2024-08-09"},
	{"he", "9 באוגוסט 2024, 10:30", "2024-08-09T10:30"},
	{"he", "לפני שעתיים", "2024-08-09T10:00:00Z"},
	{"hy", "9 օգոստոսի, 2024", "2024-08-09"},
	{"ka", "9 აგვისტო 2024", "2024-08-09"},
	{"am", "9 ኦገስት 2024", "2024-08-09"},
	{"sw", "9 Agosti 2024", "2024-08-09"},
	{"so", "9 Agoosto 2024", "2024-08-09"},
	{"ha", "9 ga Agusta 2024", "2024-08-09"},
	{"ha", "9 Agusta, 2024", "2024-08-09"},
	// Romance languages
	{"fr", "9 août 2024 à 10h30", "2024-08-09T10:30"},
	{"fr", "Publié le vendredi 1er août 2024 à 10:30", "2024-08-01T10:30"},
	{"fr", "09/08/2024 - 10 h 30", "2024-08-09T10:30"},
	{"fr", "9 févr. 2024", "2024-02-09"},
	{"fr", "il y a 3 heures", "2024-08-09T09:00:00Z"},
	{"es", "9 de agosto de 2024 a las 10:30 a. m.", "2024-08-09T10:30"},
	{"es", "9 ago 2024 - 22:30 CEST", "2024-08-09T22:30:00+02:00"},
	{"es", "hace 2 horas", "2024-08-09T10:00:00Z"},
	{"es", "ayer", "2024-08-08"},
	{"pt", "9 de agosto de 2024 às 10h30", "2024-08-09T10:30"},
	{"pt", "09/08/2024 10h30", "2024-08-09T10:30"},
	{"it", "9 agosto 2024 alle 10:30", "2024-08-09T10:30"},
	{"it", "1º gennaio 2024", "2024-01-01"},
	{"it", "2 giorni fa", "2024-08-07"},
	{"ro", "9 august 2024, ora 10:30", "2024-08-09T10:30"},
	{"ca", "9 d’agost de 2024", "2024-08-09"},
	// Germanic languages
	{"de", "9. August 2024, 10.30 Uhr", "2024-08-09T10:30"},
	{"de", "Veröffentlicht am 5. April 2024", "2024-04-05"},
	{"de", "Fr, 9. März 2024 um 10:30 Uhr MEZ", "2024-03-09T10:30:00+01:00"},
	{"de", "09.08.24", "2024-08-09"},
	{"de", "9. Jänner 2024", "2024-01-09"},
	{"de", "vor 2 Stunden", "2024-08-09T10:00:00Z"},
	{"de", "gestern, 10:30 Uhr", "2024-08-08T10:30"},
	{"nl", "9 augustus 2024 om 10:30", "2024-08-09T10:30"},
	{"nl", "9 mrt. 2024", "2024-03-09"},
	{"sv", "9 augusti 2024 kl. 10.30", "2024-08-09T10:30"},
	{"da", "9. maj 2024 kl. 10:30", "2024-05-09T10:30"},
	{"no", "9. desember 2024", "2024-12-09"},
	// Slavic languages, and their neighbours
	{"pl", "9 sierpnia 2024, 10:30", "2024-08-09T10:30"},
	{"pl", "9 listopada 2024 r.", "2024-11-09"},
	{"hr", "9. listopada 2024.", "2024-10-09"},
	{"cs", "9. 8. 2024 v 10:30", "2024-08-09T10:30"},
	{"cs", "9. července 2024", "2024-07-09"},
	{"cs", "9. června 2024", "2024-06-09"},
	{"sk", "9. augusta 2024", "2024-08-09"},
	{"sr", "9. август 2024. 10:30", "2024-08-09T10:30"},
	{"ru", "9 августа 2024 г. в 10:30 мск", "2024-08-09T10:30:00+03:00"},
	{"ru", "10:30, 9 мая 2024", "2024-05-09T10:30"},
	{"ru", "3 часа назад", "2024-08-09T09:00:00Z"},
	{"uk", "9 серпня 2024, 10:30", "2024-08-09T10:30"},
	{"uk", "9 листопада 2024 року", "2024-11-09"},
	{"bg", "9 август 2024, 10:30 ч.", "2024-08-09T10:30"},
	{"el", "9 Αυγούστου 2024, 10:30", "2024-08-09T10:30"},
	{"hu", "2024. augusztus 9. 10:30", "2024-08-09T10:30"},
	{"fi", "9. elokuuta 2024 klo 10.30", "2024-08-09T10:30"},
	{"fi", "9.8.2024 klo 10.30", "2024-08-09T10:30"},
	{"lt", "2024 m. rugpjūčio 9 d.", "2024-08-09"},
	{"lv", "2024. gada 9. augusts", "2024-08-09"},
	{"et", "9. august 2024", "2024-08-09"},
	// South Asia
	{"hi", "9 अगस्त 2024, 10:30 AM", "2024-08-09T10:30"},
	{"hi", "०९ अगस्त २०२४", "2024-08-09"},
	{"hi", "2 घंटे पहले", "2024-08-09T10:00:00Z"},
	{"bn", "৯ আগস্ট ২০২৪, ১০:৩০", "2024-08-09T10:30"},
	{"ta", "9 ஆகஸ்ட் 2024", "2024-08-09"},
	{"te", "9 ఆగస్టు 2024", "2024-08-09"},
	{"ml", "2024 ഓഗസ്റ്റ് 9", "2024-08-09"},
	{"ne", "9 अगस्ट 2024", "2024-08-09"},
	// East and South-East Asia
	{"zh", "2024年8月9日 10:30", "2024-08-09T10:30"},
	{"zh", "2024年08月09日10时30分", "2024-08-09T10:30"},
	{"zh", "2024年8月9日下午3:05", "2024-08-09T15:05"},
	{"zh", "2024-08-09 10:30 CST", "2024-08-09T10:30:00+08:00"},
	{"zh", "3小时前", "2024-08-09T09:00:00Z"},
	{"ja", "2024年8月9日 午後3時5分", "2024-08-09T15:05"},
	{"ja", "2024年8月9日(金) 10:30", "2024-08-09T10:30"},
	{"ja", "令和6年8月9日", "2024-08-09"},
	{"ja", "２０２４年８月９日", "2024-08-09"},
	{"ko", "2024년 8월 9일 오후 3:05", "2024-08-09T15:05"},
	{"ko", "2024.08.09 오전 10:30", "2024-08-09T10:30"},
	{"ko", "입력 2024.08.09. 15:05", "2024-08-09T15:05"},
	{"th", "9 สิงหาคม 2567 เวลา 10:30 น.", "2024-08-09T10:30"},
	{"th", "9 ส.ค. 2567", "2024-08-09"},
	{"th", "๙ สิงหาคม ๒๕๖๗", "2024-08-09"},
	{"vi", "9 tháng 8 năm 2024", "2024-08-09"},
	{"vi", "Thứ sáu, 9/8/2024, 10:30 (GMT+7)", "2024-08-09T10:30:00+07:00"},
	{"id", "Jumat, 9 Agustus 2024 10:30 WIB", "2024-08-09T10:30:00+07:00"},
	{"id", "2 jam yang lalu", "2024-08-09T10:00:00Z"},
	{"ms", "9 Ogos 2024", "2024-08-09"},
	// no dates
	{"", "", ""},
	{"en", "no date here", ""},
	{"en", "31 February 2024", ""},
	{"en", "2024-13-40", ""},
	{"en", "10:30", ""},
	{"en", "192.168.10.12", ""},
	{"en", "call 0900 12 34 56", ""},
	{"en", "a score of 12-10-8", ""},
	{"en", "version 1.2.2024.5", ""},
	{"en", "12 May", ""},
	{"de", "1403/05/19", ""},
	{"ar", "بعد 20 عاما", ""},
}

func TestParse(t *testing.T) {
	for _, w := range written {
		d, ok := Parse(w[1], Options{Lang: w[0], Now: noon})
		if got := describe(d, ok); got != w[2] {
			t.Errorf("%s %q: got %q, want %q", w[0], w[1], got, w[2])
		}
	}
}

// describe writes a date in the form of the tables.
func describe(d Date, ok bool) string {
	switch {
	case !ok:
		return ""
	case d.Precision == Month:
		return d.Time.Format("2006-01")
	case !d.HasClock():
		return d.Time.Format(time.DateOnly)
	case !d.HasZone:
		return d.Time.Format("2006-01-02T15:04")
	}
	return d.Time.Truncate(time.Second).Format(time.RFC3339)
}

func TestCalendarsAndZones(t *testing.T) {
	baghdad := time.FixedZone("", 3*3600)
	for _, tt := range []struct {
		text     string
		lang     string
		calendar Calendar
		want     string
	}{
		{"5 صفر 1446 هـ", "ar", Hijri, "2024-08-09T00:00:00+03:00"},
		{"۱۹ مرداد ۱۴۰۳", "fa", Jalali, "2024-08-09T00:00:00+03:00"},
		{"9 สิงหาคม 2567", "th", Buddhist, "2024-08-09T00:00:00+03:00"},
		{"9 August 2024 10:30", "en", Gregorian, "2024-08-09T10:30:00+03:00"},
		{"9 August 2024 10:30 UTC", "en", Gregorian, "2024-08-09T10:30:00Z"},
	} {
		d, ok := Parse(tt.text, Options{Lang: tt.lang, Location: baghdad})
		if !ok || d.Calendar != tt.calendar || d.Time.Format(time.RFC3339) != tt.want {
			t.Errorf("%s: got %v %v", tt.text, d.Calendar, d.Time)
		}
	}
}

// TestJalaliYears holds the days on which years began.
func TestJalaliYears(t *testing.T) {
	for year, want := range map[int]string{1300: "1921-03-21", 1358: "1979-03-21", 1375: "1996-03-20", 1399: "2020-03-20", 1400: "2021-03-21", 1404: "2025-03-21", 1408: "2029-03-20"} {
		y, m, d, ok := fromJalali(year, 1, 1)
		if got := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Format(time.DateOnly); !ok || got != want {
			t.Errorf("1 Farvardin %d: %s, want %s", year, got, want)
		}
	}
}

func TestAmbiguous(t *testing.T) {
	for text, want := range map[string]bool{"04/03/2024": true, "04/14/2024": false, "04/04/2024": false, "4.3.2024": false, "2024-03-04": false, "04.03.24": true} {
		if d, ok := Parse(text, Options{Lang: "en"}); !ok || d.Ambiguous != want {
			t.Errorf("%s: ambiguous %v", text, d.Ambiguous)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tt := range []struct{ lang, text, want string }{
		{"en", "Published 9 August 2024, 10:30. Updated: Aug 10, 2024.", "9 August 2024, 10:30|Aug 10, 2024"},
		{"ar", "الأحد 5 صفر 1446هـ - 9 أغسطس 2024م", "5 صفر 1446هـ|9 أغسطس 2024"},
		{"de", "Berlin (dpa) – Am 9. August 2024 um 10.30 Uhr begann es.", "9. August 2024 um 10.30 Uhr"},
		{"en", "From 2024-08-09 to 2024-08-11", "2024-08-09|2024-08-11"},
		{"ja", "公開:2024年8月9日 更新:2024年8月10日", "2024年8月9日|2024年8月10日"},
		{"en", "Nothing in 2024, and 12 apples", ""},
	} {
		var got []string
		for _, m := range Find(tt.text, Options{Lang: tt.lang}) {
			got = append(got, tt.text[m.Start:m.End])
		}
		if strings.Join(got, "|") != tt.want {
			t.Errorf("%s: got %q", tt.text, got)
		}
	}
}

// TestFindAcrossWindows puts a date at every place around the end of a window.
func TestFindAcrossWindows(t *testing.T) {
	for at := window - 2*overlap; at < window+20; at += 7 {
		text := strings.Repeat("x ", at/2) + "9 August 2024, 10:30 GMT" + strings.Repeat(" y", overlap)
		found := Find(text, Options{Lang: "en"})
		if len(found) != 1 || describe(found[0].Date, true) != "2024-08-09T10:30:00Z" {
			t.Fatalf("at %d: %v", at, found)
		}
	}
}

// TestLinear reads hostile texts of five megabytes; what takes more than linear
// time would not end.
func TestLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	for _, unit := range []string{"1/", "12/11/", "9 ", "2024-", "12:30", "٩/", "كانون ", "(a)", "9 8", "20240809", "a.m.", "\xff1", "年1", "9 May 10:30 "} {
		text := strings.Repeat(unit, 5<<20/len(unit))
		start := time.Now()
		Find(text, Options{Lang: "ar", Now: noon})
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%q: %v", unit, took)
		} else {
			t.Logf("%q: %v", unit, took)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, w := range written {
		f.Add(w[1], w[0])
	}
	f.Fuzz(func(t *testing.T, s, lang string) {
		d, ok := Parse(s, Options{Lang: lang, Now: noon})
		if ok && (d.Time.Year() < 1890 || d.Time.Year() > 2210) {
			t.Fatalf("%q: %v", s, d.Time)
		}
		again, ok2 := Parse(s, Options{Lang: lang, Now: noon})
		if ok != ok2 || !d.Time.Equal(again.Time) {
			t.Fatalf("%q: first %v, then %v", s, d, again)
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, w := range written {
		f.Add(w[1], w[0])
	}
	f.Fuzz(func(t *testing.T, s, lang string) {
		last := 0
		for _, m := range Find(s, Options{Lang: lang, Now: noon}) {
			if m.Start < last || m.End <= m.Start || m.End > len(s) {
				t.Fatalf("%q: match %d to %d after %d", s, m.Start, m.End, last)
			}
			last = m.End
			if m.HasZone && !m.HasClock() {
				t.Fatalf("%q: a zone without a time", s)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for _, s := range []string{"2024-08-09T10:30:00+03:00", "August 9, 2024 10:30 AM", "الجمعة 9 أغسطس 2024 - 10:30 ص"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := Parse(s, Options{Lang: "ar"}); !ok {
					b.Fatal(s)
				}
			}
		})
	}
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("The council said on Monday that 14 of its 27 bridges would be closed by 9 August 2024 for repairs. ", 20)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(Find(text, Options{Lang: "en"})) != 20 {
			b.Fatal("not found")
		}
	}
}
