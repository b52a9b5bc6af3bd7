package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"marsad/services/fetcher"
	"marsad/services/fetcher/discover"
	"marsad/services/web"
	"marsad/services/web/api"
)

func (c *cli) sourcesAdd() *cobra.Command {
	var said sourceFlags
	var kind string
	var noCheck bool
	cmd := &cobra.Command{
		Use: "add URL…", Short: "Add feeds, or sites whose feeds are looked for", Args: cobra.MinimumNArgs(1),
		Long: `Add feeds (RSS, RDF, Atom, JSON Feed) and news sitemaps. Of a site, its best feed is looked for and added; other
feeds of it are named. This process asks the site, with its own configuration. Name and language are the feed's
unless they are given. 'marsad sources discover URL' shows beforehand what there is, 'marsad sources check URL'
what one would bring. A user name and password in an address are kept as a header, and never shown again.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := said.options.change(cmd.Flags())
			if err != nil {
				return err
			}
			n := api.NewSource{
				Kind: kind, Name: said.name, Publisher: said.publisher, Lang: said.lang, Country: said.country, Tags: said.tags, PollEvery: said.every,
			}
			return c.addSources(cmd.Context(), args, n, options, noCheck)
		},
	}
	said.register(cmd.Flags())
	cmd.Flags().StringVar(&kind, "kind", "", "feed or sitemap (default: what is found there)")
	cmd.Flags().BoolVar(&noCheck, "no-check", false, "add the addresses as they are, without asking there")
	return cmd
}

// addSources adds what can be found of a list of addresses, each with the
// settings of n, and says of the others why not.
func (c *cli) addSources(ctx context.Context, addresses []string, n api.NewSource, options api.OptionsChange, noCheck bool) error {
	var list []api.NewSource
	var others []discover.Candidate
	var failed []error
	for _, raw := range addresses {
		one, err := sourceAt(n, raw, options)
		if err == nil {
			err = web.CheckSource(one)
		}
		if err == nil && !noCheck {
			var more []discover.Candidate
			one, more, err = c.found(ctx, one, raw)
			others = append(others, more...)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		list = append(list, one)
	}
	if len(list) > 0 {
		if err := c.add(ctx, list); err != nil {
			return errors.Join(append(failed, err)...)
		}
		c.name(others)
	}
	return errors.Join(failed...)
}

// sourceAt is n at an address, whose user name and password are an option.
func sourceAt(n api.NewSource, raw string, options api.OptionsChange) (api.NewSource, error) {
	address, authorization := api.Credentials(raw)
	if authorization != "" {
		n.Options.Headers = map[string]string{"Authorization": authorization}
	}
	n.URL = withScheme(address)
	var err error
	n.Options, err = api.Options(options.Of(n.Options))
	return n, err
}

// withScheme completes an address as people write them: news.example/sport.
func withScheme(address string) string {
	host, _, _ := strings.Cut(address, "/")
	if !strings.Contains(address, "://") && strings.Contains(host, ".") {
		return "https://" + address
	}
	return address
}

// found looks at the address of n, and gives n the best feed there. others are
// more that may be worth watching. raw is how the address was written.
func (c *cli) found(ctx context.Context, n api.NewSource, raw string) (_ api.NewSource, others []discover.Candidate, err error) {
	at, reason, err := c.discover(ctx, fetcher.Search{URL: n.URL, Options: n.Options, FeedsOnly: true}, raw)
	if err != nil {
		if reason == "" {
			return n, nil, err
		}
		return n, nil, fmt.Errorf("%s cannot be asked (%s): %w%s; to add it all the same: %s --no-check", at.URL, reason, err, here(reason), adding(at.URL))
	}
	main := at.Candidates
	if !at.Given {
		main = withoutComments(main)
	}
	if len(main) == 0 {
		return n, nil, fmt.Errorf("there is no feed at %s, and none was found that belongs to it: 'marsad sources discover %s' says where it was looked for; 'marsad sources add --no-check URL' adds an address as it is", at.URL, at.URL)
	}
	best := main[0]
	if reason := at.refused(); reason != "" {
		return n, nil, fmt.Errorf("there is no feed at %s (%s); its site has another: %s", at.URL, reason, adding(best.URL))
	}
	n.URL = best.URL
	if n.Kind == "" {
		n.Kind = string(kindOf(best))
	}
	if n.Name == "" {
		n.Name = shown(best.Feed.Title, 200)
	}
	if n.Lang == "" {
		n.Lang, _ = api.Language(best.Lang())
	}
	fmt.Fprintf(c.out, "%s: %s\n", describe(best), best.URL)
	return n, main[1:], nil
}

// refused is why there is nothing at an address that was meant to be a feed, or a
// part of a site; empty if there is, or if it was only its front page.
func (d discovered) refused() string {
	if d.Given || len(d.Tried) == 0 || d.Tried[0].Reason == fetcher.ReasonWebPage {
		return ""
	}
	if u, err := url.Parse(d.URL); err == nil && u.Path == "/" {
		return ""
	}
	return d.Tried[0].Reason
}

// describe says what a feed is in one line.
func describe(f discover.Candidate) string {
	lang := f.Lang()
	if lang == "" {
		lang = "language unknown"
	}
	return fmt.Sprintf("%s (%s, %s, %s)", shown(f.Feed.Title, 80), f.Feed.Format, lang, counted(len(f.Feed.Entries), "entry", "entries"))
}

func withoutComments(list []discover.Candidate) (out []discover.Candidate) {
	for _, f := range list {
		if !f.OfComments() {
			out = append(out, f)
		}
	}
	return out
}

// adding is the command that adds an address, as a shell can be given it: the
// address may be of somebody else's making.
func adding(address string) string {
	return "marsad sources add '" + strings.ReplaceAll(address, "'", "%27") + "'"
}

// mostNamed is how many other feeds are named; 'sources discover' lists all.
const mostNamed = 10

// name tells of feeds that were not added.
func (c *cli) name(others []discover.Candidate) {
	if len(others) == 0 {
		return
	}
	fmt.Fprintln(c.out, "there is more, if you want it:")
	for _, f := range others[:min(len(others), mostNamed)] {
		fmt.Fprintf(c.out, "  %s  # %s\n", adding(f.URL), describe(f))
	}
	if more := len(others) - mostNamed; more > 0 {
		fmt.Fprintf(c.out, "  and %d: 'marsad sources discover' lists them\n", more)
	}
}

// add adds sources as they are.
func (c *cli) add(ctx context.Context, list []api.NewSource) error {
	return c.withSession(ctx, makeStore, func(s *session) error {
		added, err := s.AddSources(ctx, list)
		if err != nil {
			return err
		}
		c.printAdded(added)
		return nil
	})
}

func (c *cli) printAdded(added api.Added) {
	fmt.Fprintf(c.out, "%s added", counted(added.Added, "source", "sources"))
	switch {
	case added.Existing == 1:
		fmt.Fprint(c.out, ", 1 was there already and is left as it is")
	case added.Existing > 1:
		fmt.Fprintf(c.out, ", %d were there already and are left as they are", added.Existing)
	}
	fmt.Fprintln(c.out)
}
