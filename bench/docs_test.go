package bench

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var ledgerRow = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| .+ \\|$")

// TestDependencyLedger: CONTRIBUTING.md says of every direct dependency why it
// is there, and of no other.
func TestDependencyLedger(t *testing.T) {
	_, ledger, ok := strings.Cut(string(read(t, root+"/CONTRIBUTING.md")), "\n## Dependencies\n")
	if !ok {
		t.Fatal("CONTRIBUTING.md has no section Dependencies")
	}
	var listed []string
	for _, row := range ledgerRow.FindAllStringSubmatch(ledger, -1) {
		for module := range strings.SplitSeq(row[1], ", ") {
			listed = append(listed, strings.Trim(module, "`"))
		}
	}
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = root
	raw, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(raw, &mod); err != nil {
		t.Fatal(err)
	}
	var direct []string
	for _, r := range mod.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	for _, path := range direct {
		if !slices.Contains(listed, path) {
			t.Errorf("%s is not in the ledger of CONTRIBUTING.md", path)
		}
	}
	for _, path := range listed {
		if !slices.Contains(direct, path) {
			t.Errorf("CONTRIBUTING.md lists %s, which is no direct dependency", path)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// TestLinks: what documents point to within the repository is there.
func TestLinks(t *testing.T) {
	var documents []string
	for _, pattern := range []string{"/*.md", "/docs/*.md", "/docs/*/*.md"} {
		found, _ := filepath.Glob(root + pattern) // the patterns are well formed
		documents = append(documents, found...)
	}
	for _, document := range documents {
		for _, m := range link.FindAllSubmatch(read(t, document), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), string(m[1]))); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}
