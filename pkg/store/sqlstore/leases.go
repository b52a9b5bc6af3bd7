package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"marsad/pkg/store"
)

// sightings remembers the leases of others that would last too long, by who
// looked and the name.
type sightings struct {
	mu   sync.Mutex
	seen map[[2]string]sighting
}

// sighting is another's lease as it was at a moment of one's own clock.
type sighting struct {
	owner          string
	epoch, expires int64
	at             time.Time
}

// ripe returns the sighting if it is a ttl old.
func (s *sightings) ripe(taker, name string, now time.Time, ttl time.Duration) sighting {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seen, ok := s.seen[[2]string{taker, name}]; ok && now.Sub(seen.at) >= ttl {
		return seen
	}
	return sighting{}
}

// note remembers what is seen, and since when it has been so.
func (s *sightings) note(taker, name string, now sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := [2]string{taker, name}
	before, ok := s.seen[key]
	same := ok && before.owner == now.owner && before.epoch == now.epoch && before.expires == now.expires
	if same && !before.at.After(now.at) {
		return
	}
	if s.seen == nil {
		s.seen = map[[2]string]sighting{}
	}
	s.seen[key] = now
}

func (s *sightings) forget(taker, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, [2]string{taker, name})
}

// AcquireLease implements store.Leases.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (store.Lease, error) {
	lease := store.Lease{Name: name, Owner: owner}
	idle := s.sightings.ripe(owner, name, now, ttl)
	other := sighting{at: now}
	err := s.update(ctx, "acquire_lease", func(tx *Tx) (err error) {
		lease.Epoch, err = One(tx.Query, Value[int64], `
			INSERT INTO leases (name, owner, epoch, expires) VALUES (?1, ?2, 1, ?4)
			ON CONFLICT (name) DO UPDATE SET epoch = leases.epoch + iif(leases.owner <> excluded.owner, 1, 0),
				owner = excluded.owner, expires = excluded.expires
			WHERE leases.owner = excluded.owner OR leases.expires <= ?3
				OR leases.expires > ?5 AND leases.owner = ?6 AND leases.epoch = ?7 AND leases.expires = ?8
			RETURNING epoch`, name, owner, micros(now), micros(now.Add(ttl)), micros(now.Add(2*ttl)), idle.owner, idle.epoch, idle.expires)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		err = read(tx.Query, []any{&other.owner, &other.epoch, &other.expires}, `SELECT owner, epoch, expires FROM leases WHERE name = ?`, name)
		return errors.Join(fmt.Errorf("lease %s: %w", name, store.ErrLeaseLost), err)
	})
	switch {
	case err == nil:
		s.sightings.forget(owner, name)
		return lease, nil
	case errors.Is(err, store.ErrLeaseLost):
		s.sightings.note(owner, name, other)
	}
	return store.Lease{}, err
}

// ReleaseLease implements store.Leases.
func (s *Store) ReleaseLease(ctx context.Context, lease store.Lease) error {
	return s.update(ctx, "release_lease", func(tx *Tx) error {
		return tx.Run(`UPDATE leases SET owner = '', expires = 0 WHERE name = ? AND owner = ? AND epoch = ?`,
			lease.Name, lease.Owner, lease.Epoch)
	})
}

// held answers nil when lease has not passed to another holder.
func held(tx *Tx, lease store.Lease) error {
	_, err := One(tx.Query, Value[int], `SELECT 1 FROM leases WHERE name = ? AND owner = ? AND epoch = ?`,
		lease.Name, lease.Owner, lease.Epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("lease %s: %w", lease.Name, store.ErrLeaseLost)
	}
	return err
}
