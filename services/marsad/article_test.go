package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/services/web/api"
)

// TestWhereaboutsOfADueItem: a host that is left alone is named, and until when.
func TestWhereaboutsOfADueItem(t *testing.T) {
	due := time.Date(2026, 1, 2, 14, 0, 0, 0, time.Local)
	item := api.Item{State: news.StateDue, Reason: "throttled", DueAt: due}
	if got := whereabouts(item); got != "due at "+clock(due)+" (throttled)" {
		t.Error(got)
	}
	item.HostFreeAt = due.Add(42 * time.Minute)
	if got := whereabouts(item); !strings.HasSuffix(got, "; its host is not asked before "+clock(item.HostFreeAt)) {
		t.Error(got)
	}
}

// TestTrailWithoutATime: of a message that cannot be read.
func TestTrailWithoutATime(t *testing.T) {
	var out strings.Builder
	printTrail(&out, []news.Step{{Service: "cleaner"}})
	if got := out.String(); got != "trail\t\tcleaner\t0.0 ms\t\n" {
		t.Errorf("%q", got)
	}
}

// TestArticleRemove takes an article down, and shows that it stays away.
func TestArticleRemove(t *testing.T) {
	config, _ := writeConfig(t, "")
	must := func(args ...string) string {
		t.Helper()
		code, out, errs := marsad(t, append([]string{"--config", config}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit %d: %s%s", args, code, out, errs)
		}
		return out
	}
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("عنوان عن الموانئ المغربية\n\nافتتح الميناء الجديد في طنجة أمام السفن."), 0o600); err != nil {
		t.Fatal(err)
	}
	got := records(t, must("ingest", "--format", "json", path))
	if len(got) != 1 || got[0].Outcome != "archived" {
		t.Fatalf("ingested %+v", got)
	}
	id := got[0].Article.ID
	if out := must("article", id[:8]); !strings.Contains(out, "طنجة") {
		t.Errorf("the article: %s", out)
	}
	if out := must("article", "remove", id[:8]); !strings.Contains(out, id+" is removed: عنوان عن الموانئ المغربية") {
		t.Errorf("removal: %s", out)
	}
	if out := must("article", id[:8]); !strings.Contains(out, "dropped at") || !strings.Contains(out, "(removed)") || strings.Contains(out, "الموانئ") {
		t.Errorf("the item: %s", out)
	}
	var item api.Item
	if err := json.Unmarshal([]byte(must("article", "--format", "json", id)), &item); err != nil || item.Reason != "removed" || string(item.ID) != id {
		t.Errorf("as JSON: %+v, %v", item, err)
	}
	if code, out, _ := marsad(t, "--config", config, "ingest", path); code != 1 || !strings.Contains(out, "removed") {
		t.Errorf("ingested again: exit %d, %s", code, out)
	}
	if code, _, errs := marsad(t, "--config", config, "article", "remove", id, "nonsense"); code != 1 || !strings.Contains(errs, "removed already") || !strings.Contains(errs, "nonsense") {
		t.Errorf("removed again: exit %d, %s", code, errs)
	}
	if out := must("search", "طنجة"); strings.Contains(out, id[:8]) {
		t.Errorf("it is still found: %s", out)
	}
	must("audit")
}
