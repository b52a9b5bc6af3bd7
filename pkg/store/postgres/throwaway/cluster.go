package throwaway

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "postgres"
	// readyWithin is how long a start may take; one after a kill recovers first.
	readyWithin = 2 * time.Minute
	stopWithin  = 30 * time.Second
)

// Options are what a cluster may be asked for.
type Options struct {
	// Dir is where it keeps everything; it is made if need be. Whoever PostgreSQL
	// runs as must be able to reach it. Default: a temporary folder, which Stop removes.
	Dir string
	// NoFsync makes commits fast, and makes them survive the death of PostgreSQL
	// only, not that of the machine.
	NoFsync  bool
	Settings map[string]string // more of postgresql.conf
}

// Cluster is a running PostgreSQL. Its methods are not for several goroutines at once.
type Cluster struct {
	dir      string
	mine     bool // dir goes with Stop
	in       installation
	owner    *owner
	port     int
	password string
	settings []string // arguments of the server
	server   *process // nil: not running
}

// Start makes a cluster and starts it.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	in, err := installed()
	if err != nil {
		return nil, err
	}
	who, err := newOwner()
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: o.Dir, mine: o.Dir == "", in: in, owner: who, password: rand.Text(), settings: settings(o)}
	if c.mine {
		c.dir, err = os.MkdirTemp("", tempPrefix())
	} else {
		err = os.MkdirAll(c.dir, 0o700)
	}
	if err == nil {
		c.dir, err = filepath.Abs(c.dir)
	}
	if err == nil {
		err = c.init(ctx)
	}
	if err == nil {
		err = c.startSomewhere(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func settings(o Options) []string {
	all := map[string]string{
		"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC", "log_timezone": "UTC",
		"max_connections": "200", "shared_buffers": "64MB",
	}
	if o.NoFsync {
		maps.Copy(all, map[string]string{"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"})
	}
	maps.Copy(all, o.Settings)
	var args []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		args = append(args, "-c", name+"="+all[name])
	}
	return args
}

func (c *Cluster) data() string    { return filepath.Join(c.dir, "data") }
func (c *Cluster) logFile() string { return filepath.Join(c.dir, "postgres.log") }

// init makes the files of the cluster, in the locale of Unicode code points
// where there is one, and in that of bytes otherwise: sorting must not depend
// on the machine.
func (c *Cluster) init(ctx context.Context) error {
	password := filepath.Join(c.dir, "password")
	if err := os.WriteFile(password, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := errors.Join(c.owner.reaches(c.dir), c.owner.take(c.dir), c.owner.take(password)); err != nil {
		return err
	}
	args := []string{
		"--pgdata", c.data(), "--username", superuser, "--pwfile", password, "--auth", "scram-sha-256",
		"--encoding", "UTF8", "--no-sync", "--no-instructions", "--text-search-config", "simple",
	}
	var errs error
	for _, locale := range []string{"C.UTF-8", "C"} {
		cmd := c.command(exec.CommandContext(ctx, c.in.binary("initdb"), append(args, "--locale", locale)...))
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		errs = errors.Join(errs, fmt.Errorf("initdb --locale %s: %w\n%s", locale, err, out))
		if ctx.Err() != nil {
			break
		}
	}
	return errs
}

// command makes a command run as the owner, in an environment without surprises.
func (c *Cluster) command(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner.credential()}
	return cmd
}

// errTaken says that somebody else has the port.
var errTaken = errors.New("the port is taken")

// startSomewhere starts the server on a port that nobody else has.
func (c *Cluster) startSomewhere(ctx context.Context) error {
	for tries := 0; ; tries++ {
		var err error
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.start(ctx); !errors.Is(err, errTaken) || tries == 10 {
			return err
		}
	}
}

// freePort is a port of loopback that nobody listens on right now, and below
// those that the kernel gives to outgoing connections: a server that is killed
// and started again must find its port free.
func freePort() (int, error) {
	const first, last, tries = 20_000, 30_000, 100
	var err error
	for range tries {
		n, errRand := rand.Int(rand.Reader, big.NewInt(last-first))
		if errRand != nil {
			return 0, errRand
		}
		port := first + int(n.Int64())
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return port, l.Close()
		}
	}
	return 0, err
}

