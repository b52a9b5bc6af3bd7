package app

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/goccy/go-yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/v2"

	"marsad/pkg/bus"
	"marsad/pkg/stage"
)

// Config is what every process needs, whichever services it runs.
type Config struct {
	// Data is the folder of everything that is kept on this machine.
	Data string `yaml:"data"`
	Log  struct {
		Level  string `yaml:"level"`  // debug, info, warn, error
		Format string `yaml:"format"` // text, json
	} `yaml:"log"`
	HTTP struct {
		Addr  string `yaml:"addr"`
		Pprof bool   `yaml:"pprof"` // serve /debug/pprof/
		// Hosts are names by which requests may address a server on loopback,
		// besides localhost: those that a proxy in front of it passes on.
		Hosts []string `yaml:"hosts"`
	} `yaml:"http"`
	NATS struct {
		URL      string     `yaml:"url"`       // of one server or several, separated by commas; empty: an embedded server
		NkeyFile string     `yaml:"nkey_file"` // seed of the user at that server
		CAFile   string     `yaml:"ca_file"`   // certificate of the authority that signed the server's
		CertFile string     `yaml:"cert_file"` // certificate by which the server knows this client
		KeyFile  string     `yaml:"key_file"`
		Inbox    string     `yaml:"inbox"`  // prefix of the subjects at which answers arrive
		Listen   string     `yaml:"listen"` // loopback address of the embedded server; empty: none
		Limits   bus.Limits `yaml:"limits"`
	} `yaml:"nats"`
	Store struct {
		DSN string `yaml:"dsn"` // empty: SQLite in Data
	} `yaml:"store"`
	// Stage is how long services bear with a message that fails.
	Stage stage.Patience `yaml:"stage"`
	Disk  struct {
		// MinFreeBytes is how much space must be left for new items to be taken in,
		// on the data folder's file system and that of the store's file; 0: however little.
		MinFreeBytes int64 `yaml:"min_free_bytes"`
	} `yaml:"disk"`
	Tracing struct {
		Endpoint string `yaml:"endpoint"` // OTLP over HTTP, as http://host:4318; empty: off
	} `yaml:"tracing"`
}

// DefaultConfig is one machine with everything in it.
func DefaultConfig() Config {
	var c Config
	c.Data = "marsad-data"
	c.Log.Level, c.Log.Format = "info", "text"
	c.HTTP.Addr, c.HTTP.Hosts = "127.0.0.1:8080", []string{}
	c.NATS.Inbox, c.NATS.Limits = "_INBOX", bus.DefaultLimits()
	c.Stage = stage.DefaultPatience()
	c.Disk.MinFreeBytes = 1 << 30
	return c
}

// Validate checks what can be checked without touching anything.
func (c Config) Validate() error {
	var level slog.Level
	switch {
	case c.Data == "":
		return errors.New("data: a folder is needed")
	case level.UnmarshalText([]byte(c.Log.Level)) != nil:
		return fmt.Errorf("log.level: %q is none of debug, info, warn, error", c.Log.Level)
	case c.Log.Format != "text" && c.Log.Format != "json":
		return fmt.Errorf("log.format: %q is neither text nor json", c.Log.Format)
	}
	if c.Disk.MinFreeBytes < 0 {
		return errors.New("disk.min_free_bytes: cannot be negative")
	}
	if err := c.NATS.Limits.Validate(); err != nil {
		return fmt.Errorf("nats.limits.%w", err)
	}
	if err := c.validateRemote(); err != nil {
		return fmt.Errorf("nats.%w", err)
	}
	if err := c.Stage.Validate(); err != nil {
		return fmt.Errorf("stage.%w", err)
	}
	return c.validateAddresses()
}

// StoreDSN is where the store is.
func (c Config) StoreDSN() string {
	if c.Store.DSN != "" {
		return c.Store.DSN
	}
	return filepath.Join(c.Data, "marsad.db")
}

// Embedded reports whether the process runs its own bus.
func (c Config) Embedded() bool { return c.NATS.URL == "" }

