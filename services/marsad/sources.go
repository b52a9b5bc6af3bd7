package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/services/fetcher"
	"marsad/services/fetcher/opml"
	"marsad/services/web/api"
)

// maxListBytes bounds an OPML document.
const maxListBytes = 16 << 20

func (c *cli) sourcesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sources", Short: "What is watched", Args: cobra.NoArgs, RunE: help,
		Long: "What is watched. A SOURCE is named by its ID, the beginning of it, its URL, or its name.",
	}
	cmd.AddCommand(
		c.sourcesList(), c.sourcesShow(), c.sourcesAdd(), c.sourcesCheck(), c.sourcesImport(), c.sourcesExport(),
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
				for _, ref := range args {
					done, err := act(cmd.Context(), s, ref)
					if err != nil {
						return err
					}
					fmt.Fprintln(c.out, done)
				}
				return nil
			})
		},
	}
}

func (c *cli) sourcesList() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "list", Short: "List sources with their health and counts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				sources, err := s.Sources(cmd.Context())
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(sources)
				}
				w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "id\thealth\tfound\tarchived\tlast poll\tname\turl")
				for _, s := range sources {
					fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", s.ID[:8], health(s), s.Counts.Found, s.Counts.Archived, ago(s.LastPoll), s.Name, s.URL)
				}
				return w.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func health(s api.Source) string {
	switch {
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

func (c *cli) sourcesShow() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "show SOURCE", Short: "Show one source and its last polls", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				source, err := s.Source(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(source)
				}
				return c.printSource(source)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (c *cli) printSource(s api.SourceDetail) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "name\t%s\nid\t%s\nurl\t%s\npublisher\t%s\nlanguage, country\t%s %s\ntags\t%s\nhealth\t%s\n",
		s.Name, s.ID, s.URL, s.Publisher.Name, s.Lang, s.Country, strings.Join(s.Tags, ", "), health(s.Source))
	fmt.Fprintf(w, "items\t%d found: %d archived, %d dropped, %d dead, %d open\n", s.Counts.Found, s.Counts.Archived, s.Counts.Dropped, s.Counts.Dead, s.Counts.Open)
	if !s.Paused && s.Kind != news.KindManual {
		fmt.Fprintf(w, "next poll\t%s\n", s.NextPoll.Local().Format(time.DateTime))
	}
	if !s.HostFreeAt.IsZero() {
		fmt.Fprintf(w, "host\tnot asked before %s\n", clock(s.HostFreeAt))
	}
	if len(s.Dropped) > 0 {
		fmt.Fprintln(w, "\ndropped at\treason\titem\turl")
	}
	for _, d := range s.Dropped {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.At.Local().Format(time.DateTime), d.Reason, d.ID[:8], d.URL)
	}
	if len(s.Polls) > 0 {
		fmt.Fprintln(w, "\npolled at\toutcome\tentries\tnew\tchanged\ttook\treason")
	}
	for _, p := range s.Polls {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%v\t%s\n", p.At.Local().Format(time.DateTime), p.Outcome, p.Entries, p.New, p.Changed, time.Duration(p.TookSeconds*float64(time.Second)).Truncate(time.Millisecond), p.Reason)
	}
	return w.Flush()
}

func (c *cli) sourcesAdd() *cobra.Command {
	var n api.NewSource
	cmd := &cobra.Command{
		Use: "add URL…", Short: "Add feeds", Args: cobra.MinimumNArgs(1),
		Long: "Add feeds (RSS, Atom or JSON Feed). 'marsad sources check URL' shows beforehand what would be found.",
		RunE: func(cmd *cobra.Command, args []string) error {
			list := make([]api.NewSource, len(args))
			for i, url := range args {
				list[i] = n
				list[i].URL = url
			}
			return c.add(cmd.Context(), list)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&n.Name, "name", "", "name of the source (default: its host and path)")
	flags.StringVar(&n.Publisher, "publisher", "", "who publishes it (default: the domain)")
	flags.StringVar(&n.Lang, "lang", "", "language, as ar")
	flags.StringVar(&n.Country, "country", "", "country, as MA")
	flags.StringSliceVar(&n.Tags, "tag", nil, "tags")
	flags.StringVar(&n.PollEvery, "every", "", "poll it at this interval, as 5m (default: fetcher.poll_every)")
	return cmd
}

func (c *cli) add(ctx context.Context, list []api.NewSource) error {
	return c.withSession(ctx, makeStore, func(s *session) error {
		added, err := s.AddSources(ctx, list)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s added", counted(added.Added, "source", "sources"))
		switch {
		case added.Existing == 1:
			fmt.Fprint(c.out, ", 1 was there already and is left as it is")
		case added.Existing > 1:
			fmt.Fprintf(c.out, ", %d were there already and are left as they are", added.Existing)
		}
		fmt.Fprintln(c.out)
		return nil
	})
}

func (c *cli) sourcesCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check URL", Short: "Poll a feed once and show what it would bring; nothing is kept",
		Long: "Poll a feed once and show what it would bring; nothing is kept. This process polls, with its own configuration.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			feed, reason, err := fetcher.Check(cmd.Context(), c.config.Fetcher, news.Source{URL: args[0]})
			if err != nil {
				return fmt.Errorf("%s cannot be read as a feed (%s): %w", args[0], reason, err)
			}
			fmt.Fprintf(c.out, "%s: %d entries\n", shown(feed.Title, 80), len(feed.Entries))
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			for _, e := range feed.Entries {
				published := "no date"
				if e.Published != nil {
					published = e.Published.Local().Format("2006-01-02 15:04")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\n", published, shown(e.Title, 80), e.URL)
			}
			return w.Flush()
		},
	}
}

func (c *cli) sourcesImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE|URL|-", Short: "Add the feeds of an OPML list", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := c.openList(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			feeds, err := opml.Read(io.LimitReader(in, maxListBytes))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			list := make([]api.NewSource, len(feeds))
			for i, f := range feeds {
				lang, _ := api.Language(f.Lang) // lists of other programs hold all kinds of things: these are left out
				country, _ := api.Country(f.Country)
				list[i] = api.NewSource{URL: f.URL, Name: f.Name, Publisher: f.Publisher, Lang: lang, Country: country, Tags: f.Tags}
			}
			return c.add(cmd.Context(), list)
		},
	}
}

// openList opens an OPML list wherever it is. An address is trusted as the
// file of a user would be: it was typed in.
func (c *cli) openList(ctx context.Context, name string) (io.ReadCloser, error) {
	switch {
	case name == "-":
		return io.NopCloser(c.stdin), nil
	case !strings.HasPrefix(name, "http://") && !strings.HasPrefix(name, "https://"):
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, reading(err))
		}
		return file, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, name, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("%s: the server answered %s", name, resp.Status)
	}
	return resp.Body, nil
}

func (c *cli) sourcesExport() *cobra.Command {
	return &cobra.Command{
		Use: "export", Short: "Write all sources as an OPML list to standard output", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				sources, err := s.Sources(cmd.Context())
				if err != nil {
					return err
				}
				var feeds []opml.Feed
				for _, s := range sources {
					if s.Kind == news.KindFeed {
						feeds = append(feeds, opml.Feed{URL: s.URL, Name: s.Name, Publisher: s.Publisher.Name, Lang: s.Lang, Country: s.Country, Tags: s.Tags})
					}
				}
				return opml.Write(c.out, "Marsad sources", feeds)
			})
		},
	}
}
