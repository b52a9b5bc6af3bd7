package main

import (
	"bytes"
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
