package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

func (c *cli) sourcesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sources", Short: "What is watched", Args: cobra.NoArgs, RunE: help,
		Long: "What is watched. A SOURCE is named by its ID, the beginning of it, its URL, or its name.",
	}
	cmd.AddCommand(
		c.sourcesList(), c.sourcesShow(), c.sourcesDiscover(), c.sourcesCheck(), c.sourcesAdd(), c.sourcesEdit(),
		c.sourcesImport(), c.sourcesExport(),
		c.sourcesVerb("pause", "Stop polling sources", func(ctx context.Context, s *session, ref string) (string, error) {
			source, err := s.PauseSource(ctx, ref, true)
			return source.Name + " is paused", err
		}),
		c.sourcesVerb("resume", "Poll sources again", func(ctx context.Context, s *session, ref string) (string, error) {
			source, err := s.PauseSource(ctx, ref, false)
			return source.Name + " is polled again", err
		}),
		c.sourcesVerb("remove", "Remove sources; what they published stays", func(ctx context.Context, s *session, ref string) (string, error) {
			return ref + " is removed", s.RemoveSource(ctx, ref)
		}),
	)
	return cmd
}

func (c *cli) sourcesVerb(verb, short string, act func(context.Context, *session, string) (string, error)) *cobra.Command {
	return &cobra.Command{
		Use: verb + " SOURCE…", Short: short, Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				var failed []error
				for _, ref := range args {
					done, err := act(cmd.Context(), s, ref)
					if err != nil {
						failed = append(failed, err)
						continue
					}
					fmt.Fprintln(c.out, done)
				}
				return errors.Join(failed...)
			})
		},
	}
}

func (c *cli) sourcesList() *cobra.Command {
	var format, health, tag, query string
	cmd := &cobra.Command{
		Use: "list", Short: "List sources with their health and counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				sources, err := s.Sources(cmd.Context(), url.Values{"health": {health}, "tag": {tag}, "q": {query}})
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(sources)
				}
				return c.printSources(sources)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&health, "health", "", fmt.Sprintf("only those that are so: %v", news.Healths))
	flags.StringVar(&tag, "tag", "", "only those with this tag, or one below it")
	flags.StringVar(&query, "query", "", "only those whose name, publisher or URL holds this")
	flags.StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (c *cli) printSources(sources []api.Source) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "id\thealth\tfound\tarchived\tlast poll\tname\turl")
	for _, s := range sources {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", s.ID[:8], health(s), s.Counts.Found, s.Counts.Archived, ago(s.LastPoll), s.Name, s.URL)
	}
	return w.Flush()
}

// health is that of a source in words, with its reason.
func health(s api.Source) string {
	switch {
	case s.Notice == news.NoticeGone:
		return "paused (its server says that it is gone)"
	case s.Notice == news.NoticeWatched:
		return "paused (it moved to where another source is read)"
	case s.Health == news.VolumeChanged:
		return fmt.Sprintf("publishes much %s than usual", s.Volume)
	case s.Health == news.Failing:
		return fmt.Sprintf("failing (%s)", s.Reason)
	case s.Health == news.Healthy && s.LastPoll.IsZero() && s.Kind != news.KindManual:
		return "not polled yet"
	}
	return string(s.Health)
}

func ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return time.Since(t).Truncate(time.Second).String() + " ago"
}
