package sqlite

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// keptPolls is how many polls of a source are remembered.
const keptPolls = 30

// ClaimSources implements store.Sources.
func (s *Store) ClaimSources(ctx context.Context, claim store.Claim) (sources []news.Source, err error) {
	err = s.update(ctx, "claim_sources", func(tx *tx) error {
		sources, err = claimSources(tx, claim)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sources, nil
}

func claimSources(tx *tx, claim store.Claim) ([]news.Source, error) {
	if err := watchClock(tx, claim.Owner, claim.Now); err != nil {
		return nil, err
	}
	// Of the columns beside min(), SQLite gives those of the row that has it.
	due, err := all(tx.query, value[news.ID], `
		SELECT id FROM (
			SELECT s.id, min(s.claim_at) AS since
			FROM sources s LEFT JOIN hosts h ON h.host = s.host
			WHERE s.paused = 0 AND s.removed = 0 AND s.kind <> 'manual' AND s.claim_at <= ?1
				AND coalesce(max(h.next_at, h.busy_until), 0) <= ?1
			GROUP BY s.host)
		ORDER BY since, id LIMIT ?2`, micros(claim.Now), claim.Limit)
	if err != nil {
		return nil, err
	}
	until := claim.Now.Add(claim.Lease)
	sources := make([]news.Source, 0, len(due))
	for _, id := range due {
		source, err := one(tx.query, scanSource, selectSources+` WHERE s.id = ?`, id)
		if err != nil {
			return nil, err
		}
		err = tx.run(`UPDATE sources SET claim_at = ?2, lease_owner = ?3 WHERE id = ?1`, id, micros(until), claim.Owner)
		if err != nil {
			return nil, err
		}
		host, err := one(tx.query, value[string], `SELECT host FROM sources WHERE id = ?`, id)
		if err != nil {
			return nil, err
		}
		if err := takeSlot(tx, host, claim.Owner, id, until); err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	return sources, nil
}

// RecordPoll implements store.Sources.
func (s *Store) RecordPoll(ctx context.Context, result store.PollResult) (news.Poll, error) {
	entries := newEntries(result.Items)
	var poll news.Poll
	err := s.update(ctx, "record_poll", func(tx *tx) (err error) {
		poll, err = recordPoll(tx, result, entries)
		return err
	})
	if err != nil {
		return news.Poll{}, err
	}
	return poll, nil
}

func recordPoll(tx *tx, result store.PollResult, entries []entry) (news.Poll, error) {
	poll := result.Poll
	poll.At = *truncated(&poll.At)
	publisher, err := claimedSource(tx, result)
	if err != nil {
		return poll, err
	}
	finder := finder{source: result.Source, publisher: publisher, now: poll.At}
	if poll.New, poll.Changed, err = finder.record(tx, entries); err != nil {
		return poll, err
	}
	if poll.Outcome != news.PollError && poll.Outcome != news.PollNotModified {
		poll.Outcome = news.PollUnchanged
		if poll.New+poll.Changed > 0 {
			poll.Outcome = news.PollNew
		}
	}
	if err := savePoll(tx, result.Source, poll); err != nil {
		return poll, err
	}
	if err := reschedule(tx, result, poll); err != nil {
		return poll, err
	}
	return poll, giveUpSlot(tx, result.Slot, result.Source)
}

// claimedSource returns the publisher of the polled source. A poll whose lease
// another holds now is refused: the other brings the same.
func claimedSource(tx *tx, result store.PollResult) (publisher news.ID, err error) {
	var owner string
	err = read(tx.query, []any{&publisher, &owner}, `SELECT publisher, lease_owner FROM sources WHERE id = ?`, result.Source)
	switch {
	case err != nil:
		return "", fmt.Errorf("source %s: %w", result.Source, notFound(err))
	case owner != "" && owner != result.Owner:
		return "", fmt.Errorf("source %s: %w", result.Source, store.ErrLeaseLost)
	}
	return publisher, nil
}

func savePoll(tx *tx, source news.ID, poll news.Poll) error {
	err := tx.run(`INSERT INTO polls (source, at, took, outcome, reason, entries, new, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		source, micros(poll.At), poll.Took.Nanoseconds(), poll.Outcome, poll.Reason, poll.Entries, poll.New, poll.Changed)
	if err != nil {
		return err
	}
	return tx.run(`
		DELETE FROM polls WHERE source = ?1
			AND n <= (SELECT n FROM polls WHERE source = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)`, source, keptPolls)
}

// reschedule writes what the poll says of its source. An error says nothing of
// the validators: those of the last success stay.
func reschedule(tx *tx, result store.PollResult, poll news.Poll) error {
	failed, brought := poll.Outcome == news.PollError, poll.Outcome == news.PollNew
	return tx.run(`
		UPDATE sources SET next_poll = ?2, claim_at = ?2, lease_owner = '', last_poll = ?3,
			last_new = iif(?4, ?3, last_new), failures = iif(?5, failures + 1, 0), reason = iif(?5, ?6, ''),
			etag = iif(?5, etag, ?7), last_modified = iif(?5, last_modified, ?8), body_hash = iif(?5, body_hash, ?9)
		WHERE id = ?1`,
		result.Source, micros(result.NextPoll), micros(poll.At), brought, failed, poll.Reason,
		result.Validators.ETag, result.Validators.LastModified, result.Validators.BodyHash)
}

// Polls implements store.Sources.
func (s *Store) Polls(ctx context.Context, source news.ID) ([]news.Poll, error) {
	polls, err := all(s.reader(ctx), func(row scanner) (p news.Poll, err error) {
		var took int64
		err = row.Scan(asTime{&p.At}, &took, &p.Outcome, &p.Reason, &p.Entries, &p.New, &p.Changed)
		p.Took = time.Duration(took)
		return p, err
	}, `SELECT at, took, outcome, reason, entries, new, changed FROM polls WHERE source = ? ORDER BY n DESC LIMIT ?`, source, keptPolls)
	if err != nil {
		return nil, fmt.Errorf("polls of %s: %w", source, err)
	}
	return polls, nil
}
