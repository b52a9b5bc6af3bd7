package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// told are the IDs of the articles of TestStories' site.
type told struct{ original, copied, second, french news.ID }

// tell archives a story of two originals, one of which has a copy that was
// found first and published last, and a French one that is linked with it.
func (s *site) tell() told {
	s.Helper()
	s.addFeed()
	original := s.article("original", "ar", "افتتاح جسر الوادي", "افتتحت البلدية جسر الوادي صباح اليوم أمام السيارات.", 10)
	copied := s.article("copied", "ar", "جسر الوادي", "افتتحت البلديه جسر الوادي أمام السيارات والحافلات.", 33)
	second := s.article("second", "ar", "الجسر في أرقام", "يبلغ طول الجسر مئة متر.", 40)
	french := s.article("french", "fr", "Un pont ouvre", "La ville a ouvert un pont.", 45)
	copied.Verdict = &news.Verdict{Kind: news.Copy, Of: &original.Ref.Item, Similarity: .87, Rule: "near"}
	copied.Article.Publisher, copied.Article.PublisherID = "صوت الجبل", news.NewID("voice")
	endings := []store.Ending{original, copied, second, french}
	lease, err := s.store.AcquireLease(s.Context(), "deduplicator", "test", start, time.Minute)
	s.must(err)
	s.must(s.store.Decide(s.Context(), lease, func(tx store.DecisionTx) error {
		for i, e := range endings {
			e.Article.PublishedFrom, e.Article.PublishedConfidence = "meta", .95
			d := store.Decision{Ref: e.Ref, Verdict: *e.Verdict, Leader: e.Ref.Item, Anchor: e.Ref.Item, Story: original.Ref.Item, At: start}
			switch i {
			case 1:
				d.Leader, d.Anchor = original.Ref.Item, original.Ref.Item
			case 3:
				d.Story = e.Ref.Item
			}
			s.must(tx.SaveDecision(d))
		}
		return tx.LinkStories(french.Ref.Item, original.Ref.Item)
	}))
	s.archive(endings...)
	return told{original.Ref.Item, copied.Ref.Item, second.Ref.Item, french.Ref.Item}
}

func TestAPIStories(t *testing.T) {
	s := newSite(t)
	ids := s.tell()
	client := api.NewClient(app.Direct(s))
	list, err := client.Stories(t.Context(), url.Values{})
	s.must(err)
	if len(list.Stories) != 2 || list.Stories[0].ID != ids.original || list.Stories[0].Found != 3 || list.Stories[0].Recent != 3 || list.Next != "" ||
		!list.RecentSince.Equal(start.Add(time.Hour-6*time.Hour)) || !list.Until.Equal(start.Add(time.Hour)) {
		t.Errorf("stories %+v", list)
	}
	for query, want := range map[string]string{
		"lang=fr": "1 " + string(ids.french), "publisher=" + string(news.NewID("voice")): "1 " + string(ids.original),
		"until=2026-01-28": "", "limit=1": "3 " + string(ids.original),
	} {
		parameters, err := url.ParseQuery(query)
		s.must(err)
		got := ""
		list, err := client.Stories(t.Context(), parameters)
		s.must(err)
		if len(list.Stories) > 0 {
			got = string(rune('0'+list.Stories[0].Found)) + " " + string(list.Stories[0].ID)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if query == "limit=1" {
			parameters.Set("before", list.Next)
			next, err := client.Stories(t.Context(), parameters)
			if err != nil || len(next.Stories) != 1 || next.Stories[0].ID != ids.french || next.Next != "" {
				t.Errorf("the next page: %+v, %v", next, err)
			}
		}
	}

	story, err := client.Story(t.Context(), string(ids.original[:8]))
	s.must(err)
	if len(story.Originals) != 2 || story.Originals[0].Copies != 1 || len(story.Members) != 3 || len(story.Linked) != 1 || story.Linked[0].ID != ids.french {
		t.Errorf("story %+v", story)
	}
	if f := story.First; f == nil || f.ID != ids.original || f.Rule != news.FirstPublished || f.AheadSeconds != 23*60 || f.Next != ids.copied {
		t.Errorf("first %+v", story.First)
	}
	for target, want := range map[string]int{
		"/api/v1/stories?sort=none": 422, "/api/v1/stories?before=x": 422, "/api/v1/stories?since=never": 422,
		"/api/v1/stories?sort=latest&before=size-1-" + string(ids.original): 422, "/api/v1/stories?sort=size&before=size-1-" + string(ids.original): 200,
		"/api/v1/stories?country=ZZ": 422, "/api/v1/stories?topic=1": 422, "/api/v1/stories?lang=xx": 404, "/api/v1/stories?lang=sw": 200,
		"/api/v1/stories/" + string(ids.copied): 404, "/api/v1/articles/" + string(ids.original) + "/diff": 409,
		"/api/v1/stories/" + string(news.NewID("none")): 404, "/api/v1/stories/zz": 404,
	} {
		if got := s.do(http.MethodGet, target).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", target, got, want)
		}
	}
}

