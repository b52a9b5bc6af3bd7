package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/services/classifier"
)

func TestExplain(t *testing.T) {
	data, text := t.TempDir(), filepath.Join(t.TempDir(), "a.txt")
	const article = "Parliament votes on the budget of Morocco\n\nThe prime minister of Morocco presented the budget to parliament. " +
		"The opposition voted against the government, and NATO was not mentioned by any minister before the elections."
	if err := os.WriteFile(text, []byte(article), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := marsad(t, "--data", data, "ingest", text)
	if code != 0 {
		t.Fatal(errs)
	}
	id := strings.Fields(out)[1]
	code, out, errs = marsad(t, "--data", data, "article", id, "--explain")
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"11000000 politics and government", "MA  Morocco (2)", "Morocco [title 34–41]", "nato  ", "watches\n  none"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	for line := range strings.Lines(out) {
		if n := len([]rune(line)); n > lineWidth+1 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	code, out, errs = marsad(t, "--data", data, "article", id, "--explain", "--format", "json")
	var e classifier.Explanation
	if err := json.Unmarshal([]byte(out), &e); code != 0 || err != nil || len(e.Topics) == 0 || len(e.Topics[0].Words) == 0 {
		t.Errorf("code %d, %s: %v\n%s", code, errs, err, out)
	}
	if code, _, errs := marsad(t, "--data", data, "article", id, "--explain", "--diff"); code != exitUsage || !strings.Contains(errs, "do not go together") {
		t.Errorf("code %d: %s", code, errs)
	}
	if code, _, errs := marsad(t, "--data", data, "article", "ffffffff", "--explain"); code != exitFailed || strings.Count(errs, "\n") != 1 {
		t.Errorf("code %d: %s", code, errs)
	}
}
