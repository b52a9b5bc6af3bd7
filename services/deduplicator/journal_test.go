package deduplicator

import (
	"bytes"
	"testing"
	"time"

	"marsad/pkg/news"
	"marsad/services/deduplicator/near"
	"marsad/services/deduplicator/story"
)

func someStep() step {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	item := news.NewID("item")
	return step{
		text: &near.Entry{Item: item, Number: 7, Leader: 3, Seen: at, Published: at.Add(-time.Hour), Print: near.PrintOf("ar", "مكتبة", library)},
		member: &member{
			item: item, story: news.NewID("story"), at: at, features: story.FeaturesOf("ar", "مكتبة", library),
		},
		move: &story.Move{Item: item, Story: news.NewID("other")},
	}
}

// FuzzStep: an entry that can be read is written again as it was, whatever the bytes.
func FuzzStep(f *testing.F) {
	entry, err := someStep().marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(entry)
	f.Add(entry[:len(entry)/2])
	f.Add([]byte{partMove, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := unmarshalStep(b)
		if err != nil {
			return
		}
		once, err := s.marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := unmarshalStep(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _ := again.marshal(); !bytes.Equal(once, twice) {
			t.Errorf("%x is written as %x, and that as %x", b, once, twice)
		}
	})
}
