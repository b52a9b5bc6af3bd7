package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// SetHub implements store.Subscriptions.
func (s *Store) SetHub(ctx context.Context, now time.Time, source news.ID, want *store.Subscription) error {
	return s.update(ctx, "set_hub", func(tx *Tx) error {
		if want == nil {
			want = &store.Subscription{}
		}
		if err := endSubscriptions(tx, now, `source = ?2 AND (hub <> ?3 OR topic <> ?4)`, source, want.Hub, want.Topic); err != nil || want.Hub == "" {
			return err
		}
		return tx.Run(`
			INSERT INTO subscriptions (id, source, hub, topic, secret, state, asked, due_at, until, failures, reason, pushed_at)
			SELECT ?1, ?2, ?3, ?4, ?5, 'wanted', 0, ?6, 0, 0, '', 0
			WHERE NOT EXISTS (SELECT 1 FROM subscriptions WHERE source = ?2 AND state <> 'ending')`,
			want.ID, source, want.Hub, want.Topic, want.Secret, micros(now))
	})
}

// endSubscriptions has the hubs of those told that they are to bring nothing
// more; those that were never asked are forgotten.
func endSubscriptions(tx *Tx, now time.Time, which string, args ...any) error {
	args = append([]any{micros(now)}, args...)
	err := tx.Run(`DELETE FROM subscriptions WHERE ?1 > 0 AND state = 'wanted' AND asked = 0 AND `+which, args...)
	if err != nil {
		return err
	}
	return tx.Run(`UPDATE subscriptions SET state = 'ending', asked = 0, due_at = ?1, failures = 0 WHERE state <> 'ending' AND `+which, args...)
}

const selectSubscriptions = `SELECT id, source, hub, topic, secret, state, asked, due_at, until, failures, reason, pushed_at FROM subscriptions`

func scanSubscription(row Row) (b store.Subscription, err error) {
	return b, row.Scan(&b.ID, &b.Source, &b.Hub, &b.Topic, &b.Secret, &b.State, &b.Asked,
		asTime{&b.DueAt}, asTime{&b.Until}, &b.Failures, &b.Reason, asTime{&b.PushedAt})
}

// Subscription implements store.Subscriptions.
func (s *Store) Subscription(ctx context.Context, source news.ID) (store.Subscription, error) {
	b, err := One(s.reader(ctx), scanSubscription, selectSubscriptions+` WHERE source = ? AND state <> 'ending'`, source)
	if err != nil {
		return b, fmt.Errorf("subscription of the source %s: %w", source, notFound(err))
	}
	return b, nil
}

// SubscriptionAt implements store.Subscriptions.
func (s *Store) SubscriptionAt(ctx context.Context, id string) (store.Subscription, error) {
	b, err := One(s.reader(ctx), scanSubscription, selectSubscriptions+` WHERE id = ?`, id)
	if err != nil {
		return b, fmt.Errorf("subscription: %w", notFound(err))
	}
	return b, nil
}

