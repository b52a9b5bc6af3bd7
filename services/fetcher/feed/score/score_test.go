package score_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/services/fetcher/feed/score"
)

// written are cases of our own: what they expect, and a document.
var written = map[string]string{
	"rss/title.xml": `<!--
Description: a title
Expect:      not bozo and feed['title'] == 'Harbour'
--><rss version="2.0"><channel><title>Harbour</title></channel></rss>`,
	"rss/wrong.xml": `<!--
Description: expects what is not so
Expect:      feed['title'] == 'Quay'
--><rss version="2.0"><channel><title>Harbour</title></channel></rss>`,
	"rss/date.xml": `<!--
Description: a date, twice
Expect:      entries[0]['published'] == '2026-11-21T10:00:00+02:00' and entries[0].published_parsed == (2026, 11, 21, 8, 0, 0, 5, 325, 0)
--><rss version="2.0"><channel><item><pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>`,
	"atom/base.xml": `<!--
Header:      Content-Location: http://other.example/x/
Description: a relative link
Expect:      entries[0]['link'] == 'http://other.example/x/y' and entries[0].author == 'N (n@news.example)'
--><feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="y"/><author><name>N</name><email>n@news.example</email></author></entry></feed>`,
	"atom/image.xml": `<!--
Description: names what is not read
Expect:      feed['image']['href'] == 'x'
--><feed></feed>`,
	"atom/bozo.xml": `<!--
Description: only whether it can be read
Expect:      bozo
--><feed>`,
	"atom/page.xml": `<!--
Description: not a feed
Expect:      feed.title == 'x'
--><html><body>`,
	"atom/about.xml": `<feed></feed>`,
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range written {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipped(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "cases.zip")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	out := zip.NewWriter(file)
	if err := out.AddFS(os.DirFS(folder(t))); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRun(t *testing.T) {
	for _, path := range []string{folder(t), zipped(t)} {
		var predictions bytes.Buffer
		r, err := score.Run(t.Context(), path, score.Options{Predictions: &predictions})
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Total; c.Files != 7 || c.Parsed != 6 || c.Compared != 5 || c.Met != 3 || c.Panics != 0 || len(r.Folders) != 2 || len(r.Unmodelled) != 2 {
			t.Errorf("%+v", r)
		}
		if table := r.Table(); !strings.Contains(table, "60.0%") || !strings.Contains(table, "image 1") {
			t.Error(table)
		}
		seen := 0
		for line := range bytes.Lines(predictions.Bytes()) {
			var p struct {
				ID, Error string
				Met       bool
				Entries   []struct{ Link, Published string }
			}
			if err := json.Unmarshal(line, &p); err != nil {
				t.Fatal(err)
			}
			switch seen++; p.ID {
			case "rss/date.xml":
				if p.Entries[0].Published != "2026-11-21T08:00:00Z" || !p.Met {
					t.Errorf("%s", line)
				}
			case "atom/page.xml":
				if p.Error == "" || p.Met {
					t.Errorf("%s", line)
				}
			}
		}
		if seen != 7 {
			t.Errorf("%d predictions", seen)
		}
	}
}

func TestPanics(t *testing.T) {
	v := score.Judge(score.Case{Expect: "feed.title == 'x'"}, func(score.Case) (map[string]any, error) { panic("no") })
	if !errors.Is(v.Err, score.ErrPanic) || v.Met || score.NewReport([]score.Verdict{v}).Panics != 1 {
		t.Errorf("%+v", v)
	}
}

func TestNoCases(t *testing.T) {
	if _, err := score.ReadCases(t.TempDir()); err == nil {
		t.Error("an empty folder has cases")
	}
	if _, err := score.ReadCases(os.Args[0]); err == nil {
		t.Error("a program is a zip file")
	}
}
