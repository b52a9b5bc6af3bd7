package archiver

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// found puts an item called name in line.
func found(t *testing.T, p *app.Process, name string) event.Head {
	t.Helper()
	ref := news.Ref{Item: news.NewID(name), Revision: 1}
	entry := store.Entry{ID: ref.Item, Page: &news.Page{Kind: news.PageText, Body: []byte(name)}}
	if _, err := p.Store.Submit(t.Context(), time.Now(), []store.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	if err := p.Store.MarkInLine(t.Context(), time.Now(), ref); err != nil {
		t.Fatal(err)
	}
	return event.Head{Ref: ref, Trail: []news.Step{{Service: "classifier", At: time.Now().UTC()}}}
}

func classified(head event.Head, text string) *event.Classified {
	return &event.Classified{
		Head:    head,
		Article: news.Article{ID: head.Item, Title: "عنوان", Lang: "ar", Direction: news.RightToLeft, Text: text, Words: 3, Authors: []string{}},
		Verdict: news.Verdict{Kind: news.Original, Rule: "first"}, Story: head.Item,
		Labels: news.Labels{Places: []news.Place{{Code: "MA", Name: "Morocco", Mentions: 1}}},
	}
}

func TestArchives(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	head := found(t, p, "a")
	line.Feed(classified(head, "نص عن الزراعة"))
	line.Feed(classified(event.Head{Ref: news.Ref{Item: news.NewID("stranger"), Revision: 1}}, "نص"))
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.Archiver)

	record, err := p.Store.Record(t.Context(), head.Item)
	if err != nil || record.Outcome != news.Archived || record.Article == nil || record.Story.Articles != 1 {
		t.Fatalf("record = %+v, %v", record, err)
	}
	if n := len(record.Trail); n != 2 || record.Trail[1].Service != "archiver" {
		t.Errorf("trail = %+v", record.Trail)
	}
	if _, err := p.Store.Article(t.Context(), news.NewID("stranger")); err == nil {
		t.Error("an article without a ledger row was stored")
	}
	if got := announced(t, p); got.ItemID != head.Item || got.Article.Title != "عنوان" || got.Story == nil {
		t.Errorf("announced %+v", got.Record)
	}
	match, err := store.ParseMatch("زراعه")
	if err != nil {
		t.Fatal(err)
	}
	stagetest.Eventually(t, "found", func() bool {
		hits, err := p.Store.Search(t.Context(), store.Query{Match: match, Limit: 5})
		return err == nil && len(hits.Articles) == 1
	})
}

// announced reads the first message of the public tap.
func announced(t *testing.T, p *app.Process) *event.Archived {
	t.Helper()
	var first *event.Archived
	err := p.Bus.EachArchived(t.Context(), func(m *event.Message) error {
		payload, err := event.Decode(m)
		if first == nil {
			first, _ = payload.(*event.Archived)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if first == nil {
		t.Fatal("nothing was announced")
	}
	return first
}

func TestEndsWithoutArticle(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	dropped, dead := found(t, p, "dropped"), found(t, p, "dead")
	line.Feed(&event.Ended{Head: dropped, Outcome: news.Dropped, Stage: "cleaner", Reason: "no_text"})
	failed := &event.Message{Subject: event.KindFetched.Subject(dead.Ref), Header: map[string][]string{"ce-id": {"x"}}, Data: []byte("{}")}
	line.Feed(&event.Ended{Head: dead, Outcome: news.Dead, Stage: "cleaner", Reason: "panic", Error: "ouch", Attempts: 5, Failed: failed})
	line.Feed(&event.Ended{Head: event.Head{Ref: news.Ref{Item: news.NewID("stranger"), Revision: 1}}, Outcome: news.Dropped, Reason: "no_text"})
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.ArchiverEnded)

	if record, err := p.Store.Record(t.Context(), dropped.Item); err != nil || record.Outcome != news.Dropped || record.Reason != "no_text" {
		t.Errorf("dropped: %+v, %v", record, err)
	}
	const drops = `# HELP marsad_drops_total Items dropped, by the service that dropped them and its reason.
# TYPE marsad_drops_total counter
marsad_drops_total{reason="no_text",stage="cleaner"} 1
`
	if err := testutil.GatherAndCompare(p.Registry, strings.NewReader(drops), "marsad_drops_total"); err != nil {
		t.Error(err)
	}
	letter, err := p.Store.DeadLetter(t.Context(), dead.Item)
	if err != nil || letter.Reason != "panic" || letter.Attempts != 5 || letter.Kind != "fetched" || string(letter.Payload) != "{}" || letter.Headers["ce-id"] != "x" {
		t.Errorf("letter: %+v, %v", letter, err)
	}
}

// TestPoisonEndsAlone: what the store can never take is a dead letter, and the
// good messages of its batch are archived.
func TestPoisonEndsAlone(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	good, poison := found(t, p, "good"), found(t, p, "poison")
	line.Feed(&event.Ended{Head: poison, Outcome: "eaten", Stage: "cleaner", Reason: "no_text"})
	line.Feed(&event.Ended{Head: good, Outcome: news.Dropped, Stage: "cleaner", Reason: "no_text"})
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.ArchiverEnded)
	if record, err := p.Store.Record(t.Context(), good.Item); err != nil || record.Outcome != news.Dropped {
		t.Errorf("good: %+v, %v", record, err)
	}
	if letter, err := p.Store.DeadLetter(t.Context(), poison.Item); err != nil || letter.Reason != ReasonInvalid {
		t.Errorf("poison: %+v, %v", letter, err)
	}
}

// TestOlderDoesNotOverwrite: what arrives late changes nothing.
func TestOlderDoesNotOverwrite(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	head := found(t, p, "a")
	newer := head
	newer.Generation = 1
	line.Feed(classified(newer, "الجديد"))
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.Archiver)
	line.Feed(classified(head, "القديم"))
	line.AwaitIdle(bus.Archiver)
	if got, err := p.Store.Article(t.Context(), head.Item); err != nil || !strings.Contains(got.Article.Text, "الجديد") {
		t.Errorf("article = %+v, %v", got.Article, err)
	}
}

