package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"marsad/pkg/store/postgres/throwaway"
)

// measured is what a run cost.
type measured struct {
	pages     int
	took      time.Duration
	processes []process
	ended     map[string]int
}

// process is one whose time counts, with those it has started.
type process struct {
	name string
	pid  int
	addr string // of its metrics; empty: it has none
	cpu  time.Duration
}

func (p process) perPage(pages int) float64 {
	return float64(p.cpu.Microseconds()) / 1000 / float64(pages)
}

// rig is what runs.
type rig struct {
	o         options
	config    string // file
	data      string // folder of the process that polls
	processes []process
	stops     []func()
}

func (r *rig) close() {
	for _, stop := range slices.Backward(r.stops) {
		stop()
	}
}

func measure(ctx context.Context, o options) (m measured, err error) {
	r := &rig{o: o}
	defer r.close()
	port, pages, err := r.mirror()
	if err != nil {
		return m, err
	}
	r.config = filepath.Join(o.dir, "marsad.yaml")
	if err := os.WriteFile(r.config, fmt.Appendf(nil, config, port), 0o600); err != nil {
		return m, err
	}
	if err := r.start(ctx); err != nil {
		return m, err
	}
	before, err := r.cpu()
	if err != nil {
		return m, err
	}
	started := time.Now()
	if err := r.watch(ctx, port); err != nil {
		return m, err
	}
	if m.ended, err = r.await(ctx, pages); err != nil {
		return m, err
	}
	m.took, m.pages = time.Since(started), pages
	after, err := r.cpu()
	for i, p := range r.processes {
		p.cpu = after[i] - before[i]
		m.processes = append(m.processes, p)
	}
	return m, err
}

// mirror starts the process that serves the pages.
func (r *rig) mirror() (port, pages int, err error) {
	out, err := r.self("mirror", r.o.pages)
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(out, &port, &pages)
	return port, pages, err
}

// self starts this program in another role, and returns the first line it says.
func (r *rig) self(args ...string) (string, error) {
	cmd := exec.Command(os.Args[0], append([]string{"-limit", strconv.Itoa(r.o.limit), "-made", strconv.Itoa(r.o.made)}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	r.stops = append(r.stops, func() { cmd.Process.Kill(); cmd.Wait() }) //nolint:errcheck // it is ended
	if args[0] == "nats" {
		r.processes = append(r.processes, process{name: "NATS", pid: cmd.Process.Pid})
	}
	return bufio.NewReader(out).ReadString('\n')
}

// serveNATS runs a NATS server, and says on its output where.
func serveNATS(ctx context.Context, dir string) error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, MaxPayload: 8 << 20, NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return errors.New("the NATS server does not start")
	}
	fmt.Println(s.ClientURL())
	<-ctx.Done()
	s.Shutdown()
	return nil
}

// config lets the fetcher ask loopback, as fast as it answers.
const config = `
http:
  pprof: true
fetcher:
  allow_networks: [127.0.0.0/8]
  allow_ports: [%d]
  host_delay: 0s
  robots: false
  poll_every: 1h
  second_looks: []
  concurrency: 32
`

func (r *rig) start(ctx context.Context) error {
	if r.o.form == "embedded" {
		return r.marsad("marsad", nil, "run", "--no-starter")
	}
	cluster, err := throwaway.Start(ctx, throwaway.Options{})
	if err != nil {
		return err
	}
	r.stops = append(r.stops, func() { cluster.Stop() }) //nolint:errcheck // it is thrown away
	dsn, err := cluster.CreateDatabase(ctx, "marsad", "")
	if err != nil {
		return err
	}
	url, err := r.self("nats", filepath.Join(r.o.dir, "nats"))
	if err != nil {
		return err
	}
	r.processes = append(r.processes, process{name: "PostgreSQL", pid: cluster.Pid()})
	shared := []string{"--store", dsn, "--nats", strings.TrimSpace(url)}
	migrate := exec.CommandContext(ctx, r.o.binary, append(shared, "--data", filepath.Join(r.o.dir, "migrate"), "migrate")...)
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, out)
	}
	services := []string{"archiver", "classifier", "deduplicator", "fetcher"}
	for range r.o.cleaners {
		services = append(services, "cleaner")
	}
	for _, service := range services {
		if err := r.marsad(service, shared, "run", "--no-starter", service); err != nil {
			return err
		}
	}
	return nil
}

