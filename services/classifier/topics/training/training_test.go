package training

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/text"
	"marsad/services/classifier/topics"
)

// made are articles on sport and on politics, from a dozen sources, in words of which
// the lexicon knows few.
func made(lang string, n int) []Article {
	say := [2]string{"zalor mirun the team played the zalor mirun season", "quven tarib the party held the quven tarib debate"}
	code := [2]string{"15000000", "11000000"}
	var articles []Article
	for i := range n {
		k := i % 2
		articles = append(articles, Article{
			Source: fmt.Sprintf("s%d", i%12), Lang: lang, Title: strings.Fields(say[k])[i/2%2],
			Text: say[k] + fmt.Sprintf(" and w%d followed", i%7), Topics: []string{code[k]},
		})
	}
	return articles
}

func TestTrain(t *testing.T) {
	labelled := slices.Concat(made("en", 120), made("ar", 60))
	texts := made("en", 60)
	learned, err := Train(t.Context(), labelled, texts, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(learned) != 2 || learned[0].Lang != "ar" || learned[1].Lang != "en" || learned[1].Texts != 60 || learned[0].Texts != 0 {
		t.Fatalf("learned %+v", learned)
	}
	for _, l := range learned {
		for i, a := range l.Articles {
			if best := l.HeldOut[i].Best(); topics.Names[best].Code != a.Topics[0] {
				t.Errorf("%s, article %d is %s: %s", l.Lang, i, a.Topics, topics.Names[best].Code)
			}
		}
		c := topics.NewClassifier(0, l.Model)
		r := c.Classify(l.Lang, text.Tokens("quven"), text.Tokens("tarib tarib debate quven and seven other words of no meaning"))
		if len(r.Topics) == 0 || r.Topics[0].Code != "11000000" {
			t.Errorf("%s: %+v", l.Lang, r.Topics)
		}
	}
}

func TestTrainTwice(t *testing.T) {
	files := [2]bytes.Buffer{}
	for i := range files {
		learned, err := Train(t.Context(), made("fr", 80), made("fr", 40), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := learned[0].Model.Write(&files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("the same articles gave different models")
	}
}

// TestHeldOut: an article of a source is judged by a model that never saw that source.
func TestHeldOut(t *testing.T) {
	articles := made("ar", 120)
	for i := range articles {
		if articles[i].Source == "s1" { // this source alone calls politics sport
			articles[i].Topics = []string{"15000000"}
		}
	}
	learned, err := Train(t.Context(), articles, nil, Options{HeldOutOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if learned[0].Model != nil {
		t.Error("a model was made all the same")
	}
	for i, a := range learned[0].Articles {
		if best := topics.Names[learned[0].HeldOut[i].Best()].Code; a.Source == "s1" && best != "11000000" {
			t.Errorf("article %d was seen: %s", i, best)
		}
	}
	fold, folds := Folds(made("en", 30)[:5])
	if folds != minFolds || fold[4] != 4 {
		t.Errorf("few sources: %v of %d", fold, folds)
	}
}

// TestFitAndCalibrate: what others can use apart from Train.
func TestFitAndCalibrate(t *testing.T) {
	articles := made("ar", 120)
	model, err := Fit(t.Context(), "ar", slices.Concat(articles, made("en", 2)))
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]topics.Scores, len(articles))
	for i, a := range articles {
		scores[i] = model.Score(text.Tokens(a.Title), text.Tokens(a.Text))
		if best := scores[i].Best(); topics.Names[best].Code != a.Topics[0] {
			t.Errorf("article %d is %s: %s", i, a.Topics, topics.Names[best].Code)
		}
	}
	before := CalibrateAcross(articles, scores)
	for i := range articles {
		if articles[i].Source == "s1" {
			articles[i].Topics = []string{"17000000"}
		}
	}
	for i, p := range CalibrateAcross(articles, scores) {
		if seen := p != before[i]; seen == (articles[i].Source == "s1") {
			t.Errorf("article %d of %s was calibrated by the labels of its own source", i, articles[i].Source)
		}
	}
}

// TestFit finds the weights that a formula gives: with one article of each class, on
// opposite sides, w minimises ½w² + 2·log(1 + exp(-w)).
func TestFit(t *testing.T) {
	p := problem{
		rows:  []Row{{[]int32{0}, []float32{1}}, {[]int32{0}, []float32{-1}}},
		has:   []bool{true, false},
		prior: []float64{0}, cost: 1, balanced: true,
	}
	s := p.fit()
	if w := s.weights[0]; math.Abs(w-2*topics.Sigmoid(-w)) > 1e-3 || math.Abs(s.bias) > 1e-3 {
		t.Errorf("w = %v, bias %v", w, s.bias)
	}
	if weights, bias := Regress(p.rows, p.has, 1, 1, true); weights[0] != s.weights[0] || bias != s.bias {
		t.Errorf("Regress: %v, bias %v", weights, bias)
	}
	p.prior, p.cost = []float64{3}, 1e-6
	if s := p.fit(); math.Abs(s.weights[0]-3) > 1e-3 {
		t.Errorf("without evidence, w = %v and not the prior", s.weights[0])
	}
}

func TestLexicon(t *testing.T) {
	for _, lang := range Languages {
		lex, err := readLexicon(lexiconText, lang)
		if err != nil {
			t.Fatal(err)
		}
		have := map[int]bool{}
		for _, of := range lex.topics {
			for _, topic := range of {
				have[topic] = true
			}
		}
		if len(have) != topics.Count {
			t.Errorf("%s has words for %d topics of %d", lang, len(have), topics.Count)
		}
	}
	for _, bad := range []string{"15000000", "15000000 en", "99000000 en word", "15000000 en three_words_here"} {
		if _, err := readLexicon("# a comment\n"+bad+"\n", "en"); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: err = %v", bad, err)
		}
	}
}

func TestRead(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(folder); err == nil || !strings.Contains(err.Error(), "annotated") {
		t.Errorf("empty folder: err = %v", err)
	}
	write("annotated.jsonl", `{"id":"a","src":"s","lang":"en","title":"T","text":"B","topics":["15","11"],"flags":["def"]}`+"\n"+
		`{"id":7,"src":"s","lang":"en","title":"T","text":"B","topics":["00"],"flags":[]}`+"\n")
	write("other.jsonl", `{"source":"x","lang":"ar","title":"T","text":"B","label":"sport"}`+"\n")
	articles, err := Read(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(articles) != 2 || !slices.Equal(articles[0].Topics, []string{"15000000", "11000000", topics.NationalSecurity}) || len(articles[1].Topics) != 0 || string(articles[1].ID) != "7" {
		t.Errorf("articles = %+v", articles)
	}
	texts, err := ReadTexts(folder)
	if err != nil || len(texts) != 1 || texts[0].Source != "x" || len(texts[0].Topics) != 0 {
		t.Errorf("texts = %+v, %v", texts, err)
	}
	write("annotated2.jsonl", `{"topics":["77"]}`)
	if _, err := Read(folder); err == nil || !strings.Contains(err.Error(), "line 1") || !strings.Contains(err.Error(), `"77000000"`) && !strings.Contains(err.Error(), `"77"`) {
		t.Errorf("unknown topic: err = %v", err)
	}
}
