package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (c *cli) storiesCommand() *cobra.Command {
	var format string
	parameters := map[string]*string{}
	var topic topicFlag
	limit := limit{20, 200}
	cmd := &cobra.Command{
		Use: "stories [ID]", Short: "List the stories of a period, or show one", Args: cobra.MaximumNArgs(1),
		Long: `List the stories that an article was found of in a period: those with the most
articles in it first, or by growth those with the most in its last quarter (+12 in
6h), or by the latest article. With a filter, only articles that pass it count,
and their publishers: "1 of 3 articles" has three in all.
With an ID, or its first digits, show one story: its originals with the number of
their copies, its publishers, who was first, and stories in other languages that
are on the same event.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json", "csv"); err != nil {
				return err
			}
			if err := knownOrder(*parameters["sort"]); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				if len(args) > 0 {
					return c.showStory(cmd.Context(), s, args[0], format)
				}
				query := url.Values{"limit": {limit.String()}}
				for name, value := range parameters {
					if *value != "" {
						query.Set(name, *value)
					}
				}
				if topic != "" {
					query.Set("topic", topic.String())
				}
				stories, err := s.Stories(cmd.Context(), query)
				if err != nil {
					return err
				}
				return c.printStories(stories, format)
			})
		},
	}
	flags := cmd.Flags()
	for name, flag := range map[string]struct{ value, usage string }{
		"since": {"24h", "with an article found at or after `TIME`: a date, RFC 3339, or an age as 36h or 7d"}, "until": {"", "found before `TIME`"},
		"lang": {"", "language, as ar"}, "country": {"", "mentioned country, as MA"},
		"publisher": {"", "publisher: ID or name"}, "sort": {"size", "size, growth or latest"},
	} {
		parameters[name] = flags.String(name, flag.value, flag.usage)
	}
	flags.Var(&topic, "topic", "a topic: its IPTC code or name, as sport")
	flags.Var(&limit, "limit", limit.usage())
	flags.StringVar(&format, "format", "text", "text, json or csv (a list only)")
	return cmd
}

func knownOrder(sort string) error {
	if !slices.Contains(store.StoryOrders, store.StoryOrder(sort)) {
		return usageError{fmt.Errorf("--sort %s: known are %v", sort, store.StoryOrders)}
	}
	return nil
}

func (c *cli) printStories(stories api.Stories, format string) error {
	switch format {
	case "json":
		return c.printJSON(stories)
	case "csv":
		return c.printStoriesCSV(stories)
	}
	recent := api.Length(stories.Until.Sub(stories.RecentSince))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, h := range stories.Stories {
		fmt.Fprintf(w, "%s\t%s\t+%d in %s\t%s\t%s\t%s\t%s\n", api.Short(h.ID), foundOf(h), h.Recent, recent, counted(h.FoundPublishers, "publisher", "publishers"),
			strings.Join(h.Langs, ","), period(h.FirstSeen, h.LastSeen, minute), shown(h.Title, 200))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	more := ""
	if stories.Next != "" {
		more = ", and there are more (--limit)"
	}
	_, err := fmt.Fprintf(c.err, "%s since %s%s\n", counted(len(stories.Stories), "story", "stories"), clock(stories.Since), more)
	return err
}

func (c *cli) printStoriesCSV(stories api.Stories) error {
	w := csv.NewWriter(c.out)
	_ = w.Write([]string{"id", "title", "found", "recent", "articles", "publishers", "langs", "first_seen", "last_seen", "found_publishers"}) // w.Error tells
	for _, h := range stories.Stories {
		_ = w.Write([]string{
			string(h.ID), h.Title, strconv.Itoa(h.Found), strconv.Itoa(h.Recent), strconv.Itoa(h.Articles), strconv.Itoa(h.Publishers),
			strings.Join(h.Langs, " "), h.FirstSeen.Format(time.RFC3339), h.LastSeen.Format(time.RFC3339), strconv.Itoa(h.FoundPublishers),
		})
	}
	w.Flush()
	return w.Error()
}

// counted is a number of things.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// foundOf is how many articles of a story count, of how many it has.
func foundOf(h store.StoryHit) string {
	if h.Found == h.Articles {
		return counted(h.Found, "article", "articles")
	}
	return fmt.Sprintf("%d of %s", h.Found, counted(h.Articles, "article", "articles"))
}

// period is the time from one moment to another, as write tells them apart.
func period(from, to time.Time, write func(time.Time) string) string {
	if write(from) == write(to) {
		return write(from)
	}
	return write(from) + " – " + write(to)
}

// limit is the value of --limit: how many there may be at most, from 1 to max.
type limit struct{ value, max int }

// String implements pflag.Value.
func (l *limit) String() string { return strconv.Itoa(l.value) }

// Type implements pflag.Value.
func (l *limit) Type() string { return "int" }

// Set implements pflag.Value.
func (l *limit) Set(value string) (err error) {
	if l.value, err = strconv.Atoi(value); err != nil || l.value < 1 || l.value > l.max {
		return fmt.Errorf("a number from 1 to %d is needed", l.max)
	}
	return nil
}

func (l *limit) usage() string { return fmt.Sprintf("how many at most, up to %d", l.max) }

// minute is a time to the minute, in the zone people are in.
func minute(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

func (c *cli) showStory(ctx context.Context, s *session, ref, format string) error {
	if format == "csv" {
		return usageError{errors.New("--format csv is for lists of stories")}
	}
	story, err := s.Story(ctx, ref)
	if err != nil {
		return err
	}
	if format == "json" {
		return c.printJSON(story)
	}
	fmt.Fprintf(c.out, "%s\n\n", shown(story.Title, 500))
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "id\t%s\n", story.ID)
	fmt.Fprintf(w, "articles\t%d of %s, %s\n", story.Articles, counted(story.Publishers, "publisher", "publishers"), strings.Join(story.Langs, ", "))
	fmt.Fprintf(w, "found\t%s\n", period(story.FirstSeen, story.LastSeen, clock))
	if story.First != nil {
		fmt.Fprintf(w, "first\t%s\n", firstWords(*story.First))
	}
	var publishers []string
	for _, p := range story.PublisherCount {
		publishers = append(publishers, fmt.Sprintf("%s (%d)", p.Name, p.Articles))
	}
	fmt.Fprintf(w, "publishers\t%s\n\n", strings.Join(publishers, ", "))
	for _, r := range story.Originals {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", api.Short(r.ID), minute(store.EffectiveTime(r.Published, r.FoundAt)), withSince(api.Bound(r), r),
			counted(r.Copies, "copy", "copies"), r.Publisher, shown(r.Title, 200))
	}
	if len(story.Linked) > 0 {
		fmt.Fprintln(w, "\nthe same event in other languages:")
	}
	for _, l := range story.Linked {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", api.Short(l.ID), counted(l.Articles, "article", "articles"), strings.Join(l.Langs, ","), shown(l.Title, 200))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.err, "'marsad search --story %s' lists its articles\n", api.Short(story.ID))
	return err
}

// firstWords says who was first, and why.
func firstWords(f api.First) string {
	return fmt.Sprintf("%s (%s), %s", f.Publisher, api.Short(f.ID), f.Why(minute))
}
