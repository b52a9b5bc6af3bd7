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
			_, err := fmt.Fprintln(c.out, "marsad", versionLine())
			return err
		},
	}
}

func versionLine() string {
	version, commit := app.Version()
	if commit != "" {
		version += " (" + commit + ")"
	}
	return fmt.Sprintf("%s %s %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
