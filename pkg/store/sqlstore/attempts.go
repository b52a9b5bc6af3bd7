package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// RecordStart implements store.Attempts.
func (s *Store) RecordStart(ctx context.Context, stage, key string) (starts int, err error) {
	err = s.update(ctx, "record_start", func(tx *Tx) error {
		starts, err = One(tx.Query, Value[int], `
			INSERT INTO attempts (key, stage, starts, at) VALUES (?, ?, 1, ?)
			ON CONFLICT (key, stage) DO UPDATE SET starts = attempts.starts + 1, at = excluded.at RETURNING starts`, key, stage, micros(time.Now()))
		return err
	})
	return starts, err
}

// TakeBackStart implements store.Attempts.
func (s *Store) TakeBackStart(ctx context.Context, stage, key string) error {
	return s.update(ctx, "take_back_start", func(tx *Tx) error {
		if err := tx.Run(`UPDATE attempts SET starts = starts - 1 WHERE key = ? AND stage = ?`, key, stage); err != nil {
			return err
		}
		return tx.Run(`DELETE FROM attempts WHERE key = ? AND stage = ? AND starts <= 0`, key, stage)
	})
}

// ForgetStarts implements store.Attempts.
func (s *Store) ForgetStarts(ctx context.Context, stage, key string) error {
	return s.update(ctx, "forget_starts", func(tx *Tx) error {
		return tx.Run(`DELETE FROM attempts WHERE key = ? AND stage = ?`, key, stage)
	})
}

// forgetStarts deletes what was counted for revisions that ended, in any stage.
func forgetStarts(tx *Tx, records []record) error {
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = r.Ref.Key()
	}
	if err := tx.Run(`DELETE FROM attempts WHERE key IN (SELECT atom FROM json_each(?))`, encodeJSON(keys)); err != nil {
		return fmt.Errorf("forget starts: %w", err)
	}
	return nil
}
