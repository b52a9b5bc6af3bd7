package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pressly/goose/v3"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/sqlite"
	"marsad/pkg/store/sqlstore"
)

// raw opens the file without the store, to look at it or to break it.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

func run(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// TestVersion guards against the WAL-reset corruption that SQLite had before 3.51.3.
func TestVersion(t *testing.T) {
	var version string
	if err := raw(t, ":memory:").QueryRow(`SELECT sqlite_version()`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	if slices.Compare(numbers, []int{3, 51, 3}) < 0 {
		t.Errorf("SQLite %s", version)
	}
}

func TestSchemaIsVerified(t *testing.T) {
	path := newPath(t)
	verify := func() error {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err == nil {
			err = s.Close()
		}
		return err
	}
	if err := verify(); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("looking created the file")
	}
	run(t, raw(t, path), `CREATE TABLE other (a)`)
	if err := verify(); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("another program's file: %v", err)
	}
	open(t, path)
	if err := verify(); err != nil {
		t.Errorf("migrated: %v", err)
	}
	open(t, path) // migrating twice is harmless

	run(t, raw(t, path), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	for _, migrate := range []bool{false, true} {
		if _, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: migrate}); !errors.Is(err, store.ErrNewerSchema) {
			t.Errorf("newer schema, migrate %v: %v", migrate, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		folder:                      "is a folder",
		text:                        "is not a SQLite database",
		filepath.Join(text, "x.db"): "not a directory",
		"":                          "needs a file name",
	} {
		_, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q) = %v, want %q", path, err, want)
		}
	}
}

// older makes a file of an earlier schema, of the first n migrations.
func older(t *testing.T, path string, n int) *sql.DB {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) <= n {
		t.Fatal(files, err)
	}
	folder := fstest.MapFS{}
	for _, file := range files[:n] {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		folder[filepath.Base(file)] = &fstest.MapFile{Data: data}
	}
	db := raw(t, path)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// TestMigrateOlder opens a file that the first version wrote.
func TestMigrateOlder(t *testing.T) {
	path := newPath(t)
	db := older(t, path, 1)
	const source = "11111111111111111111111111111111"
	run(t, db, `INSERT INTO publishers VALUES (?1, 'P')`, source)
	run(t, db, `INSERT INTO sources (id, publisher, kind, url, host, name, lang, country, tags, poll_every, paused, added_at, next_poll, claim_at,
			last_poll, last_new, failures, reason, etag, last_modified, body_hash)
		VALUES (?1, ?1, 'feed', 'https://a.example/feed', 'a.example', 'A', '', '', 'null', 0, 0, 1, 1, 1, 0, 0, 0, '', '', '', '')`, source)
	run(t, db, `INSERT INTO items (n, id, revision, source, publisher, url, host, hash, state, outcome, has_page, found_at, due_at, claim_at, ended_at)
		WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < 300)
		SELECT n, format('%032x', n), 1, ?1, ?1, 'https://a.example/' || n, 'a.example', '', iif(n % 3, 'due', 'ended'), iif(n % 3, '', 'dropped'),
			n % 3 = 1, n, n, n, iif(n % 3, 0, n) FROM k`, source)
	run(t, db, `INSERT INTO payloads SELECT n, '{"title":"t"}' FROM items`)
	run(t, db, `INSERT INTO item_finders SELECT n, source FROM items`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, store.ErrNoSchema) {
		t.Errorf("an older schema, not migrated: %v", err)
	}
	s := open(t, path)
	items, err := s.ClaimItems(t.Context(), store.Claim{Now: benchStart, Owner: "a", Lease: time.Minute, Limit: 300})
	if err != nil || len(items) != 101 { // those whose page is there, and one download
		t.Errorf("%d items were claimed, %v", len(items), err)
	}
	pruned, err := s.Prune(t.Context(), store.Cutoffs{Dropped: benchStart}, 60)
	if err != nil || pruned.Rows[store.PrunedItems] != 60 || !pruned.More {
		t.Errorf("pruned %+v, %v", pruned, err)
	}
	got, err := s.Source(t.Context(), source)
	if want := (news.Counts{Found: 240, Dropped: 40, Open: 200}); err != nil || got.Counts != want {
		t.Errorf("counts %+v, want %+v; %v", got.Counts, want, err)
	}
	sources, err := s.ClaimSources(t.Context(), store.Claim{Now: benchStart.Add(time.Hour), Owner: "a", Lease: time.Minute, Limit: 9})
	if err != nil || len(sources) != 1 || sources[0].ID != source {
		t.Errorf("sources %+v were claimed, %v", sources, err)
	}
	report, err := s.Audit(t.Context(), benchStart, func([]news.Ref) error { return nil })
	if err != nil || len(report.Offenders) > 0 {
		t.Errorf("offenders %v, %v", report.Offenders, err)
	}
}

