package langmodel

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"marsad/pkg/text/script"
)

// tiny knows two languages by a word each, and a script that one language has to itself.
func tiny(t testing.TB) []byte {
	t.Helper()
	c := Classifier{Script: script.Latin, Languages: []string{"en", "fr", Unknown}, Bias: []float32{0, 0, -1}, Scale: 0.1}
	for class, word := range []string{"the", "les", "qzx"} {
		Words(script.Latin, word, func(features []uint32) {
			for _, f := range features {
				c.Weights = append(c.Weights, Weight{f, uint8(class), 30})
			}
		})
	}
	var file bytes.Buffer
	if err := Write(&file, []Classifier{c, {Script: script.Thai, Languages: []string{"th"}, Bias: []float32{0}, Scale: 1}}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestClassify(t *testing.T) {
	m, err := Read(tiny(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in   script.Script
		s    string
		want string
	}{
		{script.Latin, "THE one", "en"}, {script.Latin, "les autres", "fr"}, {script.Latin, "qzx qzx", Unknown},
		{script.Latin, "مرصد", Unknown}, {script.Latin, "", Unknown}, {script.Thai, "ข่าว", "th"}, {script.Khmer, "ព័ត៌មាន", Unknown},
		{script.Latin, strings.Repeat("les ", 10_000), "fr"},
	} {
		lang, p := m.Classify(tt.in, tt.s)
		if lang != tt.want || p < 0 || p > 1 {
			t.Errorf("Classify(%v, %.20q) = %s (%.2f), want %s", tt.in, tt.s, lang, p, tt.want)
		}
	}
	if got := m.Languages(script.Latin); !slices.Equal(got, []string{"en", "fr", Unknown}) {
		t.Errorf("languages %v", got)
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		in   script.Script
		s    string
		want string
	}{
		{script.Latin, "L'usine, d'ÉTÉ 2025!", "l usine d été"},
		{script.Latin, "e\u0301te\u0301 İstanbul so\u00ADft", "été istanbul soft"},
		{script.Latin, "خبر news خبر", "news"},
		{script.Arabic, "قَـــالَ news می\u200Cشود", "قال می شود"},
		{script.Han, "新工厂今年开业", "新工厂今 年开业"},
		{script.Kana, "新しい工場", "新しい工 場"},
		{script.Latin, strings.Repeat("a", 30), strings.Repeat("a", 24) + " aaaaaa"},
		{script.Latin, "\u0301\u0301 \xff", ""},
	} {
		var got []string
		words(tt.in, tt.s, nil, func(word []rune) { got = append(got, string(word)) })
		if strings.Join(got, " ") != tt.want {
			t.Errorf("words of %q are %q, want %q", tt.s, got, tt.want)
		}
	}
}

func TestReadBroken(t *testing.T) {
	whole := tiny(t)
	for name, file := range map[string][]byte{
		"empty": nil, "other": []byte("something else"), "cut": whole[:len(whole)-9], "magic only": []byte(magic),
	} {
		if _, err := Read(file); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", name, err)
		}
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	if !bytes.Equal(tiny(t), tiny(t)) {
		t.Error("the same classifiers give different bytes")
	}
}

// FuzzReader reads what is no model inside: no panic, and what is read can classify.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x05Latin\x02en\x00\x00\x80\x3f\x00\x00\x00\x00\x01\x05\x01\x01\x00\x07"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		r := reader{rest: raw}
		if c := r.classifier(); c != nil && !r.broken {
			(&Model{byScript: map[script.Script]*classifier{script.Latin: c}}).Classify(script.Latin, "some news")
		}
	})
}
