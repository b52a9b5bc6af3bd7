package survive

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
	"marsad/pkg/world"
)

// Services are those of the line, in its order.
var Services = []string{"fetcher", "cleaner", "deduplicator", "classifier", "archiver"}

// Settings are what faults change of a rig's configuration.
type Settings struct {
	ReconcileAfter time.Duration // default a day: whatever is healed by reconciliation counts as lost
	LineBytes      int64         // default 512 MiB
	Lease          time.Duration // of the deduplicator; default 2 s
	Replicas       int           // of streams; default 1
}

// Rig is a Marsad under test.
type Rig struct {
	World    *world.World
	Command  []string // runs marsad: a program, and arguments that go before all others
	Other    []string // runs another build of it, for every second process of a fleet; default: Command
	Environ  []string // for it
	Dir      string   // where it keeps everything
	Rand     *rand.Rand
	Settings Settings
	Patience time.Duration // until one more item must have come to its end
	// Store is the DSN of the store; empty: SQLite in the server's folder.
	Store string
	// Bus is the URL of a bus that runs by itself; empty: the server's own.
	Bus string
	// Link leads from the services to the bus of the split layout; nil: they
	// connect to it directly. It gets the server's address and returns another.
	Link func(server string) (string, error)

	Nodes []*Node
	Kills map[string]int // by node
	Busy  map[string]int // those of them while items were open

	store  store.Store
	listen string       // where the server takes other processes
	ended  map[int]bool // items known to have come to their end, by number
	untold map[int]bool // items whose announcement went with a bus that was lost, by number
	failed chan error   // a process that ended by itself

	closers    []func() error
	supervised atomic.Bool  // processes that give up at their start are started again
	gaveUp     atomic.Int64 // how often that was
	mu         sync.Mutex   // for what follows, and for Kills and Busy
	troubles   []*trouble
	losses     []loss
}

// Single makes the rig one process that runs everything.
func (r *Rig) Single() error {
	n, err := r.node("marsad", Services, r.outside("run", "--no-starter")...)
	r.Nodes = []*Node{n}
	return err
}

// fail notes that something went wrong that no fault did.
func (r *Rig) fail(err error) {
	select {
	case r.failed <- err:
	default: // the first one says enough
	}
}

// countKill counts a kill, and whether it hit the line at work.
func (r *Rig) countKill(n *Node) { r.CountKill(n.Name) }

// CountKill counts the kill of something that is no node, too.
func (r *Rig) CountKill(name string) {
	busy := r.busy()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Kills[name]++
	if busy {
		r.Busy[name]++
	}
}

// busy reports whether items are open, as far as the store says so at once.
func (r *Rig) busy() bool {
	if r.store == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	stats, err := r.store.LedgerStats(ctx)
	return err == nil && stats.Open[news.StateDue]+stats.Open[news.StateInLine] > 0
}

// Split makes the rig a server, which has the bus and the store, a process for
// each service, a second fetcher, and a second deduplicator that stands by.
func (r *Rig) Split() error {
	server, err := r.node("server", nil, r.outside("run", "web")...)
	if err != nil {
		return err
	}
	bus := r.listen
	if r.Link != nil {
		if bus, err = r.Link(bus); err != nil {
			return err
		}
	}
	r.Nodes = []*Node{server}
	seconds := map[string]string{"standby": "deduplicator", "fetcher2": "fetcher"}
	for _, name := range append(slices.Clone(Services), slices.Sorted(maps.Keys(seconds))...) {
		service := cmp.Or(seconds[name], name)
		n, err := r.node(name, []string{service}, "--nats", "nats://"+bus, "--store", r.dsn(server.Name), "run", "--no-starter", service)
		if err != nil {
			return err
		}
		r.Nodes = append(r.Nodes, n)
	}
	return nil
}

// Fleet makes the rig two processes for each service and for web, on a bus and a
// store that run by themselves: on Bus and Store, which addresses lead each
// process to by a way of its own.
func (r *Rig) Fleet(ways func(process string) (bus, store string, err error)) error {
	for _, service := range append([]string{"web"}, Services...) { // the first one answers questions
		for i := range 2 {
			name := fmt.Sprint(service, "-", i+1)
			bus, dsn, err := ways(name)
			if err != nil {
				return err
			}
			n, err := r.node(name, []string{service}, "--nats", bus, "--store", dsn, "run", "--no-starter", service)
			if err != nil {
				return err
			}
			if i == 1 && r.Other != nil {
				n.command = r.Other
			}
			r.Nodes = append(r.Nodes, n)
		}
	}
	return nil
}

func (r *Rig) node(name string, services []string, args ...string) (*Node, error) {
	addr, err := FreeAddr()
	if err != nil {
		return nil, err
	}
	if r.Kills == nil {
		r.Kills, r.Busy, r.ended, r.untold, r.failed = map[string]int{}, map[string]int{}, map[int]bool{}, map[int]bool{}, make(chan error, 1)
		if r.listen, err = FreeAddr(); err != nil {
			return nil, err
		}
	}
	return &Node{Name: name, Services: services, Data: filepath.Join(r.Dir, name), rig: r, command: r.Command, args: args, addr: addr}, nil
}

// StoreFile is where the store of a node is that has one in its folder.
func (n *Node) StoreFile() string { return filepath.Join(n.Data, "marsad.db") }

// outside names a store and a bus that are not in the server's folder.
func (r *Rig) outside(args ...string) []string {
	if r.Bus != "" {
		args = append([]string{"--nats", r.Bus}, args...)
	}
	if r.Store != "" {
		args = append([]string{"--store", r.Store}, args...)
	}
	return args
}

