package names

import (
	"fmt"
	"strings"
	"testing"

	"marsad/pkg/phrases"
)

func TestLocate(t *testing.T) {
	const a, b, c = 0, 1, 2
	named := []string{"a", "b", "c"}
	type row struct {
		thing int32
		name  string
	}
	for _, tt := range []struct {
		name  string
		rows  []row
		title string
		body  string
		want  string // where there are several, in order
	}{
		{"nothing", nil, "x", "y", ""},
		{"longest", []row{{a, "red"}, {b, "red cross"}}, "", "red cross, red", "b a"},
		{"from left to right", []row{{a, "red cross"}, {b, "cross country"}}, "", "red cross country", "a"},
		{"title first", []row{{a, "red"}, {b, "blue"}}, "blue", "red", "b' a"},
		{"as it stands before without particles", []row{{a, "وفا"}, {b, "فا"}, {c, "ا"}}, "", "وفا وفا", "a a"},
		{"particles", []row{{a, "مغرب"}}, "", "ومغرب", "a"},
		{"capital, as in the file", []row{{a, "Red"}, {b, "blue"}}, "", "red Red blue Blue", "a b b"},
		{"upper", []row{{a, "^WHO"}}, "", "Who who WHO", "a"},
		{"upper in a headline of capitals", []row{{a, "^WHO"}}, "PEOPLE WHO KNEW", "the WHO knew", "a"},
		{"alone", []row{{a, "~Jordan"}}, "", "Jordan is; Michael Jordan, Jordan Smith, In Jordan", "a a"},
		{"dotted", []row{{a, "!مجري"}}, "", "مجرى مجري", "a"},
		{"weak without firm", []row{{a, "?red"}}, "", "red red", ""},
		{"weak with firm", []row{{a, "?red"}, {a, "crimson"}}, "red", "crimson", "a' a"},
		{"weak with a clue", []row{{a, "?red"}, {a, "+paint"}}, "", "red paint", "a"},
		{"two meanings, the first", []row{{a, "red"}, {b, "red"}}, "", "red", "a"},
		{"two meanings, the one met", []row{{a, "red"}, {b, "red"}, {b, "crimson"}}, "", "red crimson", "b b"},
		{"weak beats what is not met", []row{{a, "red"}, {b, "?red"}, {b, "crimson"}}, "", "red crimson", "b b"},
		{"weak does not beat what is met", []row{{b, "?red"}, {a, "red"}, {b, "crimson"}, {a, "scarlet"}}, "", "red crimson scarlet", "a b a"},
		{"weak in two ways", []row{{a, "?red"}, {b, "?red"}, {b, "crimson"}}, "", "red crimson", "b b"},
		{"both weak and firm", []row{{a, "?red"}, {a, "red"}}, "", "red", "a"},
		{"barred", []row{{a, "red"}}, "", "colour red, the red", "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var x Index
			x.Bar("colour")
			for _, r := range tt.rows {
				name, when := Signs(r.name)
				if !x.Add(name, r.thing, when, 0) {
					t.Fatalf("%q has no words", name)
				}
			}
			for range 2 { // what the first leaves behind does not matter
				var got []string
				for _, m := range x.Locate(phrases.Prepare(tt.title), phrases.Prepare(tt.body)) {
					mark := map[bool]string{true: "'", false: ""}[m.InTitle]
					got = append(got, fmt.Sprint(named[m.Thing], mark))
				}
				if got := strings.Join(got, " "); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestSigns(t *testing.T) {
	for _, tt := range []struct {
		in, name string
		when     Condition
	}{
		{"", "", 0}, {"x", "x", 0}, {"^?AP", "AP", Upper | Weak | Capital}, {"~Chad", "Chad", Alone | Capital},
		{"!يمني", "يمني", Dotted}, {"+x", "x", Clue}, {"?", "", Weak},
	} {
		if name, when := Signs(tt.in); name != tt.name || when != tt.when {
			t.Errorf("Signs(%q) = %q, %b, want %q, %b", tt.in, name, when, tt.name, tt.when)
		}
	}
}