func TestAPIDiff(t *testing.T) {
	s := newSite(t)
	ids := s.tell()
	client := api.NewClient(app.Direct(s))
	diff, err := client.Diff(t.Context(), string(ids.copied), url.Values{})
	s.must(err)
	if diff.From.ID != ids.original || diff.To.ID != ids.copied || diff.Same != 6 || diff.Deleted != 2 || diff.Inserted != 1 {
		t.Errorf("diff %+v", diff)
	}
	diff, err = client.Diff(t.Context(), string(ids.copied), url.Values{"exact": {"true"}, "with": {string(ids.second)}})
	s.must(err)
	if !diff.Exact || diff.From.ID != ids.second {
		t.Errorf("diff %+v", diff)
	}
	again := s.article("second", "ar", "الجسر في أرقام", "يبلغ طول الجسر مئتي متر.", 40)
	again.Ref.Revision, again.Verdict = 2, &news.Verdict{Kind: news.Revision, Of: &ids.second, Similarity: .8, Rule: "same_item"}
	_, err = s.store.RecordPoll(t.Context(), store.PollResult{Source: s.feed.ID, Poll: news.Poll{At: start.Add(time.Hour)}, Items: []store.Entry{
		{ID: ids.second, URL: again.Article.URL, Found: news.Found{URL: again.Article.URL, Title: "changed"}}}})
	s.must(err)
	s.archive(again)
	diff, err = client.Diff(t.Context(), string(ids.second), url.Values{})
	s.must(err)
	if diff.From.Revision != 1 || diff.To.Revision != 2 || diff.Deleted != 1 || diff.Inserted != 1 {
		t.Errorf("revisions: %+v", diff)
	}
	for ref, with := range map[news.ID]string{ids.original: "", ids.second: "9", ids.french: "zz", "zz": ""} {
		if _, err := client.Diff(t.Context(), string(ref), url.Values{"with": {with}}); err == nil {
			t.Errorf("%s with %q: no error", ref, with)
		}
	}
}

// revise archives a later revision of an article of the site.
func (s *site) revise(e store.Ending, item news.ID, revision int, at time.Time) {
	s.Helper()
	e.Ref.Revision, e.At = revision, at
	e.Verdict = &news.Verdict{Kind: news.Revision, Of: &item, Similarity: .8, Rule: "same_item"}
	_, err := s.store.RecordPoll(s.Context(), store.PollResult{Source: s.feed.ID, Poll: news.Poll{At: at}, Items: []store.Entry{
		{ID: item, URL: e.Article.URL, Found: news.Found{URL: e.Article.URL, Title: e.Article.Text}}}})
	s.must(err)
	lease, err := s.store.AcquireLease(s.Context(), "deduplicator", "test", at, time.Minute)
	s.must(err)
	s.must(s.store.Decide(s.Context(), lease, func(tx store.DecisionTx) error {
		d, err := tx.LatestDecision(item)
		d.Ref, d.Verdict, d.At = e.Ref, *e.Verdict, at
		s.must(err)
		return tx.SaveDecision(d)
	}))
	s.archive(e)
}

