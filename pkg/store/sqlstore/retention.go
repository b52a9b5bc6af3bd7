package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marsad/pkg/store"
)

// Prune implements store.Retention. What is too old is looked for on a reading
// connection, so that the write transaction only deletes. Each deletion checks
// again whether it may.
func (s *Store) Prune(ctx context.Context, keep store.Cutoffs, limit int) (store.Pruned, error) {
	pruned := store.Pruned{Rows: make(map[store.PrunedTable]int, len(store.PrunedTables))}
	for _, table := range store.PrunedTables {
		pruned.Rows[table] = 0
	}
	var work []pruning
	left := limit
	for _, p := range prunings(keep) {
		if left == 0 || p.before.IsZero() {
			continue
		}
		keys, err := All(s.reader(ctx), Value[string], p.find, micros(p.before), left)
		if err != nil {
			return store.Pruned{}, fmt.Errorf("prune %s: %w", p.table, err)
		}
		if len(keys) > 0 {
			p.keys = "[" + strings.Join(keys, ",") + "]"
			work, left = append(work, p), left-len(keys)
		}
	}
	pruned.More = left == 0
	if len(work) == 0 {
		return pruned, nil
	}
	err := s.update(ctx, "prune", func(tx *Tx) error {
		for _, p := range work {
			n, err := p.run(tx)
			if err != nil {
				return fmt.Errorf("%s: %w", p.table, err)
			}
			pruned.Rows[p.table] += n
		}
		return nil
	})
	if err != nil {
		return store.Pruned{}, err
	}
	return pruned, nil
}

// pruning deletes what is too old of one table.
type pruning struct {
	table  store.PrunedTable
	before time.Time
	find   string   // keys, in JSON, of what is before ?1, ?2 at most; each by an index
	remove []string // of the keys ?1 what is still before ?2; the last deletes what is counted
	keys   string   // JSON of what was found
}

func (p pruning) run(tx *Tx) (n int, err error) {
	var deleted int64
	for _, query := range p.remove {
		if deleted, err = tx.Exec(query, p.keys, micros(p.before)); err != nil {
			return 0, err
		}
	}
	return int(deleted), nil
}

// pair is a key of two columns as a JSON list: neither holds what JSON escapes.
func pair(a, b string) string { return `'["' || ` + a + ` || '","' || ` + b + ` || '"]'` }

func prunings(keep store.Cutoffs) []pruning {
	return []pruning{
		{table: store.PrunedPages, before: keep.Pages, find: oldPages, remove: removePages},
		{table: store.PrunedPolls, before: keep.Polls, find: oldPolls, remove: removePolls},
		{table: store.PrunedPolls, before: keep.Polls, find: orphanedPolls, remove: removeOrphanedPolls},
		{table: store.PrunedItems, before: keep.Dropped, find: oldItems, remove: removeItems},
		{table: store.PrunedRevisions, before: keep.Revisions, find: oldRevisions, remove: removeRevisions},
		{table: store.PrunedFingerprints, before: keep.Fingerprints, find: oldFingerprints, remove: removeFingerprints},
		{table: store.PrunedJournal, before: keep.Fingerprints, find: oldEntries, remove: removeEntries},
		{table: store.PrunedAttempts, before: keep.Starts, find: uselessAttempts, remove: removeAttempts},
		{table: store.PrunedClocks, before: keep.Clocks, find: oldClocks, remove: removeClocks},
	}
}

// Pages. Those of open and dead items stay, however old: they are still to be
// read. There are few of them, so the search may pass over them.
const (
	oldPages = `
		SELECT p.rowid FROM pages p INDEXED BY pages_fetched CROSS JOIN items i ON i.n = p.item
		WHERE p.fetched_at < ?1 AND ` + settled + ` ORDER BY p.fetched_at LIMIT ?2`
	settled   = `i.outcome IN ('archived', 'dropped')`
	prunePage = `FROM json_each(?1) e CROSS JOIN pages p ON p.rowid = CAST(e.atom AS bigint) CROSS JOIN items i ON i.n = p.item
		WHERE p.fetched_at < ?2 AND ` + settled
)

var removePages = []string{
	`UPDATE payloads SET found = json_remove(found, '$.summary', '$.content')
		WHERE item IN (SELECT i.n ` + prunePage + ` AND i.outcome = 'archived' AND p.revision = i.revision)`,
	`UPDATE items SET has_page = 0 WHERE n IN (SELECT i.n ` + prunePage + ` AND p.revision = i.revision)`,
	`DELETE FROM pages WHERE rowid IN (SELECT p.rowid ` + prunePage + `)`,
}

