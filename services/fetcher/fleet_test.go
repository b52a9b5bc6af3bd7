package fetcher

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/store/open"
	"marsad/pkg/store/postgres/throwaway"
)

// logged is a request as its server saw it.
type logged struct {
	who, path  string
	begun      time.Time
	sent       time.Time // before the last byte went out: nobody had all of it earlier
	overlapped bool      // another was not answered yet
}

// serverLog serves a publisher and notes every request.
type serverLog struct {
	mu       sync.Mutex
	requests []logged
	running  int
}

func (l *serverLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, _, _ := strings.Cut(r.UserAgent(), " ")
	entry := logged{who: who, path: r.URL.Path, begun: time.Now()}
	l.mu.Lock()
	entry.overlapped = l.running > 0
	l.running++
	l.mu.Unlock()
	time.Sleep(rand.N(300 * time.Millisecond)) // as servers do: when an answer ends counts
	body := "<p>page</p>"
	switch {
	case r.URL.Path == "/robots.txt":
		body = "User-agent: *\nAllow: /\n"
	case strings.HasPrefix(r.URL.Path, "/feed"):
		body = fmt.Sprintf(`<rss version="2.0"><channel><title>t</title><item><title>now</title><link>http://%s/%d</link></item></channel></rss>`, r.Host, time.Now().Unix())
	}
	l.mu.Lock()
	l.running--
	entry.sent = time.Now()
	l.requests = append(l.requests, entry)
	l.mu.Unlock()
	io.WriteString(w, body)
}

// by returns all requests so far in the order in which they began, and the
// fewest that one of the fetchers made.
func (l *serverLog) by(fetchers []string) (all []logged, fewest int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	all = slices.SortedFunc(slices.Values(l.requests), func(a, b logged) int { return a.begun.Compare(b.begun) })
	counts := map[string]int{}
	for _, r := range all {
		counts[r.who]++
	}
	fewest = len(all)
	for _, who := range fetchers {
		fewest = min(fewest, counts[who])
	}
	return all, fewest
}

// TestFetchersTogetherArePolite: two fetchers that share nothing but the store
// never ask a host twice within its delay, by the host's own log: neither from
// the beginning of a request nor from the end of its answer to the next.
func TestFetchersTogetherArePolite(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	for _, backend := range []struct {
		name string
		dsn  func(t *testing.T) string
	}{
		{"SQLite", func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "shared.db") }},
		{"PostgreSQL", func(t *testing.T) string { t.Helper(); return throwaway.Database(t) }},
	} {
		t.Run(backend.name, func(t *testing.T) {
			t.Parallel()
			dsn := backend.dsn(t)
			if err := open.Check(dsn); err != nil {
				t.Skip(err)
			}
			together(t, dsn)
		})
	}
}

func together(t *testing.T, dsn string) {
	t.Helper()
	const delay = time.Second
	host := &serverLog{}
	url := serve(t, host.ServeHTTP)
	bus := freeAddr(t)
	fetchers := []string{"One/1.0", "Two/1.0"}
	for i, agent := range fetchers {
		p := shared(t, dsn, bus, i == 0)
		if i == 0 {
			for n := range 3 {
				watch(t, p, fmt.Sprint(url, "/feed", n))
			}
		}
		cfg := loopback()
		cfg.HostDelay, cfg.UserAgent = delay, agent
		start(t, p, cfg)
	}
	var all []logged
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		var fewest int
		if all, fewest = host.by(fetchers); len(all) >= 8 && fewest >= 2 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is a fetcher that made %d of %d requests", fewest, len(all))
		}
	}
	for i, r := range all[1:] {
		before := all[i]
		if r.overlapped || r.begun.Sub(before.begun) < delay || r.begun.Sub(before.sent) < delay {
			t.Errorf("%s asked for %s %v after %s had asked for %s, and %v after the end of the answer", r.who, r.path, r.begun.Sub(before.begun), before.who, before.path, r.begun.Sub(before.sent))
		}
	}
}

// shared opens a process with a data folder of its own on a store and a bus that
// others use, too; the first one has the bus.
func shared(t *testing.T, dsn, bus string, first bool) *app.Process {
	t.Helper()
	cfg := app.DefaultConfig()
	cfg.Data, cfg.Store.DSN, cfg.Disk.MinFreeBytes = t.TempDir(), dsn, 0
	if first {
		cfg.NATS.Listen = bus
	} else {
		cfg.NATS.URL = "nats://" + bus
	}
	p, err := app.Open(t.Context(), cfg, app.Options{LogTo: t.Output(), Administer: first})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
