package score

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func about(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-4 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestClusteringMeasures(t *testing.T) {
	for _, tt := range []struct {
		gold, found               string
		precision, recall, f, ari float64
	}{
		{"aabb", "xxyy", 1, 1, 1, 1},
		{"aabb", "xxxx", 0.5, 1, 2. / 3, 0},
		{"aabb", "wxyz", 1, 0.5, 2. / 3, 0},
		{"aabb", "xyxy", 0.5, 0.5, 0.5, -0.5},
		// three of one cluster, of which one is found with two others: by hand
		{"aaabbb", "xxyyyz", (1 + 1 + 1./3 + 2./3 + 2./3 + 1) / 6, (2./3 + 2./3 + 1./3 + 2./3 + 2./3 + 1./3) / 6, 0.64815, (2 - 6.*4/15) / (5 - 6.*4/15)},
	} {
		c := clustering{strings.Split(tt.gold, ""), strings.Split(tt.found, "")}
		precision, recall, f := c.bcubed()
		about(t, tt.found+" precision", precision, tt.precision)
		about(t, tt.found+" recall", recall, tt.recall)
		about(t, tt.found+" F1", f, tt.f)
		about(t, tt.found+" ARI", c.ari(), tt.ari)
	}
}

func TestPairMeasures(t *testing.T) {
	pairs := []likeness{{0.9, 1}, {0.5, 2}, {0.5, 3}, {0.1, 4}}
	about(t, "AUC", auc(pairs), 3.5/4)
	about(t, "Pearson", pearson(pairs), 0.94868)
	about(t, "Pearson of what agrees", pearson([]likeness{{0.9, 1}, {0.6, 2}, {0.3, 3}}), 1)
	if !math.IsNaN(auc(pairs[:1])) {
		t.Error("AUC of one pair")
	}
}

// stream and pairs are lines of invented news.
var stream = []string{
	`{"id": 7, "cluster": "dam", "title": "Dam at Oxmere overflows", "text": "The Oxmere dam overflowed on Sunday and 300 families left Withybrook. Engineer Cora Penhaligon blamed a jammed sluice."}`,
	`{"id": 8, "cluster": "chess", "title": "Teenager wins chess title", "text": "Ilka Vasquelle, 15, won the national chess title in Tarrant after a draw with grandmaster Bo Strand.", "date": "2024-05-01T10:00:00Z"}`,
	`{"id": "x9", "cluster": "dam", "title": "Families leave Withybrook as Oxmere dam overflows", "text": "Families left Withybrook after the Oxmere dam overflowed. A sluice was jammed, said engineer Cora Penhaligon."}`,
}

var pairs = []string{
	`{"lang": "en", "a": {"title": "Dam at Oxmere overflows", "text": "The Oxmere dam overflowed, families left Withybrook."}, "b": {"title": "Oxmere dam overflows", "text": "Families of Withybrook left as the Oxmere dam overflowed."}, "overall": 1.0}`,
	`{"lang": "en", "a": {"title": "Dam at Oxmere overflows", "text": "The Oxmere dam overflowed, families left Withybrook."}, "b": {"title": "Chess title", "text": "Ilka Vasquelle won the chess title in Tarrant."}, "overall": 4.0}`,
}

func write(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	content := []byte(strings.Join(lines, "\n") + "\n")
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write(content)
		_ = w.Close()
		content = b.Bytes()
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRunStories(t *testing.T) {
	dated := strings.ReplaceAll(strings.Join(stream, "\n"), "\n{", "\n{") // one has a date, the others have none
	path := write(t, "news.jsonl.gz", strings.ReplaceAll(dated, `, "date": "2024-05-01T10:00:00Z"`, ""))
	dir := filepath.Dir(path)
	for name, lines := range map[string][]string{"p.jsonl": pairs, "other.jsonl": {`{"lang": "en"}`}, "copies.jsonl": {`{"id": 1, "kind": "orig", "cluster": "c", "text": "t"}`}, "readme.txt": {"no JSON"}} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	done := 0
	report, err := RunStories(context.Background(), dir, StoryOptions{Shuffles: 3, Predictions: &out, Progress: func(n, total int) { done = n * 100 / total }})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Streams) != 1 || len(report.Pairs) != 2 || done != 100 {
		t.Fatalf("%+v, progress %d", report, done)
	}
	if s := report.Streams[0]; s.BCubed.F1 != 1 || s.ARI != 1 || s.Stories != 2 || s.Clusters != 2 || s.Shuffles != 3 || s.Shuffled.F1 != (Spread{1, 0, 1}) {
		t.Errorf("%+v", s)
	}
	if p := report.Pairs[0]; p.Lang != "en" || p.AUC != 1 || p.F1 != 1 || p.Same != 1 {
		t.Errorf("%+v", p)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 {
		t.Fatalf("%d predictions", len(lines))
	}
	want := `{"id":"x9","verdict":"original","of":null,`
	if !strings.HasPrefix(lines[2], want) || !strings.HasSuffix(lines[2], `"rule":"story","leader":"x9","story":7}`) {
		t.Errorf("prediction %s", lines[2])
	}
	if b, err := json.Marshal(report); err != nil || !bytes.Contains(b, []byte(`"bcubed":{"precision":1`)) {
		t.Errorf("%s, %v", b, err)
	}
	if table := report.Table(); !strings.Contains(table, "news.jsonl.gz") || !strings.Contains(table, "100.0 ±0.0") {
		t.Errorf("table\n%s", table)
	}
}

func TestBadInput(t *testing.T) {
	for name, tt := range map[string]struct{ lines, want string }{
		"cut":       {stream[0] + "\n{\"id\": 3,", "line 2: unexpected end"},
		"twice":     {stream[0] + "\n\n" + stream[0], "line 3: id 7"},
		"date":      {strings.Replace(stream[1], "2024-05-01", "Mayday", 1), "line 1: date"},
		"overall":   {strings.Replace(pairs[0], "1.0", "9", 1), "line 1: overall is 9"},
		"cluster":   {stream[0] + "\n" + `{"id": 1, "text": "t"}`, "line 2: no cluster"},
		"others":    {`{"text": "t"}`, errNoStories.Error()},
		"empty":     {"", errNoStories.Error()},
		"type":      {strings.Replace(stream[0], `"title": "`, `"title": ["`, 1), "line 1"},
		"not JSON":  {"id,cluster,text", "line 1: invalid character"},
		"title not": {`{"id": 1, "cluster": 2, "text": "t", "title": 3}`, "line 1: json"},
	} {
		path := write(t, "bad.jsonl", tt.lines)
		_, err := RunStories(context.Background(), path, StoryOptions{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := RunStories(context.Background(), filepath.Join(t.TempDir(), "none"), StoryOptions{}); err == nil {
		t.Error("no file, no error")
	}
	if err := os.WriteFile(filepath.Join(t.TempDir(), "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := RunStories(cancelled, write(t, "a.jsonl", stream...), StoryOptions{}); err == nil {
		t.Error("cancelled, no error")
	}
}

func TestMixedPairs(t *testing.T) {
	for lang, want := range map[string]bool{"de_en": true, "en_en": false, "ar": false, "zh_TW": true} {
		if got := (storyPair{Lang: lang}).mixed(); got != want {
			t.Errorf("%s: %v", lang, got)
		}
	}
}

func ExampleStoryReport_Table() {
	r := &StoryReport{Pairs: []*PairScore{{File: "p", Lang: "ar", Pairs: 2, Same: 1, AUC: 1, F1: 1, Pearson: 1}}}
	fmt.Print(strings.SplitAfter(r.Table(), "\n")[1])
	// Output: p    ar      2     1  100.0  100.0    100.0
}
