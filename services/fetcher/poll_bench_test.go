package fetcher

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"marsad/pkg/app/apptest"
	"marsad/pkg/news"
	"marsad/pkg/press"
	"marsad/pkg/store"
)

// pressVariable makes the test binary a server of a simulated press with so
// many feeds: what it costs must not count.
const pressVariable = "MARSAD_TEST_PRESS"

// servePress serves until standard input ends. It says where on standard output;
// each line that it reads sets its clock forward by an hour.
func servePress(feeds string) error {
	n, err := strconv.Atoi(feeds)
	if err != nil {
		return err
	}
	var ahead atomic.Int64
	world := press.New(press.Options{Feeds: n, Healthy: true})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	server := &http.Server{Handler: world.Handler(func() time.Time { return pressStart.Add(time.Duration(ahead.Load())) }), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // until the process ends
	for in := bufio.NewScanner(os.Stdin); in.Scan(); fmt.Println("ok") {
		ahead.Add(int64(time.Hour))
	}
	return nil
}

var pressStart = time.Date(2026, 1, 14, 9, 0, 0, 0, time.UTC)

// pressServer is the other process.
type pressServer struct {
	proxy  string
	feeds  []press.Feed
	stdin  io.WriteCloser
	stdout *bufio.Scanner
	now    time.Time
}

func startPress(b *testing.B, feeds int) *pressServer {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), pressVariable+"="+strconv.Itoa(feeds))
	cmd.Stderr = os.Stderr
	s := &pressServer{feeds: press.New(press.Options{Feeds: feeds, Healthy: true}).Feeds(), now: pressStart}
	var err error
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	s.stdout = bufio.NewScanner(stdout)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		s.stdin.Close()
		_ = cmd.Wait()
	})
	if !s.stdout.Scan() {
		b.Fatal("the press did not start")
	}
	s.proxy = s.stdout.Text()
	return s
}

// anHourLater moves the press's clock.
func (s *pressServer) anHourLater(b *testing.B) {
	b.Helper()
	if _, err := io.WriteString(s.stdin, "\n"); err != nil || !s.stdout.Scan() {
		b.Fatal("the press has gone")
	}
	s.now = s.now.Add(time.Hour)
}

// rounds of polls, an hour apart.
var rounds = []struct {
	name        string
	conditional bool
}{
	{"first contact, every entry is new", false},
	{"an hour later, every feed sends its body", false},
	{"two hours later, conditional requests", true},
}

// BenchmarkPolls polls every feed of a press three times, beside a loop that only
// downloads the same bytes and has gofeed parse them: feeds per second of CPU
// time of this process, and its peak memory. MARSAD_BENCH_FEEDS says how many
// feeds there are.
func BenchmarkPolls(b *testing.B) {
	feeds := 300
	if text := os.Getenv("MARSAD_BENCH_FEEDS"); text != "" {
		var err error
		if feeds, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		server := startPress(b, feeds)
		bare, marsad := newBareLoop(b, server.proxy), newPoller(b, server)
		for i, round := range rounds {
			if i > 0 {
				server.anHourLater(b)
			}
			bareCPU := cpuOf(func() { bare.poll(b, server.feeds, round.conditional) })
			resetPeak()
			marsadCPU := cpuOf(func() { marsad.poll(b, server.now, round.conditional) })
			b.Logf("%s: bare %.0f feeds per CPU second, Marsad %.0f: %.0f %%; %d new items, %d feeds not modified, peak %d MB", round.name,
				float64(feeds)/bareCPU.Seconds(), float64(feeds)/marsadCPU.Seconds(), 100*bareCPU.Seconds()/marsadCPU.Seconds(),
				marsad.fresh.Swap(0), marsad.unmodified.Swap(0), peak())
			if i == 1 {
				b.ReportMetric(float64(feeds)/marsadCPU.Seconds(), "feeds/cpu-s")
				b.ReportMetric(float64(feeds)/bareCPU.Seconds(), "bare-feeds/cpu-s")
			}
		}
		b.ReportMetric(float64(peak()), "MB-peak")
	}
}

// atOnce is how many polls run at a time, in both.
var atOnce = DefaultConfig().Concurrency

// bareLoop downloads and parses, and does nothing else.
type bareLoop struct {
	client *http.Client
	mu     sync.Mutex
	known  map[string]news.Validators
}

