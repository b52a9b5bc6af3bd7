package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"marsad/services/web/api"
	"marsad/services/web/worddiff"
)

// maxDiffs is how many copies an original is compared with.
const maxDiffs = 10

// diffs compares an article with what was asked for; else with what it is a copy
// or excerpt of, or its revision before; an original that was never revised with
// its copies and excerpts.
func (c *cli) diffs(ctx context.Context, s *session, article api.Reading, compared comparison) ([]api.Diff, error) {
	id := article.ItemID
	parameters := url.Values{"exact": {strconv.FormatBool(compared.how == diffExact)}}
	if compared.with != "" || article.Self().Parent() != "" || len(article.Revisions) > 1 {
		parameters.Set("with", compared.with)
		diff, err := s.Diff(ctx, string(id), parameters)
		return []api.Diff{diff}, err
	}
	diffs := []api.Diff{}
	for _, other := range article.Copies {
		if other.Parent() != id {
			continue
		}
		diff, err := s.Diff(ctx, string(other.ID), parameters)
		if err != nil {
			return nil, err
		}
		if diffs = append(diffs, diff); len(diffs) == maxDiffs {
			break
		}
	}
	return diffs, nil
}

// printDiffs shows one comparison whole; of several only what changed.
func (c *cli) printDiffs(diffs []api.Diff) {
	if len(diffs) == 0 {
		fmt.Fprintln(c.out, "\nThere is nothing to compare it with: it is an original with one revision, and nothing is a copy or excerpt of it. --with names something.")
	}
	deleted, inserted := changes(isTerminal(c.out))
	for _, d := range diffs {
		fmt.Fprintf(c.out, "\n--- %s\n+++ %s\n%s\n\n", side(d.From), side(d.To), outcome(d))
		segments := d.Segments
		if len(diffs) > 1 {
			segments = brief(segments)
		}
		var b strings.Builder
		for _, s := range segments {
			switch s.Op {
			case worddiff.Deleted:
				b.WriteString(deleted(s.Text))
			case worddiff.Inserted:
				b.WriteString(inserted(s.Text))
			default:
				b.WriteString(s.Text)
			}
		}
		fmt.Fprintln(c.out, b.String())
	}
}

func side(s api.DiffSide) string {
	return fmt.Sprintf("%s  revision %d  %s: %s", api.Short(s.ID), s.Revision, s.Publisher, shown(s.Title, 200))
}

// outcome counts what differs, and says what else there is to see.
func outcome(d api.Diff) string {
	lines := []string{fmt.Sprintf("words: %d the same, %d gone, %d new", d.Same, d.Deleted, d.Inserted)}
	if d.Marks > 0 {
		lines[0] += fmt.Sprintf("; punctuation: %s", counted(d.Marks, "mark", "marks"))
	}
	switch {
	case d.Equal:
		lines = append(lines, "the texts are the same")
	case !d.Exact && d.Deleted == 0 && d.Inserted == 0:
		lines = append(lines, "only spelling or punctuation differs: --diff=exact shows it")
	}
	if d.From.ID != d.To.ID && d.From.Revision < d.From.Latest {
		lines = append(lines, fmt.Sprintf("%s was revised later: --with %[1]s compares with its revision %d", api.Short(d.From.ID), d.From.Latest))
	}
	return strings.Join(lines, "\n")
}

// changes write what is gone and what is new as git does in its word diff, on
// a terminal in colours too.
func changes(terminal bool) (deleted, inserted func(string) string) {
	red, green, off := "", "", ""
	if terminal {
		red, green, off = "\x1b[31m", "\x1b[32m", "\x1b[0m"
	}
	return func(s string) string { return red + "[-" + s + "-]" + off }, func(s string) string { return green + "{+" + s + "+}" + off }
}

const (
	briefChanges = 6  // shown of each of several comparisons
	briefContext = 40 // characters around them
)

// brief keeps the first changes, with a few words around each.
func brief(segments []worddiff.Segment) []worddiff.Segment {
	var out []worddiff.Segment
	changes := 0
	for _, s := range segments {
		if s.Op != worddiff.Same {
			changes++
		}
		if changes > briefChanges {
			return append(out, worddiff.Segment{Op: worddiff.Same, Text: " …"})
		}
		if s.Op == worddiff.Same {
			s.Text = ends(strings.ReplaceAll(s.Text, "\n\n", " "))
		}
		out = append(out, s)
	}
	return out
}

// ends shortens a long text to some words at its start and at its end.
func ends(s string) string {
	text := []rune(s)
	if len(text) <= 2*briefContext {
		return s
	}
	head, tail := string(text[:briefContext]), string(text[len(text)-briefContext:])
	if i := strings.LastIndexByte(head, ' '); i > 0 {
		head = head[:i]
	}
	if i := strings.IndexByte(tail, ' '); i >= 0 {
		tail = tail[i+1:]
	}
	return head + " … " + tail
}
