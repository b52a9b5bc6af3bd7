package pubdate

import (
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"marsad/pkg/dates"
)

// visible is a date that a reader of the page sees.
type visible struct {
	Dated
	role  Role
	score float64 // how much speaks for its being the article's
	at    int
}

// Nearness to the title is counted in nodes of the tree.
const (
	beforeTitle = 60
	afterTitle  = 120
)

// readVisible reads the page's short lines; near: those about the title only.
func (e *evidence) readVisible(near bool) {
	if e.read || near && e.readNear {
		return
	}
	e.read, e.readNear = !near, true
	e.visible = e.visible[:0]
	seen := map[*html.Node]bool{}
	for _, line := range e.lines {
		if near && !e.nearTitle(line.at) {
			continue
		}
		block := e.blockOf(line.node)
		if seen[block] {
			continue
		}
		seen[block] = true
		e.readBlock(block, line.at)
	}
}

func (e *evidence) nearTitle(at int) bool {
	title := e.title.at
	return title > 0 && at > title-beforeTitle && at < title+afterTitle
}

// blockOf is the largest element about a text that is still short: dates are often
// cut into several elements, and have their label in another.
func (e *evidence) blockOf(n *html.Node) *html.Node {
	block := n
	for range 3 {
		p := block.Parent
		if p == nil || p.Type != html.ElementNode || p.DataAtom == atom.Body || e.holdsTitle(p) {
			break
		}
		var b strings.Builder
		if !appendText(&b, p) {
			break
		}
		block = p
		if n.Parent != p && (p.DataAtom == atom.P || p.DataAtom == atom.Li || p.DataAtom == atom.Tr) {
			break
		}
	}
	return block
}

func (e *evidence) readBlock(block *html.Node, at int) {
	line := shortText(block)
	options := e.options
	options.Now = e.fetched
	end := 0
	var found []visible
	for m := range dates.All(line, options) {
		m.Date = e.ordered(m.Date)
		if m.Precision >= dates.Day && e.believable(m.Date) {
			v := visible{Dated: Dated{m.Date, FromText, 0}, at: at}
			label := RoleOf(line[end:m.Start])
			v.role = label
			if label == NoRole {
				v.role = roleByName(block)
			}
			v.score = e.score(&v, block, m)
			if label == NoRole { // names of elements say less: teasers have them too
				v.score -= inPassing(line, m)
				if v.role == Publication {
					v.score--
				}
			}
			found = append(found, v)
		}
		end = m.End
	}
	if len(found) > 2 { // a table, a list
		for i := range found {
			found[i].score--
		}
	}
	e.visible = append(e.visible, found...)
}

