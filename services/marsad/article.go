package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/store"
)

func (c *cli) articleCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "article ID", Short: "Show one article with its trail, copies and revisions", Args: cobra.ExactArgs(1),
		Long: "Show one article with its trail, copies and revisions. The first 8 digits of the ID will do.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			if args[0] == "" {
				return usageError{errors.New("an ID is needed")}
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				article, err := s.Article(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(article)
				}
				return c.printArticle(article)
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (c *cli) printArticle(d store.ArticleDetail) error {
	a := d.Article
	fmt.Fprintf(c.out, "%s\n\n", a.Title)
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	row("id", string(a.ID))
	row("publisher", a.Publisher)
	row("source", a.Source)
	row("url", a.URL)
	row("authors", strings.Join(a.Authors, ", "))
	if a.Published != nil {
		row("published", a.Published.Local().Format(time.DateTime))
	}
	row("archived", d.ArchivedAt.Local().Format(time.DateTime))
	row("language", fmt.Sprintf("%s, %d words, %s", a.Lang, a.Words, a.Completeness))
	row("verdict", verdict(d))
	row("story", fmt.Sprintf("%s: %d articles of %d publishers", d.Story.ID, d.Story.Articles, d.Story.Publishers))
	var places []string
	for _, p := range d.Places {
		places = append(places, fmt.Sprintf("%s (%d)", p.Name, p.Mentions))
	}
	row("places", strings.Join(places, ", "))
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\n%s\n\n", a.Text)
	return c.printSurroundings(d)
}

func verdict(d store.ArticleDetail) string {
	if d.Verdict.Of == nil {
		return fmt.Sprintf("%s (%s)", d.Verdict.Kind, d.Verdict.Rule)
	}
	return fmt.Sprintf("%s of %s, similarity %.2f (%s)", d.Verdict.Kind, *d.Verdict.Of, d.Verdict.Similarity, d.Verdict.Rule)
}

func (c *cli) printSurroundings(d store.ArticleDetail) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, step := range d.Trail {
		fmt.Fprintf(w, "trail\t%s\t%s\t%.1f ms\t%s\n", step.At.Local().Format("15:04:05.000"), step.Service, step.TookMS, step.Note)
	}
	for _, r := range d.Copies {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Kind, r.ID[:8], r.Publisher, r.URL)
	}
	for _, r := range d.Revisions {
		fmt.Fprintf(w, "revision\t%d\t%s\t%s\n", r.Revision, r.ArchivedAt.Local().Format(time.DateTime), r.Title)
	}
	return w.Flush()
}
