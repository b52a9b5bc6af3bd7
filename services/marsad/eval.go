package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"marsad/services/cleaner/score"
)

func (c *cli) evalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "eval", Short: "Score parts of the pipeline on labelled data", Args: cobra.NoArgs, RunE: help}
	var format, predictions string
	extract := &cobra.Command{
		Use: "extract DIR", Short: "Score the cleaner on labelled pages (DIR holds manifest.jsonl and the pages)", Args: cobra.ExactArgs(1),
		Long: `Scores the cleaner on labelled pages: DIR holds manifest.jsonl (one JSON object a
line: id, set, file, and what is known of url, body, title, published, authors,
lang, wanted, unwanted) and the pages, gzip.

prec, recall and F1 compare the body's runs of four words; exact counts bodies
with all words right; instant the dates whose label has a clock and a zone and
that are right to the minute; wanted and unwanted the snippets that are in the
text. The model that finds the text was learned from labelled pages: on those,
the figures flatter it. 'marsad train extract' scores it on sites it has not seen.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				return score.Run(cmd.Context(), args[0], score.Options{Predictions: w, Progress: c.progress("pages")})
			})
		},
	}
	extract.Flags().StringVar(&format, "format", "table", "table or json")
	extract.Flags().StringVar(&predictions, "predictions", "", "write what each document got to `FILE` (JSON lines)")
	cmd.AddCommand(extract, c.evalLangCommand(), c.evalDedupCommand(), c.evalStoriesCommand(), c.evalTopicsCommand(), c.evalFeedsCommand())
	return cmd
}

// scored is what a scoring run reports.
type scored interface{ Table() string }

// score runs a scoring and prints what it reports; predictions, unless empty, names
// the file that run writes what each document got to.
func (c *cli) score(format, predictions string, run func(predictions io.Writer) (scored, error)) error {
	if err := formats(format, "table", "json"); err != nil {
		return err
	}
	var report scored
	err := writeTo(predictions, func(w io.Writer) (err error) {
		report, err = run(w)
		return err
	})
	if err != nil {
		return err
	}
	if format == "json" {
		return c.printJSON(report)
	}
	_, err = fmt.Fprint(c.out, report.Table())
	return err
}

// progress shows on a terminal how far long work is; elsewhere it says nothing.
func (c *cli) progress(what string) func(done, total int) {
	if !isTerminal(c.err) {
		return nil
	}
	return func(done, total int) {
		c.showing = done != total
		if total > 0 {
			fmt.Fprintf(c.err, "\r%d of %d %s", done, total, what)
			if done == total {
				fmt.Fprintln(c.err)
			}
		} else {
			fmt.Fprintf(c.err, "\r%d %s", done, what)
		}
	}
}
