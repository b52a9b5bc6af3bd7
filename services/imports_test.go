package services_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "marsad/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// mayImport says which packages of the project a package may import, by their
// paths ("/..." at the end: and all below). A service may import what is below
// pkg/ and below itself; other packages that are not named here may import none.
var mayImport = []struct {
	pkg  string
	from []string
}{
	{"marsad/pkg/news", nil},
	{"marsad/pkg/weburl", nil},
	{"marsad/pkg/wait", nil},
	{"marsad/pkg/selector", nil},
	{"marsad/pkg/dates", []string{"marsad/pkg/text"}},
	{"marsad/pkg/text", []string{"marsad/pkg/news", "marsad/pkg/text/script", "marsad/pkg/text/langmodel"}},
	{"marsad/pkg/phrases", []string{"marsad/pkg/text"}},
	{"marsad/pkg/names", []string{"marsad/pkg/text", "marsad/pkg/phrases"}},
	{"marsad/pkg/places", []string{"marsad/pkg/news", "marsad/pkg/text", "marsad/pkg/phrases", "marsad/pkg/names"}},
	{"marsad/pkg/watches", []string{"marsad/pkg/news", "marsad/pkg/text", "marsad/pkg/phrases", "marsad/pkg/store", "marsad/pkg/wait"}},
	{"marsad/pkg/text/script", nil},
	{"marsad/pkg/text/langmodel", []string{"marsad/pkg/text/script"}},
	{"marsad/pkg/text/langmodel/sib200", nil},
	{"marsad/pkg/text/langmodel/score", []string{"marsad/pkg/text/script", "marsad/pkg/text/langmodel", "marsad/pkg/text/langmodel/sib200"}},
	{"marsad/pkg/text/langmodel/training", []string{"marsad/pkg/text/script", "marsad/pkg/text/langmodel", "marsad/pkg/text/langmodel/sib200"}},
	{"marsad/pkg/event", []string{"marsad/pkg/news"}},
	{"marsad/pkg/bus", []string{"marsad/pkg/news", "marsad/pkg/event", "marsad/pkg/wait"}},
	{"marsad/pkg/bus/embedded", []string{"marsad/pkg/bus"}},
	{"marsad/pkg/keyring", []string{"marsad/pkg/bus"}},
	{"marsad/pkg/stage", []string{"marsad/pkg/news", "marsad/pkg/event", "marsad/pkg/bus", "marsad/pkg/wait"}},
	{"marsad/pkg/stage/stagetest", []string{"marsad/pkg/news", "marsad/pkg/event", "marsad/pkg/bus/...", "marsad/pkg/stage"}},
	{"marsad/pkg/store", []string{"marsad/pkg/news", "marsad/pkg/text"}},
	{"marsad/pkg/store/sqlstore", []string{"marsad/pkg/news", "marsad/pkg/text", "marsad/pkg/weburl", "marsad/pkg/store"}},
	{"marsad/pkg/store/sqlite", []string{"marsad/pkg/store", "marsad/pkg/store/sqlstore"}},
	{"marsad/pkg/store/postgres", []string{"marsad/pkg/store", "marsad/pkg/store/sqlstore"}},
	{"marsad/pkg/store/postgres/throwaway", nil},
	{"marsad/pkg/store/storetest", []string{"marsad/pkg/news", "marsad/pkg/text", "marsad/pkg/weburl", "marsad/pkg/store"}},
	{"marsad/pkg/store/open", []string{"marsad/pkg/store/..."}},
	{"marsad/pkg/audit", []string{"marsad/pkg/news", "marsad/pkg/store"}},
	{"marsad/pkg/app", []string{"marsad/pkg/news", "marsad/pkg/bus/...", "marsad/pkg/stage", "marsad/pkg/store", "marsad/pkg/store/open"}},
	{"marsad/pkg/app/apptest", []string{"marsad/pkg/app"}},
	{"marsad/pkg/prose", nil},
	{"marsad/pkg/world", []string{"marsad/pkg/news", "marsad/pkg/weburl", "marsad/pkg/prose"}},
	{"marsad/pkg/press", []string{"marsad/pkg/prose"}},
	{"marsad/pkg/survive", []string{"marsad/pkg/news", "marsad/pkg/stage", "marsad/pkg/store", "marsad/pkg/store/open", "marsad/pkg/audit", "marsad/pkg/world", "marsad/pkg/bus", "marsad/pkg/event"}},
	{"marsad/services/marsad", []string{"marsad/pkg/...", "marsad/services/..."}},
}

// onlyImporter says who may import a library, where few may.
var onlyImporter = map[string][]string{
	"github.com/nats-io/nats-server":  {"marsad/pkg/bus/embedded"},
	"github.com/nats-io/nats.go":      {"marsad/pkg/bus", "marsad/pkg/bus/embedded", "marsad/pkg/stage", "marsad/pkg/stage/stagetest"},
	"github.com/nats-io/nkeys":        {"marsad/pkg/bus", "marsad/pkg/keyring"},
	"modernc.org/sqlite":              {"marsad/pkg/store/sqlite"},
	"github.com/jackc/pgx":            {"marsad/pkg/store/postgres", "marsad/pkg/store/postgres/throwaway"},
	"github.com/andybalholm/cascadia": {"marsad/pkg/selector"},
	"database/sql":                    {"marsad/pkg/store/sqlstore", "marsad/pkg/store/sqlite", "marsad/pkg/store/postgres"},
	"github.com/bytedance/sonic":      {"marsad/pkg/event"},
}

// TestImports holds the rules of who may import whom.
func TestImports(t *testing.T) {
	for _, p := range list(t) {
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "marsad/") && !allowed(p.ImportPath, imported) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
			for library, importers := range onlyImporter {
				if strings.HasPrefix(imported, library) && !slices.Contains(importers, p.ImportPath) {
					t.Errorf("%s must not import %s: only %v may", p.ImportPath, imported, importers)
				}
			}
			if p.ImportPath == "marsad/pkg/news" && strings.Contains(imported, ".") {
				t.Errorf("pkg/news imports %s: it may import the standard library only", imported)
			}
		}
	}
}

func allowed(pkg, imported string) bool {
	if service, ok := strings.CutPrefix(pkg, "marsad/services/"); ok && pkg != "marsad/services/marsad" {
		service, _, _ = strings.Cut(service, "/")
		return matches("marsad/pkg/...", imported) || matches("marsad/services/"+service+"/...", imported)
	}
	for _, rule := range mayImport {
		if rule.pkg == pkg {
			return slices.ContainsFunc(rule.from, func(pattern string) bool { return matches(pattern, imported) })
		}
	}
	return false
}

func matches(pattern, path string) bool {
	tree, below := strings.CutSuffix(pattern, "/...")
	return path == tree || below && strings.HasPrefix(path, tree+"/")
}
