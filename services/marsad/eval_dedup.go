package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"marsad/services/deduplicator/score"
)

func (c *cli) evalDedupCommand() *cobra.Command {
	var format, predictions string
	var rounds int
	cmd := &cobra.Command{
		Use:   "dedup PATH...",
		Short: "Score the finding of copies (PATH is a file, or a folder of .jsonl and .jsonl.gz)",
		Long: `Scores how copies and excerpts are found by resemblance. Files are JSON lines, plain
or gzip, and are known by their fields:

  id, title, text, and perhaps lang and date, with NAME_labels.json beside NAME.jsonl.gz
  (an array of a, b, label, confidence, weight): a stream with labelled pairs; confidence is
  1 (arguable) to 3 (sure). D (one is
  derived from the other) and P (one holds part of the other) are to be found, E (same
  event) and N (different) are not.
  id, kind, cluster, title, text: a stream made of copies that are known. A copy is found
  when it is in one group with another document of its cluster.

Other files of a folder are passed over. Pairs are weighted, and intervals are the middle
95 % of 2,000 bootstrap samples within each weight. A pair is found by group when both are
in one group or one is told to come from the other; by match when the later one matched
the earlier one directly, in another pass in which no text is left out of the index.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if rounds < 1 {
				return usageError{fmt.Errorf("--rounds %d: 1 or more", rounds)}
			}
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				options := score.DuplicateOptions{Rounds: rounds, Predictions: w, Progress: c.progress("documents")}
				return score.RunDuplicates(cmd.Context(), args, options)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each document got to `FILE` (JSON lines)")
	cmd.Flags().IntVar(&rounds, "rounds", 3, "take the time of each stream so often; the fastest counts")
	return cmd
}
