package sqlstore

import (
	"context"
	"fmt"

	"marsad/pkg/store"
)

// RobotsFile implements store.Robots.
func (s *Store) RobotsFile(ctx context.Context, origin string) (file store.RobotsFile, err error) {
	var body []byte
	err = read(s.reader(ctx), []any{asTime{&file.FetchedAt}, asTime{&file.ExpiresAt}, &file.Status, &body},
		`SELECT fetched_at, expires_at, status, body FROM robots WHERE origin = ?`, origin)
	if err == nil {
		file.Body, err = unpack(body)
	}
	if err != nil {
		return store.RobotsFile{}, fmt.Errorf("robots.txt of %s: %w", origin, notFound(err))
	}
	return file, nil
}

// SaveRobotsFile implements store.Robots.
func (s *Store) SaveRobotsFile(ctx context.Context, origin string, file store.RobotsFile) error {
	body := pack(file.Body)
	return s.update(ctx, "save_robots_file", func(tx *Tx) error {
		return tx.Run(`
			INSERT INTO robots (origin, fetched_at, expires_at, status, body) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (origin) DO UPDATE SET fetched_at = excluded.fetched_at, expires_at = excluded.expires_at,
				status = excluded.status, body = excluded.body`,
			origin, micros(file.FetchedAt), micros(file.ExpiresAt), file.Status, body)
	})
}
