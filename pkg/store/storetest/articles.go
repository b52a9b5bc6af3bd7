package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

func testArticles(w *world) {
	ctx := w.Context()
	want := archived(first(w.submit("a")[0]), "العنوان", "فقرة أولى\n\nفقرة ثانية")
	want.Article.Modified, want.Article.Section, want.Article.Image = new(after(-time.Minute)), "sport", "https://a.example/i.jpg"
	want.Labels = news.Labels{
		Topics:        []news.Topic{{Code: "11000000", Label: "politics", P: .97}},
		Places:        []news.Place{{Code: "MA", Name: "Morocco", Mentions: 14}},
		Organisations: []news.Organisation{{ID: "o", Name: "O", Mentions: 2}},
		Watches:       []news.Watch{{ID: "w", Score: 3, Matches: []news.WatchMatch{{Rule: "r", Text: "فقرة", Start: 0, End: 4}}}},
	}
	w.end(want)
	got, err := w.Article(ctx, want.Ref.Item)
	w.must(err)
	exactly(w, got, store.ArticleDetail{
		Record: news.Record{
			ItemID: want.Ref.Item, Revision: 1, Outcome: news.Archived, Article: want.Article, Verdict: want.Verdict,
			Story:  &news.Story{ID: want.Story, Title: "العنوان", Articles: 1, Publishers: 1, FirstSeen: start, LastSeen: start},
			Labels: want.Labels, Trail: want.Trail,
		},
		FoundAt: start, ArchivedAt: after(time.Minute), Leader: want.Ref.Item,
		Copies: []store.Related{}, StoryArticles: []store.Related{},
		Revisions: []store.RevisionInfo{{Revision: 1, Title: "العنوان", ArchivedAt: after(time.Minute)}},
	})
	record, err := w.Record(ctx, want.Ref.Item)
	w.must(err)
	exactly(w, record, got.Record)
	if _, err := w.Article(ctx, news.NewID("nobody")); !errors.Is(err, store.ErrNotFound) {
		w.Errorf("an unknown article: %v", err)
	}

	found, err := w.FindArticle(ctx, string(want.Ref.Item[:8]))
	w.must(err)
	exactly(w, found, want.Ref.Item)
	for _, prefix := range []string{"zz", string(want.Ref.Item) + "0"} {
		if id, err := w.FindArticle(ctx, prefix); !errors.Is(err, store.ErrNotFound) {
			w.Errorf("article %s: found %s, %v", prefix, id, err)
		}
	}

	// What is absent is empty, never null.
	bare := archived(first(w.submit("bare")[0]), "bare", "")
	bare.Article.Authors, bare.Article.Published, bare.Article.Lang, bare.Trail = nil, nil, "fr", nil
	bare.Labels.Watches = []news.Watch{{ID: "w"}}
	w.end(bare)
	record, err = w.Record(ctx, bare.Ref.Item)
	w.must(err)
	exactly(w, record.Article.Authors, []string{})
	exactly(w, record.Trail, []news.Step{})
	exactly(w, record.Labels, news.Labels{Topics: []news.Topic{}, Places: []news.Place{}, Organisations: []news.Organisation{},
		Watches: []news.Watch{{ID: "w", Matches: []news.WatchMatch{}}}})

	if id, err := w.FindArticle(ctx, ""); !errors.Is(err, store.ErrAmbiguous) {
		w.Errorf("two articles fit: found %s, %v", id, err)
	}

	// A revision in another language, with other labels.
	again := want
	article := *want.Article
	article.Lang = "fr"
	again.Ref.Generation, again.Article, again.Labels = 1, &article, news.Labels{}
	w.end(again)
	counts, err := w.ArticleCounts(ctx)
	w.must(err)
	equal(w, counts, map[string]int{"fr": 2})
	equal(w, w.titles("", store.Query{Topic: "11000000"}), []string{})
}

