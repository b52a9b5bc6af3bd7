package main

import (
	"io"

	"github.com/spf13/cobra"

	"marsad/services/fetcher/feed/score"
)

func (c *cli) evalFeedsCommand() *cobra.Command {
	var format, predictions string
	cmd := &cobra.Command{
		Use:   "feeds PATH",
		Short: "Score the reading of feeds (PATH is a folder or a zip file with cases of the Universal Feed Parser's suite)",
		Long: `Scores the reading of feeds on cases as the Universal Feed Parser's suite has them: XML
files whose first comment says what is expected, as a Python expression, and under which
HTTP headers.

parsed counts the files that were read without an error. An expectation is compared if
all that it names is something Marsad reads: titles, links, ids, summaries and contents
with their types and languages, authors, dates, categories, enclosures, languages, the
version. The others (encoding, rights, generator, media …) are counted by name.
'bozo', whether a feed is well-formed, is taken for false: Marsad mends what it can.
A date is met by any way to write the same moment. Titles are compared as they are read,
before their markup is taken out; contents as they are stored.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				return score.Run(cmd.Context(), args[0], score.Options{Predictions: w, Progress: c.progress("cases")})
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each case got to `FILE` (JSON lines)")
	return cmd
}
