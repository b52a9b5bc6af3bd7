package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// TestPrintAudit: offenders stand below the table, and do not widen it.
func TestPrintAudit(t *testing.T) {
	id := news.NewID("a")
	for _, tc := range []struct {
		rules []string
		heals bool
	}{{nil, false}, {[]string{store.RuleLost, store.RuleLost}, true}, {[]string{store.RuleLost, "article_twice"}, false}} {
		var report api.AuditReport
		for _, rule := range tc.rules {
			report.Offenders = append(report.Offenders, store.Offender{Item: id, Rule: rule})
		}
		var out bytes.Buffer
		if err := (&cli{out: &out}).printAudit(report, false); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if len(lines[0]) > 50 || strings.Count(out.String(), "\noffender  "+string(id)+"  ") != len(tc.rules) || strings.Contains(out.String(), "by themselves") != tc.heals {
			t.Errorf("%v:\n%s", tc.rules, out.String())
		}
	}
}

// TestPrintHolds: that the bus was not asked is said.
func TestPrintHolds(t *testing.T) {
	for asked, want := range map[bool]string{true: "the audit holds (0.00 s)\n", false: "the audit holds; the bus was not asked, so items in line were not looked for (0.00 s)\n"} {
		var out bytes.Buffer
		(&cli{out: &out}).printHolds(api.AuditReport{Bus: asked})
		if out.String() != want {
			t.Errorf("said %q, want %q", out.String(), want)
		}
	}
}

// TestAuditOfAStore: a command that is given a store and no bus asks none, and does
// not make one to ask.
func TestAuditOfAStore(t *testing.T) {
	dsn := "sqlite://" + filepath.Join(t.TempDir(), "m.db")
	if code, _, errs := marsad(t, "--data", t.TempDir(), "--store", dsn, "migrate"); code != 0 {
		t.Fatal(errs)
	}
	data := t.TempDir()
	for range 2 {
		code, out, errs := marsad(t, "--data", data, "--store", dsn, "audit")
		if code != 0 || !strings.Contains(out, "the bus was not asked") {
			t.Errorf("exit %d\n%s%s", code, out, errs)
		}
	}
}
