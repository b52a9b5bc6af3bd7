package sqlite

import (
	"context"
	"fmt"
	"time"
)

// RecordStart implements store.Attempts.
func (s *Store) RecordStart(ctx context.Context, stage, key string) (starts int, err error) {
	err = s.update(ctx, "record_start", func(tx *tx) error {
		starts, err = one(tx.query, value[int], `
			INSERT INTO attempts (key, stage, starts, at) VALUES (?, ?, 1, ?)
			ON CONFLICT DO UPDATE SET starts = starts + 1, at = excluded.at RETURNING starts`, key, stage, micros(time.Now()))
		return err
	})
	return starts, err
}

// TakeBackStart implements store.Attempts.
func (s *Store) TakeBackStart(ctx context.Context, stage, key string) error {
	return s.update(ctx, "take_back_start", func(tx *tx) error {
		if err := tx.run(`UPDATE attempts SET starts = starts - 1 WHERE key = ? AND stage = ?`, key, stage); err != nil {
			return err
		}
		return tx.run(`DELETE FROM attempts WHERE key = ? AND stage = ? AND starts <= 0`, key, stage)
	})
}

// ForgetStarts implements store.Attempts.
func (s *Store) ForgetStarts(ctx context.Context, stage, key string) error {
	return s.update(ctx, "forget_starts", func(tx *tx) error {
		return tx.run(`DELETE FROM attempts WHERE key = ? AND stage = ?`, key, stage)
	})
}

// forgetStarts deletes what was counted for revisions that ended, in any stage.
func forgetStarts(tx *tx, records []record) error {
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = r.Ref.Key()
	}
	if err := tx.run(`DELETE FROM attempts WHERE key IN (SELECT value FROM json_each(?))`, encodeJSON(keys)); err != nil {
		return fmt.Errorf("forget starts: %w", err)
	}
	return nil
}
