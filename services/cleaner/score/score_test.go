package score

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCompareBodies(t *testing.T) {
	for _, tt := range []struct {
		name, want, got   string
		precision, recall float64
	}{
		{"same", "a b c d e", "a, b; c d e", 1, 1},
		{"both short", "a b", "a b", 1, 1},
		{"both empty", "", "", 1, 1},
		{"nothing found", "a b c d", "", 0, 0},
		// abcd bcde against bcde cdef: one of two each.
		{"shifted", "a b c d e", "b c d e f", 0.5, 0.5},
		// abcd against abcd bcde cdef.
		{"too much", "a b c d", "a b c d e f", 1.0 / 3, 1},
		// abcd bcda cdab dabc abcd against abcd: counts matter.
		{"once instead of twice", "a b c d a b c d", "a b c d", 1, 0.2},
		{"case matters", "A b c d", "a b c d", 0, 0},
		{"arabic words", "كتب نص قصير جدا", "كتب، نص قصير جدا.", 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := compareBodies(tt.want, tt.got)
			if !near(o.precision(), tt.precision) || !near(o.recall(), tt.recall) {
				t.Errorf("precision %.3f recall %.3f, want %.3f %.3f", o.precision(), o.recall(), tt.precision, tt.recall)
			}
		})
	}
}

func TestSameDay(t *testing.T) {
	evening := time.Date(2026, 3, 4, 23, 30, 0, 0, time.FixedZone("", -5*3600))
	for _, tt := range []struct {
		label        string
		alternatives []string
		want         bool
	}{
		{"2026-03-04", nil, true},
		{"2026-03-05", nil, true}, // the day in UTC
		{"2026-03-06", nil, false},
		{"2026-03-06", []string{"2026-03-04"}, true},
		{"2026-03-04 23:30:00-05:00", nil, true},
		{"2026-03-05T04:30:00Z", nil, true},
		{"x", nil, false},
	} {
		if got := sameDay(tt.label, tt.alternatives, &evening); got != tt.want {
			t.Errorf("sameDay(%q, %q) = %v, want %v", tt.label, tt.alternatives, got, tt.want)
		}
	}
	if sameDay("2026-03-04", nil, nil) {
		t.Error("no date is right")
	}
}

func TestAllFound(t *testing.T) {
	for _, tt := range []struct {
		want, got []string
		found     bool
	}{
		{[]string{"Ana Ruiz"}, []string{"ana  ruiz", "Leo"}, true},
		{[]string{"Ana Ruiz", "Leo"}, []string{"Ana Ruiz"}, false},
		{[]string{"Ana Ruiz, Leo and Mia"}, []string{"Ana Ruiz", "Leo", "Mia"}, true},
		{[]string{"Ana Ruiz, Leo"}, []string{"Leo"}, false},
	} {
		if got := allFound(tt.want, tt.got); got != tt.found {
			t.Errorf("allFound(%q, %q) = %v", tt.want, tt.got, got)
		}
	}
}

// pages writes a folder of labelled pages.
func pages(t *testing.T, manifest string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(content))
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.jsonl"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

const bakery = `<html lang="en"><head><title>Old bakery opens again</title><meta name="author" content="Ana Ruiz">
<meta property="article:published_time" content="2026-03-04T09:00:00Z"></head><body><h1>Old bakery opens again</h1>
<p>The old bakery on the square opened again on Wednesday, forty years after its oven had gone cold for the last time.</p>
<p>Its new owners found the first baker's recipes in a tin under the floor, and people queued for them from five in the morning.</p>
<p>They will bake rye on Mondays, wheat on the other days, and nothing at all on Sundays, as the first baker did.</p></body></html>`

