package api

import (
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Bond says in words what an article is to an earlier one; unless it is an
// original, what that is follows.
func Bond(r store.Related) string {
	switch v := r.Relates(); {
	case v.Kind == news.Original:
		return "original"
	case v.Kind == news.Revision:
		return "revision of"
	case v.Kind != news.Excerpt:
		return string(v.Kind) + " of"
	case r.OfWords == 0 || r.OfWords == r.Words:
		return "excerpt of"
	case r.Words > r.OfWords:
		return "holds"
	}
	return "part of"
}

// Bound is Bond and the beginning of the ID of what it is of.
func Bound(r store.Related) string {
	switch parent := r.Parent(); {
	case r.OfRemoved != nil:
		return Bond(r) + " a removed article"
	case parent != "":
		return Bond(r) + " " + Short(parent)
	case r.Relates().Kind == news.Original:
		return Bond(r)
	}
	return Bond(r) + " itself"
}

// Short is the beginning of an ID, as it is shown in lists.
func Short(id news.ID) string { return string(id[:min(len(id), 8)]) }

// Why says in words by what it was told that an article belongs to another.
// Beside the article shown, a share of any other is said to be of that.
func Why(r store.Related, shown news.ID) string {
	v := r.Relates()
	switch {
	case v.Kind == news.Original && v.Rule == news.RuleFirst:
		return "nothing like it had arrived before"
	case v.Kind == news.Original:
		return "its own words"
	case v.Kind == news.Revision:
		return "a later version of the same article"
	case v.Kind == news.Copy && v.Rule == news.RuleText:
		return "the same text, spelling aside"
	case v.Kind == news.Copy && v.Rule == news.RuleCanonicalURL:
		return "the same address and title"
	case v.Kind == news.Excerpt:
		return held(r, 100*v.Similarity, another(r, shown, "that"))
	}
	like := "alike"
	if other := another(r, shown, ""); other != "" {
		like = "like " + other
	}
	return fmt.Sprintf("much the same text, %.0f %% %s", 100*v.Similarity, like)
}

// another names what an article is of, unless that is the one shown, or gone.
func another(r store.Related, shown news.ID, otherwise string) string {
	if parent := r.Parent(); parent != shown && parent != "" && r.OfRemoved == nil {
		return Short(parent)
	}
	return otherwise
}

// held says how much of the shorter of two texts the longer one holds.
func held(r store.Related, percent float64, other string) string {
	switch Bond(r) {
	case "holds":
		return fmt.Sprintf("%.0f %% of %s is in it", percent, other)
	case "part of":
		return fmt.Sprintf("%.0f %% of it is in %s", percent, other)
	}
	return fmt.Sprintf("the longer text holds %.0f %% of the shorter", percent)
}

// Since says how often an article was revised since it was first decided on;
// empty if never.
func Since(r store.Related) string {
	switch {
	case r.Relation == nil || r.Revised == 0:
		return ""
	case r.Revised == 1:
		return "revised once since"
	case r.Revised == 2:
		return "revised twice since"
	}
	return fmt.Sprintf("revised %d times since", r.Revised)
}

// Length is a length of time as people say it: 90m, 42h, 12 days, 7 years.
func Length(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 4*day:
		return fmt.Sprintf("%.0fh", d.Hours())
	case d < 2*365*day:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
	return fmt.Sprintf("%.0f years", d.Hours()/24/365.25)
}
