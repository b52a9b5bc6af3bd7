package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"marsad/pkg/store"
)

// testBackup: a copy is made once, and a file that is there is left alone. What
// is in a copy is for the backend's own tests: they know how to open one.
func testBackup(w *world) {
	w.archive([]string{"one", "two"}, nil)
	dir := w.TempDir()
	path := filepath.Join(dir, "copy")
	switch err := w.Backup(w.Context(), path); {
	case errors.Is(err, errors.ErrUnsupported):
		w.Skip(err)
	case err != nil:
		w.Fatal(err)
	}
	before, err := os.Stat(path)
	w.must(err)
	if before.Size() == 0 || before.Mode().Perm() != 0o600 {
		w.Errorf("the copy has %d bytes and the mode %v", before.Size(), before.Mode())
	}
	if err := w.Backup(w.Context(), path); !errors.Is(err, store.ErrExists) {
		w.Errorf("over a file that is there: %v", err)
	}
	after, err := os.Stat(path)
	w.must(err)
	if !os.SameFile(before, after) || before.Size() != after.Size() {
		w.Error("the file that was there was changed")
	}
	ended, cancel := context.WithCancel(w.Context())
	cancel()
	for name, err := range map[string]error{
		"cancelled": w.Backup(ended, filepath.Join(dir, "cancelled")),
		"no folder": w.Backup(w.Context(), filepath.Join(dir, "none", "copy")),
	} {
		if err == nil || errors.Is(err, store.ErrExists) {
			w.Errorf("%s: %v", name, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		w.Errorf("left behind: %v, %v", files, err)
	}
}
