package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marsad/pkg/news"
)

func TestDifferences(t *testing.T) {
	labels := func() news.Labels {
		return news.Labels{
			Topics:        []news.Topic{{Code: "11000000", Label: "politics", P: .9}, {Code: "04000000", Label: "economy", P: .6}},
			Places:        []news.Place{{Code: "MA", Name: "Morocco", Mentions: 3, InTitle: true}},
			Organisations: []news.Organisation{{ID: "nato", Name: "NATO", Mentions: 1}},
			Watches:       []news.Watch{{ID: "pacts", Score: 2, Matches: []news.WatchMatch{{Rule: "r", Text: "pact", Start: 1, End: 5}}}},
		}
	}
	for name, test := range map[string]struct {
		change func(*news.Labels)
		want   []string
	}{
		"nothing":     {func(*news.Labels) {}, nil},
		"probability": {func(l *news.Labels) { l.Topics[0].P = .5 }, nil},
		"order":       {func(l *news.Labels) { l.Topics[0], l.Topics[1] = l.Topics[1], l.Topics[0] }, nil},
		"nil":         {func(l *news.Labels) { l.Watches[0].Matches = append([]news.WatchMatch(nil), l.Watches[0].Matches...) }, nil},
		"topics": {
			func(l *news.Labels) { l.Topics[0] = news.Topic{Code: "15000000", Label: "sport"} },
			[]string{"-topic 11000000 politics", "+topic 15000000 sport"},
		},
		"renamed": {func(l *news.Labels) { l.Topics[0].Label = "politics and government" }, []string{"~topic 11000000 politics and government"}},
		"none": {
			func(l *news.Labels) { l.Topics, l.Abstained = nil, news.TooShort },
			[]string{"-topic 04000000 economy", "-topic 11000000 politics", "+no topic too_short"},
		},
		"places":        {func(l *news.Labels) { l.Places[0].Mentions++ }, []string{"~place MA Morocco"}},
		"organisations": {func(l *news.Labels) { l.Organisations[0].InTitle = true }, []string{"~organisation nato NATO"}},
		"matches":       {func(l *news.Labels) { l.Watches[0].Matches[0].Start = 0 }, []string{"~watch pacts"}},
		"watches": {
			func(l *news.Labels) { l.Watches = append(l.Watches, news.Watch{ID: "a"}); l.Watches[0].ID = "b" },
			[]string{"+watch a", "+watch b", "-watch pacts"},
		},
	} {
		before, after := labels(), labels()
		test.change(&after)
		var got []string
		for _, ch := range differences(before, after) {
			got = append(got, fmt.Sprint(ch))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if none := differences(news.Labels{}, news.Labels{Topics: []news.Topic{}, Watches: []news.Watch{}}); len(none) != 0 {
		t.Errorf("nil and empty differ: %v", none)
	}
}
