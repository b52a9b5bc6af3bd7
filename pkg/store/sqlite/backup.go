package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"marsad/pkg/store"
)

// Backup implements store.Store. The copy is a database of its own, without the
// free space of this one. While it is made, writers go on, and what they write
// stays in the write-ahead log.
func (s *Store) Backup(ctx context.Context, path string) error {
	defer s.metrics.Took("backup", time.Now())
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup: %s %w", path, store.ErrExists)
	}
	if err := s.backup(ctx, path); err != nil {
		// What the system says of the temporary file is about the one that was asked for.
		if file, ok := errors.AsType[*fs.PathError](err); ok {
			err = file.Err
		} else if link, ok := errors.AsType[*os.LinkError](err); ok {
			err = link.Err
		}
		return fmt.Errorf("backup: %s: %w", path, err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) (err error) {
	// SQLite fills a file that is empty; this one is for this user only.
	partial, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return err
	}
	defer partial.Close()
	defer func() {
		if err != nil { // which is told already: the rest of a failed copy may be there or not
			os.Remove(partial.Name())              //nolint:errcheck // see above
			os.Remove(partial.Name() + "-journal") //nolint:errcheck // see above
		}
	}()
	if err := s.vacuumInto(ctx, partial.Name()); err != nil {
		return err
	}
	if err := partial.Sync(); err != nil {
		return err
	}
	if err := os.Rename(partial.Name(), path); err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncFolder puts a name that was given in the folder on disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// vacuumInto needs a connection of its own: those for reading refuse to write
// even to another file, and the one for writing is not to be kept waiting.
func (s *Store) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(s.path, nil))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it only read
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return err
}
