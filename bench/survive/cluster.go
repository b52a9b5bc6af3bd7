package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"marsad/pkg/survive"
)

// cluster is a bus of three NATS servers, each a process of its own.
type cluster struct {
	servers []*server
	routes  map[[2]int]*link // from each server to each other, by their numbers
}

// server is one of them.
type server struct {
	name, dir, binary string
	client, monitor   string // addresses
	route             string
	way               link // to client
	cmd               *exec.Cmd
	done              chan struct{}
}

const servers = 3

// newCluster starts one with its data below dir.
func newCluster(ctx context.Context, dir, binary string) (*cluster, error) {
	c := &cluster{routes: map[[2]int]*link{}}
	for i := range servers {
		s := &server{name: fmt.Sprint("nats-", i+1), binary: binary}
		s.dir = filepath.Join(dir, s.name)
		for _, addr := range []*string{&s.client, &s.monitor, &s.route} {
			var err error
			if *addr, err = survive.FreeAddr(); err != nil {
				return nil, err
			}
		}
		if _, err := s.way.to(s.client); err != nil {
			return nil, err
		}
		c.servers = append(c.servers, s)
	}
	if err := c.lay(); err != nil {
		return c, err
	}
	for i, s := range c.servers {
		if err := errors.Join(c.configure(i), s.start()); err != nil {
			return c, err
		}
	}
	for _, s := range c.servers {
		if err := s.awaitHealthy(ctx); err != nil {
			return c, err
		}
	}
	return c, nil
}

// lay lays the routes between servers.
func (c *cluster) lay() error {
	for i := range servers {
		for j, other := range c.servers {
			if i == j {
				continue
			}
			c.routes[[2]int{i, j}] = &link{}
			if _, err := c.routes[[2]int{i, j}].to(other.route); err != nil {
				return err
			}
		}
	}
	return nil
}

// configure writes the configuration of a server. Clients are told of the ways
// through proxies only, and so are the other servers: they advertise an address
// that leads nowhere, or they would find a way around.
func (c *cluster) configure(i int) error {
	s := c.servers[i]
	var routes []string
	for j := range servers {
		if i != j {
			routes = append(routes, fmt.Sprintf("%q", "nats-route://"+c.routes[[2]int{i, j}].proxy.Listen))
		}
	}
	config := fmt.Sprintf(`
server_name: %s
listen: %q
client_advertise: %q
http: %q
max_payload: 8388608
jetstream { store_dir: %q, max_mem: 64MB, max_file: 16GB }
cluster {
  name: survive
  listen: %q
  advertise: "127.0.0.1:1"
  routes: [%s]
}
`, s.name, s.client, s.way.proxy.Listen, s.monitor, filepath.Join(s.dir, "data"), s.route, strings.Join(routes, ", "))
	return errors.Join(os.MkdirAll(s.dir, 0o700), os.WriteFile(s.configFile(), []byte(config), 0o600))
}

func (s *server) configFile() string { return filepath.Join(s.dir, "nats.conf") }

func (s *server) start() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "nats.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	s.cmd = exec.Command(s.binary, "-c", s.configFile())
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	done := make(chan struct{})
	s.done = done
	go func() {
		_ = s.cmd.Wait() // it is killed
		close(done)
	}()
	return nil
}

func (s *server) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.done
}

// awaitHealthy waits until the server has caught up with the others.
func (s *server) awaitHealthy(ctx context.Context) error {
	const within = 90 * time.Second
	why := errors.New("no answer")
	for deadline := time.Now().Add(within); time.Now().Before(deadline); {
		var health struct{ Status, Error string }
		if err := s.ask(ctx, "/healthz", &health); err != nil {
			why = err
		} else if health.Status == "ok" {
			return nil
		} else {
			why = errors.New(health.Error)
		}
		select {
		case <-s.done:
			return fmt.Errorf("%w: %s ended by itself: %v; see its log in %s", survive.ErrBroken, s.name, s.cmd.ProcessState, s.dir)
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s is not healthy after %v: %w", s.name, within, why)
}

// ask asks the server's monitor.
func (s *server) ask(ctx context.Context, path string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.monitor+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(answer)
}

// raft says who leads a group of servers.
type raft struct {
	Cluster struct{ Leader string }
}

// leaders are the servers that lead something: the cluster itself, a stream, or
// a consumer; one name for each thing that is led.
func (s *server) leaders(ctx context.Context) (names []string, err error) {
	var state struct {
		Meta     struct{ Leader string } `json:"meta_cluster"`
		Accounts []struct {
			Streams []struct {
				raft
				Consumers []raft `json:"consumer_detail"`
			} `json:"stream_detail"`
		} `json:"account_details"`
	}
	if err := s.ask(ctx, "/jsz?accounts=true&streams=true&consumers=true", &state); err != nil {
		return nil, err
	}
	names = append(names, state.Meta.Leader)
	for _, account := range state.Accounts {
		for _, stream := range account.Streams {
			names = append(names, stream.Cluster.Leader)
			for _, consumer := range stream.Consumers {
				names = append(names, consumer.Cluster.Leader)
			}
		}
	}
	return names, nil
}

// url names all servers, for clients; through proxies or not.
func (c *cluster) url(proxied bool) string {
	var urls []string
	for _, s := range c.servers {
		addr := s.client
		if proxied {
			addr = s.way.proxy.Listen
		}
		urls = append(urls, "nats://"+addr)
	}
	return strings.Join(urls, ",")
}

// between are the links between two servers.
func (c *cluster) between(i, j int) []*link {
	return []*link{c.routes[[2]int{i, j}], c.routes[[2]int{j, i}]}
}

func (c *cluster) close() {
	for _, s := range c.servers {
		s.kill()
		s.way.close()
	}
	for _, l := range c.routes {
		l.close()
	}
}