// testPlacesTaken archives articles that want the same place in the order of time.
func testPlacesTaken(w *world) {
	var taken []news.ID
	for i := 0; len(taken) < 3; i++ { // IDs that begin with the same 20 bits
		id := news.ID("abcde") + news.NewID(name(i))[5:]
		taken = append(taken, id)
	}
	var endings []store.Ending
	for i, id := range taken {
		e := document(name(i))
		e.ID, e.Page.Item = id, id
		_, err := w.Submit(w.Context(), start, []store.Entry{e})
		w.must(err)
		endings = append(endings, archived(first(e), name(i), "x"))
	}
	w.end(endings[0], endings[1])
	w.end(endings[2])
	w.index()
	equal(w, w.titles("", store.Query{}), []string{name(2), name(1), name(0)})
	equal(w, w.titles("x", store.Query{Until: endings[0].Article.Published.Add(time.Microsecond)}), []string{name(2), name(1), name(0)})
	equal(w, w.titles("x", store.Query{Until: *endings[0].Article.Published}), []string{})
}

// texts is what the search tests find.
var texts = []struct{ title, text string }{
	{"أخبار المغرب", "أعلنت الحكومةُ المغربيّة عن اتفاقية جديدة"},
	{"اخبار الجزائر", "مدرسه جديده في العاصمة"},
	{"Économie", "La coopération militaire et l’armée"},
	{"English", "military cooperation, not an army; OR is a word and NOT is another"},
	{"numbers", "عام ١٩٩٩ and 2026"},
}

func testSearch(w *world) {
	names := make([]string, len(texts))
	for i, t := range texts {
		names[i] = t.title
	}
	w.archive(names, func(i int, e *store.Ending) {
		published := after(-time.Duration(i) * time.Hour)
		e.Article.Published, e.Article.Text = &published, texts[i].text
	})
	w.index()
	for query, want := range map[string][]int{
		"":                       {0, 1, 2, 3, 4},
		"أخبار":                  {0, 1},
		"اخبار":                  {0, 1},
		"الأخبار":                {0, 1},
		"مدرسة":                  {1},
		"المغربية":               {0},
		"جديدة":                  {0, 1},
		"جديدة -العاصمة":         {0},
		"1999":                   {4},
		"٢٠٢٦":                   {4},
		"economie":               {2},
		"armée":                  {2},
		"military army":          {3},
		`"military army"`:        {},
		`"military cooperation"`: {3},
		"«military cooperation»": {3},
		"militaire OR military":  {2, 3},
		"militaire OR military OR مدرسة cooperation": {2, 3},
		"or":                     {3},
		"not":                    {3},
		`military "or is a" not`: {3},
		"military -cooperation":  {},
		"nowhere":                {},
		`"أخبار المغرب أعلنت"`:   {}, // a phrase does not run from the title into the text
		"title:x AND NEAR(":      {},
		"*":                      {0, 1, 2, 3, 4},
	} {
		wanted := make([]string, len(want))
		for i, n := range want {
			wanted[i] = texts[n].title
		}
		if got := w.titles(query, store.Query{}); strings.Join(got, "|") != strings.Join(wanted, "|") {
			w.Errorf("%q found %q, want %q", query, got, wanted)
		}
	}
}

func testFilters(w *world) {
	source, publisher, story := news.NewID("source"), news.NewID("publisher"), news.NewID("story")
	w.archive([]string{"plain", "labelled", "third"}, func(i int, e *store.Ending) {
		published := after(-time.Duration(i) * time.Minute)
		e.Article.Published, e.Article.Text = &published, "word"
		if i == 1 {
			e.Article.SourceID, e.Article.PublisherID, e.Article.Lang, e.Story = source, publisher, "fr", story
			e.Labels = news.Labels{
				Topics:  []news.Topic{{Code: "t1"}, {Code: "t2"}},
				Places:  []news.Place{{Code: "MA", Name: "Morocco", Mentions: 1}},
				Watches: []news.Watch{{ID: "w"}},
			}
		}
	})
	w.index()
	everything := store.Query{Topic: "t1", Country: "MA", Lang: "fr", Source: source, Publisher: publisher, Watch: "w", Story: story}
	for name, test := range map[string]struct {
		query store.Query
		want  string
	}{
		"none":             {store.Query{}, "plain labelled third"},
		"topic":            {store.Query{Topic: "t2"}, "labelled"},
		"country":          {store.Query{Country: "MA"}, "labelled"},
		"language":         {store.Query{Lang: "fr"}, "labelled"},
		"source":           {store.Query{Source: source}, "labelled"},
		"publisher":        {store.Query{Publisher: publisher}, "labelled"},
		"watch":            {store.Query{Watch: "w"}, "labelled"},
		"story":            {store.Query{Story: story}, "labelled"},
		"all":              {everything, "labelled"},
		"since":            {store.Query{Since: after(-time.Minute)}, "plain labelled"},
		"just after":       {store.Query{Since: after(-time.Minute + 1)}, "plain"},
		"until":            {store.Query{Until: after(-time.Minute)}, "third"},
		"until just after": {store.Query{Until: after(-time.Minute + 1)}, "labelled third"},
		"period":           {store.Query{Since: after(-time.Minute), Until: start}, "labelled"},
		"far":              {store.Query{Until: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}, "plain labelled third"},
		"other":            {store.Query{Topic: "t1", Country: "DZ"}, ""},
	} {
		for _, words := range []string{"", "word"} {
			if got := strings.Join(w.titles(words, test.query), " "); got != test.want {
				w.Errorf("%s, words %q: found %q, want %q", name, words, got, test.want)
			}
		}
	}
	hits, err := w.Search(w.Context(), everything)
	w.must(err)
	hit := hits.Articles[0]
	equal(w, []any{hit.Verdict, hit.Story, hit.Members, hit.Places}, []any{news.Original, story, 1, []news.Place{{Code: "MA", Name: "Morocco", Mentions: 1}}})
}

