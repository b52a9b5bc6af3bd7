package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
			return c.score(format, predictions, func(w io.Writer) (scored, error) {
				sentences, err := sib200.Read(args[0])
				if err != nil {
					return nil, err
				}
				options := score.Options{Predictions: w, Progress: c.progress("sentences")}
				report, err := score.Run(cmd.Context(), sib200.Split(sentences, "dev"), text.Language, options)
				if err != nil {
					return nil, err
				}
				report.ModelBytes = text.LanguageModelBytes()
				return report, nil
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	cmd.Flags().StringVar(&predictions, "predictions", "", "write what each sentence got to `FILE` (JSON lines)")
	return cmd
}

// writeTo gives write a file; nil where path is empty. What was there is replaced only
// when all is written: the file is made beside it, before any work is done.
func writeTo(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(nil)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file that can be written", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, pathless(err))
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is not there any more if it was renamed
	defer file.Close()
	w := bufio.NewWriter(file)
	if err := write(w); err != nil {
		return err
	}
	if err := cmp.Or(w.Flush(), file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
