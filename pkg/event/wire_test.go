package event_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/event"
	"marsad/pkg/news"
)

var update = flag.Bool("update", false, "write wire samples that are missing; existing ones are never changed")

func samples() map[string]event.Payload {
	at := time.Date(2026, 1, 28, 9, 30, 0, 123456000, time.UTC)
	ref := news.Ref{Item: news.NewID("url", "https://news.example/1"), Revision: 1}
	head := event.Head{
		Ref:     ref,
		Source:  event.Source{ID: news.NewID("source", "x"), Name: "المثال", PublisherID: news.NewID("publisher", "المثال"), Publisher: "المثال", Lang: "ar", Country: "MA"},
		FoundAt: at,
		Trail:   []news.Step{{Service: "fetcher", At: at, TookMS: 12.5, Note: "page_gone"}},
	}
	article := news.Article{
		ID: ref.Item, Source: "المثال", Publisher: "المثال", URL: "https://news.example/1", CanonicalURL: "https://news.example/1",
		Title: "افتتاح خط قطار جديد", Authors: []string{"ليلى منصور"}, Published: &at, Lang: "ar", Direction: news.RightToLeft,
		Words: 4, Completeness: news.CompleteFull, Text: "افتتح اليوم خط قطار.\n\nيربط مدينتين.",
	}
	leader := news.NewID("url", "https://other.example/1")
	verdict := news.Verdict{Kind: news.Copy, Of: &leader, Similarity: 1, Rule: "text"}
	labels := news.Labels{Topics: []news.Topic{}, Places: []news.Place{{Code: "MA", Name: "Morocco", Mentions: 2}}, Organisations: []news.Organisation{}, Watches: []news.Watch{}}
	story := news.Story{ID: leader, Title: "قطار", Articles: 2, Publishers: 2}
	return map[string]event.Payload{
		"fetched":      &event.Fetched{Head: head, URL: "https://news.example/1"},
		"cleaned":      &event.Cleaned{Head: head, Article: article},
		"deduplicated": &event.Deduplicated{Head: head, Article: article, Verdict: verdict, Story: leader},
		"classified":   &event.Classified{Head: head, Article: article, Verdict: verdict, Story: leader, Labels: labels},
		"dropped":      &event.Ended{Head: head, Outcome: news.Dropped, Stage: "cleaner", Reason: "no_text"},
		"dead": &event.Ended{Head: head, Outcome: news.Dead, Stage: "cleaner", Reason: "undecodable", Error: "unexpected end of JSON input", Attempts: 1,
			Failed: &event.Message{Subject: event.KindFetched.Subject(ref), Header: map[string][]string{"ce-type": {"marsad.news.fetched.v1"}}, Data: []byte("{")}},
		"archived": &event.Archived{Head: event.Head{Ref: ref}, ArchivedAt: at,
			Record: news.Record{ItemID: ref.Item, Revision: 1, Outcome: news.Archived, Article: &article, Verdict: &verdict, Story: &story, Labels: labels, Trail: head.Trail}},
	}
}

// TestGolden holds the promise that what was once written decodes for ever.
func TestGolden(t *testing.T) {
	for name, want := range samples() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".v1.json")
			if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && *update {
				writeSample(t, path, want)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var sample struct {
				Subject string              `json:"subject"`
				Header  map[string][]string `json:"header"`
				Data    json.RawMessage     `json:"data"`
			}
			if err := json.Unmarshal(raw, &sample); err != nil {
				t.Fatal(err)
			}
			got, err := event.Decode(&event.Message{Subject: sample.Subject, Header: sample.Header, Data: sample.Data})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error("decoded sample (-want +got):\n" + diff)
			}
		})
	}
}

func writeSample(t *testing.T, path string, p event.Payload) {
	t.Helper()
	m, err := event.Encode(p, "test", time.Date(2026, 1, 28, 9, 30, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.MarshalIndent(map[string]any{"subject": m.Subject, "header": m.Header, "data": json.RawMessage(m.Data)}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	for name, want := range samples() {
		m, err := event.Encode(want, "test", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Decode(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDecodeMalformed(t *testing.T) {
	good, err := event.Encode(samples()["cleaned"], "test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(m *event.Message){
		"subject without key":   func(m *event.Message) { m.Subject = "news.cleaned" },
		"unknown kind":          func(m *event.Message) { m.Subject = "news.boiled." + samples()["cleaned"].Header().Key() },
		"type of another kind":  func(m *event.Message) { m.Set(event.HeaderType, event.KindFetched.Type()) },
		"type of a later epoch": func(m *event.Message) { m.Set(event.HeaderType, "marsad.news.cleaned.v2") },
		"no JSON":               func(m *event.Message) { m.Data = []byte("{") },
		"about another item": func(m *event.Message) {
			m.Subject = event.KindCleaned.Subject(news.Ref{Item: news.NewID("y"), Revision: 1})
		},
	} {
		m := &event.Message{Subject: good.Subject, Header: map[string][]string{event.HeaderType: good.Header[event.HeaderType]}, Data: good.Data}
		spoil(m)
		if p, err := event.Decode(m); !errors.Is(err, event.ErrMalformed) {
			t.Errorf("%s: decoded to %v, %v; want ErrMalformed", name, p, err)
		}
	}
}

func TestGenerationTravels(t *testing.T) {
	for _, kind := range []string{"cleaned", "archived"} {
		p := samples()[kind]
		p.Header().Generation = 3
		m, err := event.Encode(p, "test", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Get(event.HeaderGeneration); got != "3" {
			t.Errorf("%s: %s = %q, want 3", kind, event.HeaderGeneration, got)
		}
		got, err := event.Decode(m)
		if err != nil || got.Header().Generation != 3 {
			t.Errorf("%s: decoded generation %d, %v; want 3", kind, got.Header().Generation, err)
		}
	}
}
