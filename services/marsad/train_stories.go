package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marsad/pkg/text"
	"marsad/pkg/text/langmodel/sib200"
	"marsad/services/deduplicator/story"
)

func (c *cli) trainStoriesCommand() *cobra.Command {
	var out string
	var without []string
	cmd := &cobra.Command{
		Use:   "stories PATH…",
		Short: "Make the table of how rare words are of texts in many languages (JSON lines, plain or gzip)",
		Long: `Makes the table of how rare words are in news, by language: JSON lines with text
or body, and perhaps lang (BCP 47, or a code of SIB-200), title, src or source, and
split, of which train is taken. Texts of up to 60 words count as sentences. The same
texts give the same bytes. It goes to services/deduplicator/story/background.bin,
from where it is built into the program.

Texts that stories are scored on must not be among them: --without leaves out sources.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var trainer story.Trainer
			for _, path := range args {
				if err := readTexts(cmd.Context(), path, without, trainer.Add); err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
			}
			var table bytes.Buffer
			learned, err := trainer.Write(&table)
			if err != nil {
				return err
			}
			err = writeTo(out, func(w io.Writer) error {
				_, err := w.Write(table.Bytes())
				return err
			})
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(w, "lang\tarticles\tsentences\twords\t")
			for _, l := range learned {
				fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", l.Lang, l.Articles, l.Sentences, l.Words)
			}
			w.Flush()
			fmt.Fprintf(c.out, "%s: %d bytes, %d languages\n", out, table.Len(), len(learned))
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the table to `FILE`")
	cmd.Flags().StringSliceVar(&without, "without", nil, "leave out texts of this `SOURCE` (several times, or with commas)")
	if err := cmd.MarkFlagRequired("out"); err != nil {
		panic(err) // it is there
	}
	return cmd
}

// readTexts gives the texts of a file of JSON lines to add.
func readTexts(ctx context.Context, path string, without []string, add func(lang, title, body string)) error {
	file, err := os.Open(path)
	if err != nil {
		return pathless(err)
	}
	defer file.Close()
	r := io.Reader(file)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(file); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var line struct{ Lang, Title, Text, Body, Src, Source, Split string }
		missing := bytes.ReplaceAll(lines.Bytes(), []byte(`": NaN`), []byte(`": null`)) // as Python writes it
		if err := json.Unmarshal(missing, &line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if line.Split != "" && line.Split != "train" || slices.Contains(without, line.Src+line.Source) {
			continue
		}
		lang := text.Base(line.Lang)
		if code := sib200.Language(line.Lang); code != "" {
			lang = code
		}
		if lang == "" {
			lang, _ = text.Language(line.Title + "\n" + line.Text + line.Body)
		}
		add(lang, line.Title, line.Text+line.Body)
	}
	return lines.Err()
}
