package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/watches"
	"marsad/services/classifier"
	"marsad/services/web/api"
)

const (
	tryPage     = 200 // articles read at once
	tryExcerpts = 5   // articles shown of each watch, the newest
	tryAround   = 60  // characters shown on either side of what matched
)

// tried is what a watch found in a dry run.
type tried struct {
	articles int
	last     []store.Archived // the newest, without their text
	excerpts [][]store.Span
}

// tryWatches goes through the archived articles and prints what each watch matches.
func (c *cli) tryWatches(ctx context.Context, s *session, file *watches.File, labels *classifier.Labeller, only, since string) error {
	found := map[string]*tried{}
	articles, after := 0, int64(0)
	for {
		page, err := s.Archived(ctx, url.Values{"since": {since}, "after": {strconv.FormatInt(after, 10)}, "limit": {strconv.Itoa(tryPage)}})
		if err != nil {
			return err
		}
		for _, a := range page {
			after = a.Seq
			articles++
			for _, w := range labels.Label(a.Article).Watches {
				if only == "" || w.ID == only {
					note(found, w, a)
				}
			}
		}
		if len(page) < tryPage {
			break
		}
	}
	for _, w := range file.Watches {
		if only == "" || w.ID == only {
			c.printTried(w.ID, found[w.ID])
		}
	}
	_, err := fmt.Fprintf(c.err, "tried on %s\n", counted(articles, "archived article", "archived articles"))
	return err
}

func note(found map[string]*tried, w news.Watch, a store.Archived) {
	t := found[w.ID]
	if t == nil {
		t = &tried{}
		found[w.ID] = t
	}
	t.articles++
	t.excerpts = append(t.excerpts, around(a.Article.Text, w.Matches))
	a.Article.Text = ""
	t.last = append(t.last, a)
	if len(t.last) > tryExcerpts {
		t.last, t.excerpts = t.last[1:], t.excerpts[1:]
	}
}

func (c *cli) printTried(id string, t *tried) {
	if t == nil {
		t = &tried{}
	}
	fmt.Fprintf(c.out, "%s: %s\n", id, counted(t.articles, "article", "articles"))
	mark := marks(c.out)
	for i, archived := range slices.Backward(t.last) {
		a := archived.Article
		fmt.Fprintf(c.out, "  %s  %s  %s  %s\n", api.Short(a.ID), date(a.Published), a.Publisher, shown(a.Title, titleWidth))
		if text := excerpt(t.excerpts[i], mark); text != "" {
			fmt.Fprintf(c.out, "      %s\n", text)
		}
	}
}

// around is the stretch of a text about the first matches, with them marked.
func around(s string, matches []news.WatchMatch) (spans []store.Span) {
	points := []rune(s)
	at, last := -1, 0
	for _, m := range matches {
		switch {
		case m.In != "" || m.End == 0 || m.End > len(points) || m.Start < last:
			continue
		case at < 0:
			for at = max(m.Start-tryAround, 0); at > 0 && at < m.Start && !unicode.IsSpace(points[at-1]); {
				at++
			}
			if last = at; at > 0 {
				spans = append(spans, store.Span{Text: "…"})
			}
		case m.Start > last+tryAround:
			return append(spans, rest(points[last:]))
		}
		spans = append(spans, store.Span{Text: string(points[last:m.Start])}, store.Span{Text: string(points[m.Start:m.End]), Hit: true})
		last = m.End
	}
	if at < 0 {
		return nil
	}
	return append(spans, rest(points[last:]))
}

// rest is the beginning of what follows the last hit, up to the end of a word.
func rest(points []rune) store.Span {
	if len(points) <= tryAround {
		return store.Span{Text: strings.TrimRight(string(points), "\n")}
	}
	end := tryAround
	for end > 0 && !unicode.IsSpace(points[end]) {
		end--
	}
	return store.Span{Text: string(points[:end]) + "…"}
}
