package app

import (
	"bytes"
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	unset(t, "GOMEMLIMIT")
	unset(t, "AUTOMEMLIMIT")
	noLimit := func() (uint64, error) { return 0, memlimit.ErrNoLimit }
	noCgroup := func() (uint64, error) { return 0, memlimit.ErrNoCgroup }
	for name, tc := range map[string]struct {
		provider memlimit.Provider
		environ  string
		want     int64
		said     string
	}{
		"a control group":                 {memlimit.Limit(1000 << 20), "", 900 << 20, "limit_bytes=943718400"},
		"without a limit":                 {noLimit, "", math.MaxInt64, "has no limit"},
		"no control groups":               {noCgroup, "", math.MaxInt64, "memory is not limited"},
		"the environment has another one": {memlimit.Limit(1000 << 20), "2GiB", math.MaxInt64, "limit=2GiB"},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetMemoryLimit(math.MaxInt64)
			if tc.environ != "" {
				t.Setenv("GOMEMLIMIT", tc.environ)
			}
			var log bytes.Buffer
			limitMemory(slog.New(slog.NewTextHandler(&log, nil)), tc.provider)
			if got := debug.SetMemoryLimit(-1); got != tc.want {
				t.Errorf("the limit is %d, want %d", got, tc.want)
			}
			if said := log.String(); strings.Count(said, "\n") != 1 || !strings.Contains(said, tc.said) {
				t.Errorf("it said %q, want one line with %q", said, tc.said)
			}
		})
	}
}

// unset takes a variable out of the environment until the test ends.
func unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // so that it is put back
	os.Unsetenv(name)
}
