package press_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marsad/pkg/press"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// world is a press behind its proxy.
type world struct {
	*press.World
	now    atomic.Int64
	client *http.Client
}

func open(t *testing.T, o press.Options) *world {
	t.Helper()
	w := &world{World: press.New(o)}
	w.now.Store(noon.Unix())
	server := httptest.NewServer(w.Handler(func() time.Time { return time.Unix(w.now.Load(), 0).UTC() }))
	t.Cleanup(server.Close)
	proxy, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{Proxy: http.ProxyURL(proxy)}
	t.Cleanup(transport.CloseIdleConnections)
	w.client = &http.Client{Transport: transport}
	return w
}

// get returns the answer, and its body; no answer is an empty one.
func (w *world) get(t *testing.T, address string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return &http.Response{}, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// TestSameSeed: everything follows from the seed, however time is cut.
func TestSameSeed(t *testing.T) {
	a, b, other := press.New(press.Options{Seed: 1}), press.New(press.Options{Seed: 1}), press.New(press.Options{Seed: 2})
	count, differ := 0, 0
	for i, f := range a.Feeds() {
		if f.URL != b.Feeds()[i].URL || f.PerDay != b.Feeds()[i].PerDay {
			t.Fatalf("feed %d differs: %s, %s", i, f.URL, b.Feeds()[i].URL)
		}
		whole := a.Published(i, noon, noon.Add(3*day))
		var parts []press.Item
		for at := noon; at.Before(noon.Add(3 * day)); at = at.Add(5 * time.Hour) {
			parts = append(parts, b.Published(i, at, at.Add(min(5*time.Hour, noon.Add(3*day).Sub(at))))...)
		}
		if !slices.Equal(whole, parts) {
			t.Fatalf("feed %d: %d articles at once, %d in parts", i, len(whole), len(parts))
		}
		for _, item := range whole {
			if a.Title(item) != b.Title(item) || a.URL(item) != b.URL(item) || strings.Join(a.Text(item), "") != strings.Join(b.Text(item), "") {
				t.Fatalf("%+v differs", item)
			}
		}
		count += len(whole)
		if f.URL != other.Feeds()[i].URL {
			differ++
		}
	}
	if count < 1000 || differ < 90 {
		t.Errorf("%d articles in three days; %d of 100 feeds are others with another seed", count, differ)
	}
}

// TestShown: a feed shows its newest articles until the next one appears.
func TestShown(t *testing.T) {
	w := press.New(press.Options{Seed: 3})
	for i, f := range w.Feeds() {
		items, until := w.Shown(i, noon)
		all := w.Published(i, noon.Add(-30*day), noon)
		slices.Reverse(all)
		n := min(len(all), f.Window)
		if len(items) < n || !slices.Equal(items[:n], all[:n]) {
			t.Fatalf("feed %d shows %d, of %d that are right", i, len(items), n)
		}
		if next := w.Published(i, noon, until.Add(-time.Second)); len(next) > 0 || !until.After(noon) {
			t.Fatalf("feed %d: shows the same until %v, but something appears at %v", i, until, next)
		}
	}
}

// TestHabits: rates are heavy-tailed, nights are quieter than days, texts are
// reprinted, and publishers have several feeds.
func TestHabits(t *testing.T) {
	w := press.New(press.Options{Seed: 4, Feeds: 2000})
	var counts []int
	total, night, reprints, shared := 0, 0, 0, 0
	for i, f := range w.Feeds() {
		items := w.Published(i, noon, noon.Add(7*day))
		counts = append(counts, len(items))
		total += len(items)
		for _, item := range items {
			if item.Feed != i {
				shared++
			}
			if hour := item.At.Hour(); f.Country == "EG" && hour < 4 {
				night++
			}
			if _, _, ok := w.Reprints(item); ok {
				reprints++
			}
		}
	}
	slices.Sort(counts)
	top := 0
	for _, n := range counts[len(counts)*9/10:] {
		top += n
	}
	if share := float64(top) / float64(total); share < 0.4 || share > 0.9 {
		t.Errorf("the busiest tenth has %.2f of all", share)
	}
	if counts[len(counts)/2] < 14 || counts[len(counts)/2] > 60 {
		t.Errorf("the middle feed published %d in a week", counts[len(counts)/2])
	}
	if reprints < total/50 || reprints > total/4 || shared < total/50 || shared > total/2 || night == 0 {
		t.Errorf("of %d: %d reprints, %d in a second feed; %d at night in Egypt", total, reprints, shared, night)
	}
}

// TestServes: every feed that can be read tells of what it shows, and the pages
// behind it carry the text.
func TestServes(t *testing.T) {
	w := open(t, press.Options{Seed: 5, Feeds: 300, Slow: time.Millisecond})
	formats, pages := map[press.Format]int{}, 0
	for i, f := range w.Feeds() {
		resp, body := w.get(t, f.URL)
		if f.Fault.Unreadable() {
			if resp.StatusCode == http.StatusOK {
				t.Errorf("%s was read, but is %s", f.URL, f.Fault)
			}
			continue
		}
		if f.Fault == press.Busy || f.Fault == press.SometimesHTML || f.MaxAge > 0 {
			continue
		}
		items, _ := w.Shown(i, noon)
		if resp.StatusCode != http.StatusOK || (len(items) == 0 && f.PerDay > 0.1) {
			t.Fatalf("%s (%s): %d, %d articles", f.URL, f.Fault, resp.StatusCode, len(items))
		}
		if len(items) == 0 {
			continue
		}
		for _, item := range items {
			if !strings.Contains(body, w.URL(item)) {
				t.Errorf("%s does not have %s", f.URL, w.URL(item))
			}
		}
		formats[f.Format]++
		if resp, page := w.get(t, w.URL(items[0])); resp.StatusCode != http.StatusOK || !strings.Contains(page, html.EscapeString(w.Text(items[0])[0])) {
			t.Errorf("%s: %d", w.URL(items[0]), resp.StatusCode)
		}
		pages++
	}
	if len(formats) < 5 || pages < 150 {
		t.Errorf("%v, %d pages", formats, pages)
	}
	if resp, _ := w.get(t, "http://nobody.example/"); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("an unknown host: %d", resp.StatusCode)
	}
}

