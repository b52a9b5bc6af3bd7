package classifier

import (
	"testing"

	"marsad/pkg/event"
	"marsad/pkg/news"
)

func TestProcess(t *testing.T) {
	in := &event.Deduplicated{
		Head:    event.Head{Ref: news.Ref{Item: news.NewID("a"), Revision: 1}},
		Article: news.Article{Title: "زيارة إلى المغرب", Text: "وصل الوفد المصري إلى الرباط."},
		Verdict: news.Verdict{Kind: news.Original}, Story: news.NewID("a"),
	}
	out, err := processor{}.Process(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := out[0].(*event.Classified)
	if got.Ref != in.Ref || got.Story != in.Story || got.Verdict.Kind != news.Original || got.Article.Title != in.Article.Title {
		t.Errorf("lost on the way: %+v", got)
	}
	codes := map[string]bool{}
	for _, p := range got.Places {
		codes[p.Code] = true
	}
	if !codes["MA"] || !codes["EG"] {
		t.Errorf("places = %v", got.Places)
	}
	if nothing := Classify(news.Article{}); nothing.Topics == nil || nothing.Places == nil || nothing.Organisations == nil || nothing.Watches == nil {
		t.Errorf("lists without entries are nil: %+v", nothing)
	}
}
