package open

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"marsad/pkg/store"
	"marsad/pkg/store/postgres"
	"marsad/pkg/store/sqlite"
	"marsad/pkg/store/sqlstore"
)

// Copying is how far a Copy is.
type Copying = sqlstore.Copying

// Comparing is the last step of a copy.
const Comparing = sqlstore.Comparing

// Copy fills the store at the DSN to, which is made if need be, with all that the one
// at from has, see sqlstore.Copy.
func Copy(ctx context.Context, from, to string, options Options, report func(Copying)) (err error) {
	if from == to {
		return fmt.Errorf("%w: a store cannot be copied onto itself", store.ErrInvalid)
	}
	source, err := Open(ctx, from, Options{Logger: options.Logger})
	if err != nil {
		return fmt.Errorf("the store to copy from: %w", err)
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	options.Migrate, options.Filling = true, true
	target, err := Open(ctx, to, options)
	if err != nil {
		return fmt.Errorf("the store to copy to: %w", err)
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	return sqlstore.Copy(ctx, inner(source), inner(target), nameOf(from), report)
}

// nameOf names a store by where it is, without who asks for it and how.
func nameOf(dsn string) string {
	where := dsn
	if path, isFile, err := File(dsn); err == nil && isFile {
		if absolute, err := filepath.Abs(path); err == nil {
			where = absolute
		}
	} else if u, err := url.Parse(dsn); err == nil {
		where = u.Host + u.Path
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(where)))
}

// inner is what the backends have in common.
func inner(s store.Store) *sqlstore.Store {
	switch s := s.(type) {
	case *sqlite.Store:
		return s.Store
	case *postgres.Store:
		return s.Store
	}
	panic(fmt.Sprintf("a store is a %T", s))
}
