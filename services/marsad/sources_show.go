package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

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
	fmt.Fprintf(w, "name\t%s\nid\t%s\nurl\t%s\nkind\t%s\npublisher\t%s\nlanguage, country\t%s %s\ntags\t%s\nhealth\t%s\n",
		s.Name, s.ID, s.URL, s.Kind, s.Publisher.Name, s.Lang, s.Country, strings.Join(s.Tags, ", "), health(s.Source))
	fmt.Fprintf(w, "items\t%d found: %d archived, %d dropped, %d dead, %d open\n", s.Counts.Found, s.Counts.Archived, s.Counts.Dropped, s.Counts.Dead, s.Counts.Open)
	if s.Kind != news.KindManual {
		printRhythm(w, s)
	}
	printOptions(w, s.Options)
	if len(s.Moves) > 0 {
		fmt.Fprintln(w, "\nmoved at\tfrom\tto")
	}
	for _, m := range s.Moves {
		fmt.Fprintf(w, "%s\t%s\t%s\n", m.At.Local().Format(time.DateTime), m.From, m.To)
	}
	if len(s.Dropped) > 0 {
		fmt.Fprintln(w, "\ndropped at\treason\titem\turl")
	}
	for _, d := range s.Dropped {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.At.Local().Format(time.DateTime), d.Reason, d.ID[:8], d.URL)
	}
	printPolls(w, s.Polls)
	return w.Flush()
}

// printRhythm says when a source is polled, and why then.
func printRhythm(w io.Writer, s api.SourceDetail) {
	fmt.Fprintf(w, "habit\t%s\n", expected(s.PerDay))
	switch now := time.Now(); {
	case s.Health == news.Quiet && !s.LastNew.IsZero():
		fmt.Fprintf(w, "quiet\tnothing new came since %s\n", clock(s.LastNew))
	case s.Health == news.Quiet:
		fmt.Fprintln(w, "quiet\tnothing ever came")
	case s.QuietAt.After(now) && !s.Paused:
		fmt.Fprintf(w, "quiet\tif nothing new comes until %s\n", clock(s.QuietAt))
	}
	if !s.Paused {
		fmt.Fprintf(w, "next poll\t%s (%s)\n", s.NextPoll.Local().Format(time.DateTime), paced(s))
	}
	if !s.HostFreeAt.IsZero() {
		fmt.Fprintf(w, "host\tnot asked before %s\n", clock(s.HostFreeAt))
	}
	if hub := s.Hub; hub != nil {
		fmt.Fprintf(w, "hub\t%s (%s)\n", hub.Hub, subscribed(*hub))
	}
	if v := strings.TrimSpace(s.Validators.ETag + " " + s.Validators.LastModified); v != "" {
		fmt.Fprintf(w, "validators\t%s\n", v)
	}
}

// subscribed says how far the subscription with a hub is.
func subscribed(s store.Subscription) string {
	switch {
	case s.State == store.SubscriptionActive && s.PushedAt.IsZero():
		return "active until " + clock(s.Until) + ", has brought nothing yet"
	case s.State == store.SubscriptionActive:
		return "active until " + clock(s.Until) + ", brought something last at " + clock(s.PushedAt)
	case s.Reason != "":
		return string(s.State) + ": " + s.Reason + ", asked again at " + clock(s.DueAt)
	case s.Asked:
		return "asked, has not answered yet"
	}
	return string(s.State)
}

// paced says why a source is polled when it is.
func paced(s api.SourceDetail) string {
	switch s.Pace {
	case api.PaceNew:
		return "the first"
	case api.PaceOwn:
		return "every " + s.PollEvery + ", its own interval"
	case api.PaceInterval:
		return "the interval of all sources, fetcher.poll_every"
	case api.PaceFailures:
		return counted(s.Failures, "poll", "polls") + " failed in a row: it is asked less often"
	case api.PaceNone, api.PaceHabit:
	}
	return "as its habit asks"
}

// printOptions shows what an operator set, without secrets.
func printOptions(w io.Writer, o news.Options) {
	for _, name := range slices.Sorted(maps.Keys(o.Headers)) {
		fmt.Fprintf(w, "header\t%s: %s\n", name, o.Headers[name])
	}
	for _, option := range []struct{ name, value string }{
		{"cookies", o.Cookies}, {"proxy", o.Proxy}, {"keep", strings.Join(o.Keep, " | ")}, {"drop", strings.Join(o.Drop, " | ")},
		{"second looks", strings.Join(o.SecondLooks, ", ")},
	} {
		if option.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", option.name, option.value)
		}
	}
	if o.FullContent {
		fmt.Fprintln(w, "full content\tits pages are not downloaded")
	}
	if o.Quota > 0 {
		fmt.Fprintf(w, "quota\t%d new items of 24 hours\n", o.Quota)
	}
	if o.IgnoreRobots {
		fmt.Fprintln(w, "robots.txt\tis not asked")
	}
}

func pollOutcome(p api.Poll) string {
	if p.Pushed {
		return string(p.Outcome) + " (pushed)"
	}
	return string(p.Outcome)
}

func printPolls(w io.Writer, polls []api.Poll) {
	if len(polls) > 0 {
		fmt.Fprintln(w, "\npolled at\toutcome\tstatus\tbytes\tentries\tnew\tchanged\ttook\treason\trepaired")
	}
	for _, p := range polls {
		took := time.Duration(p.TookSeconds * float64(time.Second)).Truncate(time.Millisecond)
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%v\t%s\t%s\n", p.At.Local().Format(time.DateTime), pollOutcome(p), p.Status, p.Bytes,
			p.Entries, p.New, p.Changed, took, orDash(p.Reason), orDash(strings.Join(p.Repairs, ", ")))
	}
}
