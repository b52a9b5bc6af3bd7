package sib200

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, lines string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(lines))
		z.Close()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("sib200_a.jsonl.gz", `{"lang":"arb_Arab","split":"train","text":"خبر"}`+"\n\n"+`{"id":"x","lang":"fra_Latn","split":"dev","text":"Nouvelle"}`)
	broken := write("broken.gz", "no json\n")
	lacking := write("lacking.gz", `{"lang":"fra_Latn"}`)
	plain := filepath.Join(dir, "plain.jsonl")
	if err := os.WriteFile(plain, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	if err != nil || len(got) != 2 || got[0].ID != "1" || got[1].ID != "x" {
		t.Fatalf("Read = %+v, %v", got, err)
	}
	if dev := Split(got, "dev"); len(dev) != 1 || dev[0].Code != "fra_Latn" {
		t.Errorf("split dev is %+v", dev)
	}
	if all := Split([]Sentence{{Code: "de"}}, "dev"); len(all) != 1 {
		t.Error("where no line names a split, all must count")
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "missing"): "there is no such file or folder",
		t.TempDir():                   "no file sib200*.jsonl.gz in this folder",
		plain:                         "not a gzip file",
		broken:                        ":1: not a JSON object",
		lacking:                       "lang and text are required",
	} {
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Read(%s): %v, want %q", path, err, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for code, want := range map[string]string{
		"arb_Arab": "ar", "ary_Arab": "ar", "yue_Hant": "zh", "pbt_Arab": "ps", "de": "de", "pt-BR": "pt", "wol_Latn": "", "": "",
	} {
		if got := Language(code); got != want {
			t.Errorf("Language(%q) = %q, want %q", code, got, want)
		}
	}
	for _, code := range Targets {
		if Language(code) == "" {
			t.Errorf("the target %s is no language", code)
		}
	}
	for _, code := range Strangers {
		if Language(code) != "" {
			t.Errorf("the stranger %s is a language", code)
		}
	}
}
