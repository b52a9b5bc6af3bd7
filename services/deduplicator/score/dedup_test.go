package score

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

const (
	bakery = `افتتحت جمعية الحي الجنوبي مخبزا تعاونيا يبيع الخبز بسعر الكلفة لأسر العمال، وقالت مديرته هدى الرملي إن اثني عشر متطوعا من أبناء الشوارع المجاورة
		سيعملون فيه كل صباح قبل ذهابهم إلى أعمالهم، وإن الطحين يأتي من مطحنة قديمة أعيد تشغيلها هذا الربيع بمساعدة المدرسة الصناعية.`
	bridge = `أغلقت البلدية جسر الوادي القديم أمام الشاحنات بعد ظهور شقوق في دعامته الغربية، وأكد مهندس الطرق وائل الصافي أن السيارات
		الصغيرة تستطيع العبور ببطء ريثما تنتهي فرق الصيانة من حقن الإسمنت وتركيب أجهزة ترصد أي حركة جديدة في الأساس.`
)

func put(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func line(t *testing.T, fields map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// streams makes a folder with a labelled stream, one of made copies, and a file of another kind.
func streams(t *testing.T) string {
	t.Helper()
	words := strings.Fields(bakery)
	article := func(id int, hour int, text string) string {
		return line(t, map[string]any{"id": id, "src": "x", "date": fmt.Sprintf("2026-02-03 %02d:00:00", hour), "title": text[:20], "text": text})
	}
	dir := filepath.Dir(write(t, "real.jsonl.gz", article(7, 8, bakery), article(8, 9, bridge), "", article(9, 10, bakery+" وشكرت الجمعية أهل الحي."), article(10, 11, strings.Join(words[:len(words)*7/12], " "))))
	put(t, dir, "real_labels.json", `[{"a":7,"b":9,"label":"D","confidence":3,"weight":2},{"a":10,"b":9,"label":"P","confidence":1,"weight":2},
		{"a":7,"b":8,"label":"N","confidence":3,"weight":5},{"a":8,"b":9,"label":"E","confidence":2,"weight":5}]`)
	made := func(id, kind, cluster, text string) string {
		return line(t, map[string]any{"id": id, "kind": kind, "cluster": cluster, "title": "", "text": text})
	}
	put(t, dir, "made.jsonl", strings.Join([]string{
		made("a", "orig", "s1", bakery), made("b", "distract", "d1", bridge), made("c", "noise", "s1", bakery+" ×"), made("d", "orig", "s2", "نص آخر لا يشبه شيئا من هذا كله"),
	}, "\n"))
	put(t, dir, "other.jsonl", `{"a": {"title": ""}, "b": {"title": ""}, "overall": 1, "id": "x"}`)
	return dir
}

func TestRunDuplicates(t *testing.T) {
	var out bytes.Buffer
	last := 0
	report, err := RunDuplicates(context.Background(), []string{streams(t)}, DuplicateOptions{
		Predictions: &out, Progress: func(done, _ int) { last = done },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Streams) != 2 || last != 3*8 {
		t.Fatalf("%d streams, %d documents", len(report.Streams), last)
	}
	made, labelled := report.Streams[0], report.Streams[1]
	if m := made.Made; m == nil || m.ARI != 1 || m.F1 != 1 || m.Distractors != 1 || m.Merged != 0 || m.Kinds["noise"].Recall != 1 || m.Kinds["orig"].Documents != 1 {
		t.Errorf("made copies: %+v", m)
	}
	if want := map[string]int{"original": 2, "copy": 1, "excerpt": 1}; !cmp.Equal(labelled.Verdicts, want) || !cmp.Equal(labelled.Largest, []int{3}) {
		t.Errorf("verdicts %v, groups %v", labelled.Verdicts, labelled.Largest)
	}
	for _, p := range labelled.Labelled {
		if p.Duplicates > 0 && (p.F1.Value != 1 || p.F1.Low != 1) {
			t.Errorf("%s, confidence %s: %+v", p.By, p.Confidence, p.F1)
		}
	}
	if len(labelled.Labelled) != 10 || labelled.Index.Texts == 0 || labelled.ShinglesOnly.DocumentsPerSecond == 0 {
		t.Errorf("%d scores, %+v, %+v", len(labelled.Labelled), labelled.Index, labelled.ShinglesOnly)
	}
	var predictions []DuplicatePrediction
	for d := json.NewDecoder(&out); d.More(); {
		var p DuplicatePrediction
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		predictions = append(predictions, p)
	}
	if len(predictions) != 8 {
		t.Fatalf("%d predictions", len(predictions))
	}
	if p := predictions[7]; string(p.ID) != "10" || p.Verdict != news.Excerpt || string(p.Leader) != "7" || p.Rule != news.RuleContained || p.Of == nil {
		t.Errorf("prediction %+v", p)
	}
	for _, want := range []string{"distractors merged", "match", "0 of 1", "folding and shingling alone"} {
		if table := report.Table(); !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}

func TestRunDuplicatesSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ lines, labels, want string }{
		{"", `[]`, "s.jsonl: no file with"},
		{`{"id": 1, "kind": "orig", "text": "x"}`, ``, "s.jsonl:1: no id, or no cluster"},
		{`{"id": 1, "text": "x", "date": "yesterday"}`, `[{"a":1,"b":2,"label":"D"}]`, `s.jsonl:1: date "yesterday"`},
		{`{"id": 1,`, ``, "s.jsonl:1: unexpected end"},
		{`{"id": 1, "text": "x"}` + "\n" + `{"id": 1, "text": "y"}`, `[{"a":1,"b":2,"label":"D"}]`, "s.jsonl:2: id 1 is that of document 1, too"},
		{`{"id": 1, "text": "x"}`, `[{"a":1,"b":2,"label":"D"}]`, "s_labels.json: label 1: a 1 and b 2"},
		{`{"id": 1, "text": "x"}` + "\n" + `{"id": 2, "text": "y"}`, `[{"a":1,"b":2,"label":"Q"}]`, `label "Q" is not`},
		{`{"id": 1, "text": "x"}`, `{}`, "s_labels.json: not an array"},
	} {
		dir := t.TempDir()
		path := put(t, dir, "s.jsonl", tt.lines)
		if tt.labels != "" {
			put(t, dir, "s_labels.json", tt.labels)
		}
		if _, err := RunDuplicates(context.Background(), []string{path}, DuplicateOptions{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.lines, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := RunDuplicates(ctx, []string{streams(t)}, DuplicateOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDetectorsFindingsAreCounted(t *testing.T) {
	none := func(context.Context, []Document) ([]Finding, error) { return nil, nil }
	if _, err := RunDuplicates(context.Background(), []string{streams(t)}, DuplicateOptions{Detect: none}); !errors.Is(err, errFindings) {
		t.Errorf("no findings: %v", err)
	}
	report, err := RunDuplicates(context.Background(), []string{streams(t)}, DuplicateOptions{Detect: ShinglesOnly})
	if err != nil {
		t.Fatal(err)
	}
	if s := report.Streams[1]; len(s.Labelled) != 5 || s.Labelled[0].Recall.Value != 0 || s.Groups != 0 {
		t.Errorf("who finds nothing scores %+v", s.Labelled[0])
	}
}

func TestPairRates(t *testing.T) {
	pairs := []judged{
		{label{duplicate: true, weight: 3}, true},
		{label{duplicate: true, weight: 1}, false},
		{label{weight: 1}, true},
		{label{weight: 4}, false},
	}
	if got, want := ratesOf(pairs), (rates{0.75, 0.75, 0.75}); got != want {
		t.Errorf("rates %v, want %v", got, want)
	}
	if got := ratesOf(nil); got != (rates{}) {
		t.Errorf("rates of nothing %v", got)
	}
}

func TestBootstrap(t *testing.T) {
	var pairs []judged
	for i := range 200 {
		pairs = append(pairs, judged{label{duplicate: true, weight: float64(1 + i%2)}, i%10 > 1})
	}
	low, high := bootstrap(pairs)
	// A share of 0.8 of 200 has a standard error of 0.028, so that 1.96 of them are 0.055; weights add a little.
	if math.Abs(low[1]-0.74) > 0.02 || math.Abs(high[1]-0.86) > 0.02 || low[0] != 1 || high[0] != 1 {
		t.Errorf("from %v to %v", low, high)
	}
	if again, _ := bootstrap(pairs); again != low {
		t.Errorf("%v, then %v", low, again)
	}
	one := []judged{{label{duplicate: true, weight: 1}, true}, {label{weight: 9}, true}} // strata of one never change
	if low, high := bootstrap(one); low != high || low[0] != 0.1 {
		t.Errorf("from %v to %v", low, high)
	}
}
