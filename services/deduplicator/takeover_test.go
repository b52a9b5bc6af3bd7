package deduplicator

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// recorded is a stream of articles about a few events: originals, copies cut
// short, copies that were edited, revisions, and other news on the same event.
func recorded(n int) []*event.Cleaned {
	r := rand.New(rand.NewPCG(5, 5))
	words := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = coined(r)
		}
		return strings.Join(out, " ")
	}
	var stream []*event.Cleaned
	for i := range n {
		c := cleaned(fmt.Sprint("article ", i), words(6), words(90), "")
		c.FoundAt = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 11 * time.Minute)
		if i > 20 {
			old := stream[r.IntN(i)]
			switch parts := strings.Fields(old.Article.Text); r.IntN(6) {
			case 0:
				c.Article.Text, c.Article.Title = strings.Join(parts[:len(parts)/2], " "), old.Article.Title
			case 1:
				parts[r.IntN(len(parts))] = coined(r)
				c.Article.Text = strings.Join(parts, " ") + " " + words(12)
			case 2:
				c.Ref = news.Ref{Item: old.Item, Revision: old.Revision + i}
				c.Article.Text = old.Article.Text + " " + words(30)
			case 3:
				c.Article.Title = old.Article.Title + " " + words(1)
				c.Article.Text = old.Article.Title + " " + old.Article.Title + " " + words(80)
			}
		}
		c.Article.Words = len(strings.Fields(c.Article.Text))
		stream = append(stream, c)
	}
	return stream
}

func coined(r *rand.Rand) string {
	syllables := []string{"با", "تو", "ري", "شم", "كا", "لو", "مي", "نور", "سا", "دي", "فا", "زو", "هام", "قي", "رو", "جا"}
	return syllables[r.IntN(16)] + syllables[r.IntN(16)] + syllables[r.IntN(16)]
}

// follow decides on the stream in batches of a size.
func follow(t *testing.T, d *processor, stream []*event.Cleaned, batch int) (decided []*event.Deduplicated) {
	t.Helper()
	for len(stream) > 0 {
		n := min(batch, len(stream))
		decided = append(decided, decideAll(t, d, stream[:n]...)...)
		stream = stream[n:]
	}
	return decided
}

// wire is what was decided as it is on the bus.
func wire(t *testing.T, decided []*event.Deduplicated) []string {
	t.Helper()
	out := make([]string, len(decided))
	for i, d := range decided {
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = string(b)
	}
	return out
}

