package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWatches goes the way of a user: lint, test, apply, list.
func TestWatches(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := file("a.txt", "Pact signed\n\nThe two towns signed a pact on water, and will share the costs of the new canal between them.\n\nThe mayors hope that work begins in spring, and that the water reaches the fields before summer.")
	if code, out, errs := marsad(t, "--data", data, "ingest", text); code != 0 {
		t.Fatalf("ingest: %s%s", out, errs)
	}
	good := file("good.yaml", "version: 1\nwatches:\n  - id: pacts\n    name: Pacts\n    any: [pact]\n    examples: {match: [A pact], no_match: [A fact]}\n")
	failing := file("failing.yaml", "version: 1\nwatches:\n  - id: pacts\n    any: [pact]\n    examples: {match: [A fact], no_match: [The pact]}\n")
	wrong := file("wrong.yaml", "version: 1\nwatches:\n  - id: pacts\n    anny: [pact]\n    examples: {match: [A pact], no_match: [A fact]}\n")
	for _, step := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"lint"}, 2, []string{"name one file of watches"}},
		{[]string{"lint", filepath.Join(dir, "none")}, 1, []string{"no such file"}},
		{[]string{"lint", good}, 0, []string{"1 watch, in order"}},
		{[]string{"lint", wrong}, 1, []string{wrong + `:4:5: a watch: "anny" is no key here (did you mean "any"?)`}},
		{[]string{"test", good}, 0, []string{"2 of 2 examples"}},
		{[]string{"test", good, "--watch", "nobody"}, 1, []string{`no watch "nobody"`}},
		{[]string{"test", failing}, 1, []string{failing + ":5: pacts: must match: A fact", "must not match, and does by pact [pact]: The pact"}},
		{[]string{"test", good, "--since", "30d"}, 0, []string{"pacts: 1 article", "The two towns signed a pact on water", "tried on 1 archived article"}},
		{[]string{"test", good, "--since", "30"}, 1, []string{"since"}},
		{[]string{"list"}, 1, []string{"no watches were applied yet"}},
		{[]string{"apply", wrong}, 1, []string{"4:5"}},
		{[]string{"apply", failing}, 1, []string{"is not applied: 2 examples fail"}},
		{[]string{"apply", failing, "--force", "--note", "in spite"}, 0, []string{"version 1: 1 watch"}},
		{[]string{"apply", good}, 0, []string{"version 2: 1 watch"}},
		{[]string{"apply", good}, 0, []string{"nothing changed: this is version 2 already"}},
		{[]string{"list"}, 0, []string{"pacts", "Pacts", "version 2"}},
		{[]string{"list", "--format", "json"}, 0, []string{`"version": 2`}},
		{[]string{"show"}, 0, []string{"id: pacts\n    name: Pacts"}},
		{[]string{"show", "--version", "1"}, 0, []string{"match: [A fact]"}},
		{[]string{"show", "--version", "7"}, 1, []string{"no such version"}},
		{[]string{"show", "--versions"}, 0, []string{"in spite"}},
	} {
		code, out, errs := marsad(t, append([]string{"--data", data, "watches"}, step.args...)...)
		if code != step.code {
			t.Errorf("%v: exit %d, want %d\n%s%s", step.args, code, step.code, out, errs)
		}
		for _, want := range step.want {
			if !strings.Contains(out+errs, want) {
				t.Errorf("%v lacks %q:\n%s%s", step.args, want, out, errs)
			}
		}
	}
}

// TestWatchExamples: the examples of the file that is shipped are as they must be.
func TestWatchExamples(t *testing.T) {
	if code, out, errs := marsad(t, "--data", t.TempDir(), "watches", "test", "../../watches.example.yaml"); code != 0 || out != "" {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
}
