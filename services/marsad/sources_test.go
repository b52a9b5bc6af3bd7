package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage/stagetest"
	"marsad/services/fetcher/opml"
	"marsad/services/fetcher/schedule"
	"marsad/services/web/api"
)

// newspaper is a site with a main feed, one of a section, one of comments, and
// one for those who know the password.
func newspaper(t *testing.T) string {
	feed := func(title, path string, n int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>%s</title><language>en-US</language>`, title)
			for i := range n {
				fmt.Fprintf(w, `<item><title>أعلنت وزارة الصحة عن نتائج جديدة %d</title><link>/%s/%d</link><pubDate>%s</pubDate></item>`,
					i, path, i, time.Now().Add(-time.Duration(i)*time.Hour).Format(time.RFC1123Z))
			}
			fmt.Fprint(w, `</channel></rss>`)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/rss+xml" href="/feed">
			<link rel="alternate" type="application/rss+xml" href="/sport/feed">`)
	})
	mux.HandleFunc("/feed", feed("جريدة المثال", "a", 3))
	mux.HandleFunc("/sport/feed", feed("رياضة", "s", 2))
	mux.HandleFunc("/comments/feed", feed("تعليقات", "c", 1))
	mux.HandleFunc("/a/{i}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<html lang="ar"><title>خبر</title><body><nav>قائمة طويلة من الروابط</nav><article><h1>خبر %s</h1><p>هذه الفقرة الأولى من الخبر وتتحدث عن موسم الحصاد في سهول المغرب هذا العام.</p></article>`, r.PathValue("i"))
	})
	mux.HandleFunc("/secret/feed", func(w http.ResponseWriter, r *http.Request) {
		if name, password, _ := r.BasicAuth(); name != "reader" || password != "pass word" || r.Header.Get("X-Key") == "wrong" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		feed("مغلقة", "p", 1)(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// TestSourcesAdd types what a user would, and looks for what is said.
func TestSourcesAdd(t *testing.T) {
	site := newspaper(t)
	config, _ := writeConfig(t, "")
	for _, step := range []struct {
		args []string
		code int
		want []string
		not  string
	}{
		{[]string{"add", site}, 0, []string{"جريدة المثال (rss, ar, 3 entries): " + site + "/feed", "1 source added", "sources add '" + site + "/sport/feed'"}, "comments"},
		{[]string{"show", "جريدة المثال"}, 0, []string{"ar", "the first", site + "/feed"}, ""},
		{[]string{"add", site + "/sport/feed", "--name", "الرياضة", "--lang", "fr"}, 0, []string{"1 source added"}, "there is more"},
		{[]string{"show", "الرياضة"}, 0, []string{"fr"}, ""},
		{[]string{"add", site + "/nothing", "ftp://x"}, 1, []string{"no feed at " + site + "/nothing (not_found)", "not an http"}, "1 was there"},
		{[]string{"add", "http://127.0.0.1:1/feed"}, 1, []string{"(connect)", "marsad sources add 'http://127.0.0.1:1/feed' --no-check"}, ""},
		{[]string{"add", "--no-check", "news.example/feed", "--every", "5m", "--quota", "7"}, 0, []string{"1 source added"}, ""},
		{[]string{"show", "https://news.example/feed"}, 0, []string{"quota", "7 new items"}, ""},
		{[]string{"add", "--no-check", "x.example", "--header", "Host: x"}, 1, []string{"Host cannot be set"}, ""},
		{[]string{"add", "--no-check", "x.example", "--header", "nonsense"}, 2, []string{"NAME: VALUE"}, ""},
		{[]string{"add", "--no-check", "x.example", "--keep", "a["}, 1, []string{"no CSS selector"}, ""},
		{[]string{"discover", site}, 0, []string{"rss, of comments", "to add the first: marsad sources add '" + site + "/feed'"}, ""},
		{[]string{"discover", site + "/feed"}, 0, []string{"is a feed itself"}, ""},
		{[]string{"discover", site + "/nothing"}, 0, []string{"/feed"}, ""},
		{[]string{"check", site}, 1, []string{"(web_page)", "sources discover"}, ""},
		{[]string{"check", site + "/feed", "--pages", "1"}, 0, []string{"جريدة المثال: 3 entries", "rss, utf-8", "next poll", "full  14"}, ""},
		{[]string{"check", "جريدة المثال", "--keep", "nav", "--pages", "1"}, 0, []string{"3 entries", site + "/a/0"}, ""},
		{[]string{"list", "--query", "المثال"}, 0, []string{site + "/feed"}, "sport"},
		{[]string{"list", "--health", "nonsense"}, 1, []string{"health"}, ""},
	} {
		code, out, errs := marsad(t, append([]string{"--config", config, "sources"}, step.args...)...)
		for _, want := range step.want {
			if code != step.code || !strings.Contains(out+errs, want) {
				t.Errorf("%v: exit %d, want %d with %q:\n%s%s", step.args, code, step.code, want, out, errs)
			}
		}
		if step.not != "" && strings.Contains(out+errs, step.not) {
			t.Errorf("%v: %q in\n%s%s", step.args, step.not, out, errs)
		}
	}
}

// TestSecretsOfSources: a password that was typed once is used, survives
// changes of other settings, and is never seen again.
func TestSecretsOfSources(t *testing.T) {
	site := newspaper(t)
	config, _ := writeConfig(t, "log: {level: debug}\n")
	secrets := []string{"pass word", "pass%20word", "cmVhZGVyOnBhc3Mgd29yZA", "key-of-mine", "session-of-mine", "proxy-password"}
	withUser := strings.Replace(site, "://", "://reader:pass%20word@", 1) + "/secret/feed"
	var all strings.Builder
	do := func(args ...string) {
		t.Helper()
		code, out, errs := marsad(t, append([]string{"--config", config}, args...)...)
		if code != 0 {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
		all.WriteString(out + errs)
	}
	do("sources", "discover", withUser)
	do("sources", "check", withUser)
	do("sources", "add", withUser, "--name", "closed", "--header", "X-Key: key-of-mine", "--cookie", "a=session-of-mine")
	do("sources", "edit", "closed", "--proxy", "http://u:proxy-password@127.0.0.1:1", "--tag", "x/y", "--country", "MA")
	do("sources", "show", "closed")
	do("sources", "show", "closed", "--format", "json")
	do("sources", "list", "--format", "json")
	do("sources", "edit", "closed", "--proxy", "", "--header", "X-Key:")
	do("sources", "export")
	addr := freeAddr(t)
	p := start(t, config, addr) // polls it
	stagetest.Eventually(t, "its feed is read", func() bool {
		_, out, _ := marsad(t, "--config", config, "sources", "show", "closed", "--format", "json")
		all.WriteString(out)
		return strings.Contains(out, `"outcome": "new"`)
	})
	for _, path := range []string{"/sources", "/sources/closed", "/api/v1/sources", "/api/v1/sources/closed"} {
		all.WriteString(get(t, "http://"+addr+path))
	}
	p.kill()
	all.WriteString(p.log.String())
	for _, secret := range secrets {
		if i := strings.Index(all.String(), secret); i >= 0 {
			t.Errorf("%s was shown: …%s", secret, all.String()[max(i-200, 0):i])
		}
	}
}

// get is the body of a page.
func get(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s, %v", address, resp.Status, err)
	}
	return string(body)
}

// TestImportManyFeeds: a list of ten thousand takes seconds, and its mistakes
// are named.
func TestImportManyFeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand sources")
	}
	const n = 10_000
	dir := t.TempDir()
	var feeds []opml.Feed
	for i := range n {
		feeds = append(feeds, opml.Feed{URL: fmt.Sprintf("https://s%d.example/feed", i), Name: fmt.Sprintf("المصدر %d", i), Lang: "ar", Tags: []string{fmt.Sprintf("قسم/%d", i%50)}})
	}
	feeds[7].URL, feeds[8].URL, feeds[9].URL = "ftp://x", feeds[0].URL, "https://u:secret@s9.example/"
	var list strings.Builder
	if err := opml.Write(&list, "many", feeds); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "many.opml")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "d")
	began := time.Now()
	code, out, errs := marsad(t, "--data", data, "sources", "import", file)
	took := time.Since(began)
	if code != 0 || !strings.Contains(out, "9998 sources added, 1 was there already") || !strings.Contains(errs, "1 entry is skipped:\n  line ") ||
		!strings.Contains(errs, `"ftp://x" is not an http or https address`) {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	t.Logf("%d feeds imported in %v", n, took)
	_, exported, _ := marsad(t, "--data", data, "sources", "export")
	if again, err := opml.Read(strings.NewReader(exported)); err != nil || len(again) != n-2 {
		t.Errorf("%d feeds exported, %v", len(again), err)
	}
	code, out, errs = marsad(t, "--data", data, "sources", "list", "--tag", "قسم/7", "--format", "json")
	var found []api.Source
	if err := json.Unmarshal([]byte(out), &found); err != nil || len(found) != 199 || code != 0 {
		t.Errorf("%d sources with the tag: exit %d, %v %s", len(found), code, err, errs)
	}
}

