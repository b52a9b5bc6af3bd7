package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/bus"
)

func TestKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	code, out, errs := marsad(t, "keys", "--postgres", "db.example.org:5433", dir)
	if code != 0 || !strings.Contains(out, "users.conf") {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if dsn, err := os.ReadFile(filepath.Join(dir, "store-service.dsn")); err != nil || !strings.Contains(string(dsn), "@db.example.org:5433/marsad?") {
		t.Errorf("the DSN is %s, %v", dsn, err)
	}
	code, out, errs = marsad(t, "keys", dir)
	if code != exitFailed || out != "" || !strings.Contains(errs, "is there already") || strings.Count(errs, "\n") != 1 {
		t.Errorf("again: exit %d\n%s%s", code, out, errs)
	}
	if code, _, errs := marsad(t, "keys"); code != exitUsage || !strings.Contains(errs, "name the one folder") {
		t.Errorf("no folder: exit %d\n%s", code, errs)
	}
}

// TestKeysHosts: what can be nobody's name is refused, and nothing is made.
func TestKeysHosts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "secrets")
	for _, flags := range [][]string{{"--host", "bad host"}, {"--host", "bus:"}, {"--postgres", "db:xx"}, {"--postgres", "db:70000"}, {"--postgres", "postgres://db"}} {
		code, _, errs := marsad(t, append([]string{"keys", dir}, flags...)...)
		if code != exitFailed || !strings.Contains(errs, flags[1]) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d\n%s", flags, code, errs)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// TestRightsOfServices: whoever can be run has rights on the bus.
func TestRightsOfServices(t *testing.T) {
	names := slices.Sorted(slices.Values(serviceNames))
	if !slices.Equal(names, bus.Services()) {
		t.Errorf("services %v, and rights of %v", names, bus.Services())
	}
}
