package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (c *cli) deadCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "dead", Short: "Dead letters: what could not be handled", Args: cobra.NoArgs, RunE: help}
	var format string
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "List dead letters, newest first", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				letters, err := s.DeadLetters(cmd.Context(), limit)
				if err != nil {
					return err
				}
				if format == "json" {
					return c.printJSON(letters)
				}
				return c.printLetters(letters)
			})
		},
	}
	list.Flags().StringVar(&format, "format", "text", "text or json")
	list.Flags().IntVar(&limit, "limit", 100, "how many at most")
	show := &cobra.Command{
		Use: "show ITEM", Short: "Show one dead letter, with its payload and headers, as JSON", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				id, err := letterID(cmd.Context(), s, args[0])
				if err != nil {
					return err
				}
				letter, err := s.DeadLetter(cmd.Context(), id)
				if err != nil {
					return err
				}
				return c.printJSON(struct {
					store.DeadLetter
					Payload string `json:"payload"` // readable: it is JSON
				}{letter, string(letter.Payload)})
			})
		},
	}
	retry := c.deadVerb("retry", "Put items back in line", needBus, "goes on", func(s *session, cmd *cobra.Command, id string) error {
		return s.RetryDeadLetter(cmd.Context(), id)
	})
	drop := c.deadVerb("drop", "End items as dropped, and delete their letters", needStore, "is dropped", func(s *session, cmd *cobra.Command, id string) error {
		return s.DropDeadLetter(cmd.Context(), id)
	})
	cmd.AddCommand(list, show, retry, drop)
	return cmd
}

func (c *cli) deadVerb(verb, short string, n need, done string, act func(*session, *cobra.Command, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ITEM…", Short: short, Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withSession(cmd.Context(), n, func(s *session) error {
				for _, ref := range args {
					id, err := letterID(cmd.Context(), s, ref)
					if err != nil {
						return err
					}
					if err := act(s, cmd, id); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "%s %s\n", id, done)
				}
				return nil
			})
		},
	}
}

// maxLetters is how many letters, the newest ones, are looked through for the
// beginning of an ID.
const maxLetters = 10000

// letterID finds the item of a dead letter by its ID or the beginning of it.
func letterID(ctx context.Context, s *session, ref string) (string, error) {
	digits, ok := api.IDDigits(ref)
	switch {
	case !ok:
		return "", fmt.Errorf("%q is neither the ID of an item nor the beginning of one: 'marsad dead list' shows them", ref)
	case news.ID(digits).Valid():
		return digits, nil
	case len(digits) < api.MinDigits:
		return "", fmt.Errorf("%q is too short: give at least %d digits of the ID", ref, api.MinDigits)
	}
	letters, err := s.DeadLetters(ctx, maxLetters)
	if err != nil {
		return "", err
	}
	var found string
	for _, l := range letters {
		switch id := string(l.Ref.Item); {
		case !strings.HasPrefix(id, digits):
		case found != "":
			return "", fmt.Errorf("several dead letters begin with %q: give more digits", ref)
		default:
			found = id
		}
	}
	if found == "" {
		return "", fmt.Errorf("there is no dead letter for %q: 'marsad dead list' shows them", ref)
	}
	return found, nil
}

func (c *cli) printLetters(letters []store.DeadLetter) error {
	if len(letters) == 0 {
		_, err := fmt.Fprintln(c.out, "there are no dead letters")
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "item\tstage\treason\tattempts\tat\terror")
	for _, l := range letters {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", l.Ref.Item, l.Stage, l.Reason, l.Attempts, l.At.Local().Format(time.DateTime), shown(l.Error, 100))
	}
	return w.Flush()
}

// shown is the first line of s, n characters of it at most, without what could
// make a terminal do things.
func shown(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			return b.String()
		case n == 0:
			return b.String() + "…"
		case unicode.IsPrint(r):
			b.WriteRune(r)
			n--
		}
	}
	return b.String()
}
