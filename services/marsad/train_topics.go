package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"marsad/services/classifier/score"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

func (c *cli) trainTopicsCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "topics DIR",
		Short: "Make the models of topics of labelled articles (DIR has annotated*.jsonl.gz, and perhaps others)",
		Long: `Makes the models of topics, one for each language: JSON lines, gzip or not, with id, src,
lang, title, text, topics (two digits of an IPTC Media Topic each) and flags (def, intl)
in annotated*; with source, lang, title and text in other files of the folder, whose
topics are guessed. The same files give the same bytes. The models go to
services/classifier/topics/models, from where they are built into the program.

The figures are of models that have not seen the source (in Arabic; the article, in
languages of fewer than ten sources) they are scored on.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			labelled, err := training.Read(args[0])
			if err != nil {
				return err
			}
			texts, err := training.ReadTexts(args[0])
			if err != nil {
				return err
			}
			learned, err := training.Train(cmd.Context(), labelled, texts, training.Options{Progress: c.progress("models")})
			if err != nil {
				return err
			}
			fmt.Fprint(c.out, score.NewTopicReport(score.HeldOut(learned)).Table())
			for _, l := range learned {
				if err := c.writeTopics(filepath.Join(out, l.Lang+".model"), l.Model); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the models to `DIR`")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err) // it is there
	}
	return cmd
}

func (c *cli) writeTopics(path string, model *topics.Model) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := model.Write(file); err != nil {
		file.Close()
		return err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	fmt.Fprintf(c.out, "%s: %d bytes, %d features\n", path, info.Size(), model.Len())
	return file.Close()
}
