package sqlstore

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// keptPolls is how many polls of a source are remembered.
const keptPolls = 30

// ClaimSources implements store.Sources.
func (s *Store) ClaimSources(ctx context.Context, claim store.Claim) (sources []news.Source, err error) {
	err = s.update(ctx, "claim_sources", func(tx *Tx) error {
		sources, err = claimSources(tx, claim)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sources, nil
}

func claimSources(tx *Tx, claim store.Claim) ([]news.Source, error) {
	if err := watchClock(tx, claim.Owner, claim.Now); err != nil {
		return nil, err
	}
	type due struct {
		Host   string  `json:"host"`
		Source news.ID `json:"source"`
	}
	list, err := All(tx.Query, func(row Row) (d due, err error) { return d, row.Scan(&d.Host, &d.Source) }, dueSources, micros(claim.Now), claim.Limit, micros(claim.Now.Add(-yield)))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	chosen, until := encodeJSON(list), micros(claim.Now.Add(claim.Lease))
	err = tx.Run(`UPDATE sources SET claim_at = ?2, lease_owner = ?3 WHERE id IN (SELECT e.value ->> 'source' FROM json_each(?1) e)`, chosen, until, claim.Owner)
	if err != nil {
		return nil, err
	}
	err = tx.Run(`
		INSERT INTO hosts (host, busy_until, owner, holder, polled) SELECT e.value ->> 'host', ?2, ?3, e.value ->> 'source', 1 FROM json_each(?1) e WHERE true
		ON CONFLICT (host) DO UPDATE SET busy_until = excluded.busy_until, owner = excluded.owner, holder = excluded.holder, polled = 1`, chosen, until, claim.Owner)
	if err != nil {
		return nil, err
	}
	return All(tx.Query, scanSource, selectSources+` JOIN json_each(?1) e ON s.id = e.value ->> 'source' ORDER BY e.key`, chosen)
}

// dueSources is one source of each host that is free, the host that waits
// longest first: some steps of an index for each, whatever waits behind it.
const dueSources = `
	SELECT h.host, (SELECT id FROM sources s INDEXED BY sources_host
		WHERE s.paused = 0 AND s.removed = 0 AND s.kind <> 'manual' AND s.host = h.host ORDER BY s.claim_at, s.id LIMIT 1)
	FROM hosts h INDEXED BY hosts_poll_ready
	WHERE h.poll_at IS NOT NULL AND h.poll_ready_at <= ?1
		AND NOT (h.polled = 1 AND h.wanted_at IS NOT NULL AND h.ready_at <= ?1 AND h.ready_at > ?3)
	ORDER BY h.poll_ready_at, h.host LIMIT ?2`

// RecordPoll implements store.Sources.
func (s *Store) RecordPoll(ctx context.Context, result store.PollResult) (news.Poll, error) {
	entries := newEntries(result.Items)
	var poll news.Poll
	err := s.update(ctx, "record_poll", func(tx *Tx) (err error) {
		poll, err = recordPoll(tx, result, entries)
		return err
	})
	if err != nil {
		return news.Poll{}, err
	}
	return poll, nil
}

func recordPoll(tx *Tx, result store.PollResult, entries []entry) (news.Poll, error) {
	poll := result.Poll
	poll.At = *truncated(&poll.At)
	finder, err := claimedSource(tx, result, poll.At)
	if err != nil {
		return poll, err
	}
	pushed, err := pushedSince(tx, result.Source, poll.At, entries)
	if err != nil {
		return poll, err
	}
	fresh, err := finder.keep(tx, entries, &poll)
	if err != nil {
		return poll, err
	}
	if err := reschedule(tx, result, poll, append(pushed, fresh...)); err != nil {
		return poll, err
	}
	if err := relocate(tx, result, poll.At); err != nil {
		return poll, err
	}
	return poll, giveUpSlot(tx, result.Slot, result.Source)
}

// keep records what a source brought, and the poll that it was. It returns the
// entries that were new to the source.
func (f finder) keep(tx *Tx, entries []entry, poll *news.Poll) ([]store.Entry, error) {
	recorded, err := f.record(tx, entries)
	if err != nil {
		return nil, err
	}
	poll.New, poll.Changed = recorded.added, recorded.changed
	if err := f.use(tx, recorded.added); err != nil {
		return nil, err
	}
	if poll.Outcome != news.PollError && poll.Outcome != news.PollNotModified {
		poll.Outcome = news.PollUnchanged
		if poll.New+poll.Changed > 0 {
			poll.Outcome = news.PollNew
		}
	}
	return recorded.fresh, savePoll(tx, f.source, *poll)
}

// claimedSource returns the finder that the polled source is. A poll whose lease
// another holds now is refused: the other brings the same.
func claimedSource(tx *Tx, result store.PollResult, now time.Time) (finder, error) {
	f, owner, err := finderOf(tx, result.Source, now)
	if err == nil && owner != "" && owner != result.Owner {
		err = fmt.Errorf("source %s: %w", result.Source, store.ErrLeaseLost)
	}
	return f, err
}

// finderOf returns the finder that a source is, and who has claimed it.
func finderOf(tx *Tx, source news.ID, now time.Time) (f finder, owner string, err error) {
	f = finder{source: source, now: now}
	err = read(tx.Query, []any{&f.publisher, &owner, &f.quota, &f.used}, `
		SELECT publisher, lease_owner, CAST(coalesce(json_extract(options, '$.quota'), '0') AS bigint), iif(quota_from > ?2, quota_used, 0) FROM sources WHERE id = ?1`,
		source, micros(now.Add(-quotaPeriod)))
	if err != nil {
		err = fmt.Errorf("source %s: %w", source, notFound(err))
	}
	return f, owner, err
}

// quotaPeriod is what a source's quota is for. A period begins with the first
// poll after the one before.
const quotaPeriod = 24 * time.Hour

// use counts new items against the quota, if there is one.
func (f finder) use(tx *Tx, fresh int) error {
	if f.quota == 0 || fresh == 0 {
		return nil
	}
	return tx.Run(`
		UPDATE sources SET quota_used = iif(quota_from > ?2, quota_used, 0) + ?4, quota_from = iif(quota_from > ?2, quota_from, ?3) WHERE id = ?1`,
		f.source, micros(f.now.Add(-quotaPeriod)), micros(f.now), fresh)
}

// savePoll keeps a poll, and now and then forgets those of its source that are
// too many.
func savePoll(tx *Tx, source news.ID, poll news.Poll) error {
	n, err := One(tx.Query, Value[int64], `INSERT INTO polls (source, at, took, outcome, reason, entries, new, changed, status, bytes, repairs, pushed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n`,
		source, micros(poll.At), poll.Took.Nanoseconds(), poll.Outcome, poll.Reason, poll.Entries, poll.New, poll.Changed,
		poll.Status, poll.Bytes, encodeJSON(orEmpty(poll.Repairs)), poll.Pushed)
	if err != nil || n%pollsForgotten != 0 {
		return err
	}
	return tx.Run(`
		DELETE FROM polls WHERE source = ?1
			AND n <= (SELECT n FROM polls WHERE source = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)`, source, keptPolls)
}

// pollsForgotten is how many polls there are, of all sources, for each that
// forgets old ones.
const pollsForgotten = 7

// reschedule writes what the poll says of its source. An error says nothing of
// the validators: those of the last success stay.
func reschedule(tx *Tx, result store.PollResult, poll news.Poll, fresh []store.Entry) error {
	failed, brought := poll.Outcome == news.PollError, poll.Outcome == news.PollNew || len(fresh) > 0
	learned := store.Learned{NextPoll: result.NextPoll}
	if result.Learn != nil {
		learned = result.Learn(fresh)
	}
	var habit any // as it was
	if result.Learn != nil {
		habit = orEmpty(learned.Habit)
	}
	return tx.Run(`
		UPDATE sources SET next_poll = ?2, claim_at = ?2, lease_owner = '', last_poll = ?3,
			last_new = iif(?4 = 1, ?3, last_new), failures = iif(?5 = 1, failures + 1, 0), reason = iif(?5 = 1, ?6, ''),
			etag = iif(?5 = 1, etag, ?7), last_modified = iif(?5 = 1, last_modified, ?8), body_hash = iif(?5 = 1, body_hash, ?9),
			guids = coalesce(?10, guids), paused = iif(?11 <> '', 1, paused), notice = iif(?11 <> '', ?11, notice),
			habit = coalesce(?12, habit), quiet_at = iif(?12 IS NULL, quiet_at, ?13), volume = iif(?12 IS NULL, volume, ?14)
		WHERE id = ?1`,
		result.Source, micros(learned.NextPoll), micros(poll.At), brought, failed, poll.Reason,
		result.Validators.ETag, result.Validators.LastModified, result.Validators.BodyHash, result.GUIDs, result.Stop,
		habit, micros(learned.QuietAt), learned.Volume)
}

// relocate has the source read elsewhere from now on, unless another is read there.
func relocate(tx *Tx, result store.PollResult, at time.Time) error {
	if result.MovedTo == "" {
		return nil
	}
	other, err := watchedAt(tx, result.MovedTo)
	if err != nil || other == result.Source {
		return err
	}
	err = tx.Run(`INSERT INTO source_moves (source, at, before, after) SELECT id, ?2, url, ?3 FROM sources WHERE id = ?1`,
		result.Source, micros(at), result.MovedTo)
	switch {
	case err != nil:
		return err
	case other != "":
		return tx.Run(`UPDATE sources SET paused = 1, notice = ?2 WHERE id = ?1`, result.Source, news.NoticeWatched)
	}
	return tx.Run(`UPDATE sources SET url = ?2, host = ?3 WHERE id = ?1`, result.Source, result.MovedTo, weburl.Domain(result.MovedTo))
}

// Polls implements store.Sources.
func (s *Store) Polls(ctx context.Context, source news.ID) ([]news.Poll, error) {
	polls, err := All(s.reader(ctx), func(row Row) (p news.Poll, err error) {
		var took int64
		err = row.Scan(asTime{&p.At}, &took, &p.Outcome, &p.Reason, &p.Entries, &p.New, &p.Changed,
			&p.Status, &p.Bytes, asJSON{&p.Repairs}, &p.Pushed)
		p.Took = time.Duration(took)
		return p, err
	}, `SELECT at, took, outcome, reason, entries, new, changed, status, bytes, repairs, pushed FROM polls WHERE source = ? ORDER BY n DESC LIMIT ?`, source, keptPolls)
	if err != nil {
		return nil, fmt.Errorf("polls of %s: %w", source, err)
	}
	return polls, nil
}
