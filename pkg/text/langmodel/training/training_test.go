package training

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"marsad/pkg/text/langmodel"
	"marsad/pkg/text/langmodel/sib200"
	"marsad/pkg/text/script"
)

// own is a small corpus written for tests.
func own(t *testing.T) []sib200.Sentence {
	t.Helper()
	file, err := os.ReadFile("../../testdata/languages.txt")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for _, code := range sib200.Targets {
		codes[sib200.Language(code)] = code
	}
	var sentences []sib200.Sentence
	for line := range strings.Lines(string(file)) {
		if lang, text, ok := strings.Cut(line, "\t"); ok {
			sentences = append(sentences, sib200.Sentence{Code: codes[lang], Text: text})
		}
	}
	return sentences
}

func TestWrite(t *testing.T) {
	sentences, opts := own(t), Options{Epochs: 3, PerLanguage: 500}
	passes := 0
	opts.Progress = func(done, total int) {
		if passes++; done != passes || done > total {
			t.Errorf("pass %d of %d, after %d", done, total, passes)
		}
	}
	var one, two bytes.Buffer
	results, err := Write(context.Background(), &one, sentences, opts)
	if err != nil {
		t.Fatal(err)
	}
	opts.Progress = nil
	if _, err := Write(context.Background(), &two, sentences, opts); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("the same sentences give different bytes")
	}
	for _, r := range results {
		if r.Sentences == 0 || r.Whole.Right > r.Whole.Of || r.Weights > 500*len(r.Languages) {
			t.Errorf("%+v", r)
		}
	}
	m, err := langmodel.Read(one.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, s := range sentences {
		if lang, _ := m.Classify(scriptOf(s.Text), s.Text); lang == sib200.Language(s.Code) {
			right++
		}
	}
	if right < len(sentences)*95/100 {
		t.Errorf("of the %d sentences learned, %d are told right", len(sentences), right)
	}
}

func TestWriteNothing(t *testing.T) {
	if _, err := Write(context.Background(), &bytes.Buffer{}, nil, Options{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("no sentences: %v", err)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Write(stopped, &bytes.Buffer{}, own(t), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestVariants(t *testing.T) {
	if got := latinSerbian.Replace("Љубав и њива"); got != "Ljubav i njiva" {
		t.Errorf("Serbian in Latin: %q", got)
	}
	if got := bare("Łódź, él, İş"); got != "Lodz, el, Is" {
		t.Errorf("without marks: %q", got)
	}
	if got := scriptOf(kanji("政府は新しい工場を発表した")); got != script.Han {
		t.Errorf("without kana: %v", got)
	}
	if one, two := nonsense("some news", 1), nonsense("some news", 1); one != two || len(one) != 9 {
		t.Errorf("nonsense %q, %q", one, two)
	}
}
