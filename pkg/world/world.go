// Package world is a small world of publishers on loopback, for tests of the
// whole system. What it publishes follows from a seed alone, and so does what
// must become of it: its own list is the truth against which an archive is
// held.
package world

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"marsad/pkg/news"
)

// Options shape a world.
type Options struct {
	Seed       uint64
	Publishers int // default 8
	Words      int // of an article, about; default 120
}

// World publishes, when told to, one item after the other. There is no end to
// them. It may be used from many goroutines.
type World struct {
	options    Options
	publishers []*publisher

	mu        sync.Mutex
	published []*Item
	byPath    map[string]*Item
	asked     map[*Item]bool // flaky items whose page was asked for
	stalled   chan struct{}  // closed when requests are answered again; nil: they are
}

// publisher is a site with one feed, at an address of its own: so it is a host
// of its own.
type publisher struct {
	number int
	url    string
	server *http.Server
	items  []*Item // guarded by World.mu
}

// New opens a world in which nothing is published yet.
func New(options Options) (*World, error) {
	if options.Publishers == 0 {
		options.Publishers = 8
	}
	if options.Words == 0 {
		options.Words = 120
	}
	w := &World{options: options, byPath: map[string]*Item{}}
	for n := range options.Publishers {
		listener, err := listen(n, 20_000+int(options.Seed%20_000))
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("world: %w", err)
		}
		p := &publisher{number: n, url: "http://" + listener.Addr().String()}
		p.server = &http.Server{Handler: site{w, p}, ReadHeaderTimeout: 10 * time.Second}
		w.publishers = append(w.publishers, p)
		go func() { _ = p.server.Serve(listener) }() // until Close
	}
	return w, nil
}

// listen takes an address of loopback's own network for each publisher, at a
// port that follows from the seed, so that addresses are the same whenever they
// can be. Where there is only one such address, publishers share it.
func listen(n, port int) (listener net.Listener, err error) {
	host := fmt.Sprintf("127.0.%d.%d", 1+n/250, 1+n%250)
	for _, addr := range []string{fmt.Sprint(host, ":", port), host + ":0", "127.0.0.1:0"} {
		if listener, err = net.Listen("tcp", addr); err == nil {
			return listener, nil
		}
	}
	return nil, err
}

// Close ends the world.
func (w *World) Close() {
	w.Resume()
	for _, p := range w.publishers {
		p.server.Close()
	}
}

// Feeds returns the addresses of all feeds.
func (w *World) Feeds() []string {
	var feeds []string
	for _, p := range w.publishers {
		feeds = append(feeds, p.url+"/feed.xml")
	}
	return feeds
}

// Publish makes the next n items appear in their feeds and returns what became
// different: the new items, and older ones that were changed.
func (w *World) Publish(n int) []*Item {
	w.mu.Lock()
	defer w.mu.Unlock()
	var fresh []*Item
	for range n {
		number := len(w.published)
		item := w.make(number)
		w.published = append(w.published, item)
		p := w.publishers[item.publisher]
		p.items = append(p.items, item)
		w.byPath[p.url+item.path()] = item
		fresh = append(fresh, item)
		if number >= changedAfter {
			if old := w.published[number-changedAfter]; old.Changes {
				old.changed = true
				fresh = append(fresh, old)
			}
		}
	}
	return fresh
}

// Published returns everything published so far: the truth.
func (w *World) Published() []*Item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*Item(nil), w.published...)
}

// Reset unpublishes everything. What is published again is the same.
func (w *World) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.published, w.byPath, w.asked = nil, map[string]*Item{}, nil
	for _, p := range w.publishers {
		p.items = nil
	}
}

// Stall leaves all requests without an answer until Resume.
func (w *World) Stall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled == nil {
		w.stalled = make(chan struct{})
	}
}

// Resume answers requests again, those that wait too.
func (w *World) Resume() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled != nil {
		close(w.stalled)
		w.stalled = nil
	}
}

// Publisher is the number of the feed, in Feeds, in which an item is published.
func (i *Item) Publisher() int { return i.publisher }

// Outcomes counts what must become of the items.
func Outcomes(items []*Item) map[news.Outcome]int {
	counts := map[news.Outcome]int{}
	for _, item := range items {
		counts[item.Outcome()]++
	}
	return counts
}

// Next returns what will be published next.
func (w *World) Next() *Item {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.make(len(w.published))
}
