package deduplicator

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var body = strings.Repeat("أعلنت الوزارة اليوم عن افتتاح مكتبة عامة في المدينة القديمة ", 4)

func cleaned(name, title, text, canonical string) *event.Cleaned {
	return &event.Cleaned{
		Head:    event.Head{Ref: news.Ref{Item: news.NewID(name), Revision: 1}},
		Article: news.Article{Title: title, Text: text, CanonicalURL: canonical, Words: len(strings.Fields(text))},
	}
}

func newProcessor(t *testing.T, p *app.Process) *processor {
	t.Helper()
	lease, err := p.Store.AcquireLease(t.Context(), leaseName, "me", time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	return &processor{
		store: p.Store, lease: lease, memory: newMemory(cfg.Window, cfg.Stories), minWords: cfg.MinWords, now: time.Now, lost: func() {},
	}
}

func decideAll(t *testing.T, d *processor, in ...*event.Cleaned) []*event.Deduplicated {
	t.Helper()
	results, err := d.ProcessBatch(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]*event.Deduplicated, len(results))
	for i, r := range results {
		out[i] = r.Out[0].(*event.Deduplicated)
	}
	return out
}

func TestVerdicts(t *testing.T) {
	d := newProcessor(t, apptest.Open(t))
	respelt := strings.NewReplacer("أ", "ا", "ة", "ه", "اليوم", "اليــوم").Replace(body)
	changed := cleaned("first", "افتتاح مكتبة", body+"وأضافت", "https://a.example/1")
	changed.Revision = 2
	in := []*event.Cleaned{
		cleaned("first", "افتتاح مكتبة", body, "https://a.example/1"),
		cleaned("respelt", "عنوان آخر", respelt, "https://b.example/1"),
		cleaned("same page", "افتتاح مكتبه", "نص قصير", "https://a.example/1"),
		cleaned("same canonical, other title", "شيء آخر تماما", "نص قصير آخر", "https://a.example/1"),
		cleaned("front page", "عنوان", "نص", "https://c.example/"),
		cleaned("front page too", "عنوان", "نص", "https://c.example/"),
		changed,
	}
	want := []struct {
		kind news.VerdictKind
		rule string
	}{
		{news.Original, news.RuleFirst}, {news.Copy, news.RuleText}, {news.Copy, news.RuleCanonicalURL}, {news.Original, news.RuleFirst},
		{news.Original, news.RuleFirst}, {news.Original, news.RuleFirst}, {news.Revision, news.RuleSameItem},
	}
	first := in[0].Item
	got := decideAll(t, d, in...)
	for i, g := range got {
		if g.Verdict.Kind != want[i].kind || g.Verdict.Rule != want[i].rule {
			t.Errorf("%s: %+v, want %s by %s", in[i].Article.Title, g.Verdict, want[i].kind, want[i].rule)
		}
		if related := g.Verdict.Kind != news.Original; related != (g.Verdict.Of != nil) || related && (*g.Verdict.Of != first || g.Story != first) {
			t.Errorf("%s: of %v in story %s", in[i].Article.Title, g.Verdict.Of, g.Story)
		}
	}
	for i, again := range decideAll(t, d, in...) {
		if again.Verdict.Kind != got[i].Verdict.Kind || again.Verdict.Rule != got[i].Verdict.Rule || again.Story != got[i].Story {
			t.Errorf("decided anew on redelivery: %+v, then %+v", got[i].Verdict, again.Verdict)
		}
	}
}

func TestOldEpochDecidesNothing(t *testing.T) {
	p := apptest.Open(t)
	old := newProcessor(t, p)
	lost := false
	old.lost = func() { lost = true }
	if _, err := p.Store.AcquireLease(t.Context(), leaseName, "other", time.Now().Add(2*time.Minute), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := old.ProcessBatch(t.Context(), []*event.Cleaned{cleaned("a", "t", body, "")}); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("decided under an old epoch: %v", err)
	}
	if !lost {
		t.Error("went on leading")
	}
}

// panicking is a store whose transactions panic.
type panicking struct{ store.Decisions }

func (p panicking) Decide(ctx context.Context, lease store.Lease, fn func(tx store.DecisionTx) error) error {
	return p.Decisions.Decide(ctx, lease, func(tx store.DecisionTx) error {
		_ = fn(tx)
		panic("ouch")
	})
}

// TestPanicStaysWithItsMessage: a panic within a transaction is that of whoever
// decided, for the stage to contain; others go on using the store.
func TestPanicStaysWithItsMessage(t *testing.T) {
	p := apptest.Open(t)
	d := newProcessor(t, p)
	decideAll(t, d, cleaned("before", "b", "نص قصير", ""))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("did not panic")
			}
		}()
		sound := d.store
		defer func() { d.store = sound }()
		d.store = panicking{sound}
		_, _ = d.ProcessBatch(t.Context(), []*event.Cleaned{cleaned("a", "t", body, "")})
	}()
	if got := decideAll(t, d, cleaned("a", "t", body, "")); got[0].Verdict.Kind != news.Original {
		t.Errorf("afterwards: %+v; what was decided in a panic must not be kept", got[0].Verdict)
	}
}

// TestStandby: a second deduplicator waits, and takes over when the first stops.
func TestStandby(t *testing.T) {
	p := apptest.Open(t)
	run := func(owner string) (s *Service, stop func()) {
		cfg := DefaultConfig()
		cfg.Lease = time.Second
		p.Registry = prometheus.NewRegistry() // as in a process of its own
		s = New(cfg, p)
		s.owner = owner
		return s, apptest.Run(t, s)
	}
	first, stopFirst := run("first")
	stagetest.Eventually(t, "the first leads", func() bool { return first.active.Load() != nil })
	second, _ := run("second")
	stagetest.Eventually(t, "the second is ready to take over", func() bool { return second.Ready() == nil })
	if second.active.Load() != nil {
		t.Error("two decide")
	}
	stopFirst()
	stagetest.Eventually(t, "the second leads", func() bool { return second.active.Load() != nil })
}
