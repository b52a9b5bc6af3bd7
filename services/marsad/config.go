package main

import (
	"fmt"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"marsad/pkg/app"
	"marsad/services/archiver"
	"marsad/services/classifier"
	"marsad/services/cleaner"
	"marsad/services/deduplicator"
	"marsad/services/fetcher"
	"marsad/services/web"
)

// Config is the whole configuration.
type Config struct {
	app.Config   `yaml:",inline"`
	Fetcher      fetcher.Config      `yaml:"fetcher"`
	Cleaner      cleaner.Config      `yaml:"cleaner"`
	Deduplicator deduplicator.Config `yaml:"deduplicator"`
	Classifier   classifier.Config   `yaml:"classifier"`
	Archiver     archiver.Config     `yaml:"archiver"`
	Retention    archiver.Retention  `yaml:"retention"`
	Web          web.Config          `yaml:"web"`
}

func defaultConfig() Config {
	return Config{
		Config: app.DefaultConfig(), Fetcher: fetcher.DefaultConfig(), Cleaner: cleaner.DefaultConfig(), Deduplicator: deduplicator.DefaultConfig(),
		Classifier: classifier.DefaultConfig(), Archiver: archiver.DefaultConfig(), Retention: archiver.DefaultRetention(), Web: web.DefaultConfig(),
	}
}

// Validate says which setting is wrong, by its full name.
func (c Config) Validate() error {
	if err := c.Config.Validate(); err != nil {
		return err
	}
	for _, part := range []struct {
		name   string
		config interface{ Validate() error }
	}{
		{"fetcher", c.Fetcher}, {"cleaner", c.Cleaner}, {"deduplicator", c.Deduplicator},
		{"classifier", c.Classifier}, {"archiver", c.Archiver}, {"retention", c.Retention}, {"web", c.Web},
	} {
		if err := part.config.Validate(); err != nil {
			return fmt.Errorf("%s.%w", part.name, err)
		}
	}
	if kept, want := c.Retention.Fingerprints, c.Deduplicator.Kept(); kept != 0 && kept < want {
		return fmt.Errorf("retention.fingerprints: %v is less than %v, which are deduplicator.window and two days", kept, want)
	}
	return nil
}

// flagKeys maps the global flags to the settings they override.
var flagKeys = map[string]string{
	"data": "data", "nats": "nats.url", "store": "store.dsn", "http": "http.addr", "log-level": "log.level",
}

// load reads defaults, file, environment and flags, in rising order.
func (c *cli) load(flags *pflag.FlagSet) error {
	set := map[string]any{}
	for name, key := range flagKeys {
		if flag := flags.Lookup(name); flag != nil && flag.Changed {
			set[key] = flag.Value.String()
		}
	}
	c.config = defaultConfig()
	if err := app.Load(&c.config, c.file, c.environ, set); err != nil {
		return err
	}
	if err := c.config.Validate(); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	c.config.Archiver.Retention = c.config.Retention
	c.config.Web.ReconcileAfter = c.config.Fetcher.ReconcileAfter
	c.config.Web.PollEvery = c.config.Fetcher.PollEvery
	c.config.Web.Expected = perDay
	c.labels = sync.OnceValues(func() (*classifier.Labeller, error) { return classifier.NewLabeller(c.config.Classifier) })
	c.config.Web.WatchNames = c.watchNames
	return nil
}

func (c *cli) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "The configuration", Args: cobra.NoArgs, RunE: help}
	cmd.AddCommand(&cobra.Command{
		Use: "show", Short: "Print the effective configuration, without secrets", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			shown := c.config
			shown.Config, shown.Fetcher, shown.Web = shown.Config.Redacted(), shown.Fetcher.Redacted(), shown.Web.Redacted()
			raw, err := yaml.Marshal(shown)
			if err != nil {
				return err
			}
			_, err = c.out.Write(raw)
			return err
		},
	}, &cobra.Command{
		Use: "check", Short: "Check the configuration and say nothing else", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if _, err := c.labels(); err != nil { // it reads a file that the configuration names
				return err
			}
			_, err := fmt.Fprintln(c.out, "the configuration is in order")
			return err
		},
	})
	return cmd
}