func TestRun(t *testing.T) {
	body := "The old bakery on the square opened again on Wednesday, forty years after its oven had gone cold for the last time.\\n" +
		"Its new owners found the first baker's recipes in a tin under the floor, and people queued for them from five in the morning.\\n" +
		"They will bake rye on Mondays, wheat on the other days, and nothing at all on Sundays, as the first baker did."
	dir := pages(t, `{"id":"1","set":"a","file":"1.gz","body":"`+body+`","title":"Old  bakery opens again","published":"2026-03-04","authors":["Ana Ruiz"],"lang":"en","wanted":["rye on Mondays","not there"],"unwanted":["cookies"]}

{"id":"2","set":"b","file":"2.gz","body":"one two three four","title":"Missing","published": NaN}
`, map[string]string{"1.gz": bakery, "2.gz": "<html><body></body></html>"})
	var predictions bytes.Buffer
	report, err := Run(t.Context(), dir, Options{Workers: 2, Predictions: &predictions})
	if err != nil {
		t.Fatal(err)
	}
	all := Rate{Hits: 1, Of: 1, Share: 1}
	want := &Scores{
		Documents: 1, Body: Body{Documents: 1, Precision: 1, Recall: 1, F1: 1, Exact: all},
		Title: all, Published: all, Authors: all, Lang: all,
		Wanted: Rate{Hits: 1, Of: 2, Share: 0.5}, Unwanted: Rate{Of: 1},
	}
	if diff := cmp.Diff(want, report.Sets["a"]); diff != "" {
		t.Errorf("set a (-want +got):\n%s", diff)
	}
	// One document is all right, the other has nothing: averages of 1 and 0.
	if o := report.Overall; o.Documents != 2 || !near(o.Body.F1, 0.5) || o.Title != (Rate{1, 2, 0.5}) || o.Published.Of != 1 {
		t.Errorf("overall: %+v", o)
	}
	if report.Failed["no_text"] != 1 || report.Scripts["Latin"].Documents != 2 {
		t.Errorf("failed %v, scripts %v", report.Failed, report.Scripts)
	}
	for _, heading := range []string{"group", "overall", "script Latin", "no_text"} {
		if !strings.Contains(report.Table(), heading) {
			t.Errorf("the table lacks %q:\n%s", heading, report.Table())
		}
	}
	var first Prediction
	if err := json.NewDecoder(&predictions).Decode(&first); err != nil {
		t.Fatal(err)
	}
	if first.ID != "1" || first.Title != "Old bakery opens again" || first.Lang != "en" || first.Direction != "ltr" {
		t.Errorf("first prediction: %+v", first)
	}
}

func TestRunErrors(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name, manifest, want string
		ctx                  context.Context
	}{
		{"malformed line", "{\"id\":\"1\",\"file\":\"1.gz\"}\nnot json\n", "manifest.jsonl:2", t.Context()},
		{"no file", `{"id":"1"}`, "manifest.jsonl:1", t.Context()},
		{"missing page", `{"id":"7","file":"7.gz"}`, "document 7", t.Context()},
		{"page outside", `{"id":"7","file":"../7.gz"}`, "outside", t.Context()},
		{"cancelled", `{"id":"1","file":"1.gz"}`, "canceled", cancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(tt.ctx, pages(t, tt.manifest, map[string]string{"1.gz": bakery}), Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
	if _, err := Run(t.Context(), filepath.Join(t.TempDir(), "none"), Options{}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("missing folder: %v", err)
	}
}

func TestInstant(t *testing.T) {
	got := time.Date(2026, 3, 4, 21, 30, 40, 0, time.UTC)
	for _, tt := range []struct {
		label       string
		known, same bool
	}{
		{"2026-03-04", false, false},
		{"2026-03-04 21:30:40", false, false},
		{"2026-03-04T21:30:00Z", true, true},
		{"2026-03-05T00:30:10+03:00", true, true},
		{"2026-03-04T21:31:00Z", true, false},
	} {
		want, known := instant(tt.label)
		if known != tt.known || known && sameInstant(want, &got) != tt.same || sameInstant(want, nil) {
			t.Errorf("%s: known %v, same %v", tt.label, known, sameInstant(want, &got))
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
