package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marsad/pkg/news"
	"marsad/pkg/text"
	"marsad/pkg/watches"
	"marsad/services/classifier"
	"marsad/services/web/api"
)

func (c *cli) watchesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "watches", Short: "Subjects to follow, described in a YAML file", Args: cobra.NoArgs, RunE: help,
		Long: `Subjects to follow, described in a YAML file: docs/watches.md is its language, and
watches.example.yaml one to start from. FILE may be - for standard input.

  marsad watches lint watches.yaml                say what is wrong with it
  marsad watches test watches.yaml --since 30d    run its examples, and try it on what is archived
  marsad watches apply watches.yaml               use it from now on`,
	}
	cmd.AddCommand(c.watchesLint(), c.watchesTest(), c.watchesList(), c.watchesApply(), c.watchesShow())
	return cmd
}

// oneFile asks for a file of watches, and says so.
func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("name one file of watches, or - for standard input; watches.example.yaml is one to start from")
	}
	return nil
}

// readWatches reads a file, and one byte more than it may have.
func (c *cli) readWatches(name string) ([]byte, error) {
	in := io.NopCloser(c.stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, reading(err))
		}
		in = file
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, watches.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, reading(err))
	}
	return raw, nil
}

// lintFile reads a file and prints what is wrong with it; errSilent if it cannot be used.
func (c *cli) lintFile(name string, to io.Writer) ([]byte, *watches.File, error) {
	raw, err := c.readWatches(name)
	if err != nil {
		return nil, nil, err
	}
	file, mistakes := watches.Parse(raw, c.watchNames())
	for _, m := range mistakes {
		fmt.Fprintf(to, "%s:%v\n", name, m)
	}
	if file == nil {
		return nil, nil, errSilent
	}
	return raw, file, nil
}

func (c *cli) watchesLint() *cobra.Command {
	return &cobra.Command{
		Use: "lint FILE", Short: "Say what is wrong with a file of watches", Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			_, file, err := c.lintFile(args[0], c.out)
			if err == nil {
				fmt.Fprintf(c.err, "%s: %s, in order\n", args[0], counted(len(file.Watches), "watch", "watches"))
			}
			return err
		},
	}
}

