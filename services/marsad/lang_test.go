package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sib200File writes a few sentences as SIB-200 has them.
func sib200File(t *testing.T, split string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for code, text := range map[string]string{
		"arb_Arab": "أعلنت الوزارة افتتاح محطة جديدة في المدينة", "pes_Arab": "وزارت اعلام کرد که ایستگاه تازه‌ای در شهر باز می‌شود",
		"fra_Latn": "Le ministère ouvre une nouvelle usine dans la ville", "eng_Latn": "The ministry opened a new plant in the city",
	} {
		for range 3 {
			fmt.Fprintf(z, "{\"lang\":%q,\"split\":%q,\"text\":%q}\n", code, split, text)
		}
	}
	z.Close()
	path := filepath.Join(t.TempDir(), "sib200_own.jsonl.gz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEvalLang(t *testing.T) {
	predictions := filepath.Join(t.TempDir(), "predictions.jsonl")
	out := capture(t, "eval", "lang", sib200File(t, "dev"), "--format", "json", "--predictions", predictions)
	var report struct {
		Targets struct {
			Languages    int
			Whole, Start float64
		}
		ModelBytes int `json:"model_bytes"`
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	if report.Targets.Languages != 4 || report.Targets.Whole != 1 || report.ModelBytes == 0 {
		t.Errorf("report %+v", report)
	}
	if file, err := os.ReadFile(predictions); err != nil || bytes.Count(file, []byte("\n")) != 12 {
		t.Errorf("predictions: %v, %s", err, file)
	}
	if table := capture(t, "eval", "lang", sib200File(t, "dev")); !strings.Contains(table, "targets") {
		t.Errorf("table\n%s", table)
	}
}

func TestTrainLang(t *testing.T) {
	var models [2][]byte
	path := sib200File(t, "train")
	for i := range models {
		file := filepath.Join(t.TempDir(), "languages.model")
		if out := capture(t, "train", "lang", path, "--out", file); !strings.Contains(out, "Arabic") || !strings.Contains(out, "bytes") {
			t.Errorf("report\n%s", out)
		}
		var err error
		if models[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(models[0], models[1]) {
		t.Error("the same sentences give different models")
	}
}

// capture runs a command that must succeed and returns what it prints.
func capture(t *testing.T, args ...string) string {
	t.Helper()
	code, out, stderr := marsad(t, args...)
	if code != 0 || stderr != "" {
		t.Fatalf("%v: exit %d, %s", args, code, stderr)
	}
	return out
}

// TestLangErrors holds that what goes wrong is said in one line that helps.
func TestLangErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "model")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"eval", "lang", "missing.jsonl.gz"}, "there is no such file or folder"},
		{[]string{"eval", "lang", t.TempDir()}, "no file sib200*.jsonl.gz"},
		{[]string{"eval", "lang", "main.go"}, "not a gzip file"},
		{[]string{"eval", "lang", sib200File(t, "train")}, "no sentences of split dev"},
		{[]string{"eval", "lang", sib200File(t, "dev"), "--format", "xml"}, "xml"},
		{[]string{"train", "lang", sib200File(t, "dev"), "--out", out}, "no sentences of split train"},
		{[]string{"train", "lang", sib200File(t, "train")}, "out"},
	} {
		code, _, stderr := marsad(t, tt.args...)
		if code == 0 || !strings.Contains(stderr, tt.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit %d, %q, want %q in a line", tt.args, code, stderr, tt.want)
		}
	}
}
