package score

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// sameTitle compares titles after normalise.
func sameTitle(want, got string) bool { return normalise(want) == normalise(got) }

// normalise brings a title or name to NFKC and lower case, with plain quotes and
// hyphens and single spaces.
func normalise(s string) string {
	return strings.Join(strings.Fields(typography.Replace(strings.ToLower(norm.NFKC.String(s)))), " ")
}

var typography = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "‹", "'", "›", "'", "´", "'", "`", "'",
	"“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
	"–", "-", "—", "-", "‑", "-", "−", "-",
	"\u200b", "", "\u200e", "", "\u200f", "", "\u00ad", "", "\ufeff", "",
)

// allFound reports whether every wanted author is among got. A label may name
// several people in one string; each must be found then.
func allFound(want, got []string) bool {
	var have []string
	for _, name := range got {
		have = append(have, strings.TrimSuffix(normalise(name), "."))
	}
	found := func(name string) bool { return slices.Contains(have, strings.TrimSuffix(normalise(name), ".")) }
	for _, label := range want {
		parts := strings.FieldsFunc(conjunctions.Replace(label), func(r rune) bool { return r == ',' || r == ';' })
		if !found(label) && slices.ContainsFunc(parts, func(p string) bool { return strings.TrimSpace(p) != "" && !found(p) }) {
			return false
		}
	}
	return true
}

var conjunctions = strings.NewReplacer(" and ", ",", " und ", ",", " & ", ",", " et ", ",")

// contains reports whether text holds snippet, white space aside.
func contains(text, snippet string) bool {
	return strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(snippet), " "))
}

// sameDay reports whether got falls on the day of want or of an alternative.
// A time has a day where it was written and one in UTC; labels do not always say
// which they mean, so that either is right.
func sameDay(want string, alternatives []string, got *time.Time) bool {
	if got == nil {
		return false
	}
	for _, w := range append([]string{want}, alternatives...) {
		for _, day := range daysOf(w) {
			if day == got.Format(time.DateOnly) || day == got.UTC().Format(time.DateOnly) {
				return true
			}
		}
	}
	return false
}

// daysOf are the days a label can mean.
func daysOf(label string) []string {
	if len(label) < len(time.DateOnly) {
		return nil
	}
	days := []string{label[:len(time.DateOnly)]}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, label); err == nil {
			days = append(days, t.UTC().Format(time.DateOnly))
		}
	}
	return days
}

// instant is the moment a label means, if it has a time of day and a zone.
func instant(label string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, label); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// sameInstant reports whether got is that moment, to the minute.
func sameInstant(want time.Time, got *time.Time) bool {
	return got != nil && want.UTC().Truncate(time.Minute).Equal(got.UTC().Truncate(time.Minute))
}
