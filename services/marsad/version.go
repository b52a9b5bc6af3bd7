package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
)

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			version, commit := app.Version()
			if commit != "" {
				version += " (" + commit + ")"
			}
			_, err := fmt.Fprintf(c.out, "marsad %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
