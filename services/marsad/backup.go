package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"marsad/pkg/store/open"
)

func (c *cli) backupCommand() *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Write a consistent copy of the store, also while it is in use", Args: cobra.ExactArgs(1),
		Long: `Write a consistent copy of the store to FILE, which must not exist, also
while Marsad runs. Put in place as marsad.db in an empty data folder, it is
all that a start needs: items that were in line are sent again.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return usageError{errors.New("a file is needed")}
			}
			dsn := c.config.StoreDSN()
			if _, err := os.Stat(dsn); errors.Is(err, fs.ErrNotExist) && c.config.Store.DSN == "" {
				return fmt.Errorf("there is no data in %s: name the folder with --data, or the store of the processes that run with --store", c.config.Data)
			}
			// The store is opened beside whoever has it open: the copy needs no other
			// process. It is made before an upgrade, so an older schema is fine.
			s, err := open.Open(cmd.Context(), dsn, open.Options{Any: true})
			if err != nil {
				return err
			}
			defer s.Close() //nolint:errcheck // nothing was written to it
			if err := s.Backup(cmd.Context(), args[0]); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.out, "%s: %.1f MB\n", args[0], float64(info.Size())/1e6)
			return err
		},
	}
}
