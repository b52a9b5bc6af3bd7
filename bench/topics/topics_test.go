package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marsad/services/classifier/score"
	"marsad/services/classifier/topics"
	"marsad/services/classifier/topics/training"
)

// kinds of made-up articles, and their words.
var kinds = []struct{ section, code, words string }{
	{"sport", sport, "زالور ميرون كادف لعبوا"},
	{"middleEast", politics, "كوفن طارب نزال اجتمعوا"},
	{"economy", economy, "بلاتور سنكيف درمال باعوا"},
}

// made is an article of a kind; some words tell nothing.
func made(i, sources int) training.Article {
	k := kinds[i%len(kinds)]
	words := strings.Fields(k.words)
	return training.Article{
		ID: fmt.Appendf(nil, "%d", i), Source: fmt.Sprintf("s%d", i/len(kinds)%sources), Lang: "ar", Topics: []string{k.code},
		Title: words[i/3%4] + " " + words[i/7%4],
		Text:  fmt.Sprintf("في %s من و%d ثم %s على كل حال وبعد ذلك ايضا س%d", words[i/5%4], i%11, words[i/2%4], i%13),
	}
}

func madeUp(n, sources int) []training.Article {
	articles := make([]training.Article, n)
	for i := range articles {
		articles[i] = made(i, sources)
	}
	return articles
}

func TestPeers(t *testing.T) {
	articles := madeUp(180, 12)
	for name, learn := range map[string]learner{"regression": tuned.learn, "one against the rest": naiveBayes(true, smoothing), "one of all": naiveBayes(false, smoothing)} {
		scores, err := leftOut(t.Context(), articles, learn)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range [][]topics.Scores{squashed(scores), training.CalibrateAcross(articles, scores)} {
			s := score.NewTopicReport(judge(articles, p)).Languages[0]
			if s.Main < .99 || s.Micro < .99 {
				t.Errorf("%s: main %.3f, micro F1 %.3f", name, s.Main, s.Micro)
			}
		}
		if scores[0][topics.Index(culture)] > never/2 {
			t.Errorf("%s: culture, which no article has, got %v", name, scores[0][topics.Index(culture)])
		}
	}
}

// TestNaiveBayes: two articles of one word each, by hand.
func TestNaiveBayes(t *testing.T) {
	is, other := topics.Index(sport), topics.Index(economy)
	bags := []bag{{[]int32{0}, []float32{3}}, {[]int32{1}, []float32{1}}}
	of := make([]labels, 2)
	of[0][is], of[1][other] = true, true
	for _, c := range []struct {
		oneVsRest bool
		want      float64
	}{
		{true, math.Log(4./5) - math.Log(1./3)}, // (3+1)/(3+2) among those with, (0+1)/(1+2) among the rest
		{false, math.Log(4. / 5)},
	} {
		score := naiveBayes(c.oneVsRest, 1)(bags, of, 3)
		if got := score(bag{[]int32{0, 2}, []float32{1, 1}}); math.Abs(got[is]-c.want) > 1e-9 {
			t.Errorf("one against the rest %v: %v, want %v", c.oneVsRest, got[is], c.want)
		}
	}
}

func TestSquashedKeepsOrder(t *testing.T) {
	var s topics.Scores
	for k := range s {
		s[k] = math.Pow(3, float64(k-5))
	}
	p := squashed([]topics.Scores{s})[0]
	if !slices.IsSorted(p[:]) || len(slices.Compact(slices.Clone(p[:]))) != len(p) || p[len(p)-1] >= 1 {
		t.Errorf("%v became %v", s, p)
	}
}

func TestSections(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, n, sources int, section func(i int) string) {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		packed := gzip.NewWriter(file)
		lines := json.NewEncoder(packed)
		for i := range n {
			a := made(i, sources)
			if err := lines.Encode(map[string]string{"source": a.Source, "label": section(i), "lang": a.Lang, "title": a.Title, "text": a.Text}); err != nil {
				t.Fatal(err)
			}
		}
		if err := packed.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write("ant.jsonl.gz", 60, 2, func(i int) string { return kinds[i%3].section })
	write("sanad.jsonl.gz", 61, 1, func(i int) string {
		if i == 60 {
			return "Religion" // which the other does not have
		}
		return []string{"Sports", "Politics", "Finance"}[i%3]
	})
	words := dictionary{}
	ant, err := readSections(filepath.Join(folder, "ant*.jsonl.gz"), words)
	if err != nil {
		t.Fatal(err)
	}
	sanad, err := readSections(filepath.Join(folder, "sanad*.jsonl.gz"), words)
	if err != nil || len(sanad) != 60 {
		t.Fatalf("%d articles, %v", len(sanad), err)
	}
	unread, err := withoutSources(t.Context(), madeUp(180, 12), ant)
	if err != nil {
		t.Fatal(err)
	}
	all := splits(sanad, ant)
	if len(all) != 5 || len(all[1].train) != 30 || len(all[1].test) != 30 || all[1].train[0].Source == all[1].test[0].Source {
		t.Fatalf("%d splits: %+v", len(all), all)
	}
	for _, s := range all[:2] {
		for _, c := range contenders(words, unread) {
			counts, err := told(t.Context(), c, s)
			if err != nil {
				t.Fatal(err)
			}
			if accuracy, macro, articles, sections := counts.figures(); accuracy < 1 || macro < 1 || articles != len(s.test) || sections != 3 {
				t.Errorf("%s, %s: accuracy %v, macro F1 %v of %d articles in %d sections", s.name, c.name, accuracy, macro, articles, sections)
			}
		}
	}
	if _, err := withoutSources(t.Context(), madeUp(60, 2), ant); err == nil {
		t.Error("a model was made of the sources it is scored on")
	}
}

func TestFigures(t *testing.T) {
	var c confusion
	c[classes[0]][classes[0]], c[classes[0]][classes[1]], c[classes[1]][classes[1]] = 1, 1, 2
	if accuracy, macro, articles, sections := c.figures(); accuracy != .75 || math.Abs(macro-(2./3+4./5)/2) > 1e-9 || articles != 4 || sections != 2 {
		t.Errorf("accuracy %v, macro F1 %v of %d articles in %d sections", accuracy, macro, articles, sections)
	}
}

func TestThinned(t *testing.T) {
	for _, n := range []int{most, most + 1, 3 * most} {
		if got := len(thinned(make([]filed, n))); got > most || got < most/2 {
			t.Errorf("%d of %d", got, n)
		}
	}
}

// TestMemory holds what is loaded below what is promised.
func TestMemory(t *testing.T) {
	all, err := loadAll(madeUp(600, 3))
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, l := range all {
		t.Logf("%s: %d kB", l.name, l.bytes>>10)
		sum += l.bytes
	}
	if len(all) != 4 || sum > 25e6 {
		t.Errorf("%d things take %d MB", len(all), sum/1e6)
	}
}
