package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	clockStep  = time.Minute      // claims so much before an earlier one mean that the clock was set back
	clockGrain = 30 * time.Second // how exactly the latest claim is remembered: idle claims must not write
)

// mark is what is remembered of an owner's clock.
type mark struct {
	latest int64 // claim
	behind bool  // the claim before this one was far behind latest
	moved  bool  // another, whose clock was set back, moved what belongs to nobody
}

// watchClock compares now with the latest claim of owner. If the clock was set
// back since, what owner made of the future goes back with it. A single claim
// that is behind only came late: its process was frozen between looking at the
// clock and claiming.
func watchClock(tx *Tx, owner string, now time.Time) error {
	var m mark
	err := read(tx.Query, []any{&m.latest, &m.behind, &m.moved}, `SELECT latest, behind, moved FROM clocks WHERE owner = ?`, owner)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	ahead := m.latest - micros(now)
	switch {
	case ahead > clockStep.Microseconds() && !m.behind:
		return tx.Run(`UPDATE clocks SET behind = 1 WHERE owner = ?`, owner)
	case ahead > clockStep.Microseconds():
		if err := setBack(tx, owner, micros(now), ahead, !m.moved); err != nil {
			return fmt.Errorf("set times back: %w", err)
		}
		return nil
	case -ahead > clockGrain.Microseconds() || m.behind || m.moved:
		return tx.Run(`
			INSERT INTO clocks (owner, latest) VALUES (?1, ?2)
			ON CONFLICT (owner) DO UPDATE SET latest = max(clocks.latest, excluded.latest), behind = 0, moved = 0`, owner, micros(now))
	}
	return nil
}

// setBack moves times that lie after now back by so much: they were made by the
// clock as it was, and would hold things up for as long as it was set back.
// What owner holds goes back, and unless another whose clock was set back saw
// to it, what nobody holds. What others hold is of their clocks.
func setBack(tx *Tx, owner string, now, by int64, unowned bool) error {
	nobody := owner
	if unowned {
		nobody = ""
	}
	for _, query := range []string{
		`UPDATE hosts SET next_at = next_at - iif(next_at > ?1, ?2, 0), busy_until = busy_until - iif(busy_until > ?1, ?2, 0)
			WHERE owner IN (?3, ?4) AND (next_at > ?1 OR busy_until > ?1)`,
		`UPDATE sources SET next_poll = next_poll - iif(next_poll > ?1, ?2, 0), claim_at = claim_at - iif(claim_at > ?1, ?2, 0)
			WHERE lease_owner IN (?3, ?4) AND (next_poll > ?1 OR claim_at > ?1)`,
		`UPDATE items SET due_at = due_at - iif(due_at > ?1, ?2, 0), claim_at = claim_at - iif(claim_at > ?1, ?2, 0)
			WHERE state <> 'ended' AND state = 'due' AND lease_owner IN (?3, ?4) AND (due_at > ?1 OR claim_at > ?1)`,
		// Nobody holds what is in line.
		`UPDATE items SET in_line_at = in_line_at - iif(in_line_at > ?1, ?2, 0), checked_at = checked_at - iif(checked_at > ?1, ?2, 0),
				missing_since = missing_since - iif(missing_since > ?1, ?2, 0)
			WHERE state = 'in_line' AND '' IN (?3, ?4) AND (in_line_at > ?1 OR checked_at > ?1 OR missing_since > ?1)`,
	} {
		if err := tx.Run(query, now, by, owner, nobody); err != nil {
			return err
		}
	}
	if unowned {
		if err := tx.Run(`UPDATE clocks SET moved = 1 WHERE latest > ?1`, now); err != nil {
			return err
		}
	}
	return tx.Run(`UPDATE clocks SET latest = ?2, behind = 0, moved = 0 WHERE owner = ?1`, owner, now)
}