// testPaging reads page after page while newer articles arrive between them.
func testPaging(w *world) {
	const n = 25
	names := make([]string, n)
	for i := range names {
		names[i] = name(i)
	}
	dated := func(base time.Duration) func(i int, e *store.Ending) {
		return func(i int, e *store.Ending) {
			published := after(base - time.Duration(i/3)*time.Second) // three in every second
			e.Article.Published, e.Article.Text, e.Article.Lang = &published, "word", "ar"
		}
	}
	w.archive(names, dated(-time.Hour))
	w.index()
	for what, query := range map[string]store.Query{"words": {Match: store.Match{{Any: []store.Phrase{{"word"}}}}}, "filter": {Lang: "ar"}, "nothing": {}} {
		query.Limit = 4
		var got []string
		for page := 0; ; page++ {
			hits, err := w.Search(w.Context(), query)
			w.must(err)
			for _, hit := range hits.Articles {
				if strings.HasPrefix(hit.Title, "n") {
					got = append(got, hit.Title)
				}
			}
			w.archive([]string{fmt.Sprintf("late %s %d", what, page)}, dated(0))
			w.index()
			if hits.Next == 0 {
				break
			}
			query.Before = hits.Next
		}
		equal(w, len(got), n)
		equal(w, sorted(got), names)
	}
	hits, err := w.Search(w.Context(), store.Query{Limit: 1000})
	w.must(err)
	for i := 1; i < len(hits.Articles); i++ {
		if hits.Articles[i-1].Seq <= hits.Articles[i].Seq {
			w.Error("not newest first")
		}
	}
	equal(w, hits.Next, int64(0))
}

func testIndex(w *world) {
	ctx := w.Context()
	stats, err := w.IndexStats(ctx)
	w.must(err)
	equal(w, stats, store.IndexStats{Bytes: stats.Bytes})
	ids := w.archive([]string{"one", "two", "three"}, func(i int, e *store.Ending) { e.At = after(time.Duration(i) * time.Minute) })
	stats, err = w.IndexStats(ctx)
	w.must(err)
	equal(w, []any{stats.Documents, stats.Pending, stats.OldestAt}, []any{0, 3, start})
	n, err := w.IndexPending(ctx, 2)
	w.must(err)
	equal(w, n, 2)
	equal(w, w.titles("one OR two OR three", store.Query{}), w.titles("one OR two", store.Query{}))
	stats, err = w.IndexStats(ctx)
	w.must(err)
	equal(w, []any{stats.Documents, stats.Pending, stats.OldestAt}, []any{2, 1, after(2 * time.Minute)})
	w.index()

	again := archived(news.Ref{Item: ids[0], Revision: 1, Generation: 1}, "uno", "text")
	w.end(again)
	w.index()
	equal(w, w.titles("one", store.Query{}), []string{})
	equal(w, w.titles("uno", store.Query{}), []string{"uno"})
	stats, err = w.IndexStats(ctx)
	w.must(err)
	equal(w, []any{stats.Documents, stats.Pending, stats.Bytes > 0}, []any{3, 0, true})
}
