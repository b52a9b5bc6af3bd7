package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"marsad/pkg/store/open"
)

func (c *cli) storeCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "store", Short: "Move the store to another backend", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(c.storeCopyCommand())
	return cmd
}

func (c *cli) storeCopyCommand() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "copy --from DSN --to DSN", Short: "Fill an empty store with all that another has", Args: cobra.NoArgs,
		Long: `Fill an empty store with all that another has, index it, and compare the two
row by row. The schema is made if need be. Stop Marsad before: nobody else may
use either of them. If it is interrupted, the same command goes on where it
was. Only what belongs to running processes is left out: leases and clocks.
Items that were in line are sent again by whoever runs on the new store.

  marsad store copy --from sqlite://marsad-data/marsad.db --to 'postgres://marsad_owner@db.example/marsad?sslmode=verify-full'`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || to == "" {
				return usageError{errors.New("both --from and --to are needed")}
			}
			progress := copyProgress{cli: c, terminal: isTerminal(c.err)}
			if err := open.Copy(cmd.Context(), from, to, open.Options{}, progress.report); err != nil {
				return err
			}
			progress.clear()
			_, err := fmt.Fprintf(c.out, "%d rows of %d tables were copied and compared: the two are equal\n", progress.rows, progress.tables)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "`DSN` of the store to copy")
	cmd.Flags().StringVar(&to, "to", "", "`DSN` of the store to fill")
	return cmd
}

// copyProgress shows how far a copy is, a few times a second, and counts what was
// compared.
type copyProgress struct {
	cli      *cli
	terminal bool
	shown    time.Time
	tables   int
	rows     int64
}

func (p *copyProgress) report(at open.Copying) {
	if at.Step == open.Comparing && at.Done == at.Total {
		p.tables++
		p.rows += at.Total
	}
	if !p.terminal || time.Since(p.shown) < 200*time.Millisecond {
		return
	}
	p.shown, p.cli.showing = time.Now(), true
	fmt.Fprintf(p.cli.err, "\r%-60s", fmt.Sprintf("%s %s: %d of %d", at.Step, at.Table, at.Done, at.Total))
}

// clear empties the line.
func (p *copyProgress) clear() {
	if p.cli.showing {
		fmt.Fprintf(p.cli.err, "\r%60s\r", "")
		p.cli.showing = false
	}
}
