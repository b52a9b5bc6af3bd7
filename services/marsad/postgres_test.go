package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/store/postgres/throwaway"
)

// TestSameOnPostgreSQL gives the same documents to a system on each backend: what
// became of them, and every answer, is the same.
func TestSameOnPostgreSQL(t *testing.T) {
	paths := related(t)
	answers := func(dsn string) []string {
		t.Helper()
		flags := []string{"--data", t.TempDir(), "--store", dsn}
		var all []string
		for _, command := range [][]string{
			{"migrate"},
			append([]string{"ingest"}, paths...),
			append([]string{"ingest"}, paths...), // known by now
			{"search", "الميناء"},
			{"search", `"رقم 1" OR زورق -لاشيء`, "--lang", "ar"},
			{"stories"},
			{"sources", "list"},
			{"dead", "list"},
			{"status"},
		} {
			code, out, errs := marsad(t, append(flags, command...)...)
			if code != 0 && command[0] != "dead" {
				t.Fatalf("%v on %s: exit %d: %s", command, dsn, code, errs)
			}
			lines := strings.Split(out, "\n")
			slices.Sort(lines) // the documents have no dates: they stand in the order of the second they were found in
			all = append(all, strings.Join(command, " ")+strings.Join(lines, "\n"))
		}
		code, out, _ := marsad(t, append(flags, "audit")...)
		if code != 0 || !strings.Contains(out, "the audit holds (") {
			t.Errorf("audit on %s: %s", dsn, out)
		}
		return all
	}
	want := answers("sqlite://" + filepath.Join(t.TempDir(), "m.db"))
	got := answers(throwaway.Database(t))
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("SQLite says\n%s\nPostgreSQL says\n%s", want[i], got[i])
		}
	}
}
