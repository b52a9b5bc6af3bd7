package watches_test

import (
	"os"
	"testing"

	"github.com/goccy/go-yaml"

	"marsad/pkg/phrases"
	"marsad/pkg/places"
	"marsad/pkg/watches"
)

// label prepares a text as the classifier does.
func label(title, body, lang string) watches.Article {
	a := watches.Article{Lang: lang, TitleRaw: title, BodyRaw: body, Title: phrases.Prepare(title), Body: phrases.Prepare(body)}
	for _, m := range places.Locate(a.Title, a.Body) {
		a.Places = append(a.Places, watches.Span{ID: m.Code, InTitle: m.InTitle, From: m.From, To: m.To})
	}
	return a
}

// TestExamples runs the examples of the file that is shipped.
func TestExamples(t *testing.T) {
	raw, err := os.ReadFile("../../watches.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, mistakes := watches.Parse(raw, watches.Names{})
	for _, m := range mistakes {
		t.Errorf("watches.example.yaml:%v", m)
	}
	if f == nil {
		t.FailNow()
	}
	set := watches.Compile(f)
	for _, w := range f.Watches {
		for _, ex := range w.Match {
			if !matches(set, w.ID, ex) {
				t.Errorf("%s, line %d: should match: %s", w.ID, ex.Place.Line, ex.Text)
			}
		}
		for _, ex := range w.NoMatch {
			if matches(set, w.ID, ex) {
				t.Errorf("%s, line %d: should not match: %s", w.ID, ex.Place.Line, ex.Text)
			}
		}
	}
}

func matches(set *watches.Set, id string, ex watches.Example) bool {
	for _, w := range set.Match(label(ex.Title, ex.Text, ex.Lang)) {
		if w.ID == id {
			return true
		}
	}
	return false
}

// sample is a text of testdata: only a text, or with a title.
type sample struct{ Title, Text string }

// UnmarshalYAML takes a plain text too.
func (s *sample) UnmarshalYAML(raw []byte) error {
	if yaml.Unmarshal(raw, &s.Text) == nil {
		return nil
	}
	type plain sample
	return yaml.Unmarshal(raw, (*plain)(s))
}

// TestMoroccoDefence runs the texts that were written for the example watch.
func TestMoroccoDefence(t *testing.T) {
	raw, err := os.ReadFile("../../watches.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := watches.Load(raw, watches.Names{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		match bool
		least int
	}{"match": {true, 25}, "no_match": {false, 60}} {
		samples := readSamples(t, "testdata/morocco-defence/"+name+".yaml")
		if len(samples) < want.least {
			t.Errorf("%s: %d texts, want at least %d", name, len(samples), want.least)
		}
		for i, s := range samples {
			if matches(set, "morocco-defence", watches.Example{Title: s.Title, Text: s.Text}) != want.match {
				t.Errorf("%s %d: match is not %v: %s %s", name, i+1, want.match, s.Title, s.Text)
			}
		}
	}
}

func readSamples(t *testing.T, path string) (samples []sample) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, &samples); err != nil {
		t.Fatal(err)
	}
	return samples
}
