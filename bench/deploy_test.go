package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	root    = ".."
	example = root + "/deploy/marsad.example.yaml"
)

// binary is marsad, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "marsad")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "marsad")
	build := exec.Command("go", "build", "-o", binary, "./services/marsad")
	build.Dir, build.Stderr = root, os.Stderr
	code := 1
	if err := build.Run(); err == nil {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// marsad runs the program with env and nothing else of the environment.
func marsad(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("marsad %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestSettings: the example is accepted, and holds every setting with its
// default; the documentation has a row for each.
func TestSettings(t *testing.T) {
	marsad(t, nil, "--config", example, "config", "check")
	want, got := marsad(t, nil, "config", "show"), marsad(t, nil, "--config", example, "config", "show")
	if got != want {
		t.Errorf("the example differs from the defaults:\n%s\nwant:\n%s", got, want)
	}
	operations := read(t, root+"/docs/operations.md")
	var path []string
	for line := range strings.Lines(want) {
		key, _, ok := strings.Cut(strings.TrimLeft(line, " "), ":")
		if !ok {
			continue // an element of a list
		}
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		path = append(path[:depth], key)
		if !regexp.MustCompile(`(?m)^` + strings.Repeat("  ", depth) + key + `:`).Match(read(t, example)) {
			t.Errorf("the example lacks %s", strings.Join(path, "."))
		}
		if !bytes.Contains(operations, []byte("\n| `"+strings.Join(path, "."))) {
			t.Errorf("docs/operations.md lacks %s", strings.Join(path, "."))
		}
	}
}

type image struct {
	env        []string
	entrypoint string
}

// readDockerfile reads what the last stage of a Dockerfile sets.
func readDockerfile(t *testing.T, path string) (i image) {
	t.Helper()
	for line := range strings.Lines(string(read(t, path))) {
		if env, ok := strings.CutPrefix(line, "ENV "); ok {
			i.env = append(i.env, strings.Fields(env)...)
		}
		if entry, ok := strings.CutPrefix(line, "ENTRYPOINT "); ok {
			var argv []string
			if err := json.Unmarshal([]byte(entry), &argv); err != nil || len(argv) != 1 {
				t.Fatalf("ENTRYPOINT %s: %v", entry, err)
			}
			i.entrypoint = argv[0]
		}
	}
	return i
}
