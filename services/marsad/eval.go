package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"marsad/services/cleaner/score"
)

func (c *cli) evalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "eval", Short: "Score parts of the pipeline on labelled data", Args: cobra.NoArgs, RunE: help}
	var format, predictions string
	extract := &cobra.Command{
		Use: "extract DIR", Short: "Score the cleaner on labelled pages (DIR holds manifest.jsonl and the pages)", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := formats(format, "table", "json"); err != nil {
				return err
			}
			options := score.Options{Progress: c.progress("pages")}
			if predictions != "" {
				file, err := os.Create(predictions)
				if err != nil {
					return err
				}
				defer file.Close()
				w := bufio.NewWriter(file)
				defer func() {
					if flushed := w.Flush(); err == nil {
						err = flushed
					}
				}()
				options.Predictions = w
			}
			report, err := score.Run(cmd.Context(), args[0], options)
			if err != nil {
				return err
			}
			if format == "json" {
				return c.printJSON(report)
			}
			_, err = fmt.Fprint(c.out, report.Table())
			return err
		},
	}
	extract.Flags().StringVar(&format, "format", "table", "table or json")
	extract.Flags().StringVar(&predictions, "predictions", "", "write what each document got to `FILE` (JSON lines)")
	cmd.AddCommand(extract, c.evalLangCommand())
	return cmd
}

// progress shows on a terminal how far long work is; elsewhere it says nothing.
func (c *cli) progress(what string) func(done, total int) {
	if !isTerminal(c.err) {
		return nil
	}
	return func(done, total int) {
		if total > 0 {
			fmt.Fprintf(c.err, "\r%d of %d %s", done, total, what)
		} else {
			fmt.Fprintf(c.err, "\r%d %s", done, what)
		}
	}
}