// ordered exchanges day and month of an ambiguous date where only that makes it one
// to be believed, or the day of one that is declared.
func (e *evidence) ordered(d dates.Date) dates.Date {
	if !d.Ambiguous || d.Time.Day() > 12 {
		return d
	}
	t := d.Time
	other := time.Date(t.Year(), time.Month(t.Day()), int(t.Month()), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	exchanged := d
	exchanged.Time, exchanged.Ambiguous = other, false
	if e.believable(d) != e.believable(exchanged) {
		if e.believable(d) {
			return d
		}
		return exchanged
	}
	for _, list := range [][]Dated{e.published, e.modified} {
		for _, declared := range list {
			if daysApart(declared.Time, d.Time) <= 1 {
				return d
			}
			if daysApart(declared.Time, other) <= 1 {
				return exchanged
			}
		}
	}
	return d
}

// score weighs what speaks for and against a date's being the article's.
func (e *evidence) score(v *visible, block *html.Node, m dates.Match) float64 {
	score := 0.0
	switch v.role {
	case Publication:
		score += 3
	case Modification:
		score += 2
	case OtherRole:
		score -= 4
	}
	if dateLike(block) {
		score += 2
	}
	title := e.title.at
	switch distance := v.at - title; {
	case title == 0:
	case distance > 0 && distance < afterTitle:
		score += 2 - float64(distance)/afterTitle
	case distance < 0 && distance > -beforeTitle:
		score += 1.5 + float64(distance)/beforeTitle
	}
	if m.HasClock() {
		score += .5
	}
	if e.elsewhere(block) {
		score -= 4
	}
	if m.Relative || m.Calendar == dates.Hijri { // a Gregorian one beside it says more
		score--
	}
	if m.Relative && !e.nearTitle(v.at) { // other headlines have theirs
		score -= 6
	}
	score -= min(1, float64(v.at)/5000) // of equals, the first
	if m.Ambiguous {
		score -= .25
	}
	if v.role == NoRole && v.at < title && e.today(m.Time) {
		score -= e.clockLike(block, v.at)
	}
	if inside(block, e.title.node) {
		score -= 1.5 // what the article is about
	}
	return score
}

// clockLike is what speaks for today's date above the title being a clock that
// every page has: less, where it stands beside the title, as datelines do.
func (e *evidence) clockLike(block *html.Node, at int) float64 {
	for p := range block.Ancestors() {
		if p.DataAtom == atom.Header && !e.holdsTitle(p) {
			return 4
		}
	}
	if at > e.title.at-beforeTitle/2 {
		return 1.5
	}
	return 4
}

// inside reports whether n is outer, or lies in it.
func inside(n, outer *html.Node) bool {
	for ; n != nil && outer != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

// inPassing is what speaks against a date without label among other words; less
// where the line starts with it, as datelines do.
func inPassing(line string, m dates.Match) float64 {
	around := float64(len(line)-(m.End-m.Start)) / 60
	switch {
	case around < 1:
		return 0
	case m.Start == 0:
		return around / 2
	}
	return around
}

// today reports whether a time falls on the day the page was fetched.
func (e *evidence) today(t time.Time) bool {
	return !e.fetched.IsZero() && daysApart(t, e.fetched) == 0
}

// enough is the score from which a visible date is believed.
const enough = -4.5

// bestVisible is the date of a role that most speaks for.
func (e *evidence) bestVisible(accept func(*visible) bool) *visible {
	var best *visible
	for i := range e.visible {
		v := &e.visible[i]
		if accept(v) && v.score >= enough && (best == nil || v.score > best.score) {
			best = v
		}
	}
	if best != nil {
		best.Confidence = max(.2, min(.92, .5+.13*best.score))
	}
	return best
}

// weighVisible completes, confirms or supplies the dates by what a reader sees.
func (e *evidence) weighVisible(published, modified, inURL Dated) (Dated, Dated) {
	sure := published.OK() && published.Confidence >= sureEnough
	e.readVisible(sure)
	if !sure {
		published = e.fromVisible(published, modified, inURL)
	}
	if published.OK() {
		published = e.complete(published)
		published = e.localZone(published, inURL)
	}
	if !modified.OK() {
		if v := e.bestVisible(func(v *visible) bool { return v.role == Modification }); v != nil {
			modified = v.Dated
		}
	}
	return published, modified
}

// fromVisible is the visible date where nothing surer is known.
func (e *evidence) fromVisible(published, modified, inURL Dated) Dated {
	last := e.lastChange(modified)
	if inURL.OK() {
		if v := e.bestVisible(func(v *visible) bool { return near(v.Dated, inURL) && v.role != Modification }); v != nil {
			v.Confidence = max(v.Confidence, .9)
			return v.Dated
		}
	}
	v := e.bestVisible(func(v *visible) bool {
		return v.role == Publication || v.role != Modification && (!last.OK() || v.Time.Before(last.Time.AddDate(0, 0, 2)))
	})
	if v != nil && v.score < 0 && last.OK() {
		v = nil // a date in passing says less than the one of the last change
	}
	if v == nil && !published.OK() {
		if inURL.OK() {
			return inURL
		}
		return e.fromScripts(last)
	}
	if v == nil || published.OK() && (near(v.Dated, published) || v.Confidence < published.Confidence) {
		return published
	}
	return v.Dated
}

// lastChange is when the page was modified, as declared or as shown. What it
// shows of later days is not its publication.
func (e *evidence) lastChange(modified Dated) Dated {
	if modified.OK() {
		return modified
	}
	if v := e.bestVisible(func(v *visible) bool { return v.role == Modification }); v != nil {
		return v.Dated
	}
	return Dated{}
}