func (c *cli) watchesTest() *cobra.Command {
	var since, only string
	cmd := &cobra.Command{
		Use: "test FILE", Short: "Run the examples of a file of watches; with --since, try it on archived articles", Args: oneFile,
		Long: `Run the examples that are written in a file of watches: each must match, or not
match, as it says. With --since the watches are also tried on the archived
articles of that time: how many each matches, and some of them. Nothing is changed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			_, file, err := c.lintFile(args[0], c.out)
			if err != nil {
				return err
			}
			if only != "" && !hasWatch(file, only) {
				return fmt.Errorf("there is no watch %q in %s", only, args[0])
			}
			labels, err := c.matching(file)
			if err != nil {
				return err
			}
			failed := c.runExamples(args[0], file, labels, only)
			if since != "" {
				err := c.withSession(cmd.Context(), needStore, func(s *session) error {
					return c.tryWatches(cmd.Context(), s, file, labels, only, since)
				})
				if err != nil {
					return err
				}
			}
			if failed > 0 {
				return errSilent
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "try it on articles published at or after `TIME`: a date, RFC 3339, or an age as 36h or 30d")
	cmd.Flags().StringVar(&only, "watch", "", "only the watch `ID`")
	return cmd
}

func hasWatch(file *watches.File, id string) bool {
	for _, w := range file.Watches {
		if w.ID == id {
			return true
		}
	}
	return false
}

// runExamples prints the examples that fail, and returns how many do.
func (c *cli) runExamples(name string, file *watches.File, labels *classifier.Labeller, only string) (failed int) {
	run := 0
	for _, w := range file.Watches {
		if only != "" && w.ID != only {
			continue
		}
		for i, ex := range slices.Concat(w.Match, w.NoMatch) {
			run++
			found := matched(labels, w.ID, ex)
			switch must := i < len(w.Match); {
			case must && found == nil:
				failed++
				fmt.Fprintf(c.out, "%s:%d: %s: must match: %s\n", name, ex.Place.Line, w.ID, shown(strings.TrimSpace(ex.Title+" "+ex.Text), titleWidth))
			case !must && found != nil:
				failed++
				fmt.Fprintf(c.out, "%s:%d: %s: must not match, and does by %s: %s\n", name, ex.Place.Line, w.ID, reasons(*found), shown(strings.TrimSpace(ex.Title+" "+ex.Text), titleWidth))
			}
		}
	}
	fmt.Fprintf(c.err, "%d of %s as they must be\n", run-failed, counted(run, "example", "examples"))
	return failed
}

// matched is what a watch found in an example; nil if it does not match.
func matched(labels *classifier.Labeller, id string, ex watches.Example) *news.Watch {
	a := news.Article{Title: ex.Title, Text: ex.Text, Lang: ex.Lang}
	if a.Lang == "" {
		a.Lang, _ = text.Language(a.Title + "\n" + a.Text)
	}
	for _, w := range labels.Label(a).Watches {
		if w.ID == id {
			return &w
		}
	}
	return nil
}

// reasons are the first rules that matched, with what they matched.
func reasons(w news.Watch) string {
	const most = 4
	var list []string
	for i, m := range w.Matches {
		if i == most {
			list = append(list, "…")
			break
		}
		list = append(list, fmt.Sprintf("%s [%s]", m.Rule, shown(m.Text, 40)))
	}
	return strings.Join(list, ", ")
}

func (c *cli) watchesList() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "list", Short: "List the watches in use", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				set, err := s.Watches(cmd.Context(), 0)
				if err != nil {
					return err
				}
				if format == "json" {
					set.YAML = ""
					return c.printJSON(set)
				}
				w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "id\tarticles\tname")
				for _, watch := range set.Watches {
					fmt.Fprintf(w, "%s\t%d\t%s\n", watch.ID, watch.Articles, shown(watch.Name, titleWidth))
				}
				if err := w.Flush(); err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.err, "version %d, applied %s\n", set.Version, clock(set.AppliedAt))
				return err
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (c *cli) watchesApply() *cobra.Command {
	var force bool
	var note string
	cmd := &cobra.Command{
		Use: "apply FILE", Short: "Use a file of watches from now on", Args: oneFile,
		Long: `Use a file of watches from now on, as a new version: running instances take it over
within seconds. Its examples are run first, and the file is refused if one of them
fails, unless --force is given. Articles that are archived keep the watches they
were given: 'marsad replay --from classifier' gives them the new ones.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, file, err := c.lintFile(args[0], c.err)
			if err != nil {
				return err
			}
			labels, err := c.matching(file)
			if err != nil {
				return err
			}
			if failed := c.runExamples(args[0], file, labels, ""); failed > 0 && !force {
				return fmt.Errorf("%s is not applied: %s; correct the watches or the examples, or use --force", args[0], counted(failed, "example fails", "examples fail"))
			}
			return c.withSession(cmd.Context(), makeStore, func(s *session) error {
				return c.apply(cmd.Context(), s, api.NewWatches{YAML: string(raw), Note: note})
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "apply it although examples fail")
	cmd.Flags().StringVar(&note, "note", "", "why, for those who read the versions")
	return cmd
}

func (c *cli) apply(ctx context.Context, s *session, set api.NewWatches) error {
	applied, err := s.ApplyWatches(ctx, set)
	if err != nil {
		return err
	}
	if !applied.Applied {
		_, err = fmt.Fprintf(c.out, "nothing changed: this is version %d already\n", applied.Version)
		return err
	}
	_, err = fmt.Fprintf(c.out, "version %d: %s\n", applied.Version, counted(applied.Watches, "watch", "watches"))
	return err
}

func (c *cli) watchesShow() *cobra.Command {
	var version int
	var versions bool
	cmd := &cobra.Command{
		Use: "show", Short: "Print the file of watches in use, or an earlier version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				if versions {
					return c.printVersions(cmd.Context(), s)
				}
				set, err := s.Watches(cmd.Context(), version)
				if err != nil {
					return err
				}
				_, err = io.WriteString(c.out, set.YAML)
				return err
			})
		},
	}
	cmd.Flags().IntVar(&version, "version", 0, "the version `NUMBER` (default: the newest)")
	cmd.Flags().BoolVar(&versions, "versions", false, "list the versions instead")
	return cmd
}

func (c *cli) printVersions(ctx context.Context, s *session) error {
	list, err := s.WatchVersions(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "version\tapplied\tnote")
	for _, v := range list {
		fmt.Fprintf(w, "%d\t%s\t%s\n", v.Version, clock(v.AppliedAt), shown(v.Note, titleWidth))
	}
	return w.Flush()
}
