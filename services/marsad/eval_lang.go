package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"marsad/pkg/text"
	"marsad/pkg/text/langmodel/score"
	"marsad/pkg/text/langmodel/sib200"
)

func (c *cli) evalLangCommand() *cobra.Command {
	var format, predictions string
	cmd := &cobra.Command{
		Use:   "lang PATH",
		Short: "Score the language of sentences (PATH is a file, or a folder with sib200*.jsonl.gz)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "table", "json"); err != nil {
				return err
			}
			sentences, err := sib200.Read(args[0])
			if err != nil {
				return err
			}
			var report *score.Report
			err = writeTo(predictions, func(w io.Writer) (err error) {
				options := score.Options{Predictions: w, Progress: c.progress("sentences")}
				report, err = score.Run(cmd.Context(), sib200.Split(sentences, "dev"), text.Language, options)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			report.ModelBytes = text.LanguageModelBytes()
			if format == "json" {
				return c.printJSON(report)
			}
			_, err = fmt.Fprint(c.out, report.Table())
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each sentence got to `FILE` (JSON lines)")
	return cmd
}

// writeTo gives write a new file; nil where path is empty.
func writeTo(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(nil)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}
