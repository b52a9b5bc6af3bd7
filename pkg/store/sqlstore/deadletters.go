package sqlstore

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// saveLetter stores the letter of an item; nil stores nothing.
func saveLetter(tx *Tx, l *store.DeadLetter) error {
	if l == nil {
		return nil
	}
	headers := l.Headers
	if headers == nil {
		headers = map[string]string{}
	}
	payload := l.Payload
	if payload == nil {
		payload = []byte{}
	}
	return tx.Run(`
		INSERT INTO dead_letters (item, revision, generation, at, stage, kind, reason, error, attempts, headers, payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.Ref.Item, l.Ref.Revision, l.Ref.Generation, micros(l.At), l.Stage, l.Kind, l.Reason, l.Error, l.Attempts,
		encodeJSON(headers), payload)
}

const letterColumns = `item, revision, generation, at, stage, kind, reason, error, attempts, headers`

func scanLetter(row Row) (l store.DeadLetter, err error) {
	err = row.Scan(&l.Ref.Item, &l.Ref.Revision, &l.Ref.Generation, asTime{&l.At}, &l.Stage, &l.Kind, &l.Reason, &l.Error,
		&l.Attempts, asJSON{&l.Headers}, &l.Payload)
	return l, err
}

// DeadLetters implements store.DeadLetters.
func (s *Store) DeadLetters(ctx context.Context, limit int) ([]store.DeadLetter, error) {
	letters, err := All(s.reader(ctx), scanLetter, `
		SELECT `+letterColumns+`, NULL FROM dead_letters ORDER BY at DESC, item LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return letters, nil
}

// DeadLetter implements store.DeadLetters.
func (s *Store) DeadLetter(ctx context.Context, id news.ID) (store.DeadLetter, error) {
	return deadLetter(s.reader(ctx), id)
}

func deadLetter(q Querier, id news.ID) (store.DeadLetter, error) {
	letter, err := One(q, scanLetter, `SELECT `+letterColumns+`, payload FROM dead_letters WHERE item = ?`, id)
	if err != nil {
		return store.DeadLetter{}, fmt.Errorf("dead letter %s: %w", id, notFound(err))
	}
	return letter, nil
}

// RetryDeadLetter implements store.DeadLetters.
func (s *Store) RetryDeadLetter(ctx context.Context, id news.ID, due time.Time) (letter store.DeadLetter, err error) {
	err = s.update(ctx, "retry_dead_letter", func(tx *Tx) error {
		letter, err = retryDeadLetter(tx, id, due)
		return err
	})
	if err != nil {
		return store.DeadLetter{}, err
	}
	return letter, nil
}

func retryDeadLetter(tx *Tx, id news.ID, due time.Time) (store.DeadLetter, error) {
	letter, err := deadLetter(tx.Query, id)
	if err != nil {
		return letter, err
	}
	n, err := One(tx.Query, Value[int64], `
		UPDATE items SET state = 'due', outcome = '', reason = '', ended_at = 0, due_at = ?2, claim_at = ?2,
			in_line_at = 0, checked_at = 0, missing_since = 0
		WHERE id = ?1 RETURNING n`, id, micros(due))
	if err != nil {
		return letter, fmt.Errorf("item %s: %w", id, notFound(err))
	}
	if err := tx.Run(`DELETE FROM attempts WHERE key = ?`, letter.Ref.Key()); err != nil {
		return letter, err
	}
	return letter, forgetEnding(tx, n, id)
}

// DropDeadLetter implements store.DeadLetters.
func (s *Store) DropDeadLetter(ctx context.Context, id news.ID, reason string, now time.Time) error {
	return s.update(ctx, "drop_dead_letter", func(tx *Tx) error {
		deleted, err := tx.Exec(`DELETE FROM dead_letters WHERE item = ?`, id)
		if err != nil {
			return err
		}
		if deleted == 0 {
			return fmt.Errorf("dead letter %s: %w", id, store.ErrNotFound)
		}
		return tx.Run(`
			UPDATE items SET outcome = iif(EXISTS (SELECT 1 FROM articles a WHERE a.id = items.id), 'archived', 'dropped'),
				reason = ?2, ended_at = ?3
			WHERE id = ?1 AND outcome = 'dead'`, id, reason, micros(now))
	})
}
