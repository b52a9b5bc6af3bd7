package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"marsad/pkg/app"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

const oneWatch = "version: 1\nwatches:\n  - {id: pact, name: Pacts, any: [pact]}\n"

func TestAPIWatches(t *testing.T) {
	s := newSite(t)
	client := api.NewClient(app.Direct(s))
	var failure *api.Error
	if _, err := client.Watches(t.Context(), 0); !errors.As(err, &failure) || failure.Status != http.StatusNotFound || !strings.Contains(err.Error(), "watches apply") {
		t.Errorf("before any was applied: %v", err)
	}
	_, err := client.ApplyWatches(t.Context(), api.NewWatches{YAML: "version: 1\nwatches:\n  - {id: A, anny: [x]}"})
	if !errors.As(err, &failure) || failure.Status != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "3:10: the watch has") && !strings.Contains(err.Error(), "3:10: the id") {
		t.Errorf("a file with mistakes: %v", err)
	}
	for _, want := range []api.AppliedWatches{{Version: 1, Applied: true, Watches: 1}, {Version: 1, Watches: 1}} {
		got, err := client.ApplyWatches(t.Context(), api.NewWatches{YAML: oneWatch, Note: "why"})
		s.must(err)
		if got != want {
			t.Errorf("applied %+v, want %+v", got, want)
		}
	}
	set, err := client.Watches(t.Context(), 0)
	s.must(err)
	if set.Version != 1 || set.Note != "why" || set.YAML != oneWatch || len(set.Watches) != 1 || set.Watches[0] != (api.WatchInUse{ID: "pact", Name: "Pacts"}) {
		t.Errorf("watches %+v", set)
	}
	versions, err := client.WatchVersions(t.Context())
	s.must(err)
	if len(versions) != 1 || versions[0].Version != 1 {
		t.Errorf("versions %+v", versions)
	}
}

func TestAPIArchived(t *testing.T) {
	s := newSite(t)
	arabic, _, hostile := s.fill()
	client := api.NewClient(app.Direct(s))
	first, err := client.Archived(t.Context(), url.Values{"limit": {"2"}})
	s.must(err)
	if len(first) != 2 || first[0].Item != arabic || first[0].Article.Text == "" {
		t.Fatalf("the first page: %+v", first)
	}
	rest, err := client.Archived(t.Context(), url.Values{"after": {"1"}, "since": {"57m"}})
	s.must(err)
	if len(rest) != 1 || rest[0].Item != hostile {
		t.Errorf("the rest: %+v", rest)
	}
}

// TestWatchesOverTCP: strangers may read which watches there are, and nothing else.
func TestWatchesOverTCP(t *testing.T) {
	s := newSite(t)
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodPut, "/api/v1/watches", strings.NewReader(`{"yaml":"version: 1"}`)),
		httptest.NewRequest(http.MethodGet, "/api/v1/archived", nil),
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s %s: %d", r.Method, r.URL, w.Code)
		}
	}
}

// TestWatchLists: the watches of a version are read once, and only the last versions kept.
func TestWatchLists(t *testing.T) {
	var l watchLists
	if list := l.of(store.WatchSet{Version: 1, YAML: []byte(oneWatch)}); len(list) != 1 || list[0].ID != "pact" {
		t.Errorf("version 1: %+v", list)
	}
	if list := l.of(store.WatchSet{Version: 1}); len(list) != 1 {
		t.Errorf("version 1 was read again: %+v", list)
	}
	if list := l.of(store.WatchSet{Version: 2, YAML: []byte("version: 3")}); len(list) != 0 {
		t.Errorf("version 2: %+v", list)
	}
	for version := 3; version < 3*maxWatchLists; version++ {
		l.of(store.WatchSet{Version: version, YAML: []byte(oneWatch)})
	}
	if len(l.lists) != maxWatchLists || len(l.order) != maxWatchLists {
		t.Errorf("%d lists of %d versions are kept", len(l.lists), len(l.order))
	}
	if _, ok := l.get(1); ok {
		t.Error("the oldest version is kept")
	}
}