// marsad starts a process and waits until it is ready.
func (r *rig) marsad(name string, flags []string, command ...string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := listener.Addr().String()
	listener.Close()
	data := filepath.Join(r.o.dir, fmt.Sprintf("%s-%d", name, len(r.processes)))
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	if name == "marsad" || name == "fetcher" {
		r.data = data
	}
	log, err := os.Create(data + ".log")
	if err != nil {
		return err
	}
	cmd := exec.Command(r.o.binary, append(append([]string{"--config", r.config, "--data", data, "--http", addr}, flags...), command...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	r.stops = append(r.stops, func() { cmd.Process.Kill(); cmd.Wait() }) //nolint:errcheck // it is ended
	r.processes = append(r.processes, process{name: name, pid: cmd.Process.Pid, addr: addr})
	for range 300 {
		if resp, err := http.Get("http://" + addr + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(data + ".log")
	return fmt.Errorf("%s does not become ready: %s", name, text)
}

// watch adds the feeds of the mirror.
func (r *rig) watch(ctx context.Context, port int) error {
	var outlines strings.Builder
	for host := range hosts {
		fmt.Fprintf(&outlines, `<outline text="h%d" type="rss" xmlUrl="http://127.0.1.%d:%d/feed/%d"/>`, host, host+1, port, host)
	}
	file := filepath.Join(r.o.dir, "feeds.opml")
	err := os.WriteFile(file, []byte(`<opml version="2.0"><body>`+outlines.String()+`</body></opml>`), 0o600)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.o.binary, "--config", r.config, "--data", r.data, "sources", "import", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import: %w: %s", err, out)
	}
	return nil
}

// await returns what became of the pages when all have ended.
func (r *rig) await(ctx context.Context, pages int) (map[string]int, error) {
	for last, since := 0, time.Now(); ; {
		ended, total, err := r.ended(ctx)
		if err != nil || total >= pages {
			return ended, err
		}
		if total != last {
			last, since = total, time.Now()
		}
		if time.Since(since) > 2*time.Minute {
			return nil, fmt.Errorf("%d of %d pages have ended, and no more do", total, pages)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
}

var endedSample = regexp.MustCompile(`(?m)^marsad_items_ended_total\{outcome="(\w+)"[^}]*\} (\d+)`)

// ended reads from the archiver's metrics how many items have ended, by outcome.
func (r *rig) ended(ctx context.Context) (map[string]int, int, error) {
	for _, p := range r.processes {
		if p.name != "marsad" && p.name != "archiver" {
			continue
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+"/metrics", nil)
		if err != nil {
			return nil, 0, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, 0, err
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return nil, 0, err
		}
		ended, total := map[string]int{}, 0
		for _, sample := range endedSample.FindAllSubmatch(text, -1) {
			n, _ := strconv.Atoi(string(sample[2])) // digits only
			ended[string(sample[1])] += n
			total += n
		}
		return ended, total, nil
	}
	return nil, 0, errors.New("nobody archives")
}

// cpu is the time each process has used, with those it has started.
func (r *rig) cpu() ([]time.Duration, error) {
	children := map[int][]int{}
	times := map[int]time.Duration{}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// See proc_pid_stat(5): after the name in brackets come state, parent, …, utime, stime, cutime, cstime.
		_, rest, _ := strings.Cut(string(raw[strings.LastIndexByte(string(raw), ')'):]), " ")
		fields := strings.Fields(rest)
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
		for _, field := range fields[11:15] {
			ticks, _ := strconv.Atoi(field)
			times[pid] += time.Duration(ticks) * time.Second / 100 // USER_HZ
		}
	}
	var sum func(pid int) time.Duration
	sum = func(pid int) time.Duration {
		total := times[pid]
		for _, child := range children[pid] {
			total += sum(child)
		}
		return total
	}
	out := make([]time.Duration, len(r.processes))
	for i, p := range r.processes {
		out[i] = sum(p.pid)
	}
	return out, nil
}
