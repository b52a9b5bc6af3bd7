package cleaner

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

// plainArticle is what a plain text's fixture is compared by.
type plainArticle struct {
	Title          string     `json:"title"`
	Published      *time.Time `json:"published"`
	PublishedFrom  string     `json:"published_from,omitempty"`
	Authors        []string   `json:"authors,omitempty"`
	OriginalSource string     `json:"original_source,omitempty"`
	Text           []string   `json:"text"`
}

// TestPlainText compares the article of each plain text with the golden file beside
// it. A text's name says which family of debris it shows.
func TestPlainText(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "plain", "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			d, err := fromText(page(t, path))
			if err != nil {
				t.Fatal(err)
			}
			comparePlain(t, path+".golden", &d)
		})
	}
}

func comparePlain(t *testing.T, golden string, d *draft) {
	t.Helper()
	var got strings.Builder
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(plainArticle{
		Title: d.title, Published: d.published, PublishedFrom: d.publishedFrom, Authors: d.authors,
		OriginalSource: d.originalSource, Text: strings.Split(joined(d.paragraphs, "\n"), "\n"),
	}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestPlainTextLong reads texts in which each part of the method could be slow.
func TestPlainTextLong(t *testing.T) {
	for name, line := range map[string]string{
		"prose":     "The council met again on Monday, and again it could not agree on the price of water.\n",
		"headlines": "A headline without a stop that follows many others\n",
		"quoted":    "«عنوان خبر آخر بين مزدوجين لا علاقة له بالنص»\n",
		"dates":     "نشر في صدى الوادي يوم 21 - 05 - 2023\n",
		"spaces":    "   |   •   ",
		"tags":      "<p <br <div ",
		"phrases":   "اقرأ أيضا\n",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := fromText(news.Page{Kind: news.PageText, Body: []byte(strings.Repeat(line, 2_000_000/len(line)))})
			if err != nil && Reason(err) == "" {
				t.Error(err)
			}
			if took := time.Since(start); took > 20*time.Second { // it takes two on a slow machine
				t.Errorf("%v for two megabytes", took)
			}
		})
	}
}

func BenchmarkPlainText(b *testing.B) {
	data, err := os.ReadFile("testdata/plain/ar-aggregator-notice.txt")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := fromText(news.Page{Kind: news.PageText, Body: data}); err != nil {
			b.Fatal(err)
		}
	}
}
