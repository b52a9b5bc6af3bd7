package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

func TestNewSource(t *testing.T) {
	for name, test := range map[string]struct {
		source api.NewSource
		wrong  string // part of the error; empty: there is none
	}{
		"all":              {api.NewSource{Kind: "sitemap", Tags: []string{" a/b/ ", "a/b", ""}, PollEvery: "5m", Options: news.Options{Quota: 3, SecondLooks: []string{"1h"}, Proxy: "socks5://p:1"}}, ""},
		"adaptive":         {api.NewSource{PollEvery: "adaptive"}, ""},
		"kind":             {api.NewSource{Kind: "manual"}, "kind"},
		"interval":         {api.NewSource{PollEvery: "5"}, "poll_every"},
		"language":         {api.NewSource{Lang: "arabic"}, "lang"},
		"comma in a tag":   {api.NewSource{Tags: []string{"a,b"}}, "tags"},
		"long name":        {api.NewSource{Name: strings.Repeat("x", 501)}, "name"},
		"quota":            {api.NewSource{Options: news.Options{Quota: -1}}, "quota"},
		"second look":      {api.NewSource{Options: news.Options{SecondLooks: []string{"soon"}}}, "second_looks"},
		"costly selector":  {api.NewSource{Options: news.Options{Drop: []string{"h1 ~ p"}}}, "drop"},
		"selector":         {api.NewSource{Options: news.Options{Keep: []string{"a["}}}, "keep"},
		"proxy":            {api.NewSource{Options: news.Options{Proxy: "ftp://u:secret@p"}}, "proxy"},
		"cookies":          {api.NewSource{Options: news.Options{Cookies: "secret\r\nX: y"}}, "cookies"},
		"header's name":    {api.NewSource{Options: news.Options{Headers: map[string]string{"X Y": "secret"}}}, "headers"},
		"header's value":   {api.NewSource{Options: news.Options{Headers: map[string]string{"X-Key": "secret\nb"}}}, "headers"},
		"own header":       {api.NewSource{Options: news.Options{Headers: map[string]string{"user-agent": "secret"}}}, "User-Agent"},
		"conditional":      {api.NewSource{Options: news.Options{Headers: map[string]string{"If-None-Match": "secret"}}}, "If-None-Match"},
		"hop by hop":       {api.NewSource{Options: news.Options{Headers: map[string]string{"te": "secret"}}}, "Te"},
		"cookie as header": {api.NewSource{Options: news.Options{Headers: map[string]string{"cookie": "secret"}}}, "cookies"},
		"address":          {api.NewSource{URL: "ftp://u:secret@x.example"}, "not an http"},
	} {
		if test.source.URL == "" {
			test.source.URL = "https://a.example/feed"
		}
		_, err := newSource(test.source, start)
		if (err != nil) != (test.wrong != "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s: %v, want %q", name, err, test.wrong)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}

func TestCredentialsBecomeAHeader(t *testing.T) {
	for raw, want := range map[string][2]string{
		"https://user:p%40ss@a.example/feed?x=@": {"https://a.example/feed?x=@", "Basic dXNlcjpwQHNz"},
		"https://a.example/@user":                {"https://a.example/@user", ""},
		"https://key@a.example":                  {"https://a.example/", "Basic a2V5Og=="},
	} {
		source, err := newSource(api.NewSource{URL: raw}, start)
		if err != nil || source.URL != want[0] || source.Options.Headers["Authorization"] != want[1] {
			t.Errorf("%s: %s, %v, %v", raw, source.URL, source.Options.Headers, err)
		}
	}
}

// TestSourceSettings: what is not spoken of stays, and no answer tells a secret.
func TestSourceSettings(t *testing.T) {
	s := newSite(t)
	client := api.NewClient(app.Direct(s))
	added, err := client.AddSources(t.Context(), []api.NewSource{{
		URL: "https://u:hunter2@a.example/feed", Name: "A", Lang: "ar", Tags: []string{"x/y"}, Options: news.Options{
			Headers: map[string]string{"x-key": "topsecret"}, Cookies: "id=biscuit", Proxy: "http://u:tunnel@p.example:1", Keep: []string{"article\n p"},
		},
	}})
	s.must(err)
	id := added.IDs[0]
	ref := func(s string) *string { return &s }
	quota, looks := 5, []string{"1h"}
	for _, change := range []api.SourceChange{
		{Name: ref("B"), PollEvery: ref("5m")},
		{Options: &api.OptionsChange{Quota: &quota, SecondLooks: &looks, Headers: map[string]string{"X-Key": "", "x-other": "alsosecret"}}},
		{PollEvery: ref(api.Adaptive), Country: ref("ma"), Publisher: ref("")},
	} {
		_, err := client.ChangeSource(t.Context(), string(id), change)
		s.must(err)
	}
	stored, err := s.store.Source(t.Context(), id)
	s.must(err)
	want := news.Options{
		Headers: map[string]string{"Authorization": "Basic dTpodW50ZXIy", "X-Other": "alsosecret"}, Cookies: "id=biscuit", Proxy: "http://u:tunnel@p.example:1",
		Keep: []string{"article p"}, Quota: 5, SecondLooks: looks,
	}
	if diff := cmp.Diff(want, stored.Options); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if stored.Name != "B" || stored.Lang != "ar" || stored.Country != "MA" || stored.PollEvery != 0 || stored.Publisher.Name != "a.example" {
		t.Errorf("%+v", stored)
	}
	_, err = client.ChangeSource(t.Context(), string(id), api.SourceChange{Options: &api.OptionsChange{Headers: map[string]string{"Host": "x"}}})
	if failed, ok := errors.AsType[*api.Error](err); !ok || failed.Status != http.StatusUnprocessableEntity {
		t.Errorf("a header of the connection: %v", err)
	}
	if _, err := client.ChangeSource(t.Context(), string(news.ManualSource), api.SourceChange{Name: ref("x")}); err == nil {
		t.Error("the source of documents given by hand was changed")
	}
	for _, target := range []string{"/api/v1/sources", "/api/v1/sources/" + string(id), "/sources", "/sources/" + string(id)} {
		status, body := s.get(target)
		for _, secret := range []string{"hunter2", "dTpodW50ZXIy", "topsecret", "alsosecret", "biscuit", "tunnel"} {
			if status != http.StatusOK || strings.Contains(body, secret) {
				t.Errorf("%s: %d, tells %s", target, status, secret)
			}
		}
	}
}

func TestSkipWhatIsWrong(t *testing.T) {
	s := newSite(t)
	client := api.NewClient(app.Direct(s))
	list := []api.NewSource{{URL: "https://a.example/"}, {URL: "nothing"}, {URL: "https://a.example/"}, {URL: "https://b.example/", Lang: "xyzzy"}}
	if _, err := client.AddSources(t.Context(), list); err == nil {
		t.Error("a list with mistakes was added")
	}
	added, err := client.ImportSources(t.Context(), list)
	s.must(err)
	if added.Added != 1 || added.Existing != 1 || len(added.Refused) != 2 || added.Refused[0].Index != 1 || added.Refused[1].Index != 3 || added.IDs[3] != "" {
		t.Errorf("%+v", added)
	}
}

// TestManySources: lists are filtered, and a page shows so many.
func TestManySources(t *testing.T) {
	s := newSite(t)
	client := api.NewClient(app.Direct(s))
	var list []api.NewSource
	for i := range 450 {
		list = append(list, api.NewSource{URL: fmt.Sprintf("https://s.example/%03d", i), Name: fmt.Sprintf("صحيفة %03d", i), Publisher: "P", Tags: []string{"news/" + []string{"ar", "fr"}[i%2]}})
	}
	list[9].Paused = true
	_, err := client.AddSources(t.Context(), list)
	s.must(err)
	for query, want := range map[string]int{"": 450, "health=paused": 1, "tag=news": 450, "tag=NEWS/ar": 225, "tag=new": 0, "q=صحيفه+00": 10, "q=s.example/44&tag=news/fr": 5} {
		_, body := s.get("/api/v1/sources?" + query)
		var found []api.Source
		s.must(json.Unmarshal([]byte(body), &found))
		if len(found) != want {
			t.Errorf("%s: %d sources, want %d", query, len(found), want)
		}
	}
	for target, want := range map[string][]string{
		"/sources":               {"1</span> to <span class=\"num\">200</span> of <span class=\"num\">450", `rel="next" href="/sources?page=2"`, "صحيفة 199"},
		"/sources?page=3&q=صح":   {"401</span> to <span class=\"num\">450", "صحيفة 449", `rel="prev" href="/sources?page=2&amp;q=`},
		"/sources?page=99":       {"401</span> to"},
		"/sources?tag=news%2Far": {"news/ar", "صحيفة 000", "of <span class=\"num\">225"},
	} {
		_, body := s.get(target)
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: lacks %q", target, part)
			}
		}
	}
	if status, _ := s.get("/api/v1/sources?health=sick"); status != http.StatusUnprocessableEntity {
		t.Errorf("a health that is none: %d", status)
	}
}