// TestConditional: a feed that is the same is not sent again; one that changed is.
func TestConditional(t *testing.T) {
	w := open(t, press.Options{Seed: 6, Healthy: true})
	for i, f := range w.Feeds() {
		if f.MaxAge > 0 {
			continue
		}
		w.now.Store(noon.Unix())
		resp, _ := w.get(t, f.URL)
		etag, modified := resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
		_, until := w.Shown(i, noon)
		w.now.Store(until.Unix() - 1)
		if again, _ := w.get(t, f.URL, "If-None-Match", etag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d before it changes", f.URL, again.StatusCode)
		}
		if again, _ := w.get(t, f.URL, "If-Modified-Since", modified); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d before it changes", f.URL, again.StatusCode)
		}
		w.now.Store(until.Unix())
		if again, _ := w.get(t, f.URL, "If-None-Match", etag, "If-Modified-Since", modified); again.StatusCode != http.StatusOK {
			t.Errorf("%s: %d after it changed", f.URL, again.StatusCode)
		}
	}
}

// TestFaults: what is wrong with feeds is what their fault says.
func TestFaults(t *testing.T) {
	w := open(t, press.Options{Seed: 7, Feeds: 3000, Slow: time.Millisecond})
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	codes := map[press.Fault]int{
		press.NoDNS: 502, press.Refused: 0, press.NotFound: 404, press.Gone: 410, press.Moved: 301, press.Found: 302, press.SlowServer: 200,
	}
	seen := map[press.Fault]bool{}
	for _, f := range w.Feeds() {
		if seen[f.Fault] {
			continue
		}
		seen[f.Fault] = true
		first, body := w.get(t, f.URL)
		again, second := w.get(t, f.URL)
		if want, ok := codes[f.Fault]; ok && first.StatusCode != want {
			t.Errorf("%s: %d", f.Fault, first.StatusCode)
		}
		switch f.Fault {
		case press.Throttled:
			if first.StatusCode != 200 || again.StatusCode != 429 || again.Header.Get("Retry-After") == "" {
				t.Errorf("%s: %d, %d", f.Fault, first.StatusCode, again.StatusCode)
			}
		case press.FreshETag:
			if first.Header.Get("ETag") == "" || body != second {
				t.Errorf("%s: %v", f.Fault, first.Header)
			}
		case press.NoValidators:
			if first.Header.Get("ETag")+first.Header.Get("Last-Modified") != "" {
				t.Errorf("%s: %v", f.Fault, first.Header)
			}
		case press.FutureModified:
			if at, err := http.ParseTime(first.Header.Get("Last-Modified")); err != nil || at.Before(noon.AddDate(0, 6, 0)) {
				t.Errorf("%s: %v", f.Fault, first.Header)
			}
		}
	}
	if len(seen) < 16 {
		t.Errorf("only these faults among 3000 feeds: %v", seen)
	}
}

// TestFrontAndRobots: a site names its feeds, and what is not to be read.
func TestFrontAndRobots(t *testing.T) {
	w := open(t, press.Options{Seed: 8, Feeds: 200})
	robots := map[string]bool{}
	for _, f := range w.Feeds() {
		home := f.URL[:strings.Index(f.URL[7:], "/")+8]
		if _, front := w.get(t, home); f.Format != press.Sitemap && !strings.Contains(front, fmt.Sprintf("href=%q", f.URL)) {
			t.Errorf("%s does not name %s", home, f.URL)
		}
		_, body := w.get(t, home+"robots.txt")
		robots[body] = true
	}
	if len(robots) < 4 {
		t.Errorf("only these robots.txt: %v", robots)
	}
}

// TestMemory: ten thousand feeds, all polled, take no more than some tens of
// megabytes.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("renders ten thousand feeds")
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := press.New(press.Options{Seed: 9, Feeds: 10_000, Slow: time.Nanosecond})
	handler := w.Handler(func() time.Time { return noon })
	for _, f := range w.Feeds() {
		if f.Fault != press.Refused {
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, f.URL, nil))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 100<<20 {
		t.Errorf("%d MB", used>>20)
	}
	runtime.KeepAlive(w)
}

func BenchmarkPoll(b *testing.B) {
	w := press.New(press.Options{Seed: 1, Feeds: 1000, Healthy: true})
	for name, step := range map[string]time.Duration{"same": 0, "changed": day} {
		b.Run(name, func(b *testing.B) {
			now := noon
			handler := w.Handler(func() time.Time { return now })
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%1000 == 0 {
					now = now.Add(step)
				}
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, w.Feeds()[i%1000].URL, nil))
			}
		})
	}
}

func BenchmarkWeek(b *testing.B) {
	w := press.New(press.Options{Seed: 1, Feeds: 10_000})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w.Published(i%10_000, noon, noon.Add(7*day))
	}
}
