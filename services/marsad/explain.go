package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"marsad/pkg/news"
	"marsad/services/classifier"
	"marsad/services/classifier/topics"
)

// explainArticle prints what made the labels of an article, as this program and the
// watches that are applied give them.
func (c *cli) explainArticle(ctx context.Context, s *session, ref, format string) error {
	article, err := s.Article(ctx, ref)
	if err != nil {
		return err
	}
	labels, err := c.watching(ctx, s)
	if err != nil {
		return err
	}
	e := labels.Explain(*article.Article)
	if format == "json" {
		return c.printJSON(e)
	}
	fmt.Fprintf(c.out, "%s\n", shown(article.Article.Title, 500))
	c.printTopicReasons(e)
	c.printFound("places", e.Places)
	c.printFound("organisations", e.Organisations)
	c.printWatchReasons(e.Watches)
	return nil
}

// abstentions are in words what an article without topics is told.
var abstentions = map[news.Abstention]string{
	news.TooShort:            "the article has too few words",
	news.LowConfidence:       "no topic is probable enough",
	news.UnsupportedLanguage: "there is no model of its language",
}

// topicsInWords are an article's topics, or why it has none.
func topicsInWords(l news.Labels) string {
	if l.Abstained != "" {
		return fmt.Sprintf("none: %s (%s)", l.Abstained, abstentions[l.Abstained])
	}
	var list []string
	for _, t := range l.Topics {
		list = append(list, fmt.Sprintf("%s (%.2f)", t.Label, t.P))
	}
	return strings.Join(list, ", ")
}

func (c *cli) printTopicReasons(e classifier.Explanation) {
	fmt.Fprintf(c.out, "\ntopics (%s)\n", topics.Taxonomy)
	if e.Abstained != "" {
		fmt.Fprintf(c.out, "  none: %s (%s)\n", e.Abstained, abstentions[e.Abstained])
	}
	for _, t := range e.Topics {
		fmt.Fprintf(c.out, "  %s %s  %.2f\n", t.Code, t.Label, t.P)
		var words []string
		for _, w := range t.Words {
			words = append(words, fmt.Sprintf("%s %+.2f", isolated(w.Text), w.Score))
		}
		fmt.Fprintf(c.out, "    %s\n", strings.Join(words, ", "))
	}
}

// printFound shows each thing with the places where it is named.
func (c *cli) printFound(what string, found []classifier.Found) {
	fmt.Fprintf(c.out, "\n%s\n", what)
	if len(found) == 0 {
		fmt.Fprintln(c.out, "  none")
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, f := range found {
		var spans []string
		for _, s := range f.Spans {
			spans = append(spans, spanned(s.In, s.Text, s.Start, s.End))
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%s\n", f.ID, f.Name, len(f.Spans), few(spans, 8))
	}
	_ = w.Flush() // as all output here
}

func (c *cli) printWatchReasons(found []news.Watch) {
	fmt.Fprintf(c.out, "\nwatches\n")
	if len(found) == 0 {
		fmt.Fprintln(c.out, "  none")
	}
	for _, w := range found {
		fmt.Fprintf(c.out, "  %s  %s\n", w.ID, strconv.FormatFloat(w.Score, 'g', 4, 64))
		for _, m := range w.Matches {
			fmt.Fprintf(c.out, "    %s: %s\n", m.Rule, spanned(m.In, shown(m.Text, titleWidth), m.Start, m.End))
		}
	}
}

// spanned shows a stretch of an article with its place.
func spanned(in, words string, start, end int) string {
	if in != "" {
		in += " "
	}
	return fmt.Sprintf("%s [%s%d–%d]", isolated(words), in, start, end)
}

// isolated keeps the direction of words from what stands around them (Unicode Standard
// Annex 9).
func isolated(s string) string { return "\u2068" + s + "\u2069" }

func few(list []string, n int) string {
	if len(list) > n {
		return strings.Join(list[:n], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}
