package fetcher

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/open"
	"marsad/pkg/weburl"
)

// hostilePatience is for machines that do much else.
const hostilePatience = 90 * time.Second

// hostilePress is servers that go wrong, each on an address, and so a domain, of
// its own, and a good feed that leads to broken pages.
type hostilePress struct {
	feeds []hostileFeed
	pages []hostilePage
	good  news.Source
}

type hostileFeed struct {
	fault
	host   string
	source news.Source
}

type hostilePage struct {
	pageFault
	url string
}

// newHostilePress starts the servers of one copy of all faults.
func newHostilePress(t *testing.T, n int, b bombs) hostilePress {
	var p hostilePress
	source := func(url string) news.Source {
		return news.Source{
			ID: news.NewSourceID(url), Publisher: news.NewPublisher(url), Kind: news.KindFeed, URL: url, Name: url,
			AddedAt: time.Now(), PollEvery: time.Hour,
		}
	}
	for i, f := range feedFaults(b) {
		host := listenOn(t, fmt.Sprintf("127.%d.1.%d", n, i+1), f.handler(t))
		s := source("http://" + host + "/feed")
		if f.polls > 1 {
			s.PollEvery = time.Second
		}
		p.feeds = append(p.feeds, hostileFeed{f, host, s})
	}
	list := `<rss version="2.0"><channel>`
	for i, f := range pageFaults(b) {
		url := "http://" + listenOn(t, fmt.Sprintf("127.%d.2.%d", n, i+1), f.handler()) + "/page"
		p.pages = append(p.pages, hostilePage{f, url})
		list += "<item><title>" + f.name + "</title><link>" + url + "</link></item>"
	}
	p.good = source("http://" + listenOn(t, fmt.Sprintf("127.%d.3.1", n), text(list+"</channel></rss>")) + "/feed")
	return p
}

// listenOn serves on an address of loopback until the test ends.
func listenOn(t *testing.T, ip string, handler http.Handler) (host string) {
	t.Helper()
	listener, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return listener.Addr().String()
}

func (p hostilePress) sources() []news.Source {
	list := []news.Source{p.good}
	for _, f := range p.feeds {
		list = append(list, f.source)
	}
	return list
}

// await waits until every feed was polled and every page asked for.
func (p hostilePress) await(t *testing.T, st store.Store) {
	t.Helper()
	var missing []string
	for deadline := time.Now().Add(hostilePatience); ; time.Sleep(50 * time.Millisecond) {
		missing = missing[:0]
		for _, f := range p.feeds {
			if polls, err := st.Polls(t.Context(), f.source.ID); err != nil || len(polls) < max(f.polls, 1) {
				missing = append(missing, f.name)
			}
		}
		for _, f := range p.pages {
			if item, err := st.Item(t.Context(), itemAt(f.url)); err != nil || item.State == news.StateDue {
				missing = append(missing, "page: "+f.name)
			}
		}
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never done: %q", missing)
		}
	}
}

func itemAt(url string) news.ID { return news.ItemID(weburl.Identity(url), "", "") }

// check compares what the store says with what was expected.
func (p hostilePress) check(t *testing.T, st store.Store) {
	for _, f := range p.feeds {
		t.Run("feed/"+f.name, func(t *testing.T) { f.check(t, st) })
	}
	for _, f := range p.pages {
		t.Run("page/"+f.name, func(t *testing.T) {
			item, err := st.Item(t.Context(), itemAt(f.url))
			if err != nil || item.Reason != f.reason && f.reason != "" {
				t.Errorf("the item is %s for %q, %v; want %q", item.State, item.Reason, err, f.reason)
			}
		})
	}
}

func (f hostileFeed) check(t *testing.T, st store.Store) {
	polls, err := st.Polls(t.Context(), f.source.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, poll := range polls {
		if poll.Reason != f.reason || (poll.Outcome == news.PollError) != (f.reason != "") {
			t.Errorf("a poll ended as %s for %q after %v, want %q", poll.Outcome, poll.Reason, poll.Took, f.reason)
		}
	}
	for _, want := range f.repairs {
		if !slices.Contains(polls[0].Repairs, want) {
			t.Errorf("repairs = %q, want %s", polls[0].Repairs, want)
		}
	}
	source, err := st.Source(t.Context(), f.source.ID)
	if err != nil || source.Counts.Found != f.items {
		t.Errorf("%d items, %v; want %d", source.Counts.Found, err, f.items)
	}
	for _, path := range f.urls {
		if item, err := st.Item(t.Context(), itemAt("http://"+f.host+path)); err != nil || item.URL != "http://"+f.host+path {
			t.Errorf("%s: %q, %v", path, item.URL, err)
		}
	}
}

// TestHostile: all faults at once, each ends with its reason, or with what can be read.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	press := newHostilePress(t, 1, newBombs())
	p := apptest.Open(t)
	if _, err := p.Store.AddSources(t.Context(), press.sources()...); err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.HostDelay, cfg.AllowNetworks, cfg.Timeout, cfg.MaxAttempts = 0, []string{"127.0.0.0/8"}, 8*time.Second, 1
	start(t, p, cfg)
	press.await(t, p.Store)
	press.check(t, p.Store)
}

const (
	hostileCopies = 2
	hostileMemory = 256 << 20
)

// TestHostileMemory: the whole program on all faults at once, several of each,
// stays within bounds. The servers are of this process.
func TestHostileMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("seconds")
	}
	copies, b := make([]hostilePress, hostileCopies), newBombs()
	var sources []news.Source
	for i := range copies {
		copies[i] = newHostilePress(t, i+1, b)
		sources = append(sources, copies[i].sources()...)
	}
	data := t.TempDir()
	st, err := open.Open(t.Context(), filepath.Join(data, "marsad.db"), open.Options{Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.AddSources(t.Context(), sources...); err != nil {
		t.Fatal(err)
	}
	child := runProgram(t, data)
	for _, press := range copies {
		press.await(t, st)
		press.check(t, st)
	}
	peak := child.peakMemory(t)
	t.Logf("%d copies of %d feeds and %d pages: %d MB at most", hostileCopies, len(copies[0].feeds), len(copies[0].pages), peak>>20)
	if peak > hostileMemory {
		t.Errorf("it took %d MB", peak>>20)
	}
}

// program is a marsad that runs.
type program struct{ cmd *exec.Cmd }

const hostileConfig = `data: %s
http: {addr: "127.0.0.1:0", pprof: true}
fetcher: {host_delay: 0s, timeout: 8s, max_attempts: 1, allow_networks: [127.0.0.0/8]}
`

// runProgram builds the program and runs it on a data folder until the test ends.
func runProgram(t *testing.T, data string) program {
	t.Helper()
	exe, config := filepath.Join(t.TempDir(), "marsad"), filepath.Join(t.TempDir(), "marsad.yaml")
	if out, err := exec.Command("go", "build", "-o", exe, "marsad/services/marsad").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, hostileConfig, data), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(exe, "--config", config, "run", "--no-starter")
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
		if err != nil || t.Failed() {
			t.Errorf("the program ended with %v:\n%s", err, &log)
		}
	})
	return program{cmd}
}

// peakMemory is the most that the program has had in memory.
func (p program) peakMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("this system does not tell a process's memory")
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatalf("no peak in\n%s", status)
	return 0
}
