package sqlite

import "context"

// RecordStart implements store.Attempts.
func (s *Store) RecordStart(ctx context.Context, stage, key string) (starts int, err error) {
	err = s.update(ctx, "record_start", func(tx *tx) error {
		starts, err = one(tx.query, value[int], `
			INSERT INTO attempts (key, stage, starts) VALUES (?, ?, 1)
			ON CONFLICT DO UPDATE SET starts = starts + 1 RETURNING starts`, key, stage)
		return err
	})
	return starts, err
}

// ForgetStarts implements store.Attempts.
func (s *Store) ForgetStarts(ctx context.Context, stage, key string) error {
	return s.update(ctx, "forget_starts", func(tx *tx) error {
		return tx.run(`DELETE FROM attempts WHERE key = ? AND stage = ?`, key, stage)
	})
}
