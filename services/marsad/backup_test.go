package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/pkg/stage/stagetest"
)

// TestBackupOfAnotherVersion: before an upgrade the new binary meets the old
// schema. Whichever it is, a copy can be made, and nothing is changed.
func TestBackupOfAnotherVersion(t *testing.T) {
	data := newerData(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, out, errs := marsad(t, "--data", data, "backup", copied); code != 0 || !strings.HasPrefix(out, copied) {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if code, _, errs := marsad(t, "--data", data, "search", "x"); code != 1 || !strings.Contains(errs, "newer marsad") {
		t.Errorf("afterwards: exit %d, %s", code, errs)
	}
}

// TestOldSchemaIsKept: commands that ask do not bring the schema up to date,
// which an older version could not read any more.
func TestOldSchemaIsKept(t *testing.T) {
	data := sources(t, nil)
	version := func() (n int) {
		t.Helper()
		db, err := sql.Open("sqlite", filepath.Join(data, "marsad.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.QueryRow("SELECT max(version_id) FROM goose_db_version").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	now := version()
	db, err := sql.Open("sqlite", filepath.Join(data, "marsad.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("DELETE FROM goose_db_version WHERE version_id = ?", now); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"status"}, {"search", "x"}, {"audit"}, {"dead", "list"}} {
		code, _, errs := marsad(t, append([]string{"--data", data}, args...)...)
		if code != 1 || !strings.Contains(errs, "'marsad migrate'") || version() != now-1 {
			t.Errorf("%v: exit %d, schema %d of %d: %s", args, code, version(), now, errs)
		}
	}
	if code, _, errs := marsad(t, "--data", data, "backup", filepath.Join(t.TempDir(), "copy.db")); code != 0 || version() != now-1 {
		t.Errorf("backup: exit %d: %s", code, errs)
	}
}

// TestBackupAndRestore: a copy made in the middle of the work, put in place of
// a data folder that was lost, is all that a new start needs. Items that were
// in line come from the stored pages; those that the copy does not know are found again.
func TestBackupAndRestore(t *testing.T) {
	w := newSite(t, 150)
	config, data := writeConfig(t, "  reconcile_after: 5s\n")
	addr := freeAddr(t)
	p := start(t, config, addr)
	if code, _, errs := marsad(t, "--config", config, "sources", "add", w.URL+"/feed.xml"); code != 0 {
		t.Fatal(errs)
	}
	if code, out, errs := marsad(t, "--config", config, "ingest", "--format", "json", "-"); code != 0 {
		t.Fatalf("%s%s", out, errs)
	}
	stagetest.Eventually(t, "some way into the work", func() bool { return audit(t, config).Total.Archived > 30 })
	copied := filepath.Join(t.TempDir(), "backup.db")
	if code, out, errs := marsad(t, "--config", config, "backup", copied); code != 0 || !strings.HasPrefix(out, copied) {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	stop(t, p)
	if code, _, errs := marsad(t, "--config", config, "backup", copied); code != 1 || !strings.Contains(errs, "exists already") {
		t.Errorf("over the first copy: exit %d, %s", code, errs)
	}

	owner, err := os.ReadFile(filepath.Join(data, "owner"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(data); err != nil { // the disk is lost
		t.Fatal(err)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, filepath.Join(data, "marsad.db")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "owner"), owner, 0o600); err != nil {
		t.Fatal(err)
	}
	before := audit(t, config).Total
	if before.Archived <= 30 || before.Open == 0 {
		t.Fatalf("the copy holds %+v: it was to be made in the middle of the work", before)
	}
	start(t, config, addr)
	var report auditReport
	stagetest.Eventually(t, "all at its end", func() bool {
		report = audit(t, config)
		return report.Total.Found == w.n+1 && report.Total.Open == 0
	})
	archived, dropped := w.expected()
	if !report.Holds || report.Total.Archived != archived+1 || report.Total.Dropped != dropped || report.Total.Dead != 0 {
		t.Errorf("audit %+v, want %d archived, %d dropped", report, archived+1, dropped)
	}
	stagetest.Eventually(t, "all in the index", func() bool {
		code, out, _ := marsad(t, "--config", config, "search", "الحصاد", "--format", "json", "--limit", "1000")
		var found struct{ Articles []any }
		return code == 0 && json.Unmarshal([]byte(out), &found) == nil && len(found.Articles) >= pages(w.n)
	})
}
