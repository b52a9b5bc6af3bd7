package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

const (
	replayExamples = 5  // articles shown, the newest
	replayRows     = 15 // labels of a kind that a table shows
)

// replayReport is what a replay prints.
type replayReport struct {
	From      string          `json:"from"`
	Since     string          `json:"since"`
	Source    string          `json:"source,omitempty"`
	Articles  int             `json:"articles"` // looked at
	Unchanged int             `json:"unchanged"`
	Changed   int             `json:"changed"`
	Labels    []labelChanges  `json:"labels"` // that change, kind by kind
	Examples  []replayExample `json:"examples"`
	Applied   *replayOutcome  `json:"applied"` // null in a dry run

	counts map[change]int
}

// labelChanges counts the articles in which a label changes.
type labelChanges struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	Altered int    `json:"altered"` // other mentions or matches
}

// replayExample is an article that changes.
type replayExample struct {
	ID        news.ID    `json:"id"`
	Title     string     `json:"title"`
	Published *time.Time `json:"published"`
	Changes   []string   `json:"changes"`
}

func newReplayReport(o replayOptions) *replayReport {
	return &replayReport{From: o.from, Since: o.since, Source: o.source, Labels: []labelChanges{}, Examples: []replayExample{}, counts: map[change]int{}}
}

func (r *replayReport) add(a news.Article, changes []change) {
	r.Articles++
	if len(changes) == 0 {
		r.Unchanged++
		return
	}
	r.Changed++
	example := replayExample{ID: a.ID, Title: a.Title, Published: a.Published}
	for _, ch := range changes {
		r.counts[ch]++
		example.Changes = append(example.Changes, ch.String())
	}
	if len(r.Examples) == replayExamples {
		r.Examples = r.Examples[1:]
	}
	r.Examples = append(r.Examples, example)
}

// String is a change as it is shown: "+place MA Morocco".
func (c change) String() string {
	text := string(c.how) + c.kind + " " + c.id
	if c.name != "" {
		text += " " + c.name
	}
	return text
}

// tally makes Labels: kind by kind, those that change most first.
func (r *replayReport) tally() {
	rows := map[change]*labelChanges{}
	for ch, n := range r.counts {
		key := change{kind: ch.kind, id: ch.id}
		row := rows[key]
		if row == nil {
			row = &labelChanges{Kind: ch.kind, ID: ch.id}
			rows[key] = row
		}
		row.Name = max(row.Name, ch.name) // one of its names, if it was given another
		switch ch.how {
		case gained:
			row.Added += n
		case lost:
			row.Removed += n
		default:
			row.Altered += n
		}
	}
	for _, row := range rows {
		r.Labels = append(r.Labels, *row)
	}
	slices.SortFunc(r.Labels, func(a, b labelChanges) int {
		return cmp.Or(
			cmp.Compare(slices.Index(labelKinds, a.Kind), slices.Index(labelKinds, b.Kind)),
			cmp.Compare(b.Added+b.Removed+b.Altered, a.Added+a.Removed+a.Altered), cmp.Compare(a.ID, b.ID))
	})
}

// printReplay prints the report, and fails if not all that was sent came out as it should.
func (c *cli) printReplay(r *replayReport, format string) error {
	r.tally()
	if format == "json" {
		if err := c.printJSON(r); err != nil {
			return err
		}
	} else if err := c.printReplayTable(r); err != nil {
		return err
	}
	if r.Applied == nil && r.Changed > 0 {
		fmt.Fprintf(c.err, "nothing was changed: --apply sends %s through the line again\n", counted(r.Changed, "article", "articles"))
	}
	if r.Applied == nil || r.Applied.Lost+r.Applied.Otherwise == 0 {
		return nil
	}
	if n := r.Applied.Otherwise; n > 0 {
		fmt.Fprintf(c.err, "marsad: %s other labels than this program gives: does the running instance have this version, these settings, and the newest watches?\n",
			counted(n, "article got", "articles got"))
	}
	if n := r.Applied.Lost; n > 0 {
		fmt.Fprintf(c.err, "marsad: %s out of the line, and kept the old labels: the log of the instance says why\n", counted(n, "article did not come", "articles did not come"))
	}
	return errSilent
}

func (c *cli) printReplayTable(r *replayReport) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	if len(r.Labels) > 0 {
		fmt.Fprintln(w, "label\tid\tadded\tremoved\taltered\tname")
	}
	shownOf := map[string]int{}
	for _, l := range r.Labels {
		if shownOf[l.Kind]++; shownOf[l.Kind] <= replayRows {
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%s\n", l.Kind, shown(l.ID, titleWidth), l.Added, l.Removed, l.Altered, shown(l.Name, titleWidth))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, kind := range labelKinds {
		if left := shownOf[kind] - replayRows; left > 0 {
			fmt.Fprintf(c.out, "%s: %d more (--format json has all)\n", kind, left)
		}
	}
	for i, e := range r.Examples {
		if i == 0 {
			fmt.Fprintln(c.out, "\nfor example")
		}
		fmt.Fprintf(c.out, "  %s  %s  %s\n      %s\n", api.Short(e.ID), date(e.Published), shown(e.Title, titleWidth), shown(strings.Join(e.Changes, ", "), 2*titleWidth))
	}
	changed := "would change"
	if r.Applied != nil {
		changed = "changed"
	}
	_, err := fmt.Fprintf(c.out, "%s: %d unchanged, %d %s\n", counted(r.Articles, "article", "articles"), r.Unchanged, r.Changed, changed)
	if r.Applied != nil {
		_, err = fmt.Fprintln(c.out, r.Applied)
	}
	return err
}
