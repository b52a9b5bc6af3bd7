package sqlite_test

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
	"marsad/pkg/store/storetest"
	"marsad/pkg/text"
)

const batch = 100

var benchStart = storetest.CorpusStart

// found submits n entries and returns their endings.
func found(b *testing.B, s store.Store, c *storetest.Corpus, n int) []store.Ending {
	b.Helper()
	entries := c.Entries(n)
	if _, err := s.Submit(b.Context(), benchStart, entries); err != nil {
		b.Fatal(err)
	}
	endings := make([]store.Ending, n)
	for i, e := range entries {
		endings[i] = c.Ending(e)
	}
	return endings
}

// BenchmarkArchive compares the archiver's way, End and IndexPending, with bare
// INSERTs of the same rows into the same tables, a transaction for each batch.
// Both grow at the same pace, in turns, so that neither is measured on a smaller
// index or a quieter machine. "after each batch" indexes between one End and the
// next; "beside" runs the index in a goroutine of its own, as services do.
func BenchmarkArchive(b *testing.B) {
	b.Run("after each batch", func(b *testing.B) {
		benchmarkArchive(b, 1, func(b *testing.B, s *sqlite.Store, endings [][]store.Ending) {
			end(b, s, endings[0])
			index(b, s, batch)
		})
	})
	b.Run("beside", func(b *testing.B) {
		benchmarkArchive(b, 10, func(b *testing.B, s *sqlite.Store, endings [][]store.Ending) {
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for _, e := range endings {
					end(b, s, e)
				}
			}()
			for n := 0; n < len(endings)*batch; {
				n += index(b, s, 5*batch)
			}
			<-ended
		})
	})
}

func end(b *testing.B, s *sqlite.Store, endings []store.Ending) {
	if _, err := s.End(b.Context(), endings); err != nil {
		b.Error(err)
	}
}

func index(b *testing.B, s *sqlite.Store, limit int) int {
	n, err := s.IndexPending(b.Context(), limit)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// benchmarkArchive times archive on so many batches at a time.
func benchmarkArchive(b *testing.B, batches int, archive func(*testing.B, *sqlite.Store, [][]store.Ending)) {
	ours := open(b, newPath(b))
	path := newPath(b)
	open(b, path)
	bare := newBareWriter(b, path)
	corpus := storetest.NewCorpus(0)
	var ourTime, bareTime time.Duration
	n := 0
	for b.Loop() {
		endings := make([][]store.Ending, batches)
		rows := make([][]bareRow, batches)
		for i := range endings {
			endings[i] = found(b, ours, corpus, batch)
			rows[i] = bareRows(endings[i])
		}
		start := time.Now()
		archive(b, ours, endings)
		ourTime += time.Since(start)
		start = time.Now()
		for _, rows := range rows {
			bare.insert(b, rows)
		}
		bareTime += time.Since(start)
		n += batches * batch
	}
	b.ReportMetric(float64(n)/ourTime.Seconds(), "articles/s")
	b.ReportMetric(float64(n)/bareTime.Seconds(), "bare/s")
	b.ReportMetric(100*bareTime.Seconds()/ourTime.Seconds(), "%ofbare")
}

// bareWriter inserts rows with prepared statements in one transaction.
type bareWriter struct {
	db         *sql.DB
	statements map[string]*sql.Stmt
}

func newBareWriter(b *testing.B, path string) *bareWriter {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-32768)&_pragma=wal_autocheckpoint(4000)&_pragma=journal_size_limit(67108864)")
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	b.Cleanup(func() { db.Close() })
	return &bareWriter{db, map[string]*sql.Stmt{}}
}

type bareRow struct {
	table  string
	values []any
}

