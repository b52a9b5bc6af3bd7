package score

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"marsad/pkg/news"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

func judged(codes string, p map[string]float64) Judged {
	j := Judged{Article: training.Article{ID: json.RawMessage(`"x"`), Lang: "en", Source: "s", Topics: strings.Fields(codes)}, Threshold: .5}
	for code, v := range p {
		j.Probabilities[topics.Index(code)] = v
	}
	return j
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestTopicReport(t *testing.T) {
	const sport, politics = "15000000", "11000000"
	unsure := judged(sport, map[string]float64{sport: .4, politics: .3})
	unsure.Abstained = news.LowConfidence
	foreign := judged(sport, nil)
	foreign.Abstained = news.UnsupportedLanguage
	list := []Judged{
		judged(sport, map[string]float64{sport: .9}),                               // right
		judged(politics, map[string]float64{sport: .8}),                            // wrong
		judged(sport+" "+politics, map[string]float64{politics: .95, sport: .6}),   // both
		judged(sport+" "+politics, map[string]float64{politics: .45, sport: .675}), // one of two
		unsure, // right, had it dared
		foreign,
		judged("", map[string]float64{sport: 1}), // no article
	}
	s := NewTopicReport(list).Languages[0]
	if s.Articles != 6 {
		t.Fatalf("articles = %d", s.Articles)
	}
	near(t, "main", s.Main, 4./6)
	near(t, "coverage", s.Coverage, 4./6)
	near(t, "covered", s.Covered, 3./4)
	near(t, "main of the 80 % surest", s.Main80, 3./4)
	near(t, "micro", s.Micro, 2*5./(6+8)) // said: 5 sport, 1 politics; there are 5 and 3
	near(t, "macro", s.Macro, (2*4./(5+5)+2*1./(1+3))/17)
	near(t, "ECE", s.ECE, (math.Abs(.95-1)+math.Abs(.9-1)+.8+math.Abs(.675-1)+math.Abs(.4-1)+0)/6)
	if table := NewTopicReport(list).Table(); !strings.Contains(table, "15000000 sport") {
		t.Errorf("table:\n%s", table)
	}
}

func TestRunTopics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "annotated.jsonl")
	lines := `{"id":1,"src":"a","lang":"en","title":"Striker scores twice","text":"The football team won the match after two goals in the second half, and the coach praised the players of the club.","topics":["15"],"flags":[]}
{"id":2,"src":"b","lang":"de","title":"Wahl","text":"Der Bundestag hat gewählt.","topics":["11"],"flags":[]}
`
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	report, err := RunTopics(t.Context(), path, TopicOptions{Rounds: 1, Predictions: &out})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Languages) != 2 || report.Languages[1].Main != 1 || len(report.Speeds) != 5 || report.Speeds[0].Share != 1 {
		t.Errorf("report = %s", report.Table())
	}
	var first, second TopicPrediction
	d := json.NewDecoder(&out)
	if err := d.Decode(&first); err != nil {
		t.Fatal(err)
	}
	if err := d.Decode(&second); err != nil {
		t.Fatal(err)
	}
	if string(first.ID) != "1" || len(first.Topics) == 0 || first.Topics[0].Code != "15000000" || first.Abstained {
		t.Errorf("first = %+v", first)
	}
	if second.Topics == nil || !second.Abstained || second.Reason != news.UnsupportedLanguage {
		t.Errorf("second = %+v", second)
	}
}
