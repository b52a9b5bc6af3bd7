package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?s)\n```sh\n(.*?)```\n")

// TestTour types what the README's blocks marked sh say, in order, in a folder
// with the program in it. They need no network.
func TestTour(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(binary, filepath.Join(dir, "marsad")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "watches.example.yaml"), read(t, root+"/watches.example.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	blocks := shellBlock.FindAllSubmatch(read(t, root+"/README.md"), -1)
	if len(blocks) < 5 {
		t.Fatalf("%d blocks: they were not found", len(blocks))
	}
	var said strings.Builder
	for _, block := range blocks {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", string(block[1]))
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v in\n%s\n%s", err, block[1], out)
		}
		said.Write(out)
	}
	for _, want := range []string{
		"1ce169c8  ar  37 words  original", "6952e6fe  ar  37 words  copy", "copy of 1ce169c8", "2 articles in",
		"2 sources added", "examples as they must be", "version 1", "2 unchanged", "the audit holds", "2 archived, 0 dropped, 0 dead", "the configuration is in order",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("nothing said %q", want)
		}
	}
}
