package score

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"marsad/pkg/text/langmodel/sib200"
)

func TestStart(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"one two":                   "one two",
		" one  two three four five": "one two three four",
		"政府宣布新工厂今年开业":               "政府宣布新工厂今",
		"政府は新しい工場を発表した":          "政府は新しい工場",
		"รัฐบาลประกาศโรงงานใหม่": "รัฐบาลประกาศโรงง",
	} {
		if got := Start(in); got != want {
			t.Errorf("Start(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRun(t *testing.T) {
	sentences := []sib200.Sentence{
		{ID: "1", Code: "fra_Latn", Text: "un deux trois quatre fin"},
		{ID: "2", Code: "fra_Latn", Text: "une autre phrase de plus fin"},
		{ID: "3", Code: "dan_Latn", Text: "fin"},
		{ID: "4", Code: "wol_Latn", Text: "not told"},
	}
	guess := func(s string) (string, float64) { // French by its last word
		if strings.HasSuffix(s, "fin") {
			return "fr", 0.75
		}
		return "und", 0.25
	}
	var out bytes.Buffer
	report, err := Run(context.Background(), sentences, guess, Options{Predictions: &out})
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Targets; got != (Average{Languages: 1, Whole: 1}) {
		t.Errorf("targets %+v", got)
	}
	if got := report.All; got.Languages != 2 || math.Abs(got.Whole-0.5) > 1e-9 || got.Start != 0 {
		t.Errorf("all %+v", got)
	}
	if l := report.Languages[0]; l.Code != "dan_Latn" || l.Confusion != "fr" || l.Target {
		t.Errorf("Danish %+v", l)
	}
	if want := `{"id":"1","lang":"fr","p":0.75}` + "\n"; !strings.HasPrefix(out.String(), want) || strings.Count(out.String(), "\n") != 4 {
		t.Errorf("predictions %s", out.String())
	}
	if table := report.Table(); !strings.Contains(table, "targets") || !strings.Contains(table, "dan_Latn") {
		t.Errorf("table\n%s", table)
	}
	if _, err := Run(context.Background(), sentences[3:], guess, Options{}); !errors.Is(err, ErrNothing) {
		t.Errorf("nothing to score: %v", err)
	}
}
