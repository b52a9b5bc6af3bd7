package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/services/web/api"
	"marsad/services/web/worddiff"
)

// TestStoriesAndDiff archives an article, its copy and another, and looks at
// them as an analyst does.
func TestStoriesAndDiff(t *testing.T) {
	config, _ := writeConfig(t, "")
	must := func(args ...string) string {
		t.Helper()
		code, out, errs := marsad(t, append([]string{"--config", config}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit %d: %s%s", args, code, out, errs)
		}
		return out
	}
	const words = "افتتحت البلدية جسر الوادي صباح اليوم أمام السيارات والحافلات بعد عمل استغرق سنتين وكلف مئتي مليون درهم وحضر الافتتاح عدد من المسؤولين."
	var paths []string
	for name, text := range map[string]string{
		"1.txt": "افتتاح جسر الوادي\n\n" + words, "2.txt": "جسر الوادي\n\n" + strings.ReplaceAll(words, "البلدية", "البلديه"),
		"3.txt": "مهرجان الزيتون يعود بعد غياب\n\nيعود مهرجان الزيتون إلى المدينة القديمة في الخريف.",
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	must(append([]string{"ingest"}, paths...)...)

	var list api.Stories
	if err := json.Unmarshal([]byte(must("stories", "--format", "json")), &list); err != nil || len(list.Stories) != 2 || list.Stories[0].Found != 2 {
		t.Fatalf("stories %+v, %v", list, err)
	}
	largest := list.Stories[0]
	out := must("stories", "--sort", "growth", "--lang", "ar", "--since", "24h")
	if first, _, _ := strings.Cut(out, "\n"); !strings.HasPrefix(first, string(largest.ID[:8])+"  2 articles  +2 in 6h  1 publisher") || !strings.Contains(out, "مهرجان الزيتون") {
		t.Errorf("as text:\n%s", out)
	}
	rows, err := csv.NewReader(strings.NewReader(must("stories", "--format", "csv", "--limit", "1"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][0] != string(largest.ID) || rows[1][2] != "2" {
		t.Errorf("as CSV: %v, %v", rows, err)
	}
	out = must("stories", string(largest.ID[:8]))
	for _, want := range []string{string(largest.ID), "first", "1 copy", largest.Title} {
		if !strings.Contains(out, want) {
			t.Errorf("the story lacks %q:\n%s", want, out)
		}
	}

	original := string(largest.ID)
	out = must("article", original)
	for _, want := range []string{"the same text, spelling aside", "first", "found 20"} {
		if !strings.Contains(out, want) {
			t.Errorf("the original lacks %q:\n%s", want, out)
		}
	}
	var reading api.Reading
	if err := json.Unmarshal([]byte(must("article", original, "--format", "json")), &reading); err != nil || len(reading.Copies) != 1 {
		t.Fatalf("the original: %+v, %v", reading, err)
	}
	copied := string(reading.Copies[0].ID)
	if out := must("article", copied, "--diff"); strings.Contains(out, "[-") || !strings.Contains(out, "only spelling or punctuation differs: --diff=exact") {
		t.Errorf("words:\n%s", out)
	}
	if out := must("article", copied, "--diff=exact"); !strings.Contains(out, "[-البلدي") || !strings.Contains(out, "-]{+البلدي") || !strings.Contains(out, "1 gone, 1 new") {
		t.Errorf("exactly:\n%s", out)
	}
	var diffs []api.Diff
	if err := json.Unmarshal([]byte(must("article", original, "--diff=exact", "--format", "json")), &diffs); err != nil || len(diffs) != 1 || string(diffs[0].To.ID) != copied {
		t.Errorf("of the original: %+v, %v", diffs, err)
	}
	if out := must("article", string(list.Stories[1].ID), "--diff"); !strings.Contains(out, "nothing to compare it with") {
		t.Errorf("of what is alone: %s", out)
	}
	for _, args := range [][]string{{"stories", "--sort", "none"}, {"stories", "--format", "xml"}, {"stories", original, "--format", "csv"}, {"article", original, "--diff=none"},
		{"stories", "--limit", "0"}, {"stories", "--limit", "abc"}, {"search", "--limit", "1001"}} {
		if code, _, _ := marsad(t, append([]string{"--config", config}, args...)...); code != 2 {
			t.Errorf("%v: exit %d", args, code)
		}
	}
	for want, args := range map[string][]string{
		"write --diff=exact": {"article", original, "--diff", "exact"}, "from 1 to 200": {"stories", "--limit", "0"}, "no code of a country": {"stories", "--country", "ZZ"},
		"no articles in": {"stories", "--lang", "xx"}, "no topic is called so": {"stories", "--topic", "1"}, "is not before now": {"stories", "--since", "0h"},
		"it is in the story " + original: {"stories", copied},
	} {
		if code, _, errs := marsad(t, append([]string{"--config", config}, args...)...); code == 0 || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
	if out := must("article", copied, "--with", original); !strings.Contains(out, "--- "+original[:8]+"  revision 1") {
		t.Errorf("with the original:\n%s", out)
	}
	if out := must("article", "remove", original); !strings.Contains(out, "of its group stay 1 article:") || !strings.Contains(out, "  "+copied[:8]+"  copy of "+original[:8]+"  ") || !strings.Contains(out, reading.Copies[0].Title) {
		t.Errorf("removal:\n%s", out)
	}
	if out := must("article", copied); !strings.Contains(out, "copy of an article that was removed on 20") {
		t.Errorf("the orphan:\n%s", out)
	}
	if out := must("stories", original[:8]); !strings.Contains(out, "copy of a removed article") {
		t.Errorf("the orphan's story:\n%s", out)
	}
	if code, _, errs := marsad(t, "--config", config, "article", copied, "--diff"); code != 1 || !strings.Contains(errs, "was removed on 20") {
		t.Errorf("diff of the orphan: exit %d, %s", code, errs)
	}
	if code, _, errs := marsad(t, "--config", config, "stories", "00000000"); code != 1 || !strings.Contains(errs, "no story") {
		t.Errorf("an unknown story: exit %d, %s", code, errs)
	}
}

func TestChanges(t *testing.T) {
	deleted, inserted := changes(true)
	if got := deleted("كان") + inserted("صار"); got != "\x1b[31m[-كان-]\x1b[0m\x1b[32m{+صار+}\x1b[0m" {
		t.Errorf("%q", got)
	}
	long := strings.Repeat("كلمة ", 30)
	var segments []worddiff.Segment
	for range 10 {
		segments = append(segments, worddiff.Segment{Op: worddiff.Same, Text: long}, worddiff.Segment{Op: worddiff.Inserted, Text: "جديد"})
	}
	got := brief(segments)
	if n := len(got); n != 2*briefChanges+2 || len([]rune(got[0].Text)) > 2*briefContext+3 || got[n-1].Text != " …" {
		t.Errorf("%d segments: %+v", n, got)
	}
}
