package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/services/web/api"
)

// ids lists what a search through the API finds.
func (s *site) ids(query string) []news.ID {
	s.Helper()
	parameters, err := url.ParseQuery(query)
	s.must(err)
	hits, err := api.NewClient(app.Direct(s)).Search(s.Context(), parameters)
	s.must(err)
	ids := []news.ID{}
	for _, hit := range hits.Articles {
		if hit.Text != "" {
			s.Errorf("%s: a hit carries the whole text", query)
		}
		ids = append(ids, hit.ID)
	}
	return ids
}

func TestAPISearch(t *testing.T) {
	s := newSite(t)
	arabic, twin, hostile := s.fill()
	for query, want := range map[string][]news.ID{
		"":                              {hostile, twin, arabic},
		"limit=1":                       {hostile},
		"lang=ar":                       {twin, arabic},
		"country=ma":                    {arabic},
		"q=اتفاقيه":                     {twin, arabic},
		"q=pact":                        {hostile},
		"q=pact&lang=ar":                {},
		"story=" + string(arabic):       {twin, arabic},
		"source=" + string(s.feed.ID):   {hostile, twin, arabic},
		"source=news+%3Cexample%3E":     {hostile, twin, arabic},
		"publisher=جريدة+%26+Co":        {hostile, twin, arabic},
		"since=2026-01-28T09:32:00Z":    {hostile, twin},
		"until=2026-01-28T09:32:00Z":    {arabic},
		"since=57m&until=2026-01-29":    {hostile},
		"topic=11000000":                {},
		"q=" + url.QueryEscape(`"a b"`): {},
	} {
		if diff := cmp.Diff(want, s.ids(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestAPIArticle(t *testing.T) {
	s := newSite(t)
	arabic, twin, _ := s.fill()
	client := api.NewClient(app.Direct(s))
	detail, err := client.Article(t.Context(), string(twin))
	s.must(err)
	if detail.Article.Direction != news.RightToLeft || detail.Verdict.Kind != news.Copy || *detail.Verdict.Of != arabic ||
		len(detail.Copies) != 1 || detail.Copies[0].ID != arabic || detail.Story.Articles != 2 {
		t.Errorf("the copy: %+v", detail)
	}
}

// TestAPIStatus asks as a stranger does, over TCP.
func TestAPIStatus(t *testing.T) {
	s := newSite(t)
	s.cfg.Token = "a token of some length"
	_, _, hostile := s.fill()
	unknown := string(news.NewID("nobody"))
	const feed = `[{"url":"https://b.example/feed"}]`
	for _, test := range []struct {
		method, target, body, token string
		status                      int
	}{
		{"GET", "/api/v1/articles/" + string(hostile), "", "", 200},
		{"GET", "/api/v1/articles/" + unknown, "", "", 404},
		{"GET", "/api/v1/articles?q=-only", "", "", 422},
		{"GET", "/api/v1/articles?since=never", "", "", 422},
		{"GET", "/api/v1/articles?source=nobody", "", "", 404},
		{"GET", "/api/v1/articles?publisher=nobody", "", "", 404},
		{"GET", "/api/v1/articles?story=abcdef", "", "", 404},
		{"GET", "/api/v1/articles?country=Maroc", "", "", 422},
		{"GET", "/api/v1/articles?lang=arabic", "", "", 422},
		{"GET", "/api/v1/articles?lang=xx1", "", "", 422},
		{"GET", "/api/v1/articles?since=2026-01-02&until=2026-01-01", "", "", 422},
		{"GET", "/api/v1/articles?limit=1001", "", "", 422},
		{"GET", "/api/v1/sources/" + string(s.feed.ID[:8]), "", "", 200},
		{"GET", "/api/v1/sources/nobody", "", "", 404},
		{"GET", "/api/v1/items/" + unknown, "", "", 404},
		{"GET", "/api/v1/status", "", "", 200},
		{"GET", "/api/v1/audit", "", "", 403},
		{"GET", "/api/v1/audit", "", s.cfg.Token, 200},
		{"GET", "/openapi.json", "", "", 200},
		{"POST", "/api/v1/sources", feed, "", 403},
		{"POST", "/api/v1/sources", feed, "another token of that length", 403},
		{"DELETE", "/api/v1/sources/" + string(s.feed.ID), "", "", 403},
		{"PATCH", "/api/v1/sources/" + string(s.feed.ID), `{"name":"x"}`, "", 403},
		{"PATCH", "/api/v1/sources/" + string(s.feed.ID), `{"name":"News <Example>"}`, s.cfg.Token, 200},
		{"PATCH", "/api/v1/sources/" + string(s.feed.ID), `{"options":{"quota":-1}}`, s.cfg.Token, 422},
		{"PATCH", "/api/v1/sources/nobody", `{}`, s.cfg.Token, 404},
		{"POST", "/api/v1/sources", feed, s.cfg.Token, 200},
		{"POST", "/api/v1/sources", `[{"url":"ftp://b.example/"}]`, s.cfg.Token, 422},
		{"POST", "/api/v1/sources", `[{"url":"https://c.example/","lang":"arabic"}]`, s.cfg.Token, 422},
		{"POST", "/api/v1/sources", `[{"url":"https://c.example/","country":"Morocco"}]`, s.cfg.Token, 422},
		{"POST", "/api/v1/sources/" + string(s.feed.ID) + "/pause", "", s.cfg.Token, 200},
	} {
		r := httptest.NewRequest(test.method, test.target, strings.NewReader(test.body))
		r.Header.Set("Content-Type", "application/json")
		if test.token != "" {
			r.Header.Set("Authorization", "Bearer "+test.token)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s %s: %d, want %d: %s", test.method, test.target, w.Code, test.status, w.Body)
		}
	}
	source, err := s.store.Source(t.Context(), s.feed.ID)
	s.must(err)
	if !source.Paused {
		t.Error("the source is not paused")
	}
}

func TestAPIWithoutStore(t *testing.T) {
	s := newSite(t)
	s.must(s.store.Close())
	response := s.do(http.MethodGet, "/api/v1/articles")
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("status %d", response.StatusCode)
	}
}