// journal reads all of it.
func journal(t *testing.T, s store.Decisions) (entries []string) {
	t.Helper()
	err := s.Journal(t.Context(), 0, time.Time{}, func(e store.JournalEntry) error {
		entries = append(entries, fmt.Sprintf("%s %x", e.Item, e.Data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestTakeOver: whoever takes over in the middle of a stream, by force, decides
// as the one before would have: byte for byte, in decisions and journal.
func TestTakeOver(t *testing.T) {
	stream := recorded(400)
	undisturbed := apptest.Open(t)
	want := wire(t, follow(t, newProcessor(t, undisturbed), stream, 32))

	p := apptest.Open(t)
	var got []*event.Deduplicated
	holder := newProcessor(t, p)
	at := time.Now()
	for i, from := range []int{0, 70, 71, 200, 333} {
		to := append([]int{70, 71, 200, 333}, len(stream))[i]
		got = append(got, follow(t, holder, stream[from:to], 32)...)

		at = at.Add(2 * time.Minute) // the lease ran out
		lease, err := p.Store.AcquireLease(t.Context(), leaseName, fmt.Sprint("standby ", i), at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := holder.ProcessBatch(t.Context(), stream[to:min(to+9, len(stream))]); to < len(stream) && err == nil {
			t.Fatal("decided without the lease")
		}
		cfg := DefaultConfig()
		holder = &processor{store: p.Store, lease: lease, memory: newMemory(cfg.Window, cfg.Stories), minWords: cfg.MinWords, now: time.Now, lost: func() {}}
	}
	if diff := cmp.Diff(want, wire(t, got)); diff != "" {
		t.Errorf("decided otherwise (-undisturbed +taken over):\n%s", diff)
	}
	if diff := cmp.Diff(journal(t, undisturbed.Store), journal(t, p.Store)); diff != "" {
		t.Errorf("the journal differs (-undisturbed +taken over):\n%s", diff)
	}
	kinds := map[news.VerdictKind]int{}
	for _, d := range got {
		kinds[d.Verdict.Kind]++
	}
	if len(kinds) != 4 {
		t.Errorf("the stream is not all there is: %v", kinds)
	}
}

// failing is a store whose transactions fail now and then after all was decided.
type failing struct {
	store.Decisions
	n int
}

func (f *failing) Decide(ctx context.Context, lease store.Lease, fn func(tx store.DecisionTx) error) error {
	f.n++
	return f.Decisions.Decide(ctx, lease, func(tx store.DecisionTx) error {
		if err := fn(tx); err != nil || f.n%3 != 0 {
			return err
		}
		return fmt.Errorf("the disk is full")
	})
}

// TestFailedTransactions leave nothing in memory.
func TestFailedTransactions(t *testing.T) {
	stream := recorded(300)
	undisturbed, p := apptest.Open(t), apptest.Open(t)
	want := wire(t, follow(t, newProcessor(t, undisturbed), stream, 16))
	d := newProcessor(t, p)
	d.store = &failing{Decisions: d.store}
	var got []*event.Deduplicated
	for len(stream) > 0 {
		n := min(16, len(stream))
		if _, err := d.ProcessBatch(t.Context(), stream[:n]); err != nil {
			continue
		}
		got = append(got, decideAll(t, &processor{store: d.store.(*failing).Decisions, lease: d.lease, memory: newMemory(d.memory.window, d.memory.stories),
			minWords: d.minWords, now: time.Now, lost: func() {}}, stream[:n]...)...) // the stored ones
		stream = stream[n:]
	}
	if diff := cmp.Diff(want, wire(t, got)); diff != "" {
		t.Errorf("decided otherwise (-undisturbed +with failures):\n%s", diff)
	}
	if diff := cmp.Diff(journal(t, undisturbed.Store), journal(t, p.Store)); diff != "" {
		t.Errorf("the journal differs (-undisturbed +with failures):\n%s", diff)
	}
}

// TestStandbyKnowsMore: a standby that remembers what was taken down goes on with
// what it has when the leader, who does not, decides.
func TestStandbyKnowsMore(t *testing.T) {
	p := apptest.Open(t)
	stream := recorded(60)
	leader := newProcessor(t, p)
	decided := follow(t, leader, stream[:40], 8)
	standby := newMemory(leader.memory.window, leader.memory.stories)
	if err := standby.catchUp(t.Context(), p.Store, time.Now()); err != nil {
		t.Fatal(err)
	}
	last := decided[len(decided)-1]
	archive(t, p.Store, last)
	if _, err := p.Store.RemoveArticle(t.Context(), last.Item, time.Now()); err != nil {
		t.Fatal(err)
	}
	restarted := *leader
	restarted.memory, restarted.current = newMemory(standby.window, standby.stories), false
	follow(t, &restarted, stream[40:], 8)
	if err := standby.catchUp(t.Context(), p.Store, time.Now()); err != nil {
		t.Fatal(err)
	}
	if a, b := restarted.memory.texts.Len(), standby.texts.Len(); b < a || b > a+1 {
		t.Errorf("the standby knows %d texts, the leader %d", b, a)
	}
}

// TestClockOfAnotherHost: an article that was found in the future, by the clock of
// who found it, puts nothing out of the window.
func TestClockOfAnotherHost(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	first, future, again := article("first", "افتتاح مكتبة عامة", library, 8), article("future", "خطة لتوسيع ميناء الصيد", harbour, 9),
		article("copy", "مكتبة عامة", library+" انتهى.", 10)
	now := time.Now()
	first.FoundAt, future.FoundAt, again.FoundAt = now.Add(-time.Hour), now.AddDate(10, 0, 0), now
	got := decideAll(t, d, first, future, again)
	if v := got[2].Verdict; v.Kind != news.Copy {
		t.Errorf("a copy of what came before: %+v", v)
	}
}

// TestNoID: what has no ID that can be stored is a dead letter, not an outage.
func TestNoID(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	bad := article("bad", "t", library, 8)
	bad.Item = "zz"
	_, err := d.ProcessBatch(t.Context(), []*event.Cleaned{bad})
	if err == nil || !strings.HasPrefix(err.Error(), "dead ("+ReasonInvalid) {
		t.Errorf("%v, want a dead letter", err)
	}
}
