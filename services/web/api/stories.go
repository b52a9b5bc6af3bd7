package api

import (
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/worddiff"
)

// Stories is one page of the stories of a period.
type Stories struct {
	Since       time.Time        `json:"since"`
	Until       time.Time        `json:"until" doc:"The moment of the request unless until was given"`
	RecentSince time.Time        `json:"recent_since" doc:"Articles found from then on are counted as recent: the last quarter of the period"`
	Stories     []store.StoryHit `json:"stories"`
	Next        string           `json:"next" doc:"The parameter before of the next page; empty when there is none"`
}

// StoryReading is a story with its members.
type StoryReading struct {
	store.StoryDetail
	First *First `json:"first" doc:"Who was first of the first 200 members; null if there is one article only"`
}

// First is who was first of a group, as it can be told now: a later member may
// turn out to have been earlier.
type First struct {
	ID           news.ID        `json:"id"`
	Title        string         `json:"title"`
	Publisher    string         `json:"publisher"`
	Published    *time.Time     `json:"published"`
	FoundAt      time.Time      `json:"found_at"`
	Rule         news.FirstRule `json:"rule" enum:"published,agency,arrived" doc:"What decided: a time of publication that can be trusted; an agency's own article before reprints; the arrival"`
	Next         news.ID        `json:"next" doc:"Who would be first without it"`
	NextName     string         `json:"next_publisher"`
	AheadSeconds float64        `json:"ahead_seconds" doc:"By how much it was before next, by the times that decided; 0 when no times did"`
}

// FirstOf says who was first of the members of a group; nil if there are fewer
// than two.
func FirstOf(members []store.Related) *First {
	if len(members) < 2 {
		return nil
	}
	list := make([]news.Appearance, len(members))
	for i, m := range members {
		list[i] = news.Appearance{
			ID: m.ID, Publisher: m.Publisher, Published: m.Published, Confidence: m.Details.PublishedConfidence,
			OriginalSource: m.Details.OriginalSource, Found: m.FoundAt,
		}
	}
	i, rule := news.First(list)
	first, others := list[i], append(list[:i:i], list[i+1:]...)
	n, _ := news.First(others)
	next := others[n]
	f := &First{
		ID: first.ID, Title: members[i].Title, Publisher: first.Publisher, Published: first.Published, FoundAt: first.Found, Rule: rule,
		Next: next.ID, NextName: next.Publisher,
	}
	switch {
	case rule == news.FirstPublished && next.Trusted():
		f.AheadSeconds = max(0, next.Published.Sub(*first.Published).Seconds())
	case rule == news.FirstArrived:
		f.AheadSeconds = max(0, next.Found.Sub(first.Found).Seconds())
	}
	return f
}

// Why puts into words what decided, with times written by clock.
func (f First) Why(clock func(time.Time) string) string {
	before := "before " + f.NextName
	if f.AheadSeconds >= 1 {
		before = span(time.Duration(f.AheadSeconds*float64(time.Second))) + " " + before
	}
	switch f.Rule {
	case news.FirstPublished:
		return fmt.Sprintf("published %s, %s", clock(*f.Published), before)
	case news.FirstAgency:
		return "an agency's own article, of which the others are taken to be reprints"
	}
	return fmt.Sprintf("found %s, %s; no times of publication that can be trusted tell more", clock(f.FoundAt), before)
}

// span writes a time between two articles: seconds, minutes, hours or days.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
	return fmt.Sprintf("%.0f days", d.Hours()/24)
}

// DiffSide is one of two texts compared.
type DiffSide struct {
	ID        news.ID `json:"id"`
	Revision  int     `json:"revision"`
	Latest    int     `json:"latest" doc:"The latest revision of that article"`
	Title     string  `json:"title"`
	Publisher string  `json:"publisher"`
}

// Diff is what differs between two texts.
type Diff struct {
	From     DiffSide           `json:"from"`
	To       DiffSide           `json:"to"`
	Exact    bool               `json:"exact" doc:"Whether spelling and punctuation count"`
	Same     int                `json:"same" doc:"Words that both have"`
	Deleted  int                `json:"deleted" doc:"Words that only from has"`
	Inserted int                `json:"inserted" doc:"Words that only to has"`
	Marks    int                `json:"marks" doc:"Punctuation that only one of them has; 0 unless exact"`
	Equal    bool               `json:"equal" doc:"Whether the texts are the same, character by character"`
	Segments []worddiff.Segment `json:"segments" doc:"The text of to, with what it has not"`
}

// DiffOf compares two texts.
func DiffOf(from, to DiffSide, a, b string, exact bool) Diff {
	d := Diff{From: from, To: to, Exact: exact, Equal: a == b, Segments: worddiff.Compare(a, b, exact)}
	for _, s := range d.Segments {
		if s.Op != worddiff.Same {
			d.Marks += s.Marks
		}
		switch s.Op {
		case worddiff.Deleted:
			d.Deleted += s.Words
		case worddiff.Inserted:
			d.Inserted += s.Words
		default:
			d.Same += s.Words
		}
	}
	return d
}
