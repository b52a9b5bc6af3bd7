package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"marsad/pkg/news"
	"marsad/services/classifier"
	"marsad/services/classifier/topics"
	"marsad/services/web/api"
)

// explainArticle prints what made the labels of an article, as this program and the
// watches that are applied give them.
func (c *cli) explainArticle(ctx context.Context, s *session, ref, format string) error {
	article, err := s.Article(ctx, ref)
	if failed, ok := errors.AsType[*api.Error](err); ok && failed.Status == http.StatusNotFound {
		if item, err := s.Item(ctx, ref); err == nil {
			return fmt.Errorf("%s is no article, so nothing made its labels: %s", item.ID, whereabouts(item))
		}
	}
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
		note := ""
		if e.Abstained != "" {
			note = "  (the best guess)"
		}
		fmt.Fprintf(c.out, "  %s %s  %.2f%s\n", t.Code, t.Label, t.P, note)
		var words []string
		for _, w := range t.Words {
			words = append(words, fmt.Sprintf("%s %+.2f", c.isolated(w.Text), w.Score))
		}
		c.printList("    ", words)
	}
}

// printFound shows each thing with the places where it is named.
func (c *cli) printFound(what string, found []classifier.Found) {
	fmt.Fprintf(c.out, "\n%s\n", what)
	if len(found) == 0 {
		fmt.Fprintln(c.out, "  none")
	}
	for _, f := range found {
		fmt.Fprintf(c.out, "  %s  %s (%d)\n", f.ID, f.Name, len(f.Spans))
		var spans []string
		for _, s := range f.Spans {
			spans = append(spans, c.spanned(s.In, s.Text, s.Start, s.End))
		}
		c.printList("    ", few(spans, 8))
	}
}

func (c *cli) printWatchReasons(found []news.Watch) {
	fmt.Fprintf(c.out, "\nwatches\n")
	if len(found) == 0 {
		fmt.Fprintln(c.out, "  none")
	}
	for _, w := range found {
		fmt.Fprintf(c.out, "  %s  %s\n", w.ID, strconv.FormatFloat(w.Score, 'g', 4, 64))
		for _, m := range w.Matches {
			if m.End == 0 { // of the article as a whole
				fmt.Fprintf(c.out, "    %s\n", m.Rule)
				continue
			}
			fmt.Fprintf(c.out, "    %s: %s\n", m.Rule, c.spanned(m.In, shown(m.Text, titleWidth), m.Start, m.End))
		}
	}
}

// spanned shows a stretch of an article with its place.
func (c *cli) spanned(in, words string, start, end int) string {
	if in != "" {
		in += " "
	}
	return fmt.Sprintf("%s [%s%d–%d]", c.isolated(words), in, start, end)
}

// isolated keeps, on a terminal, the direction of words from what stands around them
// (Unicode Standard Annex 9).
func (c *cli) isolated(s string) string {
	if !isTerminal(c.out) {
		return s
	}
	return "\u2068" + s + "\u2069"
}

func few(list []string, n int) []string {
	if len(list) > n {
		return append(list[:n:n], "…")
	}
	return list
}

// lineWidth is where lists are broken, in characters.
const lineWidth = 100

// printList prints a list with commas, on as many lines as it takes.
func (c *cli) printList(indent string, list []string) {
	line := indent
	for i, entry := range list {
		if i < len(list)-1 {
			entry += ", "
		}
		if line != indent && utf8.RuneCountInString(line)+utf8.RuneCountInString(entry) > lineWidth {
			fmt.Fprintln(c.out, strings.TrimRight(line, " "))
			line = indent
		}
		line += entry
	}
	fmt.Fprintln(c.out, line)
}
