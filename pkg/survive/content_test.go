package survive

import (
	"strings"
	"testing"

	"marsad/pkg/news"
)

// TestDifferences: whatever differs between two runs is told.
func TestDifferences(t *testing.T) {
	clean := Content{1: {Outcome: news.Archived, Text: "a", Group: 1}, 2: {Outcome: news.Archived, Text: "a", Group: 1}}
	if lines := clean.Differences(Content{1: clean[1], 2: clean[2]}, 10); len(lines) > 0 {
		t.Errorf("the same differs: %v", lines)
	}
	for name, tc := range map[string]struct {
		other Content
		want  string
	}{
		"lost":        {Content{1: clean[1]}, "item 2 is not there"},
		"too much":    {Content{1: clean[1], 2: clean[2], 3: {}}, "item 3 should not be there"},
		"other text":  {Content{1: clean[1], 2: {Outcome: news.Archived, Text: "b", Group: 1}}, "item 2: Text is b, not a"},
		"other group": {Content{1: clean[1], 2: {Outcome: news.Archived, Text: "a", Group: 2}}, "item 2: Group is 2, not 1"},
		"dead":        {Content{1: clean[1], 2: {Outcome: news.Dead}}, "item 2: Outcome is dead, not archived"},
	} {
		if lines := clean.Differences(tc.other, 10); strings.Join(lines, "\n") != tc.want {
			t.Errorf("%s: %q, want %q", name, lines, tc.want)
		}
	}
}
