package open_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/pkg/store/open"
)

func TestOpenPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for dsn, file := range map[string]string{
		"bare.db":                             "bare.db",
		"sqlite://new/relative.db":            "new/relative.db",
		"sqlite://" + t.TempDir() + "/abs.db": "",
		"sqlite://a%20%3F%25%23.db":           "a ?%#.db",
		"a?b.db":                              "a?b.db",
	} {
		if file == "" {
			file = strings.TrimPrefix(dsn, "sqlite://")
		}
		s, err := open.Open(t.Context(), dsn, open.Options{Migrate: true})
		if err != nil {
			t.Errorf("Open(%q): %v", dsn, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
			t.Errorf("Open(%q): %v", dsn, err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://marsad:s3cret@127.0.0.1:1/marsad": "PostgreSQL at 127.0.0.1:1, database marsad: cannot be reached: connect: connection refused",
		"postgres://marsad:s3cret@127.0.0.1:x/marsad": "invalid port",
		"mysql://marsad:s3cret@db.example/marsad":     `"mysql" is not known`,
		"sqlite://file.db?password=s3cret":            "no parameters",
		"sqlite://s3cret%zz":                          "not well formed",
		"host=db.example password=s3cret":             "not as pairs",
		"":                                            "needs a file name",
		"sqlite://":                                   "needs a file name",
	} {
		_, err := open.Open(t.Context(), dsn, open.Options{Migrate: true})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("Open(%q) = %v; want %q and no password", dsn, err, want)
		}
	}
}
