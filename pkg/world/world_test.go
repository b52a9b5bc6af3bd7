package world_test

import (
	"html"
	"io"
	"net/http"
	"strings"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/world"
)

func open(t *testing.T, seed uint64) *world.World {
	t.Helper()
	w, err := world.New(world.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestSameSeed: what a world publishes follows from its seed.
func TestSameSeed(t *testing.T) {
	a, b, other := open(t, 1), open(t, 1), open(t, 2)
	a.Publish(300)
	b.Publish(100)
	b.Publish(200)
	other.Publish(300)
	differ := 0
	for i, item := range a.Published() {
		same, another := b.Published()[i], other.Published()[i]
		if item.Title() != same.Title() || item.Text() != same.Text() || item.Kind != same.Kind || item.Group != same.Group || item.Changes != same.Changes {
			t.Fatalf("item %d differs", i)
		}
		if item.Text() != another.Text() {
			differ++
		}
	}
	if differ < 290 {
		t.Errorf("worlds of two seeds differ in %d of 300 texts", differ)
	}
	first := a.Published()[7]
	a.Reset()
	a.Publish(8)
	if again := a.Published()[7]; again.ID != first.ID || again.Text() != first.Text() {
		t.Error("what is published again is something else")
	}
}

// TestServes: feeds and pages say what the list says, by the kind of the item.
func TestServes(t *testing.T) {
	w := open(t, 3)
	w.Publish(200)
	_, feed := get(t, w.Feeds()[0])
	kinds := map[world.Kind]bool{}
	for _, item := range w.Published() {
		if item.Publisher() == 0 && !strings.Contains(feed, item.URL) {
			t.Errorf("item %d is not in its feed", item.Number)
		}
		if kinds[item.Kind] || item.Kind == world.Silent || item.Changes {
			continue
		}
		kinds[item.Kind] = true
		code, body := get(t, item.URL)
		if item.Kind == world.Flaky {
			if code != http.StatusServiceUnavailable {
				t.Errorf("a flaky page answered %d at once", code)
			}
			code, body = get(t, item.URL)
		}
		first, _, _ := strings.Cut(item.Text(), "\n\n")
		whole := code == http.StatusOK && strings.Contains(html.UnescapeString(body), first)
		if want := item.Kind != world.Gone && item.Kind != world.Empty; whole != want {
			t.Errorf("a page that is %s: %d, whole: %v", item.Kind, code, whole)
		}
	}
	if len(kinds) < 5 {
		t.Errorf("only these kinds among 200 items: %v", kinds)
	}
}

// TestChanges: an item that changes says something else in the end, and is one
// item all the time.
func TestChanges(t *testing.T) {
	w := open(t, 4)
	for range 30 {
		for _, item := range w.Publish(10) {
			if !item.Changes || !w.Settled(item) {
				continue
			}
			_, body := get(t, item.URL)
			if first, _, _ := strings.Cut(item.Text(), "\n\n"); !strings.Contains(html.UnescapeString(body), first) {
				t.Errorf("item %d has not changed", item.Number)
			}
			if counts := world.Outcomes(w.Published()); counts[news.Archived]+counts[news.Dropped] != len(w.Published()) {
				t.Errorf("outcomes %v of %d items", counts, len(w.Published()))
			}
			return
		}
	}
	t.Error("nothing ever changed")
}

// TestStall: requests wait until the world goes on.
func TestStall(t *testing.T) {
	w := open(t, 5)
	w.Stall()
	answered := make(chan int)
	go func() {
		code, _ := get(t, w.Feeds()[0])
		answered <- code
	}()
	select {
	case <-answered:
		t.Fatal("answered while stalled")
	default:
	}
	w.Resume()
	if code := <-answered; code != http.StatusOK {
		t.Errorf("answered %d", code)
	}
}
