package main

import (
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

func (c *cli) statusCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "status", Short: "The system at a glance", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				status, err := s.Status(cmd.Context())
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(status)
				}
				return c.printStatus(status, s.process == nil)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (c *cli) printStatus(s api.Status, running bool) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	state := "no instance on this data folder"
	switch {
	case running && s.Ready:
		state = "running, ready"
	case running:
		state = "running, not ready: " + s.Waiting
	}
	fmt.Fprintf(w, "marsad %s\t%s\n", s.Version, state)
	fmt.Fprintf(w, "sources\t%d healthy, %d failing, %d quiet, %d with another volume than usual, %d paused\n",
		s.Sources[news.Healthy], s.Sources[news.Failing], s.Sources[news.Quiet], s.Sources[news.VolumeChanged], s.Sources[news.Paused])
	fmt.Fprintf(w, "items ended\t%d archived, %d dropped, %d dead\n", s.Ended[news.Archived], s.Ended[news.Dropped], s.Ended[news.Dead])
	fmt.Fprintf(w, "items open\t%d due, %d in line", s.Open[news.StateDue], s.Open[news.StateInLine])
	if s.Oldest > 0 {
		fmt.Fprintf(w, ", the oldest since %v", time.Duration(s.Oldest)*time.Second)
	}
	fmt.Fprintf(w, "\nsearch index\t%d articles, %d to come\n", s.Index.Documents, s.Index.Pending)
	if running && s.Ready && s.Streams == nil {
		fmt.Fprintln(w, "streams\task where 'web' runs")
	}
	for _, name := range slices.Sorted(maps.Keys(s.Streams)) {
		fmt.Fprintf(w, "%s\t%d messages\n", name, s.Streams[name])
	}
	return w.Flush()
}
