package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/store"
	"marsad/services/web"
	"marsad/services/web/api"
)

// session is access to the data: through the instance that runs, or directly.
type session struct {
	*api.Client
	process *app.Process // nil when an instance runs
	close   func()
}

// need says how much of a process a command needs when no instance runs.
type need int

const (
	needStore need = iota // the store; it must be there
	makeStore             // the store; it is made if it is not there
	needBus               // store and bus; they must be there
)

// connect opens a session.
func (c *cli) connect(ctx context.Context, n need) (*session, error) {
	if s := c.attach(); s != nil {
		return s, nil
	}
	p, err := c.open(ctx, c.quiet(), app.Options{LogTo: c.err, StoreOnly: n != needBus, KeepSchema: n != makeStore, Services: []string{"web"}})
	if err != nil {
		return nil, err
	}
	handler, err := web.New(c.config.Web, p)
	if err != nil {
		p.Close()
		return nil, err
	}
	return &session{Client: api.NewClient(app.Direct(handler)), process: p, close: p.Close}, nil
}

// open opens the data. With KeepSchema it must be there.
func (c *cli) open(ctx context.Context, cfg app.Config, options app.Options) (*app.Process, error) {
	if options.KeepSchema && c.config.Store.DSN == "" {
		if _, err := os.Stat(c.config.StoreDSN()); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there is no data in %s: name the folder with --data, or start with 'marsad run'", c.config.Data)
		}
	}
	p, err := app.Open(ctx, cfg, options)
	if errors.Is(err, store.ErrNoSchema) && c.config.Store.DSN == "" {
		return nil, fmt.Errorf("the schema of %s is older than this version of marsad, or missing: 'marsad run' or 'marsad migrate' brings it up to date ('marsad backup' copies it first)", c.config.StoreDSN())
	}
	return p, err
}

// attach opens a session with the instance that runs on the data folder; nil
// if none does.
func (c *cli) attach() *session {
	socket := app.SocketPath(c.config.Data)
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return nil
	}
	conn.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	return &session{Client: api.NewClient(transport), close: transport.CloseIdleConnections}
}

// quiet is the configuration of a process that is not there to stay.
func (c *cli) quiet() app.Config {
	cfg := c.config.Config
	if cfg.Log.Level == "info" {
		cfg.Log.Level = "warn"
	}
	return cfg
}

// withSession runs f in a session.
func (c *cli) withSession(ctx context.Context, n need, f func(*session) error) error {
	s, err := c.connect(ctx, n)
	if err != nil {
		return err
	}
	defer s.close()
	return f(s)
}

// printJSON prints one JSON value on lines of its own.
func (c *cli) printJSON(v any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// formats checks the value of --format.
func formats(value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError{fmt.Errorf("--format %s: known are %v", value, known)}
}
