package bench

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"

	"marsad/pkg/bus"
	"marsad/pkg/keyring"
)

const (
	scaled = root + "/docker-compose.yml"
	single = root + "/deploy/docker/single.yml"
	inside = "/run/secrets/" // where containers find what 'marsad keys' made
)

func loadCompose(t *testing.T, file string) *types.Project {
	t.Helper()
	project, err := loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: filepath.Dir(file), ConfigFiles: []types.ConfigFile{{Filename: file}}, Environment: map[string]string{},
	}, func(o *loader.Options) { o.Profiles = []string{"*"} })
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// ours are the services that run the program.
func ours(project *types.Project) map[string]types.ServiceConfig {
	found := map[string]types.ServiceConfig{}
	for name, service := range project.Services {
		if service.Image == "marsad" {
			found[name] = service
		}
	}
	return found
}

// TestCompose: both files load, and what they say of the program is true of it.
func TestCompose(t *testing.T) {
	keys := makeKeys(t)
	for _, file := range []string{scaled, single} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			project := loadCompose(t, file)
			for name, service := range project.Services {
				checkMounts(t, name, service)
				checkSecrets(t, project, name, service, keys)
			}
			for name, service := range ours(project) {
				checkProgram(t, name, service, keys)
			}
		})
	}
}

func checkMounts(t *testing.T, name string, service types.ServiceConfig) {
	t.Helper()
	for _, v := range service.Volumes {
		if v.Type != types.VolumeTypeBind || filepath.Base(v.Source) == "secrets" {
			continue
		}
		if _, err := os.Stat(v.Source); err != nil {
			t.Errorf("%s mounts %v", name, err)
		}
	}
	for _, p := range service.Ports {
		if p.HostIP != "127.0.0.1" {
			t.Errorf("%s publishes %s on %q: want loopback only", name, p.Published, p.HostIP)
		}
	}
	if !slices.Contains(service.CapDrop, "ALL") && name != "grafana" && name != "prometheus" || service.Privileged {
		t.Errorf("%s keeps capabilities that it does not need", name)
	}
}

// checkSecrets: each is made by 'marsad keys', and given to whom names it, and to nobody else.
func checkSecrets(t *testing.T, project *types.Project, name string, service types.ServiceConfig, keys string) {
	t.Helper()
	given := map[string]bool{}
	for _, secret := range service.Secrets {
		made := filepath.Base(project.Secrets[secret.Source].File)
		if _, err := os.Stat(filepath.Join(keys, made)); err != nil || made != secret.Source {
			t.Errorf("%s: the secret %s is %s: %v", name, secret.Source, made, err)
		}
		given[secret.Source] = secret.Target == "" || secret.Target == inside+secret.Source
	}
	named := strings.Join(service.Command, " ")
	for _, value := range service.Environment {
		named += " " + *value
	}
	for word := range strings.FieldsFuncSeq(named, func(r rune) bool { return r == ' ' || r == '=' }) {
		if secret, ok := strings.CutPrefix(word, inside); ok && !given[secret] {
			t.Errorf("%s names %s, and is not given it", name, word)
		}
	}
	for secret := range given {
		if strings.HasSuffix(secret, ".nk") && !strings.Contains(named, inside+secret) {
			t.Errorf("%s is given %s, which it does not use", name, secret)
		}
	}
}

// settings are those that 'config show' prints and deployments set.
type settings struct {
	Data string
	HTTP struct{ Addr string }
	NATS struct {
		URL, Inbox string
		NkeyFile   string `yaml:"nkey_file"`
		Limits     bus.Limits
	}
}

