package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (c *cli) articleCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "article ID|URL", Short: "Show one article with its trail, copies and revisions, or where an item is that is none", Args: cobra.ExactArgs(1),
		Long: `Show one article with its trail, copies and revisions. Of an item that is on its
way, was dropped or is dead, show where it is and why. The first digits of the ID
will do (at least 4), or the address of the page.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			if args[0] == "" {
				return usageError{errors.New("an ID or a URL is needed")}
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				return c.showArticle(cmd.Context(), s, args[0], format)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.AddCommand(c.articleRemoveCommand())
	return cmd
}

func (c *cli) articleRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove ID|URL…", Short: "Take articles down for good: they do not come back", Args: cobra.MinimumNArgs(1),
		Long: `Take articles down for good: out of the store, the search index and the public
tap. Their items stay known as removed, so that no feed, document or replay brings
them back. There is no way to undo it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if slices.Contains(args, "") {
				return usageError{errors.New("an ID or a URL is needed")}
			}
			return c.withSession(cmd.Context(), needBus, func(s *session) error {
				failed := false
				for _, ref := range args {
					removed, err := s.RemoveArticle(cmd.Context(), ref)
					switch {
					case cmd.Context().Err() != nil:
						return err
					case err != nil:
						fmt.Fprintf(c.err, "marsad: %v\n", err)
						failed = true
					default:
						c.printRemoved(removed)
					}
				}
				if failed {
					return errSilent
				}
				return nil
			})
		},
	}
}

func (c *cli) printRemoved(removed api.Removed) {
	fmt.Fprintf(c.out, "%s is removed: %s (%s, %s)\n", removed.ID, shown(removed.Title, 200), removed.Publisher, removed.URL)
	if n := len(removed.Copies); n > 0 {
		fmt.Fprintf(c.out, "copies of it that stay: %d ('marsad article' shows each)\n", n)
		for _, id := range removed.Copies {
			fmt.Fprintf(c.out, "  %s\n", id)
		}
	}
	if !removed.Unpublished {
		fmt.Fprintf(c.err, "marsad: %s is still on the public tap: it goes from there within 72 hours\n", removed.ID)
	}
}

// showArticle prints an article, or else the item.
func (c *cli) showArticle(ctx context.Context, s *session, ref, format string) error {
	article, err := s.Article(ctx, ref)
	if failed, ok := errors.AsType[*api.Error](err); ok && failed.Status == http.StatusNotFound {
		item, err := s.Item(ctx, ref)
		if err != nil {
			return err
		}
		if format == "json" {
			return c.printJSON(item)
		}
		return c.printItem(item)
	}
	if err != nil {
		return err
	}
	if format == "json" {
		return c.printJSON(article)
	}
	if err := c.printArticle(article.ArticleDetail); err != nil {
		return err
	}
	item, err := s.Item(ctx, string(article.Article.ID))
	if err == nil && item.Revision > article.Revision {
		fmt.Fprintf(c.out, "\nrevision %d: %s\n", item.Revision, laterRevision(item))
	}
	return err
}

// laterRevision says where a revision is whose article is that of an earlier one.
func laterRevision(item api.Item) string {
	if item.Outcome == news.Archived {
		return fmt.Sprintf("dropped at %s (%s)", clock(item.EndedAt), item.Reason)
	}
	return whereabouts(item)
}

