package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/pkg/weburl"
	"marsad/services/fetcher"
	"marsad/services/fetcher/discover"
	"marsad/services/web/api"
)

func (c *cli) sourcesDiscover() *cobra.Command {
	var format string
	var said optionFlags
	cmd := &cobra.Command{
		Use: "discover URL", Short: "Find the feeds and news sitemaps of a site; nothing is kept", Args: cobra.ExactArgs(1),
		Long: `Find the feeds and news sitemaps of a site, the best first; nothing is kept. They are looked for where the page
says, where robots.txt says, and where they often are. This process asks, with its own configuration: at most 25
requests, one after another, fetcher.host_delay apart.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			change, err := said.change(cmd.Flags())
			if err != nil {
				return err
			}
			n, err := sourceAt(api.NewSource{}, args[0], change)
			if err != nil {
				return err
			}
			return c.showFeeds(cmd.Context(), fetcher.Search{URL: n.URL, Options: n.Options}, args[0], format)
		},
	}
	said.register(cmd.Flags())
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// discovered is what a search found, and where.
type discovered struct {
	fetcher.Discovered
	URL string // that was asked about
}

// discover looks for feeds, and shows on a terminal how far it is. An address
// that was written without a scheme is tried as http where https fails.
func (c *cli) discover(ctx context.Context, search fetcher.Search, raw string) (found discovered, reason string, err error) {
	found.URL = search.URL
	if search.URL, err = weburl.Normal(search.URL); err != nil {
		return found, "", fmt.Errorf("%q is %w", found.URL, err)
	}
	found.URL = search.URL
	requests, progress := 0, c.progress("requests")
	search.Progress = func(done int) {
		if requests = done; progress != nil {
			progress(done, 0)
		}
	}
	found.Discovered, reason, err = fetcher.Discover(ctx, c.config.Fetcher, search)
	if plain, isHTTPS := strings.CutPrefix(search.URL, "https://"); isHTTPS && !strings.Contains(raw, "://") &&
		slices.Contains([]string{fetcher.ReasonConnect, fetcher.ReasonTLS}, reason) {
		found.URL, search.URL = "http://"+plain, "http://"+plain
		found.Discovered, reason, err = fetcher.Discover(ctx, c.config.Fetcher, search)
	}
	if progress != nil && requests > 0 {
		progress(requests, requests)
	}
	return found, reason, err
}

func (c *cli) showFeeds(ctx context.Context, search fetcher.Search, raw, format string) error {
	found, reason, err := c.discover(ctx, search, raw)
	switch {
	case err != nil && reason != "":
		return fmt.Errorf("%s cannot be asked (%s): %w%s", found.URL, reason, err, here(reason))
	case err != nil:
		return err
	}
	if format == "json" {
		err = c.printJSON(found.json())
	} else if len(found.Candidates) > 0 {
		err = c.printFeeds(found)
	}
	if err == nil && len(found.Candidates) == 0 {
		return fmt.Errorf("no feed and no news sitemap was found at %s; tried %s", found.URL, found.tried())
	}
	return err
}

// kindOf is how a source of a feed that was found is read.
func kindOf(f discover.Candidate) news.SourceKind {
	if f.IsSitemap() {
		return news.KindSitemap
	}
	return news.KindFeed
}

// kindName is what a feed that was found is called.
func kindName(f discover.Candidate) string {
	switch {
	case f.IsSitemap() && f.OfNews():
		return "news " + strings.ReplaceAll(string(f.Feed.Format), "_", " ")
	case f.OfComments():
		return string(f.Feed.Format) + ", of comments"
	}
	return strings.ReplaceAll(string(f.Feed.Format), "_", " ")
}

func (c *cli) printFeeds(found discovered) error {
	if found.Given {
		fmt.Fprintf(c.out, "%s is a feed itself\n", found.URL)
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kind\tlanguage\tentries\tlast\ttitle\taddress")
	for _, f := range found.Candidates {
		last := "–"
		if t := f.Last(); !t.IsZero() {
			last = t.Local().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", kindName(f), orDash(f.Lang()), len(f.Feed.Entries), last, orDash(shown(f.Feed.Title, 60)), f.URL)
		for _, also := range f.Also {
			fmt.Fprintf(w, "\t\t\t\tthe same at\t%s\n", also)
		}
	}
	if err := w.Flush(); err != nil || found.Given {
		return err
	}
	_, err := fmt.Fprintf(c.out, "\n%s made; to add the first: %s\n", counted(found.Requests, "request was", "requests were"), adding(found.Candidates[0].URL))
	return err
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// tried says in one line where nothing was.
func (d discovered) tried() string {
	var list []string
	for _, t := range d.Tried {
		list = append(list, fmt.Sprintf("%s (%s)", strings.TrimPrefix(t.URL, strings.TrimSuffix(d.URL, "/")), t.Reason))
	}
	return strings.Join(list, ", ")
}

// discoveredJSON is the form of 'sources discover --format json'.
type discoveredJSON struct {
	URL      string      `json:"url"`
	IsFeed   bool        `json:"is_feed"`
	Feeds    []feedJSON  `json:"feeds"` // the best first
	Requests int         `json:"requests"`
	Tried    []triedJSON `json:"tried"` // in vain
}

type feedJSON struct {
	URL      string          `json:"url"`
	Kind     news.SourceKind `json:"kind"`
	Format   string          `json:"format"`
	Title    string          `json:"title"`
	Lang     string          `json:"lang"`
	Entries  int             `json:"entries"`
	Last     time.Time       `json:"last,omitzero"`
	Comments bool            `json:"comments"`
	News     bool            `json:"news"`
	Origin   discover.Origin `json:"origin"`
	Also     []string        `json:"also,omitempty"`
}

type triedJSON struct {
	URL    string `json:"url"`
	Reason string `json:"reason"`
}

func (d discovered) json() discoveredJSON {
	out := discoveredJSON{URL: d.URL, IsFeed: d.Given, Feeds: []feedJSON{}, Requests: d.Requests, Tried: []triedJSON{}}
	for _, f := range d.Candidates {
		out.Feeds = append(out.Feeds, feedJSON{
			URL: f.URL, Kind: kindOf(f), Format: string(f.Feed.Format), Title: f.Feed.Title, Lang: f.Lang(), Entries: len(f.Feed.Entries),
			Last: f.Last().UTC(), Comments: f.OfComments(), News: f.OfNews(), Origin: f.Origin, Also: f.Also,
		})
	}
	for _, t := range d.Tried {
		out.Tried = append(out.Tried, triedJSON(t))
	}
	return out
}