func newBareLoop(b *testing.B, proxy string) *bareLoop {
	b.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		b.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(u), MaxIdleConnsPerHost: 32}
	b.Cleanup(transport.CloseIdleConnections)
	return &bareLoop{client: &http.Client{Transport: transport}, known: map[string]news.Validators{}}
}

func (l *bareLoop) poll(b *testing.B, feeds []press.Feed, conditional bool) {
	work := make(chan press.Feed)
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for f := range work {
				if err := l.one(f.URL, conditional); err != nil {
					b.Errorf("%s: %v", f.URL, err)
				}
			}
		})
	}
	for _, f := range feeds {
		work <- f
	}
	close(work)
	workers.Wait()
}

func (l *bareLoop) one(address string, conditional bool) error {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	l.mu.Lock()
	known := l.known[address]
	l.mu.Unlock()
	if !conditional {
		known = news.Validators{}
	}
	if known.ETag != "" {
		req.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		req.Header.Set("If-Modified-Since", known.LastModified)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusNotModified {
		return err
	}
	l.mu.Lock()
	l.known[address] = news.Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")}
	l.mu.Unlock()
	if bytes.HasPrefix(body, []byte(`<?xml version="1.0" encoding="UTF-8"?>`)) && bytes.Contains(body, []byte("<urlset")) {
		return nil // gofeed reads no sitemaps
	}
	_, _ = gofeed.NewParser().Parse(bytes.NewReader(body)) // those it cannot read cost what they cost
	return nil
}

// poller is the fetcher's own way: claims, polls, one transaction each.
type poller struct {
	service           *Service
	fresh, unmodified atomic.Int64
}

func newPoller(b *testing.B, server *pressServer) *poller {
	b.Helper()
	p := apptest.Open(b)
	cfg := DefaultConfig()
	cfg.Proxy, cfg.HostDelay = server.proxy, 0
	s, err := New(cfg, p)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.client.close)
	var sources []news.Source
	for _, f := range server.feeds {
		sources = append(sources, news.Source{
			ID: news.NewSourceID(f.URL), Publisher: news.NewPublisher(f.Publisher), Kind: news.KindFeed, URL: f.URL, Name: f.Name, AddedAt: server.now, NextPoll: server.now,
		})
	}
	if _, err := p.Store.AddSources(b.Context(), sources...); err != nil {
		b.Fatal(err)
	}
	return &poller{service: s}
}

// poll polls every source once, at a time.
func (l *poller) poll(b *testing.B, now time.Time, conditional bool) {
	s := l.service
	s.now = func() time.Time { return now }
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	var left atomic.Int64
	sources, err := s.store.Sources(ctx)
	if err != nil {
		b.Fatal(err)
	}
	left.Store(int64(len(sources)))
	claim := func(ctx context.Context, c store.Claim) ([]news.Source, error) {
		c.Now = now.Add(time.Minute)
		return s.store.ClaimSources(ctx, c)
	}
	claimLoop(ctx, s, atOnce, claim, func(ctx context.Context, source news.Source) {
		if !source.LastPoll.Equal(now) {
			if !conditional {
				source.Validators = news.Validators{}
			}
			reading, err := s.read(ctx, source)
			result := s.result(source, now, reading, err)
			result.Poll.At = now
			learn := result.Learn
			result.Learn = func(fresh []store.Entry) store.Learned {
				learned := learn(fresh)
				learned.NextPoll = now.Add(time.Hour) // whatever was planned: once a round
				return learned
			}
			poll, err := s.store.RecordPoll(ctx, result)
			if err != nil || poll.Outcome == news.PollError {
				b.Errorf("%s: %v %v", source.URL, err, poll)
			}
			l.fresh.Add(int64(poll.New))
			if poll.Outcome == news.PollNotModified {
				l.unmodified.Add(1)
			}
		}
		if left.Add(-1) == 0 {
			stop()
		}
	})
}

// cpuOf is the processor time that this process spent on fn.
func cpuOf(fn func()) time.Duration {
	before := cpuTime()
	fn()
	return cpuTime() - before
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peak is the most memory this process had since resetPeak, in MB; 0 where the
// system does not say.
func peak() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "kB")
	kilobytes, _ := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return kilobytes / 1024
}
