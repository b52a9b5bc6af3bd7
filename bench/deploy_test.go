package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
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

// TestCompose: the file loads, and what it says of the program is true of it.
func TestCompose(t *testing.T) {
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  root,
		ConfigFiles: []types.ConfigFile{{Filename: root + "/docker-compose.yml"}},
		Environment: map[string]string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"marsad", "prometheus", "grafana"} {
		service, err := project.GetService(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range service.Volumes {
			if v.Type == types.VolumeTypeBind {
				if _, err := os.Stat(v.Source); err != nil {
					t.Errorf("%s mounts %v", name, err)
				}
			}
		}
		for _, p := range service.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s on %q: want loopback only", name, p.Published, p.HostIP)
			}
		}
	}
	service, _ := project.GetService("marsad")
	image := readDockerfile(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))

	// The command, with its file where the mount says, is accepted and listens on the port that is published.
	args := slices.Clone([]string(service.Command))
	if last := args[len(args)-1]; last != "run" {
		t.Fatalf("the command is %v: want it to end in run", args)
	}
	data := ""
	for _, v := range service.Volumes {
		if i := slices.Index(args, v.Target); i >= 0 {
			args[i] = v.Source
		}
		if v.Type == types.VolumeTypeVolume {
			data = v.Target
		}
	}
	shown := marsad(t, image.env, append(args[:len(args)-1], "config", "show")...)
	if !strings.Contains(shown, "data: "+data+"\n") || !strings.Contains(shown, "addr: 0.0.0.0:"+strconv.Itoa(int(service.Ports[0].Target))+"\n") {
		t.Errorf("the volume is at %s, the port %d, and the configuration\n%s", data, service.Ports[0].Target, shown)
	}
	marsad(t, image.env, "run", "--help")

	// The health check is a command of the program.
	check := service.HealthCheck.Test
	if len(check) < 3 || check[0] != "CMD" || check[1] != image.entrypoint {
		t.Fatalf("health check %v: want CMD %s …", check, image.entrypoint)
	}
	if help := marsad(t, nil, append(check[2:], "--help")...); !strings.Contains(help, "container health checks") {
		t.Errorf("health check %v: %s", check, help)
	}

	// Prometheus asks that port of that service.
	target := "marsad:" + strconv.Itoa(int(service.Ports[0].Target))
	if !bytes.Contains(read(t, root+"/deploy/prometheus/prometheus.yml"), []byte(target)) {
		t.Errorf("prometheus.yml does not scrape %s", target)
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