func (w *bareWriter) insert(b *testing.B, rows []bareRow) {
	b.Helper()
	for _, row := range rows { // preparing is not part of the work
		if w.statements[row.table] == nil {
			stmt, err := w.db.Prepare(row.table + " VALUES (" + strings.Repeat("?, ", len(row.values)-1) + "?)")
			if err != nil {
				b.Fatal(err)
			}
			w.statements[row.table] = stmt
		}
	}
	tx, err := w.db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows {
		if _, err := tx.Stmt(w.statements[row.table]).Exec(row.values...); err != nil {
			b.Fatal(row.table, err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// bareRows are the rows that endings amount to, tokens and JSON made.
func bareRows(endings []store.Ending) []bareRow {
	var rows []bareRow
	encode := func(v any) string {
		out, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(out)
	}
	endings = slices.Clone(endings)
	slices.SortFunc(endings, func(a, b store.Ending) int { // the order the index likes best
		return cmp.Compare(store.Seq(*a.Article.Published, a.Ref.Item), store.Seq(*b.Article.Published, b.Ref.Item))
	})
	for _, e := range endings {
		a, at := e.Article, e.Article.Published.UnixMicro()
		seq := store.Seq(*a.Published, a.ID)
		rows = append(rows, bareRow{`INSERT OR IGNORE INTO articles (seq, id, revision, generation, at, found_at, archived_at, story,
			source_id, source, publisher_id, publisher, lang, direction, title, authors, published, modified,
			url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text)`, []any{
			seq, string(a.ID), 1, 0, at, at, at, string(e.Story), string(a.SourceID), a.Source, string(a.PublisherID), a.Publisher, a.Lang, string(a.Direction), a.Title,
			encode(a.Authors), at, nil, a.URL, a.CanonicalURL, "", "", a.Words, string(a.Completeness), "original", nil, 0.0, "new", encode(e.Labels), encode(e.Trail), a.Text}})
		rows = append(rows, bareRow{`INSERT OR IGNORE INTO stories (id, title, articles, publishers, first_seen, last_seen)`, []any{string(e.Story), a.Title, 1, 1, at, at}})
		for _, l := range e.Labels.Topics {
			rows = append(rows, bareRow{`INSERT OR IGNORE INTO article_topics (label, seq)`, []any{l.Code, seq}})
		}
		for _, l := range e.Labels.Places {
			rows = append(rows, bareRow{`INSERT OR IGNORE INTO article_places (label, seq)`, []any{l.Code, seq}})
		}
		for _, l := range e.Labels.Organisations {
			rows = append(rows, bareRow{`INSERT OR IGNORE INTO article_organisations (label, seq)`, []any{l.ID, seq}})
		}
		for _, l := range e.Labels.Watches {
			rows = append(rows, bareRow{`INSERT OR IGNORE INTO article_watches (label, seq)`, []any{l.ID, seq}})
		}
		rows = append(rows, bareRow{`INSERT OR IGNORE INTO articles_fts (rowid, title, text)`, []any{
			seq, strings.Join(text.SearchTokens(a.Title), " "), strings.Join(text.SearchTokens(a.Text), " ")}})
	}
	// A table at a time: FTS5 writes out what it gathered whenever a statement
	// on another table opens a savepoint.
	slices.SortStableFunc(rows, func(a, b bareRow) int { return cmp.Compare(a.table, b.table) })
	return rows
}

// BenchmarkClaimItems claims 50 of 100,000 due items on 10,000 hosts, and gives
// them back.
func BenchmarkClaimItems(b *testing.B) {
	s := open(b, newPath(b))
	const hosts, items = 10_000, 100_000
	entries := make([]store.Entry, items)
	for i := range entries {
		url := fmt.Sprintf("https://h%d.example/%d", i%hosts, i)
		entries[i] = store.Entry{ID: news.ItemID(url, "", ""), URL: url}
	}
	for part := range slices.Chunk(entries, 1000) {
		if _, err := s.Submit(b.Context(), benchStart, part); err != nil {
			b.Fatal(err)
		}
	}
	now := benchStart
	for b.Loop() {
		now = now.Add(time.Second)
		claimed, err := s.ClaimItems(b.Context(), store.Claim{Now: now, Owner: "a", Lease: time.Minute, Limit: 50})
		if err != nil || len(claimed) != 50 {
			b.Fatal(len(claimed), err)
		}
	}
}

// BenchmarkClaimReady claims 50 items that need no download: one publisher has
// 100,000 of them waiting, 300 others 10 each.
func BenchmarkClaimReady(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	if _, err := s.Submit(b.Context(), benchStart, storetest.NewCorpus(0).Entries(1)); err != nil { // makes the manual source
		b.Fatal(err)
	}
	db := raw(b, path)
	run(b, db, `PRAGMA synchronous = OFF`)
	run(b, db, `
		INSERT INTO items (n, id, revision, source, state, has_page, found_at, due_at, claim_at, hash, publisher, host, url)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 103000)
		SELECT n + 100, format('%032x', n), 1, ?1, 'due', 1, n, n, n, '', format('%032x', max(n - 100000, 0) % 300), '', '' FROM k`, news.ManualSource)
	run(b, db, `INSERT INTO publishers (id, name) SELECT DISTINCT publisher, '' FROM items WHERE n > 100`)
	run(b, db, `INSERT INTO payloads SELECT n, '{}' FROM items WHERE n > 100`)
	now := benchStart
	for b.Loop() {
		now = now.Add(time.Second)
		claimed, err := s.ClaimItems(b.Context(), store.Claim{Now: now, Owner: "a", Lease: time.Minute, Limit: 50})
		if err != nil || len(claimed) != 50 {
			b.Fatal(len(claimed), err)
		}
	}
}

func BenchmarkSavePage(b *testing.B) {
	s := open(b, newPath(b))
	corpus := storetest.NewCorpus(0)
	entries := corpus.Entries(1000)
	if _, err := s.Submit(b.Context(), benchStart, entries); err != nil {
		b.Fatal(err)
	}
	body := []byte("<html>" + corpus.Words(10_000) + "</html>") // about 110 KB
	b.SetBytes(int64(len(body)))
	for i := 0; b.Loop(); i++ {
		page := news.Page{Ref: news.Ref{Item: entries[i%len(entries)].ID, Revision: 1}, Kind: news.PageHTML, Body: body, FetchedAt: benchStart}
		if err := s.SavePage(b.Context(), page, "", store.Slot{Host: "h.example", FreeAt: benchStart}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecordPollUnchanged is the commonest poll: 50 entries, all known.
func BenchmarkRecordPollUnchanged(b *testing.B) {
	s := open(b, newPath(b))
	source := news.Source{ID: news.NewID("s"), Publisher: news.NewPublisher("p"), Kind: news.KindFeed, URL: "https://a.example/"}
	if _, err := s.AddSources(b.Context(), source); err != nil {
		b.Fatal(err)
	}
	entries := storetest.NewCorpus(0).Entries(50)
	for b.Loop() {
		if _, err := s.RecordPoll(b.Context(), store.PollResult{Source: source.ID, Poll: news.Poll{At: benchStart}, Items: entries}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearch searches 20,000 articles for a word that most of them have, a
// rare one, and by filters alone.
func BenchmarkSearch(b *testing.B) {
	s := open(b, newPath(b))
	corpus := storetest.NewCorpus(0)
	for range 200 {
		end(b, s, found(b, s, corpus, batch))
	}
	for index(b, s, 1000) > 0 {
	}
	for name, query := range map[string]store.Query{
		"common word":            {Match: store.Match{{Any: []store.Phrase{{storetest.Word(1)}}}}},
		"rare word":              {Match: store.Match{{Any: []store.Phrase{{storetest.Word(5000)}}}}},
		"phrase":                 {Match: store.Match{{Any: []store.Phrase{{storetest.Word(1), storetest.Word(2)}}}}},
		"common word and filter": {Match: store.Match{{Any: []store.Phrase{{storetest.Word(1)}}}}, Country: "A7"},
		"filters":                {Topic: "3", Country: "A7"},
		"newest":                 {},
	} {
		query.Limit = 20
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(b.Context(), query); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// auditItems is how large the ledger is that BenchmarkAudit audits.
const auditItems = 100_000

// BenchmarkAudit audits a ledger of which nine in ten items are articles.
func BenchmarkAudit(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	for i := range 300 {
		url := fmt.Sprintf("https://h%d.example/", i)
		source := news.Source{ID: news.ID(fmt.Sprintf("%032x", i)), Publisher: news.NewPublisher("p"), Kind: news.KindFeed, URL: url}
		if _, err := s.AddSources(b.Context(), source); err != nil {
			b.Fatal(err)
		}
	}
	db := raw(b, path)
	run(b, db, `PRAGMA synchronous = OFF`)
	run(b, db, `
		INSERT INTO items (n, id, revision, source, state, outcome, has_page, found_at, due_at, claim_at, hash, publisher, host, url)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < ?)
		SELECT n, lower(hex(randomblob(16))), 1, format('%032x', n % 300), iif(n % 10 = 0, 'in_line', 'ended'), iif(n % 10 = 0, '', 'archived'),
			1, n, n, n, lower(hex(randomblob(16))), '0', 'h.example', 'https://h.example/a/rather/long/address/of/an/article/' || n FROM k`, auditItems)
	run(b, db, `
		INSERT INTO articles SELECT n << 20, id, 1, 0, n, n, n, id, source, 's', publisher, 'p', 'ar', 'rtl', 'a title', '[]', n, n, url, url, '', '', 1,
			'full', 'original', NULL, 0, 'new', '{}', '[]', hex(zeroblob(1500)), '{}', '' FROM items WHERE outcome = 'archived' ORDER BY n`)
	for b.Loop() {
		report, err := s.Audit(b.Context(), benchStart, func([]news.Ref) error { return nil })
		if err != nil || len(report.Offenders) > 0 {
			b.Fatal(report.Offenders[0], err)
		}
	}
	b.ReportMetric(auditItems, "items")
}

// BenchmarkJournal reads a journal of a million entries of 1 KB. Making it takes
// a while: -benchtime 3x.
func BenchmarkJournal(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	db := raw(b, path)
	run(b, db, `PRAGMA synchronous = OFF`)
	run(b, db, `
		INSERT INTO journal (at, item, data)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 1000000)
		SELECT ?1 + n * 1000000, lower(hex(randomblob(16))), randomblob(1000) FROM k`, benchStart.UnixMicro())
	for name, since := range map[string]time.Time{"all": {}, "last tenth": benchStart.Add(900_000 * time.Second)} {
		b.Run(name, func(b *testing.B) {
			n, size := 0, 0
			for b.Loop() {
				n, size = 0, 0
				err := s.Journal(b.Context(), 0, since, func(e store.JournalEntry) error {
					n, size = n+1, size+len(e.Data)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(size))
			b.ReportMetric(float64(n), "entries")
		})
	}
}

// BenchmarkStories lists the stories of a day, and of all time, out of a million
// articles in 300,000 stories that were found within a month.
func BenchmarkStories(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	db := raw(b, path)
	const month = 30 * 24 * time.Hour
	run(b, db, `PRAGMA synchronous = OFF`)
	run(b, db, `
		INSERT INTO articles (seq, id, revision, generation, at, found_at, archived_at, story, source_id, source, publisher_id, publisher, lang, direction,
			title, authors, url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text)
		WITH RECURSIVE k (n, found, story) AS (
			SELECT 0, ?1, 0 UNION ALL SELECT n + 1, ?1 + (n + 1) * ?2, ((n + 1) * 7919 % 30000 + (n + 1) / 33334 * 9700) % 300000 FROM k WHERE n < 999999)
		SELECT n << 20, lower(hex(randomblob(16))), 1, 0, found, found, found, format('%032x', story), '', '', format('%032x', n % 300), 'P',
			iif(n % 3, 'ar', 'en'), 'rtl', 'a title', '[]', '', '', '', '', 1, 'full', 'original', NULL, 0, 'first', '{}', '[]', hex(zeroblob(1000)) FROM k`,
		benchStart.UnixMicro(), month.Microseconds()/1_000_000)
	run(b, db, `INSERT INTO stories SELECT story, 'a title', count(*), count(DISTINCT publisher_id), min(found_at), max(found_at) FROM articles GROUP BY story`)
	end := benchStart.Add(month)
	for name, query := range map[string]store.StoryQuery{
		"day":           {Since: end.Add(-24 * time.Hour)},
		"day, Arabic":   {Since: end.Add(-24 * time.Hour), Lang: "ar"},
		"day, second":   {Since: end.Add(-24 * time.Hour), Before: store.StoryCursor{Order: store.BySize, Rank: 2 << 32, ID: news.NewID("x")}},
		"month":         {Since: benchStart},
		"month, latest": {Since: benchStart, Order: store.ByLatest},
	} {
		query.Until, query.Recent, query.Limit, query.Order = end, end.Add(-6*time.Hour), 25, cmp.Or(query.Order, store.BySize)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				hits, err := s.Stories(b.Context(), query)
				if err != nil || len(hits.Stories) != 25 {
					b.Fatal(len(hits.Stories), err)
				}
			}
		})
	}
}

// BenchmarkMoveStory merges two stories of 500 originals with nine copies each,
// and takes them apart again.
func BenchmarkMoveStory(b *testing.B) {
	path := newPath(b)
	s := open(b, path)
	db := raw(b, path)
	run(b, db, `
		INSERT INTO articles (seq, id, revision, generation, at, found_at, archived_at, story, source_id, source, publisher_id, publisher, lang, direction,
			title, authors, url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text, leader)
		WITH RECURSIVE k (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM k WHERE n < 9999)
		SELECT n << 20, format('%032x', n), 1, 0, n, n, n, format('%032x', n / 5000 * 5000), '', '', format('%032x', n % 300), 'P', 'ar', 'rtl', 'a title',
			'[]', '', '', '', '', 1, 'full', 'original', NULL, 0, 'first', '{}', '[]', hex(zeroblob(1500)), iif(n % 10, format('%032x', n / 10 * 10), '') FROM k`)
	run(b, db, `INSERT INTO decisions (item, revision, generation, kind, of, similarity, rule, leader, anchor, story, at)
		SELECT id, 1, 0, kind, NULL, 0, rule, coalesce(nullif(leader, ''), id), coalesce(nullif(leader, ''), id), story, at FROM articles`)
	id := func(n int) news.ID { return news.ID(fmt.Sprintf("%032x", n)) }
	lease, err := s.AcquireLease(b.Context(), "d", "b", benchStart, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	into := func(story news.ID) {
		err := s.Decide(b.Context(), lease, func(tx store.DecisionTx) error {
			for n := 5000; n < 10_000; n += 10 {
				if err := tx.MoveStory(id(n), story); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		into(id(0))
		into(id(5000))
	}
}