// TestReplay: a later generation replaces labels and trail, and is announced as a
// replay. It is counted as one, and neither as an article nor in the latency.
func TestReplay(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	head := found(t, p, "a")
	live := classified(head, "نص عن الزراعة")
	live.Topics = []news.Topic{{Code: "11000000", P: .9}}
	line.Feed(live)
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.Archiver)
	before, err := testutil.GatherAndCount(p.Registry, "marsad_articles_total")
	if err != nil || before != 1 {
		t.Fatalf("%d series of articles, %v", before, err)
	}

	replay := classified(head, "نص عن الزراعة")
	replay.Generation = 1
	replay.Topics, replay.Places = []news.Topic{{Code: "04000000", P: .8}}, nil
	for range 2 { // a message may come twice
		line.Feed(replay)
		line.AwaitIdle(bus.Archiver)
	}
	record, err := p.Store.Record(t.Context(), head.Item)
	if err != nil || len(record.Topics) != 1 || record.Topics[0].Code != "04000000" || len(record.Places) != 0 || len(record.Trail) != 2 {
		t.Errorf("record %+v, %v", record, err)
	}
	const want = `# HELP marsad_articles_replayed_total Articles archived again by a replay. No other count of items or articles has them.
# TYPE marsad_articles_replayed_total counter
marsad_articles_replayed_total 2
# HELP marsad_articles_total Articles archived, by language (ISO 639-1, ckb, und if unknown, else other) and main topic (empty if there is none).
# TYPE marsad_articles_total counter
marsad_articles_total{lang="ar",topic="11000000"} 1
# HELP marsad_duplicates_total Articles archived, by what the deduplicator decided.
# TYPE marsad_duplicates_total counter
marsad_duplicates_total{verdict="copy"} 0
marsad_duplicates_total{verdict="excerpt"} 0
marsad_duplicates_total{verdict="original"} 1
marsad_duplicates_total{verdict="revision"} 0
# HELP marsad_items_ended_total Items that ended, by outcome.
# TYPE marsad_items_ended_total counter
marsad_items_ended_total{outcome="archived"} 1
marsad_items_ended_total{outcome="dead"} 0
marsad_items_ended_total{outcome="dropped"} 0
`
	err = testutil.GatherAndCompare(p.Registry, strings.NewReader(want),
		"marsad_articles_replayed_total", "marsad_articles_total", "marsad_duplicates_total", "marsad_items_ended_total")
	if err != nil {
		t.Error(err)
	}
	var generations []int
	err = p.Bus.EachArchived(t.Context(), func(m *event.Message) error {
		payload, err := event.Decode(m)
		if err == nil {
			generations = append(generations, payload.Header().Generation)
		}
		return err
	})
	if err != nil || !slices.Equal(generations, []int{0, 1, 1}) {
		t.Errorf("announced generations %v, %v", generations, err)
	}
}

// TestReplayOfRemoved: an article that is removed while its replay is in the line
// does not come back, and nothing is announced.
func TestReplayOfRemoved(t *testing.T) {
	p := apptest.Open(t)
	line := stagetest.On(t, p.Bus)
	head := found(t, p, "a")
	stop := apptest.Run(t, New(DefaultConfig(), p))
	line.Feed(classified(head, "نص"))
	line.AwaitIdle(bus.Archiver)
	stop()
	replay := classified(head, "نص")
	replay.Generation = 1
	line.Feed(replay)
	if _, err := p.Store.RemoveArticle(t.Context(), head.Item, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := p.Bus.Unpublish(t.Context(), head.Ref); err != nil {
		t.Fatal(err)
	}
	p.Registry = prometheus.NewRegistry() // the service is made anew
	apptest.Run(t, New(DefaultConfig(), p))
	line.AwaitIdle(bus.Archiver)
	if _, err := p.Store.Article(t.Context(), head.Item); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the removed article: %v", err)
	}
	if depth, err := p.Bus.Depth(t.Context(), "NEWS_ARCHIVED"); err != nil || depth != 0 {
		t.Errorf("%d on the tap, %v", depth, err)
	}
}

func TestLangLabelIsBounded(t *testing.T) {
	for lang, want := range map[string]string{"ar": "ar", "und": "und", "ckb": "ckb", "x-klingon": "other", "": "other"} {
		if got := langLabel(lang); got != want {
			t.Errorf("langLabel(%q) = %q", lang, got)
		}
	}
}
