package postgres_test

import (
	"context"
	"os"
	"testing"

	"marsad/pkg/store"
	"marsad/pkg/store/postgres"
	"marsad/pkg/store/postgres/throwaway"
	"marsad/pkg/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(throwaway.Main(m)) }

// open opens the store at dsn and closes it when the test ends.
func open(t testing.TB, dsn string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), dsn, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// migrated is the address of an empty store.
func migrated(t testing.TB) string {
	t.Helper()
	return throwaway.Copy(t, "migrated", func(dsn string) error {
		s, err := postgres.Open(context.Background(), dsn, postgres.Options{Migrate: true})
		if err != nil {
			return err
		}
		return s.Close()
	})
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, migrated(t)) })
}

func TestShared(t *testing.T) {
	storetest.RunShared(t, func(t *testing.T) (one, other store.Store) {
		dsn := migrated(t)
		return open(t, dsn), open(t, dsn)
	})
}

// TestModel gives each sequence a database of its own.
func TestModel(t *testing.T) {
	storetest.RunModel(t, func() (store.Store, func()) {
		s, err := postgres.Open(t.Context(), migrated(t), postgres.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s, func() { s.Close() }
	})
}
