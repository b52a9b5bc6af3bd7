package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (c *cli) searchCommand() *cobra.Command {
	var topic topicFlag
	var format string
	filters := map[string]*string{}
	limit := limit{20, 1000}
	cmd := &cobra.Command{
		Use: "search [WORD…]", Short: "Search articles, newest first",
		Long: `Search articles, newest first. A query is words that must all occur, "phrases",
OR between alternatives, and -word for what must not occur:

  marsad search 'المغرب "صناعة دفاعية" OR تسليح -كرة'

Spellings are folded: hamza and alef forms, ta marbuta, ya, harakat, case and
accents make no difference, nor does the Arabic article (ال, with its
prefixes). Without a query the newest articles are listed. An article without a
date stands where it was found. Put -- before a query that begins with -.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := formats(format, "text", "json", "csv"); err != nil {
				return err
			}
			parameters := url.Values{"limit": {limit.String()}}
			for name, value := range filters {
				if *value != "" {
					parameters.Set(name, *value)
				}
			}
			if topic != "" {
				parameters.Set("topic", topic.String())
			}
			parameters.Set("q", strings.Join(args, " "))
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				start := time.Now()
				hits, err := s.Search(cmd.Context(), parameters)
				if err != nil {
					return err
				}
				return c.printHits(hits, format, time.Since(start))
			})
		},
	}
	flags := cmd.Flags()
	for name, usage := range map[string]string{
		"country": "mentioned country, as MA", "lang": "language, as ar", "source": "`SOURCE`: ID, URL or name",
		"publisher": "publisher: ID or name", "watch": "matched `WATCH`", "story": "`ID` of a story",
		"since": "published at or after `TIME`: a date, RFC 3339, or an age as 36h or 7d", "until": "published before `TIME`",
	} {
		filters[name] = flags.String(name, "", usage)
	}
	flags.Var(&topic, "topic", "a topic: its IPTC code or name, as sport")
	flags.Var(&limit, "limit", limit.usage())
	flags.StringVar(&format, "format", "text", "text, json or csv")
	return cmd
}

func (c *cli) printHits(hits api.Hits, format string, took time.Duration) error {
	switch format {
	case "json":
		return c.printJSON(hits)
	case "csv":
		return c.printCSV(hits)
	}
	mark := marks(c.out)
	for _, h := range hits.Articles {
		fmt.Fprintf(c.out, "%s  %s  %s  %s  %s\n", h.ID[:8], date(h.Published), h.Lang, h.Publisher, mark(h.Title))
		if text := excerpt(h.Excerpt, mark); text != "" {
			fmt.Fprintf(c.out, "    %s\n", text)
		}
		fmt.Fprintf(c.out, "    %s\n", h.URL)
	}
	more := ""
	if hits.Next != 0 {
		more = ", and there are more (--limit)"
	}
	_, err := fmt.Fprintf(c.err, "%s in %v%s\n", counted(len(hits.Articles), "article", "articles"), took.Round(time.Millisecond), more)
	return err
}

func (c *cli) printCSV(hits api.Hits) error {
	w := csv.NewWriter(c.out)
	_ = w.Write([]string{"id", "published", "lang", "publisher", "source", "title", "url", "verdict", "story", "words", "relation"}) // w.Error tells
	for _, h := range hits.Articles {
		published, relation := "", h.Verdict // as first decided
		if h.Relation != nil {
			relation = h.Relation.Kind
		}
		if h.Published != nil {
			published = h.Published.Format(time.RFC3339)
		}
		_ = w.Write([]string{string(h.ID), published, h.Lang, h.Publisher, h.Source, h.Title, h.URL, string(h.Verdict), string(h.Story), strconv.Itoa(h.Words), string(relation)})
	}
	w.Flush()
	return w.Error()
}

func date(t *time.Time) string {
	if t == nil {
		return "no date   "
	}
	return t.Local().Format(time.DateOnly)
}

// marks returns how what was searched for is shown: bold on a terminal.
func marks(w io.Writer) func(string) string {
	if isTerminal(w) {
		return func(s string) string { return "\x1b[1m" + s + "\x1b[0m" }
	}
	return func(s string) string { return s }
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func excerpt(spans []store.Span, mark func(string) string) string {
	var b strings.Builder
	for _, span := range spans {
		if span.Hit {
			b.WriteString(mark(span.Text))
		} else {
			b.WriteString(span.Text)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
