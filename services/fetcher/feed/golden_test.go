package feed_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/services/fetcher/feed"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden reads the documents of testdata/golden, each beside what is made of it.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".want") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := outcome(t, body)
			want, err := os.ReadFile(file + ".want")
			if *update {
				if err := os.WriteFile(file+".want", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if err != nil || cmp.Diff(string(want), got) != "" {
				t.Errorf("%v\n%s", err, cmp.Diff(string(want), got))
			}
		})
	}
}

// outcome is what becomes of a document, without what is empty.
func outcome(t *testing.T, body []byte) string {
	t.Helper()
	f, err := feed.Parse(body, feed.Options{URL: "https://news.example/feeds/all.xml", Now: now})
	if err != nil {
		return err.Error() + "\n"
	}
	var fields map[string]any
	raw, err := json.Marshal(f)
	if err == nil {
		err = json.Unmarshal(raw, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		if value == nil || value == "" || value == 0.0 {
			delete(fields, name)
		}
	}
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(fields); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestErrors(t *testing.T) {
	for body, want := range map[string]error{
		"": feed.ErrEmpty, " \n\uFEFF\t": feed.ErrEmpty, "\x00\x00": feed.ErrEmpty,
		"<!doctype html><html><head><title>x</title>": feed.ErrHTML,
		"<!DOCTYPE\nHTML><title>x</title>":            feed.ErrHTML,
		"<!-- cached --><HTML lang=ar><body>":         feed.ErrHTML,
		"<script>location='/'</script>":               feed.ErrHTML,
		"not found":                                   feed.ErrNotAFeed,
		`{"error":"not found"}`:                       feed.ErrNotAFeed,
		`[]`:                                          feed.ErrNotAFeed,
		`<?xml version="1.0"?><opml version="2.0"><body/></opml>`:       feed.ErrNotAFeed,
		`<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`: feed.ErrNotAFeed,
	} {
		if _, err := feed.Parse([]byte(body), feed.Options{}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", body, err, want)
		}
	}
}
