package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"marsad/pkg/store"
)

// Append implements store.DecisionTx.
func (d decisionTx) Append(entry store.JournalEntry) (n int64, err error) {
	err = Each(d.tx.Query, func(row Row) error { return row.Scan(&n) }, `
		INSERT INTO journal (at, item, data) SELECT ?1, ?2, ?3
		WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE item = ?2) RETURNING n`, micros(entry.At), entry.Item, entry.Data)
	if err != nil {
		return 0, fmt.Errorf("append to the journal for %s: %w", entry.Item, err)
	}
	return n, nil
}

// readJournal starts at the first entry that is young enough: entries of the
// same age stand together, but not strictly so.
const readJournal = `
	SELECT n, at, item, data FROM journal
	WHERE n > ?1 AND n >= (SELECT min(n) FROM journal INDEXED BY journal_at WHERE at >= ?2) AND at >= ?2 ORDER BY n`

// Journal implements store.Decisions. One query is one snapshot.
func (s *Store) Journal(ctx context.Context, after int64, since time.Time, fn func(store.JournalEntry) error) error {
	defer s.metrics.Took("journal", time.Now())
	var entry store.JournalEntry
	var data sql.RawBytes
	fields := []any{&entry.N, asTime{&entry.At}, &entry.Item, &data}
	err := Each(s.reader(ctx), func(row Row) error {
		if err := row.Scan(fields...); err != nil {
			return err
		}
		entry.Data = data
		return fn(entry)
	}, readJournal, after, micros(since))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