// TestShowSource: a row is what is known of a source, and what is said of it.
func TestShowSource(t *testing.T) {
	now := time.Now()
	for name, test := range map[string]struct {
		source news.Source
		detail api.SourceDetail
		want   []string
	}{
		"gone":  {news.Source{Paused: true, Notice: news.NoticeGone}, api.SourceDetail{Pace: api.PaceNone}, []string{"paused (its server says that it is gone)"}},
		"moved": {news.Source{Paused: true, Notice: news.NoticeWatched}, api.SourceDetail{Moves: []news.Move{{At: now, From: "https://old.example/", To: "https://new.example/"}}}, []string{"where another source is read", "moved at", "https://old.example/  https://new.example/"}},
		"quiet": {news.Source{AddedAt: now.AddDate(0, -2, 0), LastNew: now.AddDate(0, -1, 0)}, api.SourceDetail{PerDay: 3.2, Pace: api.PaceHabit}, []string{"nothing new came since", "about 3 articles a day", "(as its habit asks)"}},
		"less":  {news.Source{AddedAt: now, LastPoll: now, Volume: news.VolumeLess, QuietAt: now.AddDate(0, 0, 1)}, api.SourceDetail{PerDay: 0.5}, []string{"publishes much less than usual", "if nothing new comes until", "about 3.5 articles a week"}},
		"failing": {news.Source{AddedAt: now, LastPoll: now, Failures: 3, Reason: "dns"}, api.SourceDetail{Pace: api.PaceFailures, Polls: []api.Poll{{Poll: news.Poll{Outcome: news.PollError, Reason: "dns", Repairs: []string{"truncated"}}}}},
			[]string{"failing (dns)", "3 polls failed in a row: it is asked less often", "truncated"}},
		"settings": {news.Source{AddedAt: now, PollEvery: 5 * time.Minute, Options: news.Options{Headers: map[string]string{"X-Key": "hidden"}, Keep: []string{"article"}, FullContent: true, IgnoreRobots: true}},
			api.SourceDetail{Pace: api.PaceOwn}, []string{"every 5m0s, its own interval", "X-Key: ****", "article", "not downloaded", "is not asked"}},
	} {
		test.source.Kind = news.KindFeed
		test.detail.Source = api.SourceOf(test.source, now)
		var out strings.Builder
		c := &cli{out: &out}
		if err := c.printSource(test.detail); err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: lacks %q:\n%s", name, want, &out)
			}
		}
	}
}

// TestPerDay: a source that published once an hour for three weeks will do so.
func TestPerDay(t *testing.T) {
	now := time.Now()
	var habit schedule.Habit
	for at := now.AddDate(0, 0, -21); at.Before(now); at = at.Add(time.Hour) {
		habit.Observe(schedule.Reading{At: at, Entries: 20, New: 1, Published: []time.Time{at.Add(-10 * time.Minute)}})
	}
	if got := perDay(habit.Encode(), now); got < 20 || got > 28 {
		t.Errorf("%.1f articles a day, want about 24", got)
	}
	if got := perDay(nil, now); got != 0 {
		t.Errorf("%.1f of nothing known", got)
	}
}