// TestRevisedCopy revises a copy and what it is of: it stays its copy, and is
// compared with what it was copied from.
func TestRevisedCopy(t *testing.T) {
	s := newSite(t)
	ids := s.tell()
	s.revise(s.article("original", "ar", "افتتاح الجسر رسميا", "افتتحت البلدية جسر الوادي نهائيا صباح اليوم أمام السيارات.", 10), ids.original, 2, start.Add(time.Hour))
	again := s.article("copied", "ar", "جسر الوادي مجددا", "افتتحت البلديه جسر الوادي أمام السيارات والشاحنات.", 33)
	again.Article.Publisher, again.Article.PublisherID = "صوت الجبل", news.NewID("voice")
	s.revise(again, ids.copied, 2, start.Add(2*time.Hour))

	client := api.NewClient(app.Direct(s))
	diff, err := client.Diff(t.Context(), string(ids.copied), url.Values{})
	s.must(err)
	if diff.From.ID != ids.original || diff.From.Revision != 1 || diff.From.Latest != 2 || diff.Deleted != 2 || diff.Inserted != 1 || diff.Equal {
		t.Errorf("the copy is compared with %+v: %d gone, %d new", diff.From, diff.Deleted, diff.Inserted)
	}
	for with, want := range map[string]int{string(ids.original): 2, string(ids.original[:8]) + "-1": 1, "1": 1, string(ids.copied): 2} {
		diff, err = client.Diff(t.Context(), string(ids.copied), url.Values{"with": {with}})
		if err != nil || diff.From.Revision != want || diff.Equal != (with == string(ids.copied)) {
			t.Errorf("with %s: %+v, %v", with, diff.From, err)
		}
	}
	for target, wants := range map[string][]string{
		"/articles/" + string(ids.copied):                 {"Copy of an earlier article", ">Revised<", "87 % alike; revised once since.", `href="?diff=1"`},
		"/articles/" + string(ids.original):               {"Copy of an earlier article", "<p>Original.</p>", "before; revised once since."},
		"/articles/" + string(ids.copied) + "?diff=words": {"revision 1)", "latest revision, 2", "<ins>والشاحنات</ins>"},
		"/stories/" + string(ids.original):                {"افتتاح الجسر رسميا</h1>", "1 copy"},
		"/":                                               {"Copy of an earlier article"},
	} {
		_, body := s.get(target)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: lacks %q", target, want)
			}
		}
		if strings.Contains(body, "ater version") {
			t.Errorf("%s: another outlet's article is called a later version", target)
		}
	}
}

// TestRemovedParent removes what another is a copy of.
func TestRemovedParent(t *testing.T) {
	s := newSite(t)
	ids := s.tell()
	client := api.NewClient(app.Direct(s))
	removed, err := client.RemoveArticle(t.Context(), string(ids.original))
	s.must(err)
	if len(removed.Copies) != 1 || removed.Copies[0].ID != ids.copied || removed.Copies[0].Publisher != "صوت الجبل" {
		t.Errorf("what stays: %+v", removed.Copies)
	}
	story, err := client.Story(t.Context(), string(ids.original))
	s.must(err)
	if len(story.Originals) != 2 || story.Originals[0].ID != ids.copied || story.Originals[0].OfRemoved == nil {
		t.Errorf("originals %+v", story.Originals)
	}
	_, err = client.Diff(t.Context(), string(ids.copied), url.Values{})
	if failed, ok := errors.AsType[*api.Error](err); !ok || failed.Status != http.StatusConflict || !strings.Contains(failed.Detail, "was removed on 2026-01-28") {
		t.Errorf("diff: %v", err)
	}
	status, body := s.get("/articles/" + string(ids.copied))
	if status != http.StatusOK || !strings.Contains(body, "Copy of an article that was removed on 28 Jan 2026") {
		t.Errorf("the copy's page: %d", status)
	}
	if strings.Contains(body, "/articles/"+string(ids.original)) || strings.Contains(body, "?diff=words") {
		t.Error("the copy's page leads to what was removed")
	}
	if _, body := s.get("/stories/" + string(ids.original)); !strings.Contains(body, "Copy of an article that was removed") {
		t.Error("the story's page does not name the copy")
	}
}

