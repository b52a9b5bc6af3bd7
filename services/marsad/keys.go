package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"marsad/pkg/keyring"
)

func (c *cli) keysCommand() *cobra.Command {
	o := keyring.DefaultOptions()
	var hosts, postgres []string
	cmd := &cobra.Command{
		Use: "keys DIR", Short: "Make keys, certificates and passwords for a deployment", Args: oneFolder,
		Long: `Make what the parts of a deployment know each other by, as files in DIR:

  ca.crt, ca.key              an authority, which signs
  nats.crt, nats.key          the certificate of the NATS servers
  postgres.crt, postgres.key  the certificate of PostgreSQL
  SERVICE.nk, admin.nk        seeds for nats.nkey_file: of each service, and of 'marsad migrate'
  system.nk                   the seed of who watches over the NATS servers
  users.conf                  their public keys and what each may do, for the NATS servers
  postgres*.password          of the superuser, the owner of the schema and the services
  store-owner.dsn, store-service.dsn   for store.dsn: of 'marsad migrate', and of the services

Nothing is asked of anybody, and nothing that exists is replaced. Keep ca.key away from the machines
that run the deployment. docs/deployment.md says what needs which.`,
		Example: `  marsad keys deploy/secrets
  marsad keys --host bus.example.org --host 192.0.2.7 --postgres db.example.org:5433 secrets`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.NATSHosts = append(o.NATSHosts, hosts...)
			o.PostgresHosts = append(postgres, o.PostgresHosts...)
			names, err := keyring.Make(args[0], o)
			if err != nil {
				return fmt.Errorf("keys: %w", err)
			}
			_, err = fmt.Fprintf(c.out, "made in %s: %s\n", filepath.Clean(args[0]), strings.Join(names, " "))
			return err
		},
	}
	cmd.Flags().StringSliceVar(&hosts, "host", nil, "`NAME` or address of a NATS server, besides "+strings.Join(o.NATSHosts, ", ")+"; may be repeated")
	cmd.Flags().StringSliceVar(&postgres, "postgres", nil, "`HOST` of PostgreSQL, with its port if it is not 5432 (default postgres)")
	return cmd
}

func oneFolder(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("name the one folder to make the keys in, as in 'marsad keys deploy/secrets'")
	}
	return nil
}