// start starts the server and waits until it takes connections.
func (c *Cluster) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	log, err := os.OpenFile(c.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the server has its own
	before, err := log.Seek(0, 2)
	if err != nil {
		return err
	}
	args := append([]string{"-D", c.data(), "-p", strconv.Itoa(c.port)}, c.settings...)
	cmd := c.command(exec.Command(c.in.binary("postgres"), args...))
	cmd.Stdout, cmd.Stderr = log, log
	if c.server, err = startProcess(cmd); err != nil {
		return err
	}
	for {
		err := c.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-c.server.done:
			c.server = nil
			return c.whyEnded(before)
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL takes no connections: %w\n%s", errors.Join(ctx.Err(), err), c.logSince(before))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (c *Cluster) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.DSN("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func (c *Cluster) whyEnded(since int64) error {
	log := c.logSince(since)
	if bytes.Contains(log, []byte("Address already in use")) {
		return fmt.Errorf("%w: %d", errTaken, c.port)
	}
	return fmt.Errorf("PostgreSQL ended by itself:\n%s", log)
}

func (c *Cluster) logSince(offset int64) []byte {
	raw, _ := os.ReadFile(c.logFile())
	const most = 4000
	raw = raw[min(int(offset), len(raw)):]
	return raw[max(0, len(raw)-most):]
}

// DSN says how to connect to a database, which need not exist.
func (c *Cluster) DSN(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password),
		Host: c.Addr(), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Addr is the host and port that the server listens on.
func (c *Cluster) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)) }

// Pid is the number of the server's first process; 0 if it does not run.
func (c *Cluster) Pid() int {
	if c.server == nil {
		return 0
	}
	return c.server.pid
}

// CreateDatabase makes a database and returns its DSN. It is a copy of the
// template, which nobody may be connected to, unless that is "".
func (c *Cluster) CreateDatabase(ctx context.Context, name, template string) (string, error) {
	query := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		query += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	return c.DSN(name), c.exec(ctx, query)
}

// DropDatabase removes a database, with those that are connected to it.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	return c.exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

func (c *Cluster) exec(ctx context.Context, query string) (err error) {
	conn, err := pgx.Connect(ctx, c.DSN("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	_, err = conn.Exec(ctx, query)
	return err
}

// Kill kills all processes of the server (SIGKILL), as the death of its
// container would, and returns when none of them holds its memory any more.
func (c *Cluster) Kill() error {
	if c.server == nil {
		return nil
	}
	c.server.signal(syscall.SIGSTOP) // or it would have more children than are counted
	children := c.server.children()
	c.server.signal(syscall.SIGKILL)
	<-c.server.done
	c.server = nil
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended with its parent
	}
	for deadline := time.Now().Add(stopWithin); slices.ContainsFunc(children, alive); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("processes of PostgreSQL outlive their kill: %v", children)
		}
	}
	// The number in it may be somebody else's by now, who would be taken for the server.
	if err := os.Remove(filepath.Join(c.data(), "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Restart starts the server again, on the same port, and returns when it has
// recovered. One that runs is stopped first.
func (c *Cluster) Restart(ctx context.Context) error {
	if err := c.halt(); err != nil {
		return err
	}
	for tries := 0; ; tries++ {
		err := c.start(ctx)
		if !errors.Is(err, errTaken) || tries == 50 {
			return err
		}
		select { // who has it may only be passing
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stop ends the server in good order and removes a temporary folder.
func (c *Cluster) Stop() error {
	err := c.halt()
	if c.mine {
		err = errors.Join(err, os.RemoveAll(c.dir))
	}
	return err
}

// halt makes the server disconnect everybody and end ("fast shutdown").
func (c *Cluster) halt() error {
	if c.server == nil {
		return nil
	}
	c.server.signal(syscall.SIGCONT)
	c.server.signal(syscall.SIGINT)
	select {
	case <-c.server.done:
		c.server = nil
		return nil
	case <-time.After(stopWithin):
		return errors.Join(fmt.Errorf("PostgreSQL did not end within %v\n%s", stopWithin, c.logSince(0)), c.Kill())
	}
}

// Log is the end of what the server logged.
func (c *Cluster) Log() string { return strings.TrimSpace(string(c.logSince(0))) }