func TestStoryPages(t *testing.T) {
	s := newSite(t)
	ids := s.tell()
	for _, test := range []struct {
		target       string
		status       int
		has, without []string
	}{
		{"/stories", 200, []string{
			`<a href="/stories/` + string(ids.original) + `">افتتاح جسر الوادي</a>`, "3 articles", "+3 in 6h", "2 publishers", "Un pont ouvre", `aria-current="true">Stories`,
		}, []string{"3 in all", "More stories"}},
		{"/stories?lang=fr&sort=growth&since=7d", 200, []string{"Un pont", "+1 in 42h", `value="growth" selected`}, []string{"جسر"}},
		{"/stories?publisher=" + string(news.NewID("voice")), 200, []string{"1 article<", "1 publisher<", "in all 3 articles of 2 publishers", `" selected>` + string(news.NewID("voice"))}, []string{"Un pont"}},
		{"/stories?since=2027-01-01", 422, []string{"cannot be made"}, nil},
		{"/stories?until=2026-01-28T09:00:00Z", 200, []string{"No article was found"}, nil},
		{"/stories?since=never", 422, []string{"cannot be made", "never"}, []string{"since: "}},
		{"/stories?before=x", 422, []string{"no place in a list"}, nil},
		{"/stories?sort=x", 200, []string{"3 articles"}, nil},
		{"/stories/" + string(ids.original), 200, []string{
			"افتتاح جسر الوادي</h1>", "1 copy", "الجسر في أرقام", "Un pont ouvre", "23 min before صوت الجبل", `/?story=` + string(ids.original) + `&amp;publisher=`,
		}, nil},
		{"/stories/" + string(news.NewID("none")), 404, []string{"no story"}, nil},
		{"/articles/" + string(ids.copied), 200, []string{"Copy of:", "Much the same text, 87 % alike.", "1 other version<", "Nothing like it had arrived before.", `<a href="?diff=words">What differs`, "published 28 Jan 2026, 09:40 UTC, 23 min before"}, nil},
		{"/articles/" + string(ids.original), 200, []string{"87 % alike.", `/articles/` + string(ids.copied) + `?diff=words`, "Told in other words", "الجسر في أرقام"}, []string{`"?diff=words"`}},
		{"/articles/" + string(ids.copied) + "?diff=words", 200, []string{"<del>صباح اليوم</del>", "<ins>والحافلات</ins>", "البلديه"}, []string{"<del>البلدية"}},
		{"/articles/" + string(ids.copied) + "?diff=exact", 200, []string{`<del>البلدية</del><ins class="instead">البلديه</ins>`}, []string{"punctuation too"}},
		{"/articles/" + string(ids.copied) + "?diff=" + string(ids.french), 200, []string{"Un pont ouvre"}, nil},
		{"/articles/" + string(ids.original) + "?diff=words", 409, []string{"original with one revision"}, nil},
		{"/stories?country=ZZ", 422, []string{"cannot be made", "no code of a country"}, nil},
		{"/stories?before=latest-1-" + string(ids.original), 422, []string{"a list by latest"}, nil},
	} {
		status, body := s.get(test.target)
		if status != test.status {
			t.Errorf("%s: status %d, want %d", test.target, status, test.status)
		}
		for _, want := range test.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s: lacks %q", test.target, want)
			}
		}
		for _, unwanted := range append(test.without, "<script", "<no value>") {
			if strings.Contains(body, unwanted) {
				t.Errorf("%s: has %q", test.target, unwanted)
			}
		}
	}
}

func TestStoryPaging(t *testing.T) {
	s := newSite(t)
	s.addFeed()
	var articles []store.Ending
	for i := range pageSize + 3 {
		articles = append(articles, s.article(string(news.NewID("n", string(rune(i)))), "en", "title", "words", 1))
	}
	s.archive(articles...)
	_, body := s.get("/stories?lang=en")
	if n := strings.Count(body, `<article class="hit">`); n != pageSize {
		t.Errorf("%d stories", n)
	}
	_, rest, ok := strings.Cut(body, `rel="next" href="`)
	target, _, _ := strings.Cut(rest, `"`)
	if !ok || !strings.Contains(target, "lang=en") {
		t.Fatalf("the next page: %q", target)
	}
	_, body = s.get(strings.ReplaceAll(target, "&amp;", "&"))
	if n := strings.Count(body, `<article class="hit">`); n != 3 || !strings.Contains(body, `href="/stories?lang=en"`) {
		t.Errorf("%d stories on the second page", n)
	}
}