// TestMigrateGroups opens a file of before there were groups: every story was one.
func TestMigrateGroups(t *testing.T) {
	path := newPath(t)
	db := older(t, path, 3)
	original, other := news.ID(strings.Repeat("a", 32)), news.ID(strings.Repeat("b", 32))
	copied, revised := news.ID(strings.Repeat("c", 32)), news.ID(strings.Repeat("d", 32))
	for i, row := range []struct {
		id, story news.ID
		kind      news.VerdictKind
		of        any
	}{{original, original, news.Original, nil}, {other, other, news.Original, nil}, {copied, original, news.Copy, original}, {revised, original, news.Revision, revised}} {
		run(t, db, `INSERT INTO decisions (item, revision, generation, kind, of, similarity, rule, story, at) VALUES (?, 1, 0, ?, ?, 1, 'text', ?, ?)`,
			row.id, row.kind, row.of, row.story, i+1)
		run(t, db, `INSERT INTO articles (seq, id, revision, generation, at, found_at, archived_at, story, source_id, source, publisher_id, publisher, lang, direction,
				title, authors, url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text)
			VALUES (?1, ?2, 1, 0, ?1, ?1, ?1, ?3, '', '', '', '', 'ar', 'rtl', ?4, '[]', '', '', '', '', 1, 'full', ?4, ?5, 1, 'text', '{}', '[]', '')`,
			i+1, row.id, row.story, row.kind, row.of)
		run(t, db, `INSERT INTO stories VALUES (?, 'title', 3, 1, 1, 3) ON CONFLICT DO NOTHING`, row.story)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	for id, want := range map[news.ID][]news.ID{
		original: {original, copied, revised}, copied: {original, original, revised}, revised: {original, original, copied}, other: {other},
	} {
		detail, err := s.Article(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		got := []news.ID{detail.Leader}
		for _, c := range detail.Copies {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("article %s: leader and copies %v, want %v", id, got, want)
		}
	}
	lease, err := s.AcquireLease(t.Context(), "d", "a", benchStart, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Decide(t.Context(), lease, func(tx store.DecisionTx) error {
		d, err := tx.Decision(news.Ref{Item: revised, Revision: 1})
		if d.Leader != original || d.Anchor != original {
			t.Errorf("decision %+v", d)
		}
		return errors.Join(err, tx.MoveStory(original, other))
	})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := s.Story(t.Context(), original)
	if err != nil || moved.ID != other || moved.Articles != 4 {
		t.Errorf("moved: %+v, %v", moved, err)
	}
}

// TestMigrateTogether opens a new file from several processes' worth of stores at once.
func TestMigrateTogether(t *testing.T) {
	path := newPath(t)
	errs := make(chan error)
	for range 4 {
		go func() {
			s, err := sqlite.Open(t.Context(), path, sqlite.Options{Migrate: true})
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// plan is how SQLite would run a query.
func plan(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(`EXPLAIN QUERY PLAN ` + parameter.ReplaceAllString(query, "'1'"))
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

var parameter = regexp.MustCompile(`\?\d?`)

// small are tables that may be read whole, and the results of subqueries.
var small = regexp.MustCompile(`^SCAN (e|h|w|o|a|waiting|oldest|json_each|SUBQUERY .*|CONSTANT ROW|sources .*|publishers .*)( |$)`)

// TestPlans pins the queries whose cost must not grow with the store: each
// goes through the index that was made for it, and reads no large table whole.
func TestPlans(t *testing.T) {
	path := newPath(t)
	open(t, path)
	db := raw(t, path)
	for name, want := range map[string][]string{
		"ready publishers": {"SCAN items USING INDEX items_ready", "SEARCH items USING INDEX items_ready (publisher>?)", "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)"},
		"ready items":      {"SEARCH items USING INDEX items_ready (publisher=? AND claim_at<?)"},
		"ready hosts":      {"SEARCH h USING INDEX hosts_ready (ready_at<?)", "SEARCH items USING INDEX items_download (host=?)"},
		"novel entries":    {"SEARCH i USING INDEX sqlite_autoindex_items_1 (id=?) LEFT-JOIN", "SEARCH f USING PRIMARY KEY (item=? AND source=?)"},
		"former entries":   {"SEARCH i USING COVERING INDEX sqlite_autoindex_items_1 (id=?)"},
		"due sources":      {"SEARCH h USING INDEX hosts_poll_ready (poll_ready_at<?)", "SEARCH s USING INDEX sources_host (host=?)"},
		"old pages":        {"SEARCH p USING INDEX pages_fetched (fetched_at<?)", "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)"},
		"old polls":        {"SEARCH polls USING COVERING INDEX polls_at (at<?)"},
		"orphaned polls":   {"SCAN s USING COVERING INDEX sources_removed"},
		"old items":        {"SEARCH items USING INDEX items_prunable (ended_at<?)"},
		"old revisions":    {"SEARCH article_revisions USING COVERING INDEX article_revisions_archived (archived_at<?)"},
		"old fingerprints": {"SEARCH fingerprints USING COVERING INDEX fingerprints_at (at<?)"},
		"old entries":      {"SEARCH journal USING COVERING INDEX journal_at (at<?)"},
		"journal":          {"SEARCH journal USING INTEGER PRIMARY KEY (rowid>?)", "SEARCH journal USING COVERING INDEX journal_at (at>?)"},
		"anchored":         {"SEARCH decisions USING PRIMARY KEY (item=?)", "SEARCH decisions USING INDEX decisions_anchor (anchor=?)"},
		"group":            {"SEARCH a USING INDEX articles_id (id=?)", "SEARCH a USING INDEX articles_leader (leader=?)"},
		"beside":           {"SEARCH a USING INDEX articles_story (story=?)"},
		"kinships":         {"SEARCH x USING INDEX articles_id (id=?)", "SEARCH x USING INDEX articles_leader (leader=?)", "SEARCH d USING PRIMARY KEY (item=? AND revision=?) LEFT-JOIN"},
		"of revision":      {"SEARCH articles USING INDEX articles_id (id=?)"},
		"linked":           {"SEARCH l USING COVERING INDEX story_links_b (b=?)", "SEARCH s USING COVERING INDEX story_aliases_story (story=?)"},
		"members":          {"SEARCH a USING INDEX articles_story (story=?)"},
		"stories":          {"SEARCH a USING COVERING INDEX articles_found (found_at>?)", "SEARCH s USING PRIMARY KEY (id=?)"},
		"archived since":   {"SEARCH a USING INTEGER PRIMARY KEY (rowid>?)"},
		"archived of":      {"SEARCH a USING INDEX articles_id (id=?)"},
		"useless attempts": {"SEARCH i USING INDEX sqlite_autoindex_items_1 (id=?) LEFT-JOIN"},
	} {
		steps := plan(t, db, sqlstore.Queries[name])
		for _, step := range want {
			if !slices.Contains(steps, step) {
				t.Errorf("%s: %s\nlacks %s", name, strings.Join(steps, "\n"), step)
			}
		}
	}
	for name, query := range sqlstore.Removals() {
		for _, step := range plan(t, db, query) {
			if strings.HasPrefix(step, "SCAN ") && !small.MatchString(step) {
				t.Errorf("deletion %s: %s", name, step)
			}
		}
	}
}
