package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// words are the functions with which templates put things into words.
var words = template.FuncMap{
	"iso":         func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
	"date":        date,
	"clock":       func(t time.Time) string { return t.UTC().Format("15:04:05.000") },
	"duration":    duration,
	"language":    languageName,
	"country":     countryName,
	"healthWord":  healthWord,
	"badges":      badges,
	"hitBadges":   hitBadges,
	"webLink":     webLink,
	"articleHTML": articleHTML,
	"percent":     func(share float64) float64 { return 100 * share },
	"bond":        func(r store.Related) string { return capital(api.Bond(r)) },
	"why":         why,
	"sameDate":    func(a, b time.Time) bool { return date(a) == date(b) },
	"dateSource":  func(from news.DateSource) string { return strings.ReplaceAll(string(from), "_", " ") },
}

// date writes a time for reading, in UTC. Feeds that know only the day give
// its midnight: then the day is all that is shown.
func date(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan 2006, 15:04 UTC")
}

// duration writes how long something takes, to three figures or so.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return strings.TrimSuffix(strings.TrimSuffix(d.Round(time.Second).String(), "0s"), "0m")
}

// languageName is the English name of a language, or its tag if it has none.
func languageName(tag string) string {
	if tag == "" || tag == "und" {
		return "unknown language"
	}
	return cmp.Or(display.English.Tags().Name(language.Make(tag)), tag)
}

// countryName is the English name of a country, or its code if it has none.
func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return cmp.Or(display.English.Regions().Name(region), code)
}

// option is one choice of a select.
type option struct {
	Value, Label string
	Selected     bool
}

// countryOptions are all countries, by name.
func countryOptions() []option {
	var list []option
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			if region, err := language.ParseRegion(code); err == nil && region.IsCountry() && region.String() == code && region.Canonicalize() == region && countryName(code) != code {
				list = append(list, option{Value: code, Label: countryName(code)})
			}
		}
	}
	slices.SortFunc(list, func(a, b option) int { return strings.Compare(a.Label, b.Label) })
	return list
}

// selecting returns options with one selected. A value that is none of them is
// added, so that a form sends it again.
func selecting(options []option, value string, label func(string) string) []option {
	out := slices.Clone(options)
	i := slices.IndexFunc(out, func(o option) bool { return o.Value == value })
	if i < 0 {
		out = append(out, option{Value: value, Label: label(value)})
		i = len(out) - 1
	}
	out[i].Selected = true
	return out
}

func healthWord(h news.Health) string {
	switch h {
	case news.Healthy:
		return "Healthy"
	case news.Failing:
		return "Failing"
	case news.Quiet:
		return "Quiet"
	case news.VolumeChanged:
		return "Volume changed"
	case news.Paused:
		return "Paused"
	}
	return string(h)
}

// badges say what an article is, beside its title; nothing of an original that
// was never revised.
func badges(r store.Related) []string {
	var list []string
	switch bond := api.Bond(r); {
	case r.Relates().Kind == news.Original, r.Relates().Kind == news.Revision:
	case r.OfRemoved != nil:
		list = append(list, capital(bond)+" an article that was removed")
	default:
		list = append(list, capital(bond)+" an earlier article")
	}
	if r.Kind == news.Revision {
		list = append(list, "Revised")
	}
	return list
}

// hitBadges are those of an article found.
func hitBadges(h api.Hit) []string {
	return badges(store.Related{ID: h.ID, Words: h.Words, Kind: h.Verdict, Kinship: h.Kinship})
}

// webLink is address if it can be linked to, else empty: what a page declares
// of itself is foreign, and only http and https lead to the web.
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return address
}

// capital is s with a first letter as sentences have it.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// articleHTML is an article's text as HTML.
func articleHTML(a *news.Article) template.HTML { return template.HTML(a.HTML()) }

// explanation puts into words what an article was decided to be.
type explanation struct {
	Is      string  // before the title of what it is of, if there is one
	Of      news.ID // empty if it is of none, or of one that was removed
	OfTitle string  // empty when it is not known
	Why     string
	Rule    string // in words; empty if it is not known
	Code    string // of the rule
}

// explain says what an article is, of which other, and by which rule.
func explain(d store.ArticleDetail) explanation {
	self := d.Self()
	v := self.Relates()
	e := explanation{Is: capital(api.Bond(self)), Of: self.Parent(), Why: why(self, ""), Rule: ruleWords[v.Rule], Code: v.Rule}
	switch {
	case d.OfRemoved != nil:
		e.Of, e.Is = "", fmt.Sprintf("%s an article that was removed on %s", e.Is, date(*d.OfRemoved))
	case v.Kind == news.Revision:
		e.Is = "Revised"
	}
	for _, other := range d.Copies { // of its group, as its leader is
		if other.ID == e.Of {
			e.OfTitle = other.Title
		}
	}
	return e
}

// why says why an article is in its group, as a sentence, on the page of the
// article shown, or on its own.
func why(r store.Related, shown news.ID) string {
	if shown == "" {
		shown = r.Parent()
	}
	words := capital(api.Why(r, shown))
	if since := api.Since(r); since != "" {
		words += "; " + since
	}
	return words + "."
}

// ruleWords are the rules of verdicts in words.
var ruleWords = map[string]string{
	news.RuleFirst:        "the first of its kind",
	news.RuleSameItem:     "the same entry of its source, changed",
	news.RuleText:         "the same text",
	news.RuleCanonicalURL: "the same address and title",
	news.RuleNearText:     "nearly the same text",
	news.RuleContained:    "one text holds the other",
}
