package main

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marsad/pkg/text/langmodel/sib200"
	"marsad/pkg/text/langmodel/training"
)

func (c *cli) trainCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "train", Short: "Make the models inside the program from labelled data", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(c.trainLangCommand(), c.trainExtractCommand(), c.trainStoriesCommand(), c.trainTopicsCommand())
	return cmd
}

func (c *cli) trainLangCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "lang PATH",
		Short: "Make the language model of SIB-200 sentences (PATH is a file, or a folder with sib200*.jsonl.gz)",
		Long: `Makes the language model of the sentences of split train: JSON lines with lang,
split and text, gzip. The same sentences give the same bytes. It goes to
pkg/text/languages.model, from where it is built into the program.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sentences, err := sib200.Read(args[0])
			if err != nil {
				return err
			}
			train := sib200.Split(sentences, "train")
			if len(train) == 0 {
				return fmt.Errorf("%s: no sentences of split train", args[0])
			}
			var model bytes.Buffer
			var results []training.Result
			err = writeTo(out, func(w io.Writer) (err error) {
				if results, err = training.Write(cmd.Context(), &model, train, training.Options{Progress: c.progress("passes")}); err != nil {
					return err
				}
				_, err = w.Write(model.Bytes())
				return err
			})
			if err != nil {
				return err
			}
			c.printTraining(results, out, model.Len())
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the model to `FILE`")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err) // it is there
	}
	return cmd
}

// printTraining shows what came of each script that more than one language is written in.
func (c *cli) printTraining(results []training.Result, out string, size int) {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "script\tlanguages\tsentences\tweights\theld out: whole\t4 words\t")
	for _, r := range results {
		if len(r.Languages) > 1 {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.2f%%\t%.2f%%\t\n", r.Script, len(r.Languages), r.Sentences, r.Weights, 100*r.Whole.Share(), 100*r.Start.Share())
		}
	}
	w.Flush()
	fmt.Fprintf(c.out, "%s: %d bytes, %d scripts\n", out, size, len(results))
}