// TestSourceHistory: what the fetcher noted of a source is told.
func TestSourceHistory(t *testing.T) {
	s := newSite(t)
	s.addFeed()
	s.cfg.Expected = func([]byte, time.Time) float64 { return 12.4 }
	_, err := s.store.RecordPoll(t.Context(), store.PollResult{
		Source: s.feed.ID, NextPoll: start.Add(time.Hour), MovedTo: "https://moved.example/feed", Stop: news.NoticeGone,
		Poll:       news.Poll{At: start, Outcome: news.PollNotModified, Status: 304, Bytes: 4711, Repairs: []string{"unclosed_tags"}},
		Validators: news.Validators{ETag: `"tag"`},
	})
	s.must(err)
	client := api.NewClient(app.Direct(s))
	for _, ref := range []string{string(s.feed.ID), s.feed.URL, "https://moved.example/feed"} {
		detail, err := client.Source(t.Context(), ref)
		s.must(err)
		if detail.PerDay != 12.4 || detail.Pace != api.PaceNone || len(detail.Moves) != 1 || detail.Moves[0].From != s.feed.URL || detail.Notice != news.NoticeGone {
			t.Errorf("%s: %+v", ref, detail)
		}
	}
	_, body := s.get("/sources/" + string(s.feed.ID))
	for _, want := range []string{"gone for good", "Where it was before", "https://news.example/feed", "about 12 articles a day", "4711", "304", "unclosed_tags", "&#34;tag&#34;"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPace(t *testing.T) {
	s := newSite(t)
	polled := news.Source{Kind: news.KindFeed, LastPoll: start}
	for want, change := range map[api.Pace]func(*news.Source){
		api.PaceNew: func(n *news.Source) { n.LastPoll = time.Time{} }, api.PaceHabit: func(*news.Source) {},
		api.PaceOwn: func(n *news.Source) { n.PollEvery = time.Minute }, api.PaceFailures: func(n *news.Source) { n.Failures = 1 },
		api.PaceNone: func(n *news.Source) { n.Paused = true },
	} {
		source := polled
		change(&source)
		if got := s.pace(api.SourceOf(source, start)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.cfg.PollEvery = time.Minute
	if got := s.pace(api.SourceOf(polled, start)); got != api.PaceInterval {
		t.Errorf("%s with an interval of all", got)
	}
}
