package pubdate

import (
	"time"

	"marsad/pkg/dates"
)

// headLines is how many lines at the head of a plain text can be its dateline.
const headLines = 20

// InLines is when a plain text was published, as its first lines say; without
// date when they do not. A label decides; then how much of its line a date is, and
// how near to the head it stands. lang is the text's language, fetched when it was
// fetched: zero where that is not known.
func InLines(lines []string, lang string, fetched time.Time) Dated {
	e := evidence{now: fetched, fetched: fetched, options: dates.Options{Lang: lang, Now: fetched}}
	if fetched.IsZero() {
		e.now = latest
	}
	for at, line := range lines[:min(len(lines), headLines)] {
		if len(line) > maxLine {
			continue
		}
		end := 0
		for m := range dates.All(line, e.options) {
			if m.Precision >= dates.Day && e.believable(m.Date) {
				v := visible{Dated: Dated{Date: m.Date, From: FromText}, role: RoleOf(line[end:m.Start]), at: at}
				v.score = lineScore(&v, len(line)-(m.End-m.Start))
				e.visible = append(e.visible, v)
			}
			end = m.End
		}
	}
	if v := e.bestVisible(func(v *visible) bool { return v.role != Modification && v.role != OtherRole }); v != nil {
		return v.Dated
	}
	if v := e.bestVisible(func(v *visible) bool { return v.role == Modification }); v != nil {
		v.From = FromNotice
		return v.Dated
	}
	return Dated{}
}

// lineScore weighs a date of a plain text; around is how much else its line holds,
// in bytes.
func lineScore(v *visible, around int) float64 {
	score := 2 - float64(v.at)/10
	switch {
	case v.role == Publication:
		score += 2
	case around > 60:
		score -= float64(around) / 60
	}
	if v.HasClock() {
		score += .5
	}
	if v.Relative || v.Calendar == dates.Hijri {
		score--
	}
	return score
}
