package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	clockStep  = time.Minute      // a claim so much before an earlier one means that the clock was set back
	clockGrain = 30 * time.Second // how exactly the latest claim is remembered: idle claims must not write
)

// watchClock compares now with the latest claim of owner. If the clock was set
// back since, what lies in the future goes back with it.
func watchClock(tx *tx, owner string, now time.Time) error {
	latest, err := one(tx.query, value[int64], `SELECT latest FROM clocks WHERE owner = ?`, owner)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch ahead := latest - micros(now); {
	case ahead > clockStep.Microseconds():
		if err := setBack(tx, micros(now), ahead); err != nil {
			return fmt.Errorf("set times back: %w", err)
		}
		return nil
	case -ahead > clockGrain.Microseconds():
		return tx.run(`INSERT INTO clocks VALUES (?1, ?2) ON CONFLICT DO UPDATE SET latest = excluded.latest`, owner, micros(now))
	}
	return nil
}

// setBack moves times that lie after now back. They were made by the clock as
// it was, and would hold everything up for as long as it was set back. The
// marks of processes that share the clock go back too: once is enough.
func setBack(tx *tx, now, by int64) error {
	for _, query := range []string{
		`UPDATE hosts SET next_at = next_at - iif(next_at > ?1, ?2, 0), busy_until = busy_until - iif(busy_until > ?1, ?2, 0)
			WHERE next_at > ?1 OR busy_until > ?1`,
		`UPDATE sources SET next_poll = next_poll - iif(next_poll > ?1, ?2, 0), claim_at = claim_at - iif(claim_at > ?1, ?2, 0)
			WHERE next_poll > ?1 OR claim_at > ?1`,
		`UPDATE items SET due_at = due_at - iif(due_at > ?1, ?2, 0), claim_at = claim_at - iif(claim_at > ?1, ?2, 0)
			WHERE state <> 'ended' AND state = 'due' AND (due_at > ?1 OR claim_at > ?1)`,
		`UPDATE items SET in_line_at = in_line_at - iif(in_line_at > ?1, ?2, 0), checked_at = checked_at - iif(checked_at > ?1, ?2, 0),
				missing_since = missing_since - iif(missing_since > ?1, ?2, 0)
			WHERE state = 'in_line' AND (in_line_at > ?1 OR checked_at > ?1 OR missing_since > ?1)`,
	} {
		if err := tx.run(query, now, by); err != nil {
			return err
		}
	}
	return tx.run(`UPDATE clocks SET latest = ?1 WHERE latest > ?1`, now)
}
