package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"marsad/services/cleaner/score"
)

func (c *cli) trainExtractCommand() *cobra.Command {
	var out string
	var folds int
	cmd := &cobra.Command{
		Use:   "extract DIR",
		Short: "Make the model of where articles are of labelled pages (DIR holds manifest.jsonl and the pages)",
		Long: `Makes the model that tells the article's text from the rest of a page, of the
pages whose body is labelled. The same pages give the same bytes. It goes to
services/cleaner/body/forest.bin, from where it is built into the program.

Before, it scores the method: each page is read by a model that was learned from
the pages of other sites (--folds 0: not).`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if folds < 0 || folds == 1 {
				return usageError{fmt.Errorf("--folds %d: 2 or more, or 0 for no score", folds)}
			}
			var result score.Training
			err := writeTo(out, func(w io.Writer) (err error) {
				if result, err = score.Train(cmd.Context(), args[0], folds, c.progress("trees")); err != nil {
					return err
				}
				_, err = w.Write(result.Model)
				return err
			})
			if err != nil {
				return err
			}
			if result.HeldOut != nil {
				fmt.Fprint(c.out, result.HeldOut.BodyTable())
			}
			fmt.Fprintf(c.out, "%s: %d bytes, of %d pages\n", out, len(result.Model), result.Pages)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the model to `FILE`")
	cmd.Flags().IntVar(&folds, "folds", 5, "score on held-out sites, dealt to so many folds")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err) // it is there
	}
	return cmd
}