// printItem shows where an item is that has no article.
func (c *cli) printItem(item api.Item) error {
	if item.Title != "" {
		fmt.Fprintf(c.out, "%s\n\n", shown(item.Title, 500))
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	row("id", string(item.ID))
	row("url", item.URL)
	row("stands", whereabouts(item))
	row("revision", strconv.Itoa(item.Revision))
	row("found", clock(item.FoundAt))
	if item.Attempts > 0 {
		row("downloads tried", strconv.Itoa(item.Attempts))
	}
	for _, source := range item.Sources {
		row("source", fmt.Sprintf("%s  %s, of %s", source.ID[:8], source.Name, source.Publisher))
	}
	row("error", shown(item.Error, 500))
	if err := w.Flush(); err != nil {
		return err
	}
	if item.Record == nil || len(item.Record.Trail) == 0 {
		return nil
	}
	fmt.Fprintln(c.out)
	printTrail(w, item.Record.Trail)
	return w.Flush()
}

// whereabouts says in words where an item is.
func whereabouts(item api.Item) string {
	because := ""
	if item.Reason != "" {
		because = " (" + item.Reason + ")"
	}
	switch {
	case item.State == news.StateEnded && item.Outcome == news.Dead:
		return fmt.Sprintf("dead since %s, in %s%s: 'marsad dead show %s'", clock(item.EndedAt), item.Stage, because, item.ID)
	case item.State == news.StateEnded:
		return fmt.Sprintf("%s at %s%s", item.Outcome, clock(item.EndedAt), because)
	case item.State == news.StateInLine:
		since := "in line since " + clock(item.InLineAt)
		switch {
		case item.Stream == "":
			return since + "; no bus is here to ask for the stream"
		case item.Stream == api.NoStream && item.MissingSince.IsZero():
			return since + ", in no stream: on its last step, or lost and soon due again"
		case item.Stream == api.NoStream:
			return since + ", in no stream since " + clock(item.MissingSince) + ": soon due again"
		}
		return since + ", now in " + item.Stream
	case !item.LeasedUntil.IsZero():
		return fmt.Sprintf("due since %s%s, leased by a fetcher until %s", clock(item.DueAt), because, clock(item.LeasedUntil))
	case !item.HostFreeAt.IsZero():
		return fmt.Sprintf("due at %s%s; its host is not asked before %s", clock(item.DueAt), because, clock(item.HostFreeAt))
	}
	return "due at " + clock(item.DueAt) + because
}

// clock is a time as people read it, in the zone they are in.
func clock(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }

func (c *cli) printArticle(d store.ArticleDetail) error {
	a := d.Article
	fmt.Fprintf(c.out, "%s\n\n", a.Title)
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	row("id", string(a.ID))
	row("publisher", a.Publisher)
	row("source", a.Source)
	row("republished from", a.OriginalSource)
	row("url", a.URL)
	row("authors", strings.Join(a.Authors, ", "))
	if a.Published != nil {
		from := ""
		if a.PublishedFrom != "" {
			from = fmt.Sprintf(" (%s, %.0f %% sure)", strings.ReplaceAll(string(a.PublishedFrom), "_", " "), 100*a.PublishedConfidence)
		}
		row("published", clock(*a.Published)+from)
	}
	if a.Modified != nil {
		row("modified", clock(*a.Modified))
	}
	row("archived", clock(d.ArchivedAt))
	row("language", fmt.Sprintf("%s (%s), %d words, %s", a.Lang, a.Direction, a.Words, a.Completeness))
	row("verdict", verdict(d))
	row("story", fmt.Sprintf("%s: %d articles of %d publishers", d.Story.ID, d.Story.Articles, d.Story.Publishers))
	var places []string
	for _, p := range d.Places {
		places = append(places, fmt.Sprintf("%s (%d)", p.Name, p.Mentions))
	}
	row("places", strings.Join(places, ", "))
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n%s\n\n", a.Text)
	return c.printSurroundings(d)
}

func verdict(d store.ArticleDetail) string {
	if d.Verdict.Of == nil {
		return fmt.Sprintf("%s (%s)", d.Verdict.Kind, d.Verdict.Rule)
	}
	return fmt.Sprintf("%s of %s, similarity %.2f (%s)", d.Verdict.Kind, *d.Verdict.Of, d.Verdict.Similarity, d.Verdict.Rule)
}

func (c *cli) printSurroundings(d store.ArticleDetail) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	printTrail(w, d.Trail)
	for _, r := range d.Copies {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Kind, r.ID[:8], r.Publisher, r.URL)
	}
	for _, r := range d.Revisions {
		fmt.Fprintf(w, "revision\t%d\t%s\t%s\n", r.Revision, clock(r.ArchivedAt), r.Title)
	}
	return w.Flush()
}

func printTrail(w io.Writer, trail []news.Step) {
	for _, step := range trail {
		at := ""
		if !step.At.IsZero() { // nobody knows when an event was made that cannot be read
			at = step.At.Local().Format("15:04:05.000")
		}
		fmt.Fprintf(w, "trail\t%s\t%s\t%.1f ms\t%s\n", at, step.Service, step.TookMS, step.Note)
	}
}
