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

// comparison is how texts are compared, and with what; nothing is if how is empty.
type comparison struct {
	how  diffFlag
	with string
}

const (
	diffWords diffFlag = "words"
	diffExact diffFlag = "exact"
)

// diffFlag is the value of --diff, which may stand without one.
type diffFlag string

// String implements pflag.Value.
func (d *diffFlag) String() string { return string(*d) }

// Set implements pflag.Value.
func (d *diffFlag) Set(value string) error {
	*d = diffFlag(value)
	if *d != diffWords && *d != diffExact {
		return errors.New("known are words and exact")
	}
	return nil
}

// Type implements pflag.Value: as that of a flag without a value, it keeps the help short.
func (d *diffFlag) Type() string { return "bool" }

func (c *cli) articleCommand() *cobra.Command {
	var explain bool
	var format string
	var compared comparison
	cmd := &cobra.Command{
		Use: "article ID|URL", Short: "Show one article with its trail, copies and revisions, or where an item is that is none",
		Long: `Show one article with its trail, its copies and why they are, who was first, and
its revisions. Of an item that is on its way, was dropped or is dead, show where it
is and why. The first digits of the ID will do (at least 4), or the address of the
page.

With --diff, show what differs between the article and what it is a copy or an
excerpt of, as that was when it was decided, or else its revision before; of an
original, what differs in its copies and excerpts: [-words that are gone-]
{+words that are new+}. Differences of spelling and punctuation are shown only
by --diff=exact. --with names another article to compare with, a revision of
one (37182a40-2), or a revision of this one (1).`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 && compared.how != "" && slices.Contains([]diffFlag{diffWords, diffExact}, diffFlag(args[1])) {
				return fmt.Errorf("write --diff=%s, without a blank", args[1])
			}
			if len(args) != 1 || args[0] == "" {
				return errors.New("one ID or URL is needed")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			if compared.with != "" && compared.how == "" {
				compared.how = diffWords
			}
			if explain && compared.how != "" {
				return usageError{errors.New("--explain and --diff do not go together")}
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				if explain {
					return c.explainArticle(cmd.Context(), s, args[0], format)
				}
				return c.showArticle(cmd.Context(), s, args[0], format, compared)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().Var(&compared.how, "diff", "show what differs; --diff=exact: spelling and punctuation too")
	cmd.Flags().Lookup("diff").NoOptDefVal = string(diffWords)
	cmd.Flags().BoolVar(&explain, "explain", false, "show the words that made its topics, and where its places, organisations and watches are")
	cmd.Flags().StringVar(&compared.with, "with", "", "show what differs from `ID|REVISION`")
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
	fmt.Fprintf(c.out, "%s is removed: %s (%s)\n", removed.ID, shown(removed.Title, 200), strings.TrimSuffix(removed.Publisher+", "+removed.URL, ", "))
	if len(removed.Copies) > 0 {
		fmt.Fprintf(c.out, "of its group stay %s:\n", counted(len(removed.Copies), "article", "articles"))
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, r := range removed.Copies {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", api.Short(r.ID), withSince(api.Bound(r), r), r.Publisher, shown(r.Title, titleWidth), r.URL)
	}
	_ = w.Flush() // as all output here
	if !removed.Unpublished {
		fmt.Fprintf(c.err, "marsad: %s is still on the public tap: it goes from there within 72 hours\n", removed.ID)
	}
}

// titleWidth is what a table shows of a title.
const titleWidth = 80

// showArticle prints an article, or else the item.
func (c *cli) showArticle(ctx context.Context, s *session, ref, format string, compared comparison) error {
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
	if compared.how != "" {
		return c.showDiff(ctx, s, article, format, compared)
	}
	if format == "json" {
		return c.printJSON(article)
	}
	if err := c.printArticle(article); err != nil {
		return err
	}
	item, err := s.Item(ctx, string(article.Article.ID))
	if err == nil && item.Revision > article.Revision {
		fmt.Fprintf(c.out, "\nrevision %d: %s\n", item.Revision, laterRevision(item))
	}
	return err
}

func (c *cli) showDiff(ctx context.Context, s *session, article api.Reading, format string, compared comparison) error {
	diffs, err := c.diffs(ctx, s, article, compared)
	if err != nil {
		return err
	}
	if format == "json" {
		return c.printJSON(diffs)
	}
	c.printDiffs(diffs)
	return nil
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

func (c *cli) printArticle(d api.Reading) error {
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
	row("verdict", verdict(d.Self()))
	if d.First != nil {
		row("first", firstWords(*d.First))
	}
	row("story", fmt.Sprintf("%s: %s of %s", d.Story.ID, counted(d.Story.Articles, "article", "articles"), counted(d.Story.Publishers, "publisher", "publishers")))
	var places []string
	for _, p := range d.Places {
		places = append(places, fmt.Sprintf("%s (%d)", p.Name, p.Mentions))
	}
	row("topics", topicsInWords(d.Labels))
	row("places", strings.Join(places, ", "))
	var organisations, watches []string
	for _, o := range d.Organisations {
		organisations = append(organisations, fmt.Sprintf("%s (%d)", o.Name, o.Mentions))
	}
	for _, w := range d.Watches {
		watches = append(watches, w.ID)
	}
	row("organisations", strings.Join(organisations, ", "))
	row("watches", strings.Join(watches, ", "))
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n%s\n\n", a.Text)
	return c.printSurroundings(d.ArticleDetail)
}

// verdict says what an article is, in words and by which rule.
func verdict(r store.Related) string {
	of := ""
	switch parent := r.Parent(); {
	case r.OfRemoved != nil:
		of = " an article that was removed on " + clock(*r.OfRemoved)
	case parent != "":
		of = " " + string(parent)
	case r.Relates().Kind == news.Revision:
		of = " itself"
	}
	return withSince(fmt.Sprintf("%s%s: %s (%s)", api.Bond(r), of, api.Why(r, r.Parent()), r.Relates().Rule), r)
}

// withSince adds how often an article was revised.
func withSince(words string, r store.Related) string {
	if since := api.Since(r); since != "" {
		return words + "; " + since
	}
	return words
}

// printSurroundings shows the trail and what belongs to an article, each kind in
// a table of its own.
func (c *cli) printSurroundings(d store.ArticleDetail) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	printTrail(w, d.Trail)
	if len(d.Copies) > 0 {
		fmt.Fprintln(w)
	}
	for _, r := range d.Copies {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", api.Bound(r), api.Short(r.ID), minute(store.EffectiveTime(r.Published, r.FoundAt)), r.Publisher,
			withSince(api.Why(r, d.ItemID), r), shown(r.Title, titleWidth), r.URL)
	}
	if len(d.StoryArticles) > 0 {
		fmt.Fprintln(w)
	}
	for _, r := range d.StoryArticles {
		fmt.Fprintf(w, "same story\t%s\t%s\t%s\t%s\t%s\t%s\n", api.Short(r.ID), minute(store.EffectiveTime(r.Published, r.FoundAt)), r.Publisher,
			counted(r.Copies, "copy", "copies"), shown(r.Title, titleWidth), r.URL)
	}
	fmt.Fprintln(w)
	for _, r := range d.Revisions {
		fmt.Fprintf(w, "revision\t%d\t%s\t%s\n", r.Revision, clock(r.ArchivedAt), shown(r.Title, titleWidth))
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
