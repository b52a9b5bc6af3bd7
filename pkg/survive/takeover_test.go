package survive

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTakeovers are told from the logs of the deduplicators.
func TestTakeovers(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	r := &Rig{Dir: t.TempDir()}
	one := &Node{Name: "deduplicator-1", Services: []string{"deduplicator"}, rig: r}
	two := &Node{Name: "deduplicator-2", Services: []string{"deduplicator"}, rig: r}
	r.Nodes = []*Node{{Name: "web-1", Services: []string{"web"}, rig: r}, one, two}
	for node, reigns := range map[*Node][]float64{one: {0, 30.2, 60}, two: {13, 45, 73.5}} {
		var log strings.Builder
		for _, s := range reigns {
			fmt.Fprintf(&log, "time=%s level=WARN msg=\"something else\"\n", at(s).Format("2006-01-02T15:04:05.000Z"))
			fmt.Fprintf(&log, "time=%s level=INFO msg=\"deciding from now on\" service=deduplicator epoch=1\n", at(s).Format("2006-01-02T15:04:05.000Z"))
		}
		if err := os.WriteFile(node.logFile(), []byte(log.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.losses = []loss{
		{"killed", one, at(10)}, // and two holds the lease at 13
		{"killed", two, at(25)}, // while PostgreSQL was away
		{"frozen", one, at(42)},
		{"killed", one, at(59)}, // and back at 60
		{"killed", one, at(70)}, // which had its own trouble only
		{"killed", two, at(90)}, // nobody followed
	}
	r.troubles = []*trouble{
		{what: "postgres", from: at(24), to: at(26)},
		{what: one.Name, from: at(70), to: at(80)},
	}
	if !r.leads(two) || r.leads(one) {
		t.Error("who held the lease last leads")
	}
	got := r.takeovers()
	for how, want := range map[string][]time.Duration{
		"killed": {3 * time.Second, 3500 * time.Millisecond}, "frozen": {3 * time.Second},
		"killed (with other faults meanwhile)": {5200 * time.Millisecond}, "killed (and back before another took over)": {time.Second},
	} {
		if !slices.Equal(got[how], want) {
			t.Errorf("%s: %v, want %v", how, got[how], want)
		}
	}
	if err := prompt(got); err != nil {
		t.Error(err)
	}
	got["killed"] = append(got["killed"], takeoverWithin)
	if err := prompt(got); !errors.Is(err, ErrBroken) {
		t.Errorf("a takeover after %v: %v", takeoverWithin, err)
	}
}
