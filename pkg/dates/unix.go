package dates

import (
	"strconv"
	"strings"
	"time"
)

// unixTime reads seconds or milliseconds since 1970.
func unixTime(s string) (Date, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 10 && len(s) != 13 {
		return Date{}, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || s[0] == '-' || s[0] == '+' {
		return Date{}, false
	}
	d := Date{Precision: Second, HasZone: true}
	if len(s) == 13 {
		d.Time = time.UnixMilli(n).UTC()
	} else {
		d.Time = time.Unix(n, 0).UTC()
	}
	return d, d.Time.Year() >= 1990 && d.Time.Year() < 2100
}

// unescape undoes the entities that publishers leave in dates.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return entities.Replace(s)
}

var entities = strings.NewReplacer("&#43;", "+", "&#x2B;", "+", "&plus;", "+", "&#58;", ":", "&#x3A;", ":", "&colon;", ":", "&nbsp;", " ", "&#160;", " ", "&amp;#43;", "+")