// ClaimSubscriptions implements store.Subscriptions.
func (s *Store) ClaimSubscriptions(ctx context.Context, claim store.Claim) (claimed []store.Subscription, err error) {
	err = s.update(ctx, "claim_subscriptions", func(tx *Tx) error {
		err := endSubscriptions(tx, claim.Now, `EXISTS (SELECT 1 FROM sources s WHERE s.id = source AND (s.paused = 1 OR s.removed = 1))`)
		if err != nil {
			return err
		}
		err = tx.Run(`UPDATE subscriptions SET state = 'wanted', asked = 0, due_at = ?1 WHERE state = 'active' AND until <= ?1`, micros(claim.Now))
		if err != nil {
			return err
		}
		due, err := All(tx.Query, Value[string], `SELECT id FROM subscriptions WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2`, micros(claim.Now), claim.Limit)
		if err != nil {
			return err
		}
		claimed = make([]store.Subscription, len(due))
		for i, id := range due {
			err := tx.Run(`UPDATE subscriptions SET failures = failures + asked, asked = 1, due_at = ?2 WHERE id = ?1`, id, micros(claim.Now.Add(claim.Lease)))
			if err != nil {
				return err
			}
			if claimed[i], err = One(tx.Query, scanSubscription, selectSubscriptions+` WHERE id = ?`, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// SubscriptionAsked implements store.Subscriptions.
func (s *Store) SubscriptionAsked(ctx context.Context, id string, due time.Time, reason string) error {
	return s.update(ctx, "subscription_asked", func(tx *Tx) error {
		return tx.Run(`
			UPDATE subscriptions SET due_at = ?2, reason = ?3, failures = failures + iif(?3 <> '', 1, 0), asked = iif(?3 = '', 1, 0)
			WHERE id = ?1 AND asked = 1`, id, micros(due), reason)
	})
}

// ConfirmSubscription implements store.Subscriptions.
func (s *Store) ConfirmSubscription(ctx context.Context, id, topic string, ends bool, until, renew time.Time) error {
	return s.changeSubscription(ctx, "confirm_subscription", func(tx *Tx) (int64, error) {
		if ends {
			return tx.Exec(`DELETE FROM subscriptions WHERE id = ? AND topic = ? AND state = 'ending' AND asked = 1`, id, topic)
		}
		return tx.Exec(`
			UPDATE subscriptions SET state = 'active', asked = 0, until = ?3, due_at = ?4, failures = 0, reason = ''
			WHERE id = ?1 AND topic = ?2 AND state <> 'ending' AND asked = 1`, id, topic, micros(until), micros(renew))
	})
}

// RefuseSubscription implements store.Subscriptions.
func (s *Store) RefuseSubscription(ctx context.Context, id, topic, reason string, due time.Time) error {
	return s.changeSubscription(ctx, "refuse_subscription", func(tx *Tx) (int64, error) {
		ended, err := tx.Exec(`DELETE FROM subscriptions WHERE id = ? AND topic = ? AND state = 'ending'`, id, topic)
		if err != nil || ended > 0 {
			return ended, err
		}
		return tx.Exec(`UPDATE subscriptions SET state = 'refused', asked = 0, until = 0, due_at = ?3, reason = ?4 WHERE id = ?1 AND topic = ?2`,
			id, topic, micros(due), reason)
	})
}

func (s *Store) changeSubscription(ctx context.Context, op string, change func(tx *Tx) (int64, error)) error {
	return s.update(ctx, op, func(tx *Tx) error {
		changed, err := change(tx)
		if err == nil && changed == 0 {
			err = fmt.Errorf("subscription: %w", store.ErrNotFound)
		}
		return err
	})
}

// EndSubscription implements store.Subscriptions.
func (s *Store) EndSubscription(ctx context.Context, id string) error {
	return s.update(ctx, "end_subscription", func(tx *Tx) error {
		return tx.Run(`DELETE FROM subscriptions WHERE id = ?`, id)
	})
}

// SubscriptionStates implements store.Subscriptions.
func (s *Store) SubscriptionStates(ctx context.Context) (map[store.SubscriptionState]int, error) {
	states := map[store.SubscriptionState]int{}
	err := Each(s.reader(ctx), func(row Row) error {
		var state store.SubscriptionState
		var n int
		err := row.Scan(&state, &n)
		states[state] = n
		return err
	}, `SELECT iif(state = 'wanted' AND asked = 1, 'asked', state) AS s, count(*) FROM subscriptions GROUP BY s`)
	if err != nil {
		return nil, fmt.Errorf("subscriptions: %w", err)
	}
	return states, nil
}

// RecordPush implements store.Subscriptions.
func (s *Store) RecordPush(ctx context.Context, push store.Push) (poll news.Poll, err error) {
	entries := newEntries(push.Items)
	err = s.update(ctx, "record_push", func(tx *Tx) error {
		poll, err = recordPush(tx, push, entries)
		return err
	})
	if err != nil {
		return news.Poll{}, err
	}
	return poll, nil
}

func recordPush(tx *Tx, push store.Push, entries []entry) (news.Poll, error) {
	poll := push.Poll
	poll.At, poll.Pushed = *truncated(&poll.At), true
	source, err := One(tx.Query, Value[news.ID], `UPDATE subscriptions SET pushed_at = ?2 WHERE id = ?1 AND state <> 'ending' RETURNING source`,
		push.Subscription, micros(poll.At))
	if err != nil {
		return poll, fmt.Errorf("subscription: %w", notFound(err))
	}
	finder, _, err := finderOf(tx, source, poll.At)
	if err != nil {
		return poll, err
	}
	if _, err := finder.keep(tx, entries, &poll); err != nil || poll.Outcome != news.PollNew {
		return poll, err
	}
	return poll, tx.Run(`UPDATE sources SET last_new = max(last_new, ?2) WHERE id = ?1`, source, micros(poll.At))
}

// pushedSince returns those of entries that a hub has brought to a source since
// its last poll, until now: to who learns its habits from polls they are new.
func pushedSince(tx *Tx, source news.ID, now time.Time, entries []entry) ([]store.Entry, error) {
	last, err := One(tx.Query, Value[int64], `
		SELECT last_poll FROM sources WHERE id = ?1 AND EXISTS (SELECT 1 FROM subscriptions b WHERE b.source = ?1 AND b.pushed_at > last_poll)`, source)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ids := make([]news.ID, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return All(tx.Query, func(row Row) (store.Entry, error) {
		var at int
		err := row.Scan(&at)
		return entries[at].Entry, err
	}, `
		SELECT e.key FROM json_each(?1) e CROSS JOIN items i ON i.id = e.atom
		WHERE i.source = ?2 AND i.revision = 1 AND i.found_at > ?3 AND i.found_at <= ?4 ORDER BY e.key`,
		encodeJSON(ids), source, last, micros(now))
}
