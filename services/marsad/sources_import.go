package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/services/fetcher"
	"marsad/services/fetcher/opml"
	"marsad/services/web/api"
)

const (
	importBatch = 500 // sources of one request
	mostRefused = 20  // of which it is said why
)

func (c *cli) sourcesImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE|URL|-", Short: "Add the feeds of an OPML list", Args: cobra.ExactArgs(1),
		Long: `Add the feeds of an OPML list, without asking them. Folders become tags (politics/elections). Feeds that are there
already are left as they are; those that cannot be added are named.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := c.openList(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			feeds, err := opml.Read(in)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return c.withSession(cmd.Context(), makeStore, func(s *session) error { return c.importFeeds(cmd.Context(), s, feeds) })
		},
	}
}

// importFeeds adds feeds, some hundreds at a time.
func (c *cli) importFeeds(ctx context.Context, s *session, feeds []opml.Feed) error {
	var sum api.Added
	progress := c.progress("feeds")
	for done := 0; done < len(feeds); {
		batch := feeds[done:min(done+importBatch, len(feeds))]
		list := make([]api.NewSource, len(batch))
		for i, f := range batch {
			list[i] = sourceOf(f)
		}
		added, err := s.ImportSources(ctx, list)
		if err != nil {
			return fmt.Errorf("after %s: %w", counted(done, "feed", "feeds"), err)
		}
		sum.Added += added.Added
		sum.Existing += added.Existing
		for _, r := range added.Refused {
			sum.Refused = append(sum.Refused, api.Refused{Index: done + r.Index, Reason: r.Reason})
		}
		if done += len(batch); progress != nil {
			progress(done, len(feeds))
		}
	}
	c.printAdded(sum)
	c.printRefused(feeds, sum.Refused)
	return nil
}

// printRefused says what was skipped, and why.
func (c *cli) printRefused(feeds []opml.Feed, refused []api.Refused) {
	if len(refused) == 0 {
		return
	}
	fmt.Fprintf(c.err, "%s skipped:\n", counted(len(refused), "entry is", "entries are"))
	for _, r := range refused[:min(len(refused), mostRefused)] {
		fmt.Fprintf(c.err, "  line %d: %s\n", feeds[r.Index].Line, r.Reason)
	}
	if more := len(refused) - mostRefused; more > 0 {
		fmt.Fprintf(c.err, "  and %d more\n", more)
	}
}

// sourceOf makes a source of a feed in a list. Lists of other programs hold all
// kinds of things: languages and countries that are none are left out.
func sourceOf(f opml.Feed) api.NewSource {
	lang, _ := api.Language(f.Lang)
	country, _ := api.Country(f.Country)
	return api.NewSource{
		URL: f.URL, Kind: f.Kind, Name: f.Name, Publisher: f.Publisher, Lang: lang, Country: country, Tags: f.Tags,
		PollEvery: f.Every, Paused: f.Paused, Options: news.Options{
			FullContent: f.FullContent, Keep: f.Keep, Drop: f.Drop, SecondLooks: f.SecondLooks, Quota: f.Quota, IgnoreRobots: f.IgnoreRobots,
		},
	}
}

// feedOf is the reverse of sourceOf. Secrets stay here.
func feedOf(s api.Source) opml.Feed {
	f := opml.Feed{
		URL: s.URL, Name: s.Name, Publisher: s.Publisher.Name, Lang: s.Lang, Country: s.Country, Tags: s.Tags, Every: s.PollEvery,
		Paused: s.Paused, FullContent: s.Options.FullContent, Keep: s.Options.Keep, Drop: s.Options.Drop, SecondLooks: s.Options.SecondLooks,
		Quota: s.Options.Quota, IgnoreRobots: s.Options.IgnoreRobots,
	}
	if s.Kind != news.KindFeed {
		f.Kind = string(s.Kind)
	}
	return f
}

// openList opens an OPML list wherever it is: on the web as the fetcher asks for anything.
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
	body, reason, err := fetcher.Fetch(ctx, c.config.Fetcher, name, opml.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read (%s): %w", name, reason, err)
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

func (c *cli) sourcesExport() *cobra.Command {
	return &cobra.Command{
		Use: "export", Short: "Write all sources as an OPML list to standard output", Args: cobra.NoArgs,
		Long: "Write all sources as an OPML list to standard output, with their settings. Headers, cookies and proxies are secret, and left out.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				sources, err := s.Sources(cmd.Context(), nil)
				if err != nil {
					return err
				}
				var feeds []opml.Feed
				for _, s := range sources {
					if s.Kind != news.KindManual {
						feeds = append(feeds, feedOf(s))
					}
				}
				return opml.Write(c.out, "Marsad sources", feeds)
			})
		},
	}
}
