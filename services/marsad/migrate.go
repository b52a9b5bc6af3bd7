package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
)

func (c *cli) migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Make or update the schema of the store and the streams of the bus", Args: cobra.NoArgs,
		Long: `Make or update the schema of the store and the streams and consumers of the
bus. It needs administrator rights on both; services only check that all is
there. With a bus and a store inside the process, 'marsad run' does it itself.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := app.Open(cmd.Context(), c.quiet(), app.Options{LogTo: c.err, Administer: true})
			if err != nil {
				return err
			}
			p.Close()
			_, err = fmt.Fprintln(c.out, "schema and streams are up to date")
			return err
		},
	}
}
