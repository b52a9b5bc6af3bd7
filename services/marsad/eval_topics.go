package main

import (
	"io"

	"github.com/spf13/cobra"

	"marsad/services/classifier/score"
)

func (c *cli) evalTopicsCommand() *cobra.Command {
	var format, predictions string
	var rounds int
	var heldOut bool
	cmd := &cobra.Command{
		Use:   "topics PATH",
		Short: "Score the topics of articles (PATH is a file, or a folder with annotated*.jsonl.gz)",
		Long: `Scores the topics that articles are given. Files are JSON lines, plain or gzip: id, src,
lang, title, text, topics (two digits of an IPTC Media Topic each, main first), flags (def:
national security, intl: international relations).

macro F1 is the mean over the 17 topics of the first level, micro F1 counts all topics of
all articles; main is how often the most probable topic is among the article's, "of surest 80%"
the same of the articles with the most confident answers. F1 and main take what the
classifier would say if it did not abstain; "given topics" is the share of articles on
which it does not. ECE is the expected calibration error of the most probable topic, then of all topics.

The models inside the program were made of labelled articles: on those, the figures
flatter them. With --held-out, models are trained anew (minutes) of the folder, each
without the source (in Arabic) or the articles it is scored on.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				options := score.TopicOptions{Rounds: rounds, Predictions: w}
				if heldOut {
					options.Progress = c.progress("models")
					return score.RunTopicsHeldOut(cmd.Context(), args[0], options)
				}
				options.Progress = c.progress("articles")
				return score.RunTopics(cmd.Context(), args[0], options)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each article got to `FILE` (JSON lines)")
	cmd.Flags().IntVar(&rounds, "rounds", 3, "take the time of each way of working so often; the fastest counts; 0: none")
	cmd.Flags().BoolVar(&heldOut, "held-out", false, "train models of the folder that have not seen what they are scored on")
	return cmd
}
