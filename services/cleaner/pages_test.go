package cleaner

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

// TestPages compares what becomes of each page in testdata/pages with the golden
// file beside it: the article, or the reason why there is none. All pages are
// invented; their names say what is hard about them.
func TestPages(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "pages", "*.html"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".html"), func(t *testing.T) {
			compareGolden(t, path+".golden", outcome(t, wholePage(t, path)))
		})
	}
}

// wholePage reads a page as the fetcher would hand it over. Its address is made of its
// name, unless the first line is a comment that gives it, the content type, or when
// it was fetched; what its feed said stands in a file beside it.
func wholePage(t *testing.T, path string) news.Page {
	t.Helper()
	p := page(t, path)
	p.URL = "https://news.example/" + strings.TrimSuffix(filepath.Base(path), ".html")
	first, _, _ := bytes.Cut(p.Body, []byte("\n"))
	if line, ok := strings.CutPrefix(strings.TrimSuffix(string(first), "-->"), "<!--"); ok {
		keys := pageField.FindAllStringSubmatchIndex(line, -1)
		for i, k := range keys {
			end := len(line)
			if i+1 < len(keys) {
				end = keys[i+1][0]
			}
			setField(t, &p, line[k[2]:k[3]], strings.TrimSpace(line[k[1]:end]))
		}
	}
	data, err := os.ReadFile(strings.TrimSuffix(path, ".html") + ".found.json")
	if err == nil {
		if err := json.Unmarshal(data, &p.Found); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// pageField is the name of a field of the first line.
var pageField = regexp.MustCompile(`\b(url|content-type|fetched): `)

func setField(t *testing.T, p *news.Page, name, value string) {
	t.Helper()
	switch name {
	case "url":
		p.URL = value
	case "content-type":
		p.ContentType = value
	case "fetched":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			t.Fatal(err)
		}
		p.FetchedAt = at
	}
}

// outcome is the JSON of what becomes of a page.
func outcome(t *testing.T, p news.Page) []byte {
	t.Helper()
	article, err := Clean(p)
	var result any = article
	if err != nil {
		reason := Reason(err)
		if reason == "" || reason == ReasonPanic {
			t.Fatal(err)
		}
		result = map[string]string{"reason": reason}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(result); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// compareGolden compares got with a golden file, or rewrites it.
func compareGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