// remote is the server that NATS.URL names.
func (c Config) remote() bus.Remote {
	n := c.NATS
	return bus.Remote{URL: n.URL, NkeyFile: n.NkeyFile, CAFile: n.CAFile, CertFile: n.CertFile, KeyFile: n.KeyFile, Inbox: n.Inbox}
}

// Redacted is c without passwords.
func (c Config) Redacted() Config {
	c.NATS.URL, c.Store.DSN = bus.Redact(c.NATS.URL), redact(c.Store.DSN)
	return c
}

func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable)"
	}
	return u.Redacted()
}

// Load fills config (a pointer to a struct with yaml tags that holds the
// defaults) from, in rising order: the YAML file (none if empty), MARSAD_*
// variables of environ, and flags (by dotted key). Keys that config does not
// have are errors.
//
// A variable names a key by its parts joined with two underscores:
// MARSAD_STORE__DSN is store.dsn; with _FILE at the end, the value is read
// from the file it names.
func Load(config any, file string, environ []string, flags map[string]any) error {
	k := koanf.New(".")
	if err := loadDefaults(k, config); err != nil {
		return fmt.Errorf("defaults: %w", err)
	}
	known := k.Keys()
	if file != "" {
		if err := loadFile(k, config, file); err != nil {
			return err
		}
	}
	if err := loadEnvironment(k, environ, known); err != nil {
		return err
	}
	if err := k.Load(confmap.Provider(flags, "."), nil); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	decode := koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: config, TagName: "yaml", SquashTagOption: "inline", WeaklyTypedInput: true, ErrorUnused: true,
		DecodeHook: decodeHook(),
	}}
	if err := k.UnmarshalWithConf("", config, decode); err != nil {
		return fmt.Errorf("configuration: %s", oneLine(err))
	}
	return nil
}

func loadDefaults(k *koanf.Koanf, config any) error {
	raw, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	var values map[string]any
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return err
	}
	return k.Load(confmap.Provider(values, "."), nil)
}

// loadFile reads the file twice: into a struct, for errors with a line and a
// column, and into koanf.
func loadFile(k *koanf.Koanf, config any, file string) error {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("configuration file %s does not exist", file)
	}
	if err != nil {
		return fmt.Errorf("configuration file: %w", err)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	if err := yaml.UnmarshalWithOptions(raw, config, yaml.Strict()); err != nil && !wrongValue(err) {
		return fmt.Errorf("configuration file %s: %s", file, firstLine(yaml.FormatError(err, false, false)))
	}
	var values map[string]any
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return fmt.Errorf("configuration file %s: %s", file, firstLine(err.Error()))
	}
	if err := k.Load(confmap.Provider(values, "."), nil); err != nil {
		return fmt.Errorf("configuration file %s: %w", file, err)
	}
	return nil
}

// wrongValue reports whether a file is in order but for the type of a value:
// decoding all sources together says it better, by the name of the key.
func wrongValue(err error) bool {
	var unknown *yaml.UnknownFieldError
	var syntax *yaml.SyntaxError
	return !errors.As(err, &unknown) && !errors.As(err, &syntax)
}

func loadEnvironment(k *koanf.Koanf, environ, known []string) error {
	const prefix = "MARSAD_"
	var failed error
	err := k.Load(env.Provider(".", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if name == CrashVariable || name == ClockVariable {
				return "", nil
			}
			key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "__", ".")
			if path, ok := strings.CutSuffix(key, "_file"); ok && slices.Contains(known, path) {
				secret, err := os.ReadFile(value)
				if err != nil {
					failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
				}
				return path, strings.TrimSpace(string(secret))
			}
			if !slices.Contains(known, key) {
				failed = errors.Join(failed, fmt.Errorf("%s: there is no setting %q ('marsad config show' lists them)", name, key))
			}
			return key, value
		},
	}), nil)
	return errors.Join(failed, err)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// oneLine is what the decoder has to say, without its preamble.
func oneLine(err error) string {
	_, message, found := strings.Cut(err.Error(), "error(s):")
	if !found {
		message = err.Error()
	}
	return strings.Join(strings.Fields(message), " ")
}
