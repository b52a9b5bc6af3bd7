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
	"kindWord":    kindWord,
	"webLink":     webLink,
	"articleHTML": articleHTML,
	"percent":     func(share float64) float64 { return 100 * share },
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
	case news.Paused:
		return "Paused"
	}
	return string(h)
}

// kindWord says what an article is, beside its title; nothing of an original.
func kindWord(kind news.VerdictKind) string {
	switch kind {
	case news.Original:
		return ""
	case news.Copy:
		return "Copy of an earlier article"
	case news.Revision:
		return "Revised"
	case news.Excerpt:
		return "Excerpt of an earlier article"
	}
	return string(kind)
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

// explanation puts a verdict into words.
type explanation struct {
	Text    string // ends where the article it speaks of is named, if there is one
	Of      news.ID
	OfTitle string // empty when it is not known
	Rule    string
}

// explain says which rule decided, and of which article it speaks.
func explain(d store.ArticleDetail) explanation {
	v := d.Verdict
	e := explanation{Rule: v.Rule, Text: ruleWords(*v)}
	if v.Of == nil || *v.Of == d.ItemID {
		return e
	}
	e.Of = *v.Of
	for _, other := range d.Copies {
		if other.ID == e.Of {
			e.OfTitle = other.Title
		}
	}
	return e
}

// ruleWords says in words what the deduplicator's rules say. Of a rule it does
// not know, it says the outcome.
func ruleWords(v news.Verdict) string {
	switch {
	case v.Kind == news.Original && v.Rule == "first":
		return "Original: nothing like it had arrived before"
	case v.Kind == news.Revision && v.Rule == "same_item":
		return "Revised: this is a later version of an article that was archived before"
	case v.Kind == news.Copy && v.Rule == "text":
		return "Copy: its text is, word for word, that of"
	case v.Kind == news.Copy && v.Rule == "canonical_url":
		return "Copy: its page declares the same address, and has the same title, as"
	case v.Of == nil:
		return capital(string(v.Kind))
	}
	return fmt.Sprintf("%s, %.0f %% alike, of", capital(string(v.Kind)), 100*v.Similarity)
}