// bus is where the bus is.
func (r *Rig) bus() string { return cmp.Or(r.Bus, "nats://"+r.listen) }

// dsn is where the store is, if it is in the folder of that node.
func (r *Rig) dsn(server string) string {
	return cmp.Or(r.Store, "sqlite://"+filepath.Join(r.Dir, server, "marsad.db"))
}

// ports are handed out one after the other, and below those that the kernel
// gives to outgoing connections: who is killed must find its port free again.
var ports = func() *atomic.Int64 {
	const first, last = 10_000, 19_000
	var next atomic.Int64
	next.Store(first + time.Now().UnixNano()%(last-first)) // other runs have others
	return &next
}()

// FreeAddr is a loopback address that nobody listens on right now.
func FreeAddr() (addr string, err error) {
	for range 100 {
		addr = fmt.Sprint("127.0.0.1:", ports.Add(1))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", err
}

// Start starts all nodes and tells them what to watch.
func (r *Rig) Start(ctx context.Context) error {
	if err := r.Configure(r.Settings); err != nil {
		return err
	}
	if r.Store != "" { // one in the folder is made by whoever runs on it
		if _, err := r.Marsad(ctx, r.outside("migrate")...); err != nil {
			return err
		}
	}
	if err := r.startAll(ctx); err != nil {
		return err
	}
	var opml strings.Builder
	opml.WriteString(`<opml version="2.0"><head/><body>`)
	for i, feed := range r.World.Feeds() {
		fmt.Fprintf(&opml, `<outline type="rss" text="%s" xmlUrl="%s"/>`, sourceName(i), feed)
	}
	opml.WriteString(`</body></opml>`)
	list := filepath.Join(r.Dir, "sources.opml")
	if err := os.WriteFile(list, []byte(opml.String()), 0o600); err != nil {
		return err
	}
	if _, err := r.Marsad(ctx, "sources", "import", list); err != nil {
		return err
	}
	var err error
	r.store, err = open.Open(ctx, r.dsn(r.Server().Name), open.Options{})
	return err
}

// OnClose makes Close do more, once all processes have ended.
func (r *Rig) OnClose(do func() error) { r.closers = append(r.closers, do) }

// Close ends everything.
func (r *Rig) Close() {
	for _, n := range r.Nodes {
		if n.Running() {
			n.told.Store(true)
			n.Thaw()
			n.signal(syscall.SIGKILL)
			<-n.done
		}
	}
	if r.store != nil {
		_ = r.store.Close() // it was only read
		r.store = nil
	}
	for _, do := range r.closers {
		if err := do(); err != nil {
			r.fail(err)
		}
	}
	r.closers = nil
}

// Server is the node that has the bus and the store.
func (r *Rig) Server() *Node { return r.Nodes[0] }

// Node returns the node that runs a service; the one that was there first if
// there are two.
func (r *Rig) Node(service string) *Node {
	for _, n := range r.Nodes {
		if n.Name == service || slices.Contains(n.Services, service) {
			return n
		}
	}
	return r.Server()
}

// Marsad runs a command on the server's data and returns what it printed.
func (r *Rig) Marsad(ctx context.Context, args ...string) (string, error) {
	args = append([]string{"--config", r.configFile(), "--data", r.Server().Data}, args...)
	cmd := exec.CommandContext(ctx, r.Command[0], append(slices.Clone(r.Command[1:]), args...)...)
	cmd.Env = append(os.Environ(), r.environ()...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("marsad %s: %w: %s%s", strings.Join(args[4:], " "), err, out.String(), errs.String())
	}
	return out.String(), nil
}

func (r *Rig) configFile() string { return filepath.Join(r.Dir, "marsad.yaml") }
func (r *Rig) clockFile() string  { return filepath.Join(r.Dir, "clock") }

func (r *Rig) environ() []string {
	return append([]string{"MARSAD_CLOCK=" + r.clockFile(), "MARSAD_NATS__LISTEN=" + r.listen}, r.Environ...)
}

// SetClock makes the clocks of all processes wrong by d.
func (r *Rig) SetClock(d time.Duration) error {
	return os.WriteFile(r.clockFile(), []byte(d.String()), 0o600)
}

// ackWait is how long a message may be in the hand of a process that is dead.
const ackWait = 2 * time.Second

// Configure writes the configuration, for processes started from now on.
// Waits are short, so that whatever depends on them happens during a run.
func (r *Rig) Configure(s Settings) error {
	s.ReconcileAfter = cmp.Or(s.ReconcileAfter, 24*time.Hour)
	s.LineBytes = cmp.Or(s.LineBytes, 512<<20)
	s.Lease = cmp.Or(s.Lease, 2*time.Second)
	s.Replicas = cmp.Or(s.Replicas, 1)
	config := fmt.Sprintf(`
log: {level: info}
disk: {min_free_bytes: 0}
nats: {limits: {ack_wait: %v, line_bytes: %d, tap_bytes: 536870912, replicas: %d}}
stage: {timeout: 3s, backoff: [100ms]}
fetcher:
  poll_every: 1s
  host_delay: 0s
  timeout: 4s
  lease: 5s
  max_attempts: 3
  backoff: [200ms]
  allow_networks: [127.0.0.0/8]
  reconcile_after: %v
deduplicator: {lease: %v}
web: {token: %s}
`, ackWait, s.LineBytes, s.Replicas, s.ReconcileAfter, s.Lease, token)
	return errors.Join(os.MkdirAll(r.Dir, 0o700), os.WriteFile(r.configFile(), []byte(config), 0o600))
}
