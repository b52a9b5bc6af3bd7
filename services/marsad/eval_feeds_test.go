package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/services/fetcher/feed/score"
)

func TestEvalFeeds(t *testing.T) {
	dir := t.TempDir()
	body := "<!--\nDescription: a title\nExpect: feed['title'] == 'Harbour'\n--><rss><channel><title>Harbour</title></channel></rss>"
	if err := os.WriteFile(filepath.Join(dir, "title.xml"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	predictions := filepath.Join(dir, "predictions.jsonl")
	var r score.Report
	if err := json.Unmarshal([]byte(capture(t, "eval", "feeds", dir, "--format", "json", "--predictions", predictions)), &r); err != nil {
		t.Fatal(err)
	}
	if r.Total.Met != 1 || r.Total.Compared != 1 || r.Panics != 0 {
		t.Errorf("%+v", r)
	}
	if got, err := os.ReadFile(predictions); err != nil || !strings.Contains(string(got), `"title":"Harbour"`) {
		t.Errorf("%s, %v", got, err)
	}
	if table := capture(t, "eval", "feeds", dir); !strings.Contains(table, "100.0%") {
		t.Error(table)
	}
}
