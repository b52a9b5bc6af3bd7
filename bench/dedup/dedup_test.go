package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"marsad/services/deduplicator/score"
)

func TestPeers(t *testing.T) {
	story := func(seed, from, to int) string {
		words := make([]string, 0, to-from)
		for i := from; i < to; i++ {
			words = append(words, fmt.Sprintf("كلمة%d", (i*7919+seed)%10_007))
		}
		return strings.Join(words, " ")
	}
	documents := []score.Document{
		{Text: story(1, 0, 200)},
		{Text: story(5000, 0, 180)},
		{Text: story(1, 0, 200)},
		{Text: strings.ReplaceAll(story(1, 0, 200), "ك", "كـَ")}, // spelt in another way
		{Text: "كلمتان"},
	}
	for i := range documents {
		documents[i].ID = json.RawMessage(fmt.Sprint(i))
	}
	for _, p := range peers[2:] {
		t.Run(p.name, func(t *testing.T) {
			got, err := p.detect(context.Background(), documents)
			if err != nil || len(got) != len(documents) {
				t.Fatalf("%d findings, %v", len(got), err)
			}
			spelling := 3
			if strings.Contains(p.name, "folded") {
				spelling = 0
			}
			for i, leader := range []int{0, 1, 0, spelling, 4} {
				if got[i].Leader != leader {
					t.Errorf("document %d is in the group of %d, want %d", i, got[i].Leader, leader)
				}
			}
		})
	}
}

func TestBandsAndRows(t *testing.T) {
	if b, r := bandsAndRows(0.7, 256); b != 25 || r != 10 {
		t.Errorf("%d bands of %d rows, want the 25 of 10 that text-dedup documents", b, r)
	}
}
