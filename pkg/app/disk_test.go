package app

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestDiskFolders(t *testing.T) {
	for dsn, want := range map[string][]string{
		"":                                {"data"},
		"data/marsad.db":                  {"data"},
		"sqlite://data/other.db":          {"data"},
		"sqlite:///mnt/big%20disk/s.db":   {"data", "/mnt/big disk"},
		"elsewhere/marsad.db":             {"data", "elsewhere"},
		"postgres://user@example/marsad":  {"data"},
		"sqlite://not%well/formed?mode=x": {"data"},
	} {
		cfg := DefaultConfig()
		cfg.Data, cfg.Store.DSN = "data", dsn
		if diff := cmp.Diff(want, newDisk(cfg, nil).folders); diff != "" {
			t.Errorf("%s:\n%s", dsn, diff)
		}
	}
}

// TestDiskUnknown: what cannot be told is no figure, and is told once.
func TestDiskUnknown(t *testing.T) {
	var log bytes.Buffer
	here := t.TempDir()
	d := &disk{folders: []string{here, filepath.Join(here, "none")}, log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 2 {
		if n := testutil.CollectAndCount(d); n != 0 {
			t.Errorf("%d figures of a folder that is not there", n)
		}
	}
	if free, err := d.free(); err == nil {
		t.Errorf("%d bytes free", free)
	}
	if strings.Count(log.String(), "WARN") != 1 {
		t.Errorf("it said\n%s", log.String())
	}
	d.folders = []string{here, here}
	if free, err := d.free(); err != nil || free <= 0 || testutil.CollectAndCount(d) != 1 {
		t.Errorf("%d bytes free, %v", free, err)
	}
}
