package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"marsad/pkg/app"
	"marsad/services/archiver"
	"marsad/services/classifier"
	"marsad/services/cleaner"
	"marsad/services/deduplicator"
	"marsad/services/fetcher"
	"marsad/services/web"
	"marsad/services/web/api"
)

// serviceNames lists the services in the order of the line.
var serviceNames = []string{"fetcher", "cleaner", "deduplicator", "classifier", "archiver", "web"}

func (c *cli) runCommand() *cobra.Command {
	var noStarter bool
	cmd := &cobra.Command{
		Use: "run [SERVICE…]", Short: "Run all services, or those named",
		Long: "Run all services, or those named: " + strings.Join(serviceNames, ", ") + `.
Without --nats and --store the process carries its own bus and store, in the data folder.
It stops on SIGINT or SIGTERM, after finishing what it has started.`,
		ValidArgs: serviceNames, Args: knownServices,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = serviceNames
			}
			return c.run(cmd.Context(), args, !noStarter)
		},
	}
	cmd.Flags().BoolVar(&noStarter, "no-starter", false, "do not add the starter sources to an empty store")
	return cmd
}

func knownServices(_ *cobra.Command, args []string) error {
	for _, arg := range args {
		if !slices.Contains(serviceNames, arg) {
			return fmt.Errorf("there is no service %q: known are %s", arg, strings.Join(serviceNames, ", "))
		}
	}
	return nil
}

func (c *cli) run(ctx context.Context, names []string, starter bool) error {
	p, err := app.Open(ctx, c.config.Config, app.Options{LogTo: c.err, Services: names})
	if err != nil {
		return err
	}
	defer p.Close()
	pages, services, server, err := c.assemble(p, names)
	if err != nil {
		return err
	}
	if starter && slices.Contains(names, "fetcher") {
		if err := addStarter(ctx, p, api.NewClient(app.Direct(pages))); err != nil {
			return err
		}
	}
	app.LimitMemory(p.Log)
	p.Log.Info("marsad is running", "url", "http://"+server.Addr()+"/", "services", strings.Join(names, ","), "data", c.config.Data)
	err = p.Run(ctx, services)
	p.Log.Info("marsad has stopped")
	return err
}

// assemble builds the services named, and the server that serves them, which is
// the last of them.
func (c *cli) assemble(p *app.Process, names []string) (pages *web.Service, services []app.Service, server *app.Server, err error) {
	if pages, err = web.New(c.config.Web, p); err != nil {
		return nil, nil, nil, err
	}
	if services, err = c.services(p, names, pages); err != nil {
		return nil, nil, nil, err
	}
	var public http.Handler
	if slices.Contains(names, "web") {
		public = pages
	}
	if server, err = p.Listen(public, pages, services); err != nil {
		return nil, nil, nil, err
	}
	return pages, append(services, server), server, nil
}

// services builds those named, in the order of the line.
func (c *cli) services(p *app.Process, names []string, pages *web.Service) ([]app.Service, error) {
	var services []app.Service
	for _, name := range serviceNames {
		if !slices.Contains(names, name) {
			continue
		}
		switch name {
		case "fetcher":
			s, err := fetcher.New(c.config.Fetcher, p)
			if err != nil {
				return nil, err
			}
			services = append(services, s)
		case "cleaner":
			services = append(services, cleaner.New(c.config.Cleaner, p))
		case "deduplicator":
			services = append(services, deduplicator.New(c.config.Deduplicator, p))
		case "classifier":
			s, err := classifier.New(c.config.Classifier, p)
			if err != nil {
				return nil, err
			}
			services = append(services, s)
		case "archiver":
			services = append(services, archiver.New(c.config.Archiver, p))
		case "web":
			pages.Register(p.Registry)
			services = append(services, pages)
		}
	}
	return services, nil
}

//go:embed starter.tsv
var starterList string

// addStarter gives a store that never had a feed something to watch.
func addStarter(ctx context.Context, p *app.Process, client *api.Client) error {
	if has, err := p.Store.HasFeeds(ctx); err != nil || has {
		return err
	}
	if stats, err := p.Store.LedgerStats(ctx); err != nil || len(stats.Open)+len(stats.Ended) > 0 {
		return err // it is somebody's, who gives it documents
	}
	var list []api.NewSource
	for line := range strings.Lines(starterList) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 4 && !strings.HasPrefix(line, "#") {
			list = append(list, api.NewSource{Publisher: fields[0], Name: fields[0], Lang: fields[1], Country: fields[2], URL: fields[3]})
		}
	}
	added, err := client.AddSources(ctx, list)
	if err != nil {
		return fmt.Errorf("starter sources: %w", err)
	}
	p.Log.Info("the store had no sources: the starter list was added ('marsad sources list' shows it, --no-starter leaves it out)", "sources", added.Added)
	return nil
}
