package main

import (
	"strings"
	"testing"
)

func TestTopicFlag(t *testing.T) {
	for s, want := range map[string]string{
		"15000000": "15000000", "15": "15000000", "sport": "15000000", "Politics and government": "11000000", "رياضة": "15000000", "طقس": "17000000",
		"santé": "07000000", "sante": "07000000", "national security": "20000598",
	} {
		var f topicFlag
		if err := f.Set(s); err != nil || f.String() != want {
			t.Errorf("%q is %q, %v", s, f, err)
		}
	}
	for _, s := range []string{"", "1", "sp", "99000000", "gardening"} {
		var f topicFlag
		if err := f.Set(s); err == nil || !strings.Contains(err.Error(), "07000000 health") {
			t.Errorf("%q: err = %v", s, err)
		}
	}
}