// effective runs 'config check' and 'config show' as a container would: with its
// arguments and its environment, and its files where they are on this machine.
func effective(t *testing.T, args, env []string) (s settings) {
	t.Helper()
	marsad(t, env, append(slices.Clone(args), "config", "check")...)
	if err := yaml.Unmarshal([]byte(marsad(t, env, append(slices.Clone(args), "config", "show")...)), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// checkProgram: the command is known, the configuration accepted, the health
// check is one, and each service is the user at the bus that it is to be.
func checkProgram(t *testing.T, name string, service types.ServiceConfig, keys string) {
	t.Helper()
	image := readDockerfile(t, filepath.Join(service.Build.Context, service.Build.Dockerfile))
	args := slices.Clone([]string(service.Command))
	data := "/data" // as the image has it
	for _, v := range service.Volumes {
		if i := slices.Index(args, v.Target); i >= 0 && v.Type == types.VolumeTypeBind && v.Target != "/secrets" {
			args[i] = v.Source
		}
		if v.Type == types.VolumeTypeVolume {
			data = v.Target
		}
	}
	env := slices.Clone(image.env)
	for key, value := range service.Environment {
		env = append(env, key+"="+strings.ReplaceAll(*value, inside, keys+"/"))
	}
	global, command := splitCommand(t, args)
	s := effective(t, global, env)
	if s.Data != data || s.HTTP.Addr != "0.0.0.0:8080" {
		t.Errorf("%s: the volume is at %s, and the settings are %+v", name, data, s)
	}
	if len(service.Ports) > 0 && service.Ports[0].Target != 8080 {
		t.Errorf("%s publishes port %d", name, service.Ports[0].Target)
	}
	if user := userOf(command); user != "" && s.NATS.URL != "" {
		checkUser(t, name, user, s)
		if s.NATS.URL != "nats://nats:4222" {
			t.Errorf("%s: the bus is at %s", name, s.NATS.URL)
		}
	}
	if command[0] == "run" {
		checkHealth(t, name, service, image)
	}
	if !service.ReadOnly || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
		t.Errorf("%s may do more than it needs to", name)
	}
}

// splitCommand takes the arguments of the program apart: global flags, and the
// command, which must be known.
func splitCommand(t *testing.T, args []string) (global, command []string) {
	t.Helper()
	i := slices.IndexFunc(args, func(arg string) bool { return slices.Contains([]string{"run", "migrate", "keys", "version"}, arg) })
	if i < 0 {
		t.Fatalf("the arguments are %v: no command is among them", args)
	}
	global, command = args[:i], args[i:]
	marsad(t, nil, command[0], "--help")
	if command[0] == "run" {
		command = slices.DeleteFunc(slices.Clone(command), func(arg string) bool { return arg == "--no-starter" })
		for _, name := range command[1:] {
			if !slices.Contains(bus.Services(), name) {
				t.Errorf("%v: there is no service %s", args, name)
			}
		}
	}
	return global, command
}

// userOf is who runs a command on a bus outside.
func userOf(command []string) string {
	switch {
	case command[0] == "migrate":
		return keyring.Admin
	case command[0] == "run" && len(command) == 2:
		return command[1]
	}
	return ""
}

func checkUser(t *testing.T, name, user string, s settings) {
	t.Helper()
	if filepath.Base(s.NATS.NkeyFile) != user+".nk" || s.NATS.Inbox != keyring.Inbox(user) {
		t.Errorf("%s: the key is %s and the inbox %s: want those of %s", name, s.NATS.NkeyFile, s.NATS.Inbox, user)
	}
}

func checkHealth(t *testing.T, name string, service types.ServiceConfig, image image) {
	t.Helper()
	check := service.HealthCheck.Test
	if len(check) < 3 || check[0] != "CMD" || check[1] != image.entrypoint {
		t.Fatalf("%s: health check %v: want CMD %s …", name, check, image.entrypoint)
	}
	if help := marsad(t, nil, append(slices.Clone(check[2:]), "--help")...); !strings.Contains(help, "container health checks") {
		t.Errorf("%s: health check %v: %s", name, check, help)
	}
}

// TestComposeScaled: every service runs, each after what it needs, and is watched.
func TestComposeScaled(t *testing.T) {
	project := loadCompose(t, scaled)
	running, targets := map[string]bool{}, []string{}
	for name, service := range ours(project) {
		if _, command := splitCommand(t, service.Command); command[0] == "run" {
			running[command[1]] = true
			targets = append(targets, name+":8080")
			if after := service.DependsOn["migrate"].Condition; after != types.ServiceConditionCompletedSuccessfully {
				t.Errorf("%s starts after migrate: %q", name, after)
			}
		}
		if outside := slices.Contains(slices.Collect(maps.Keys(service.Networks)), "outside"); outside != (strings.HasPrefix(name, "fetcher") || name == "web") {
			t.Errorf("%s is on the network that leads outside: %v", name, outside)
		}
	}
	if got := slices.Sorted(maps.Keys(running)); !slices.Equal(got, bus.Services()) {
		t.Errorf("services %v, want %v", got, bus.Services())
	}
	for file, want := range map[string][]string{prometheus: targets, root + "/deploy/docker/prometheus.yml": {"marsad:8080"}} {
		var config struct {
			ScrapeConfigs []struct {
				JobName       string                       `yaml:"job_name"`
				StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
			} `yaml:"scrape_configs"`
		}
		if err := yaml.Unmarshal(read(t, file), &config); err != nil {
			t.Fatal(err)
		}
		got := slices.Sorted(slices.Values(config.ScrapeConfigs[0].StaticConfigs[0].Targets))
		slices.Sort(want)
		if !slices.Equal(got, want) || config.ScrapeConfigs[0].JobName != "marsad" {
			t.Errorf("%s asks %v, want %v", file, got, want)
		}
	}
	checkNATSImage(t, project.Services["nats"].Image)
	if got, want := *project.Services["nats"].Environment["NATS_STORE"], bus.DefaultLimits(); gigabytes(t, got) < want.Total()+want.Total()/4 {
		t.Errorf("the NATS server may take %s, and the streams need a quarter more than %d", got, want.Total())
	}
	if !bytes.Contains(read(t, root+"/.gitignore"), []byte("\n/deploy/secrets/\n")) {
		t.Error("git does not ignore deploy/secrets")
	}
}

func gigabytes(t *testing.T, size string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.TrimSuffix(size, "GB"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n << 30
}

// checkNATSImage: the server that is deployed is the one that is tested.
func checkNATSImage(t *testing.T, image string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/nats-io/nats-server/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "nats:" + strings.TrimPrefix(strings.TrimSpace(string(out)), "v") + "-alpine"; image != want {
		t.Errorf("the image is %s, and tests are with %s", image, want)
	}
}
