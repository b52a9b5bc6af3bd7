package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/store/storetest"
)

// TestOffenders breaks each promise behind the store's back.
func TestOffenders(t *testing.T) {
	for rule, breakIt := range map[string]string{
		store.RuleNoArticle: `DELETE FROM articles WHERE id = ?1`,
		store.RuleNoLedger:  `DELETE FROM items WHERE id = ?1`,
		store.RuleNotEnded:  `UPDATE items SET outcome = 'dropped' WHERE id = ?1`,
		store.RuleNoLetter:  `DELETE FROM dead_letters WHERE item = ?2`,
		store.RuleLetter:    `UPDATE items SET outcome = 'dropped' WHERE id = ?2`,
		store.RuleNoState:   `UPDATE items SET state = 'lost', outcome = '' WHERE id = ?2`,
		store.RuleTwice: `INSERT INTO articles SELECT seq + 1, id, revision, generation + 1, at, found_at, archived_at, story, source_id, source,
			publisher_id, publisher, lang, direction, title, authors, published, modified, url, canonical_url, section, image, words, completeness,
			kind, of, similarity, rule, labels, trail, text, details, leader FROM articles WHERE id = ?1`,
		store.RuleUnbalanced: `UPDATE item_counts SET items = items + 1 WHERE source = ?3`,
	} {
		t.Run(rule, func(t *testing.T) {
			path := newPath(t)
			s := open(t, path)
			live, dead := endTwo(t, s)
			db := raw(t, path)
			run(t, db, `PRAGMA ignore_check_constraints = ON`)
			run(t, db, `PRAGMA foreign_keys = OFF`)
			run(t, db, breakIt, live, dead, news.ManualSource)
			report, err := s.Audit(t.Context(), benchStart, func([]news.Ref) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			item := map[string]news.ID{
				store.RuleNoLetter: dead, store.RuleLetter: dead, store.RuleNoState: dead, store.RuleUnbalanced: news.ManualSource,
			}[rule]
			if item == "" {
				item = live
			}
			found := false
			for _, o := range report.Offenders {
				found = found || o == store.Offender{Item: item, Rule: rule}
			}
			if !found {
				t.Errorf("found %v", report.Offenders)
			}
		})
	}
}

// endTwo ends one item as an article and one dead.
func endTwo(t *testing.T, s store.Store) (live, dead news.ID) {
	t.Helper()
	corpus := storetest.NewCorpus(0)
	entries := corpus.Entries(2)
	if _, err := s.Submit(t.Context(), benchStart, entries); err != nil {
		t.Fatal(err)
	}
	letter := news.Ref{Item: entries[1].ID, Revision: 1}
	_, err := s.End(t.Context(), []store.Ending{
		corpus.Ending(entries[0]),
		{Ref: letter, Outcome: news.Dead, Letter: &store.DeadLetter{Ref: letter}, At: benchStart},
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries[0].ID, entries[1].ID
}

// TestReopen kills nothing, but shows that what was answered is on disk.
func TestReopen(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	live, _ := endTwo(t, s)
	before, err := s.Article(t.Context(), live)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("a closed store answers")
	}
	after, err := open(t, path).Article(t.Context(), live)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
