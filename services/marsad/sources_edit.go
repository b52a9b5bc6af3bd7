package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (c *cli) sourcesEdit() *cobra.Command {
	var said sourceFlags
	cmd := &cobra.Command{
		Use: "edit SOURCE", Short: "Change the settings of a source", Args: cobra.ExactArgs(1),
		Long: `Change the settings of a source. What is not named stays as it is, headers and cookies too. An empty value takes a
setting away: --tag '', --cookie '', --header 'NAME:', --every adaptive, --full-content=false. They hold from the
next poll on.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !anySaid(cmd) {
				return usageError{errors.New("nothing to change was named: see 'marsad sources edit --help'")}
			}
			change, err := said.change(cmd.Flags())
			if err != nil {
				return err
			}
			return c.withSession(cmd.Context(), needStore, func(s *session) error {
				source, err := s.ChangeSource(cmd.Context(), args[0], change)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(c.out, "%s is changed: 'marsad sources show %s' shows it\n", source.Name, source.ID[:8])
				return err
			})
		},
	}
	said.register(cmd.Flags())
	return cmd
}

// anySaid reports whether a flag of the command itself was given.
func anySaid(cmd *cobra.Command) (said bool) {
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { said = said || f.Changed })
	return said
}
