package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"marsad/pkg/store"
	"marsad/services/web/api"
)

func (c *cli) auditCommand() *cobra.Command {
	var format string
	var all bool
	cmd := &cobra.Command{
		Use: "audit", Short: "Prove that every item ended exactly once, or is open and accounted for", Args: cobra.NoArgs,
		Long: `Prove, by cross-checks, that every item found ended exactly once or is open
and accounted for: archived items have an article and articles an item, dead
items have a dead letter, open ones are due, leased, in a stream of the bus, or
were handed to it less than fetcher.reconcile_after ago. The exit code is 1,
with a list of offenders, if it does not hold. If the bus cannot be asked, items
in line are not looked for, and the last line says so.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			need := needBus
			if c.busElsewhere() {
				need = needStore
			}
			return c.withSession(cmd.Context(), need, func(s *session) error {
				report, err := s.Audit(cmd.Context())
				if err != nil {
					return err
				}
				if format == "json" {
					err = c.printJSON(report)
				} else {
					err = c.printAudit(report, all)
				}
				if err != nil {
					return err
				}
				if !report.Holds {
					return fmt.Errorf("the audit does not hold: %d offenders", len(report.Offenders))
				}
				if format == "text" {
					c.printHolds(report)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&all, "all", false, "show every source")
	return cmd
}

// busElsewhere reports whether the store is that of processes whose bus is not
// known here: the one inside this process would be new, and empty.
func (c *cli) busElsewhere() bool {
	if c.config.Store.DSN == "" || !c.config.Embedded() {
		return false
	}
	_, err := os.Stat(filepath.Join(c.config.Data, "bus"))
	return errors.Is(err, fs.ErrNotExist)
}

func (c *cli) printHolds(report api.AuditReport) {
	unasked := ""
	if !report.Bus {
		unasked = "; the bus was not asked, so items in line were not looked for"
	}
	fmt.Fprintf(c.out, "the audit holds%s (%.2f s)\n", unasked, report.Took)
}

func (c *cli) printAudit(report api.AuditReport, all bool) error {
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "found\tarchived\tdropped\tdead\topen\t")
	for _, source := range report.Sources {
		if all {
			fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t  %s\n", source.Found, source.Archived, source.Dropped, source.Dead, source.Open, source.Name)
		}
	}
	t := report.Total
	fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%d\t  total of %d sources\n", t.Found, t.Archived, t.Dropped, t.Dead, t.Open, len(report.Sources))
	if err := w.Flush(); err != nil || len(report.Offenders) == 0 {
		return err
	}
	fmt.Fprintln(c.out)
	heals := true
	for _, o := range report.Offenders {
		fmt.Fprintf(c.out, "offender  %s  %s\n", o.Item, o.Rule)
		heals = heals && o.Rule == store.RuleLost
	}
	if heals {
		fmt.Fprintln(c.out, "all of them are lost from the bus only: while a fetcher runs, they become due again by themselves")
	}
	return nil
}
