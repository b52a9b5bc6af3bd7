package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// replaySite is a service with a bus, and an article called name for each name.
func replaySite(t *testing.T, text string, names ...string) (p *app.Process, client *api.Client, refs []news.Ref) {
	t.Helper()
	p = apptest.Open(t)
	s, err := New(DefaultConfig(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		ref := news.Ref{Item: news.NewID(name), Revision: 1}
		entry := store.Entry{ID: ref.Item, Page: &news.Page{Kind: news.PageText, Body: []byte(name)}}
		if _, err := p.Store.Submit(t.Context(), start, []store.Entry{entry}); err != nil {
			t.Fatal(err)
		}
		endAgain(t, p, ref, text)
		refs = append(refs, ref)
	}
	return p, api.NewClient(app.Direct(s)), refs
}

// endAgain archives an article as ref.
func endAgain(t *testing.T, p *app.Process, ref news.Ref, text string) {
	t.Helper()
	of := news.NewID("another")
	ending := store.Ending{
		Ref: ref, Outcome: news.Archived, At: start.Add(time.Minute), Story: ref.Item,
		Article: &news.Article{ID: ref.Item, Title: "t", Authors: []string{}, Lang: "ar", Text: text, SourceID: news.ManualSource},
		Verdict: &news.Verdict{Kind: news.Excerpt, Of: &of, Similarity: .5, Rule: news.RuleContained},
		Labels:  news.Labels{Places: []news.Place{{Code: "MA"}}},
		Trail: []news.Step{
			{Service: "cleaner", At: start}, {Service: "replay", At: start, Note: "generation 7"}, {Service: "classifier", At: start}, {Service: "archiver", At: start},
		},
	}
	if results, err := p.Store.End(t.Context(), []store.Ending{ending}); err != nil || !results[0].Applied {
		t.Fatal(results, err)
	}
}

func states(list []api.Replayed) (states []api.ReplayState) {
	for _, r := range list {
		states = append(states, r.State)
	}
	return states
}

// TestReplayStates follows articles on their way, as a command does.
func TestReplayStates(t *testing.T) {
	p, client, refs := replaySite(t, "x", "a", "removed", "again")
	if _, err := p.Store.RemoveArticle(t.Context(), refs[1].Item, start); err != nil {
		t.Fatal(err)
	}
	later := refs[2]
	later.Generation = 2
	endAgain(t, p, later, "x")
	old := refs[0]
	old.Revision = 0
	refs = append(refs, old)

	ask := func(look bool, want ...api.ReplayState) {
		t.Helper()
		list, err := client.Replayed(t.Context(), api.Awaited{Refs: refs, Look: look})
		if err != nil || !cmp.Equal(states(list), want) {
			t.Errorf("awaited: %v, %v, want %v", states(list), err, want)
		}
		if list[2].Labels == nil || len(list[2].Labels.Places) != 1 || list[0].Ref != refs[0] {
			t.Errorf("awaited: %+v", list)
		}
	}
	rest := []api.ReplayState{api.ReplayRemoved, api.ReplayArchived, api.ReplayRevised}
	ask(false, append([]api.ReplayState{api.ReplayWaiting}, rest...)...)
	ask(true, append([]api.ReplayState{api.ReplayLost}, rest...)...)
	for _, want := range []api.ReplayState{api.ReplaySent, api.ReplayInLine} {
		list, err := client.Replay(t.Context(), api.Replay{From: "classifier", Refs: refs})
		if err != nil || !cmp.Equal(states(list), append([]api.ReplayState{want}, rest...)) {
			t.Errorf("replay: %v, %v, want %s", states(list), err, want)
		}
	}
	ask(true, append([]api.ReplayState{api.ReplayInLine}, rest...)...)

	got, ok := stagetest.On(t, p.Bus).Next(bus.Classifier).(*event.Deduplicated)
	if !ok || got.Generation != 1 || got.Article.Text != "x" || got.Verdict.Kind != news.Excerpt || got.Story != refs[0].Item || !got.FoundAt.Equal(start) || got.Source.ID != news.ManualSource {
		t.Errorf("the classifier gets %+v", got)
	}
	if n := len(got.Trail); n != 2 || got.Trail[0].Service != "cleaner" || got.Trail[1].Service != "replay" || got.Trail[1].Note != "generation 1" {
		t.Errorf("trail %+v", got.Trail)
	}
	ask(true, append([]api.ReplayState{api.ReplayLost}, rest...)...)
}

// TestReplayWithoutRoom: what the stream has no room for is said to be so.
func TestReplayWithoutRoom(t *testing.T) {
	p, client, refs := replaySite(t, strings.Repeat("x", 3<<20), "a", "b", "c")
	limits := p.Config.NATS.Limits
	limits.LineBytes = bus.MaxMessageBytes
	if err := p.Bus.Declare(t.Context(), limits); err != nil {
		t.Fatal(err)
	}
	list, err := client.Replay(t.Context(), api.Replay{From: "classifier", Refs: refs})
	if err != nil || !cmp.Equal(states(list), []api.ReplayState{api.ReplaySent, api.ReplaySent, api.ReplayFull}) {
		t.Errorf("replay: %v, %v", states(list), err)
	}
}

// TestReplayRefusals: without a bus nothing is sent, from elsewhere than the
// classifier neither, and strangers may not ask.
func TestReplayRefusals(t *testing.T) {
	s := newSite(t) // has no bus
	arabic, _, _ := s.fill()
	client := api.NewClient(app.Direct(s))
	ref := news.Ref{Item: arabic, Revision: 1}
	var failure *api.Error
	if _, err := client.Replay(t.Context(), api.Replay{From: "classifier", Refs: []news.Ref{ref}}); !errors.As(err, &failure) || failure.Status != http.StatusConflict {
		t.Errorf("without a bus: %v", err)
	}
	for _, replay := range []api.Replay{{From: "cleaner", Refs: []news.Ref{ref}}, {From: "classifier", Refs: []news.Ref{}}} {
		if _, err := client.Replay(t.Context(), replay); !errors.As(err, &failure) || failure.Status != http.StatusUnprocessableEntity {
			t.Errorf("%+v: %v", replay, err)
		}
	}
	for _, path := range []string{"/api/v1/replay", "/api/v1/replay/await"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"from":"classifier","refs":[{"item_id":"x","revision":1}]}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s over TCP: %d", path, w.Code)
		}
	}
}
