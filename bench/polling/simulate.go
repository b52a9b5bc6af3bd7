package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"marsad/pkg/press"
)

const (
	took    = 400 * time.Millisecond // a request
	after   = 24 * time.Hour         // for which polls go on after the week, for what came at its end
	day     = 24 * time.Hour
	notYet  = int32(-1)
	lostNow = int32(-2)
)

// begin is when the simulation begins: a Thursday, so that weekends are in the
// first days and in the week.
var begin = time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)

// world is a press whose articles are all known.
type world struct {
	options  options
	domains  []domain
	articles []int32 // when they were published, in seconds since begin
	counted  int     // of the week
}

// domain is the feeds that are asked one after another.
type domain struct {
	number int
	feeds  []feed
}

// feed is a feed's entries in the order they appear.
type feed struct {
	of      *press.Feed
	entries []int32 // indexes of articles
	visible []int32 // when each is in the feed's answer, in seconds since begin
}

func newWorld(o options) *world {
	w := &world{options: o}
	p := press.New(o.press)
	index := map[press.Item]int32{}
	byDomain := map[string]int{}
	end := begin.Add(w.length())
	for i := range p.Feeds() {
		f := feed{of: &p.Feeds()[i]}
		shown, _ := p.Shown(i, begin)
		for _, item := range slices.Backward(shown) {
			w.add(&f, index, item)
		}
		for _, item := range p.Published(i, begin, end) {
			w.add(&f, index, item)
		}
		name := domainOf(f.of)
		at, ok := byDomain[name]
		if !ok {
			at = len(w.domains)
			byDomain[name] = at
			w.domains = append(w.domains, domain{number: at})
		}
		w.domains[at].feeds = append(w.domains[at].feeds, f)
	}
	for _, at := range w.articles {
		if w.inWeek(at) {
			w.counted++
		}
	}
	return w
}

// domainOf is a feed's registrable domain: of the press's, the last two names.
func domainOf(f *press.Feed) string {
	host := strings.TrimPrefix(f.URL, "http://")
	host = host[:strings.Index(host, "/")]
	labels := strings.Split(host, ".")
	return strings.Join(labels[len(labels)-2:], ".")
}

func (w *world) add(f *feed, index map[press.Item]int32, item press.Item) {
	n, ok := index[item]
	if !ok {
		n = int32(len(w.articles))
		index[item] = n
		w.articles = append(w.articles, int32(item.At.Sub(begin).Seconds()))
	}
	f.entries = append(f.entries, n)
	f.visible = append(f.visible, int32(f.of.VisibleAt(item.At).Sub(begin).Seconds()))
}

// length is how long is simulated.
func (w *world) length() time.Duration {
	return time.Duration(w.options.warmup+w.options.days)*day + after
}

func (w *world) inWeek(at int32) bool {
	since := time.Duration(at)*time.Second - time.Duration(w.options.warmup)*day
	return since >= 0 && since < time.Duration(w.options.days)*day
}

// poller decides when a feed is polled again.
type poller interface {
	// first is the latest moment of the first poll.
	first() time.Duration
	// next learns what a poll brought, and says how long to wait from its end.
	next(p polled, r *rand.Rand) time.Duration
}

// polled is what a poll brought.
type polled struct {
	at        time.Time // its end
	feed      *feed
	entries   int     // 0: not modified
	published []int32 // of the new ones
}

// poll polls all feeds for the whole time.
func (w *world) poll(ctx context.Context, newPoller func() poller) (result, error) {
	found := make([]int32, len(w.articles))
	for i := range found {
		found[i] = notYet
	}
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	tallies := make([]tally, workers)
	for n := range workers {
		wg.Go(func() {
			for i := n; i < len(w.domains) && ctx.Err() == nil; i += workers {
				v := visit{world: w, domain: &w.domains[i], found: found, tally: &tallies[n]}
				v.run(newPoller)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return result{}, fmt.Errorf("interrupted: %w", ctx.Err())
	}
	return w.sum(found, tallies), nil
}

// tally is what one worker counts.
type tally struct {
	requests int // in the week
	busiest  int // requests to one domain in an hour, at most
	closest  time.Duration
}

// visit is the polling of one domain. An article is in the feeds of one domain
// only, so domains do not wait for each other.
type visit struct {
	world  *world
	domain *domain
	found  []int32 // when articles were found, in seconds since begin
	*tally

	lastEnd  time.Duration
	hour     time.Duration
	thisHour int
}

// turn is a feed's state.
type turn struct {
	poller poller
	due    time.Duration // since begin
	seen   int           // entries that were visible at the last poll
}

// run asks the feed that is due first, when its domain is free, until the end.
func (v *visit) run(newPoller func() poller) {
	r := rand.New(rand.NewPCG(v.world.options.press.Seed, uint64(v.domain.number)))
	turns := make([]turn, len(v.domain.feeds))
	for i := range turns {
		p := newPoller()
		turns[i] = turn{poller: p, due: time.Duration(r.Int64N(int64(p.first())))}
	}
	free := time.Duration(0)
	for {
		first := 0
		for i := range turns {
			if turns[i].due < turns[first].due {
				first = i
			}
		}
		start := max(turns[first].due, free)
		if start >= v.world.length() {
			return
		}
		end := start + took
		v.note(start, end)
		p := v.read(&turns[first], &v.domain.feeds[first], end)
		turns[first].due = end + turns[first].poller.next(p, r)
		free = end + v.world.options.hostDelay
	}
}

// note counts a request, and how close it is to the one before.
func (v *visit) note(start, end time.Duration) {
	if v.lastEnd > 0 && (v.closest == 0 || start-v.lastEnd < v.closest) {
		v.closest = start - v.lastEnd
	}
	v.lastEnd = end
	if hour := start.Truncate(time.Hour); hour != v.hour {
		v.hour, v.thisHour = hour, 0
	}
	v.thisHour++
	v.busiest = max(v.busiest, v.thisHour)
	if v.world.inWeek(int32(start.Seconds())) {
		v.requests++
	}
}

// read takes what a feed shows at a moment.
func (v *visit) read(t *turn, f *feed, at time.Duration) polled {
	p := polled{at: begin.Add(at), feed: f}
	second := int32(at.Seconds())
	known := t.seen
	for t.seen < len(f.visible) && f.visible[t.seen] <= second {
		t.seen++
	}
	if t.seen == known {
		return p
	}
	p.entries = min(f.of.Window, t.seen)
	for n := known; n < t.seen; n++ {
		article := f.entries[n]
		switch {
		case n < t.seen-f.of.Window:
			if v.found[article] == notYet {
				v.found[article] = lostNow // unless another feed shows it
			}
		default:
			if v.found[article] < 0 {
				v.found[article] = second
			}
			p.published = append(p.published, v.world.articles[article])
		}
	}
	return p
}
