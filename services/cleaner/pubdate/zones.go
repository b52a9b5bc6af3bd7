package pubdate

import (
	_ "embed"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed zones.txt
var zonesTXT string

// zone is where the clocks of a country's media are.
type zone struct {
	minutes int // east of UTC, in winter
	summer  string
}

// zones has the zones of countries, by their two letters.
var zones = sync.OnceValue(func() map[string]zone {
	table := map[string]zone{}
	for line := range strings.Lines(zonesTXT) {
		fields := strings.Fields(line)
		if fields[0] == "#" {
			continue
		}
		minutes, _ := strconv.Atoi(fields[0])
		for _, country := range fields[2:] {
			table[country] = zone{minutes, fields[1]}
		}
	}
	return table
})

// at is the zone as it is at a moment.
func (z zone) at(t time.Time) *time.Location {
	minutes := z.minutes
	if summer(z.summer, t.UTC()) {
		minutes += 60
	}
	return time.FixedZone("", minutes*60)
}

// summer reports whether a rule has summer time: in the European Union from the
// last Sunday of March to that of October, in North America from the second Sunday
// of March to the first of November, and so on. The hour of the change is not
// regarded; nor are the rules of years before 2007, nor those that change by decree
// from year to year.
func summer(rule string, t time.Time) bool {
	day := t.YearDay()
	switch y := t.Year(); rule {
	case "eu", "lb":
		return day >= sunday(y, 3, -1) && day < sunday(y, 10, -1)
	case "il":
		return day >= sunday(y, 3, -1)-2 && day < sunday(y, 10, -1)
	case "us":
		return day >= sunday(y, 3, 2) && day < sunday(y, 11, 1)
	case "au":
		return day >= sunday(y, 10, 1) || day < sunday(y, 4, 1)
	case "nz":
		return day >= sunday(y, 9, -1) || day < sunday(y, 4, 1)
	case "cl":
		return day >= sunday(y, 9, 1) || day < sunday(y, 4, 1)
	case "eg":
		return y >= 2023 && day >= sunday(y, 4, -1)-2 && day < sunday(y, 10, -1)-2
	}
	return false
}

// sunday is the day of the year of the n-th Sunday of a month; -1 is the last.
func sunday(year int, month time.Month, n int) int {
	if n < 0 {
		last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
		return last.YearDay() - int(last.Weekday())
	}
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return first.YearDay() + (7-int(first.Weekday()))%7 + 7*(n-1)
}

// countryOf is the country of a page: that of its domain, else the region it
// declares. English of the United States and "Arabic of Argentina" (ar_AR) are what
// systems declare by default.
func countryOf(lang, locale string, address *url.URL) string {
	if address != nil {
		host := address.Hostname()
		tld := host[strings.LastIndexByte(host, '.')+1:]
		if _, known := zones()[tld]; known && !generic[tld] {
			return tld
		}
	}
	for _, tag := range []string{locale, lang} {
		if i := strings.LastIndexAny(tag, "-_"); i > 0 && len(tag)-i == 3 {
			region := strings.ToLower(tag[i+1:])
			if region != "us" && !strings.EqualFold(tag[:i]+tag[i+1:], "arar") && zones()[region] != (zone{}) {
				return region
			}
		}
	}
	return ""
}

// generic are domains of countries that sites everywhere use.
var generic = map[string]bool{"me": true, "co": true, "la": true, "is": true, "so": true, "ly": true}

// languageZones are where a language is mostly written, for pages whose country is
// not known.
var languageZones = map[string][]string{
	"en": {"us", "in"}, "es": {"mx", "us", "es"}, "ar": {"sa", "eg"}, "fa": {"ir"}, "de": {"de"}, "fr": {"fr", "ca"}, "it": {"it"}, "pt": {"br", "pt"},
	"tr": {"tr"}, "ru": {"ru"}, "uk": {"ua"}, "pl": {"pl"}, "nl": {"nl"}, "cs": {"cz"}, "sv": {"se"}, "da": {"dk"}, "no": {"no"}, "nb": {"no"},
	"fi": {"fi"}, "el": {"gr"}, "ro": {"ro"}, "bg": {"bg"}, "hu": {"hu"}, "sr": {"rs"}, "he": {"il"}, "hi": {"in"}, "bn": {"bd", "in"}, "ta": {"in"},
	"ur": {"pk"}, "ps": {"af"}, "ckb": {"iq"}, "ku": {"iq"}, "th": {"th"}, "vi": {"vn"}, "id": {"id"}, "ms": {"my"}, "zh": {"cn"}, "ja": {"jp"}, "ko": {"kr"},
	"te": {"in"}, "mr": {"in"}, "gu": {"in"}, "kn": {"in"}, "ml": {"in"}, "pa": {"in", "pk"}, "ne": {"np"}, "si": {"lk"}, "my": {"mm"}, "km": {"kh"},
	"hy": {"am"}, "ka": {"ge"}, "az": {"az"}, "sq": {"al"}, "mk": {"mk"}, "sk": {"sk"}, "sl": {"si"}, "hr": {"hr"}, "lt": {"lt"}, "lv": {"lv"}, "et": {"ee"},
	"am": {"et"}, "sw": {"ke"}, "so": {"so"}, "ha": {"ng"}, "": {"us"},
}
