package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// related writes four texts of the same words: a report, one that adds to it, one
// that changes some of its words, and its beginning.
func related(t *testing.T) []string {
	t.Helper()
	var words []string
	for i := range 120 {
		words = append(words, []string{"ميناء", "قارب", "شبكة", "موجة", "رصيف", "صياد", "منارة"}[i%7]+string(rune('ا'+i%23))+string(rune('ب'+i/23)))
	}
	report := strings.Join(words, " ") + "."
	texts := []string{
		report, report + "\n\n" + strings.Join(words[:20], " و") + ".",
		strings.ReplaceAll(report, words[7], "زورق"), strings.Join(words[:50], " ") + ".",
	}
	dir := t.TempDir()
	paths := make([]string, len(texts))
	for i, text := range texts {
		paths[i] = filepath.Join(dir, fmt.Sprintf("%d.txt", i))
		if err := os.WriteFile(paths[i], []byte(fmt.Sprintf("عنوان رقم %d عن الميناء\n\n%s", i, text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// TestIngestOrder puts related texts through the line several times: what each is
// found to be follows from the order they are given in, and from nothing else.
func TestIngestOrder(t *testing.T) {
	paths := related(t)
	ingest := func(args ...string) []string {
		t.Helper()
		code, out, errs := marsad(t, append([]string{"ingest", "--ephemeral"}, args...)...)
		if code != 0 {
			t.Fatalf("exit %d: %s%s", code, out, errs)
		}
		return strings.Split(strings.TrimSpace(out), "\n")
	}
	first := ingest(paths...)
	id := strings.Fields(first[0])[1]
	if len(first) != 4 || !strings.Contains(first[0], "  original  story "+id) || !strings.Contains(first[2], "  copy of "+id+"  story "+id) || !strings.Contains(first[3], "  excerpt of ") {
		t.Errorf("verdicts:\n%s", strings.Join(first, "\n"))
	}
	for range 4 {
		if again := ingest(paths...); strings.Join(again, "\n") != strings.Join(first, "\n") {
			t.Fatalf("again:\n%s\nbefore:\n%s", strings.Join(again, "\n"), strings.Join(first, "\n"))
		}
	}
	backwards := ingest(paths[3], paths[2], paths[1], paths[0])
	if !strings.Contains(backwards[0], "original") || !strings.Contains(backwards[0], "3.txt)") {
		t.Errorf("backwards:\n%s", strings.Join(backwards, "\n"))
	}
}