// Polls.
const (
	oldPolls      = `SELECT n FROM polls INDEXED BY polls_at WHERE at < ?1 ORDER BY at LIMIT ?2`
	orphanedPolls = `
		SELECT p.n FROM sources s INDEXED BY sources_removed CROSS JOIN polls p INDEXED BY polls_source ON p.source = s.id
		WHERE s.removed = 1 AND p.at >= ?1 LIMIT ?2`
)

var (
	removePolls         = []string{`DELETE FROM polls WHERE n IN (SELECT CAST(atom AS bigint) FROM json_each(?1)) AND at < ?2`}
	removeOrphanedPolls = []string{`DELETE FROM polls WHERE n IN (SELECT CAST(atom AS bigint) FROM json_each(?1)) AND at >= ?2
		AND source IN (SELECT id FROM sources WHERE removed = 1)`}
)

// Items. The row itself goes last: what refers to it is found through it.
const (
	oldItems  = `SELECT n FROM items INDEXED BY items_prunable WHERE ` + prunable + ` AND ended_at < ?1 ORDER BY ended_at LIMIT ?2`
	prunable  = `outcome = 'dropped' AND reason <> '` + store.ReasonRemoved + `'`
	pruneItem = `FROM json_each(?1) e CROSS JOIN items i ON i.n = CAST(e.atom AS bigint) WHERE ` + prunable + ` AND i.ended_at < ?2`
)

var removeItems = []string{
	`DELETE FROM payloads WHERE item IN (SELECT i.n ` + pruneItem + `)`,
	`DELETE FROM item_finders WHERE item IN (SELECT i.n ` + pruneItem + `)`,
	`DELETE FROM item_trails WHERE item IN (SELECT i.n ` + pruneItem + `)`,
	`DELETE FROM pages WHERE item IN (SELECT i.n ` + pruneItem + `)`,
	`DELETE FROM decisions WHERE item IN (SELECT i.id ` + pruneItem + `)`,
	`DELETE FROM items WHERE n IN (SELECT i.n ` + pruneItem + `)`,
}

// Replaced revisions of articles.
const oldRevisions = `SELECT rowid FROM article_revisions INDEXED BY article_revisions_archived WHERE archived_at < ?1 ORDER BY archived_at LIMIT ?2`

var removeRevisions = []string{`DELETE FROM article_revisions WHERE rowid IN (SELECT CAST(atom AS bigint) FROM json_each(?1)) AND archived_at < ?2`}

// Fingerprints.
var oldFingerprints = `SELECT ` + pair(`kind`, `hash`) + ` FROM fingerprints INDEXED BY fingerprints_at WHERE at < ?1 ORDER BY at LIMIT ?2`

var removeFingerprints = []string{`DELETE FROM fingerprints
	WHERE (kind, hash) IN (SELECT e.value ->> 0, e.value ->> 1 FROM json_each(?1) e) AND at < ?2`}

// Entries of the deduplicator's journal.
const oldEntries = `SELECT n FROM journal INDEXED BY journal_at WHERE at < ?1 ORDER BY at LIMIT ?2`

var removeEntries = []string{`DELETE FROM journal WHERE n IN (SELECT CAST(atom AS bigint) FROM json_each(?1)) AND at < ?2`}

// Recorded starts, of messages whose item ended or is not known. There are only
// those of messages that were handled again. One may be handled once more
// although its item ended: it was not acknowledged.
const useless = `LEFT JOIN items i ON i.id = substr(a.key, 1, 32) WHERE (i.id IS NULL OR i.state = 'ended')`

var uselessAttempts = `SELECT ` + pair(`a.key`, `a.stage`) + ` FROM attempts a ` + useless + ` AND a.at < ?1 AND coalesce(i.ended_at, 0) < ?1 LIMIT ?2`

var removeAttempts = []string{`DELETE FROM attempts WHERE (key, stage) IN (
	SELECT a.key, a.stage FROM json_each(?1) e CROSS JOIN attempts a ON a.key = e.value ->> 0 AND a.stage = e.value ->> 1 ` + useless + `
		AND a.at < ?2 AND coalesce(i.ended_at, 0) < ?2)`}

// Marks of clocks.
const oldClocks = `SELECT '"' || owner || '"' FROM clocks WHERE latest < ?1 LIMIT ?2`

var removeClocks = []string{`DELETE FROM clocks WHERE owner IN (SELECT atom FROM json_each(?1)) AND latest < ?2`}
