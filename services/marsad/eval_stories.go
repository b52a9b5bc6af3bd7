package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"marsad/services/deduplicator/score"
)

func (c *cli) evalStoriesCommand() *cobra.Command {
	var format, predictions string
	var shuffles int
	cmd := &cobra.Command{
		Use:   "stories PATH",
		Short: "Score the gathering of stories (PATH is a file, or a folder of .jsonl and .jsonl.gz)",
		Long: `Scores how articles are gathered into stories. Files are JSON lines, plain or gzip,
and are known by their fields:

  id, cluster, title, text, and perhaps lang and date: a stream of articles. BCubed
  and ARI of the stories against the clusters, in the order of the file and shuffled.
  a, b (each title and text), overall (1 the same story to 4), and perhaps lang:
  pairs. AUC and F1 of "same" (overall below 2.5), and Pearson's correlation.

Other files of a folder are passed over. Streams go to the stories directly: what is
a copy of what is not asked.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if shuffles < 0 {
				return usageError{fmt.Errorf("--shuffles %d: 0 or more", shuffles)}
			}
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				options := score.StoryOptions{Shuffles: shuffles, Predictions: w, Progress: c.progress("documents")}
				return score.RunStories(cmd.Context(), args[0], options)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each document or pair got to `FILE` (JSON lines)")
	cmd.Flags().IntVar(&shuffles, "shuffles", 5, "score streams in so many random orders, too")
	return cmd
}
