package app_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func write(t *testing.T, content string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadPrecedence(t *testing.T) {
	cfg := app.DefaultConfig()
	file := write(t, "data: from-file\nlog:\n  level: debug\nhttp:\n  addr: 127.0.0.1:1\nnats:\n  limits:\n    line_bytes: 16777216\n")
	environ := []string{"MARSAD_HTTP__ADDR=127.0.0.1:2", "MARSAD_LOG__LEVEL=warn", "MARSAD_HTTP__PPROF=true", "HOME=/", "MARSAD_STORE__DSN_FILE=" + write(t, "postgres://u:secret@h/db\n")}
	if err := app.Load(&cfg, file, environ, map[string]any{"log.level": "error"}); err != nil {
		t.Fatal(err)
	}
	if cfg.Data != "from-file" || cfg.HTTP.Addr != "127.0.0.1:2" || !cfg.HTTP.Pprof || cfg.Log.Level != "error" ||
		cfg.Log.Format != "text" || cfg.NATS.Limits.LineBytes != 16<<20 || cfg.Store.DSN != "postgres://u:secret@h/db" {
		t.Errorf("loaded %+v", cfg)
	}
	if shown := cfg.Redacted().Store.DSN; strings.Contains(shown, "secret") {
		t.Errorf("redacted DSN is %s", shown)
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		file    string
		environ []string
		want    string // in the error
	}{
		"unknown key":         {file: "data: x\nstoer:\n  dsn: y\n", want: `[2:1] unknown field "stoer"`},
		"unknown nested key":  {file: "http:\n  port: 1\n", want: "port"},
		"value of wrong type": {file: "http:\n  pprof: perhaps\n", want: "http.pprof"},
		"no duration":         {file: "nats:\n  limits:\n    ack_wait: banana\n", want: "nats.limits.ack_wait"},
		"no unit":             {file: "nats:\n  limits:\n    ack_wait: 2\n", want: "'nats.limits.ack_wait' a unit is needed, as in 2s"},
		"no unit in a list":   {file: "stage:\n  backoff: [1s, 2]\n", want: "'stage.backoff[1]' a unit is needed, as in 2s"},
		"no unit in variable": {environ: []string{"MARSAD_NATS__LIMITS__ACK_WAIT=2"}, want: "a unit is needed, as in 2s"},
		"broken number":       {file: "stage:\n  max_attempts: 1.9\n", want: "'stage.max_attempts' 1.9 is no whole number"},
		"number as a bool":    {file: "stage:\n  max_attempts: true\n", want: "true is no number"},
		"number too large":    {file: "disk:\n  min_free_bytes: 1e30\n", want: "disk.min_free_bytes"},
		"not YAML":            {file: "data: [\n", want: "configuration file"},
		"unknown variable":    {environ: []string{"MARSAD_STOER=x"}, want: "MARSAD_STOER"},
		"missing secret":      {environ: []string{"MARSAD_STORE__DSN_FILE=/nowhere/at/all"}, want: "MARSAD_STORE__DSN_FILE"},
		"wrong type":          {environ: []string{"MARSAD_HTTP__PPROF=perhaps"}, want: "pprof"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := app.DefaultConfig()
			file := ""
			if tc.file != "" {
				file = write(t, tc.file)
			}
			err := app.Load(&cfg, file, tc.environ, nil)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, tc.want)
			}
		})
	}
	cfg := app.DefaultConfig()
	if err := app.Load(&cfg, "/nowhere/marsad.yaml", nil, nil); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("missing file: %v", err)
	}
}

func TestLoadLists(t *testing.T) {
	cfg := app.DefaultConfig()
	environ := []string{"MARSAD_STAGE__BACKOFF=5s, 1m", "MARSAD_HTTP__HOSTS=a.example,b.example", "MARSAD_NATS__LIMITS__ACK_WAIT=0"}
	if err := app.Load(&cfg, "", environ, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cfg.Stage.Backoff, []time.Duration{5 * time.Second, time.Minute}) || len(cfg.HTTP.Hosts) != 2 || cfg.NATS.Limits.AckWait != 0 {
		t.Errorf("loaded %+v", cfg)
	}
	var ports struct {
		Ports []uint16 `yaml:"ports"`
	}
	for _, list := range []string{"[0, 99999]", "[-1]", "[1.5]"} {
		if err := app.Load(&ports, write(t, "ports: "+list+"\n"), nil, nil); err == nil {
			t.Errorf("%s is taken as %v", list, ports.Ports)
		}
	}
	if err := app.Load(&ports, "", []string{"MARSAD_PORTS=80,443"}, nil); err != nil || !slices.Equal(ports.Ports, []uint16{80, 443}) {
		t.Errorf("ports %v, %v", ports.Ports, err)
	}
}

func TestValidateRemote(t *testing.T) {
	for name, tc := range map[string]struct {
		environ []string
		want    string // in the error; empty: none
	}{
		"a cluster": {[]string{"MARSAD_NATS__URL=tls://a:4222,tls://b:4222", "MARSAD_NATS__NKEY_FILE=k", "MARSAD_NATS__CA_FILE=c", "MARSAD_NATS__INBOX=_INBOX_a"}, ""},
		"both":      {[]string{"MARSAD_NATS__URL=nats://a", "MARSAD_NATS__CERT_FILE=c", "MARSAD_NATS__KEY_FILE=k"}, ""},
		"no server": {[]string{"MARSAD_NATS__CA_FILE=c"}, "nats.ca_file: it is for a NATS server outside"},
		"no key":    {[]string{"MARSAD_NATS__URL=nats://a", "MARSAD_NATS__CERT_FILE=c"}, "nats.cert_file, nats.key_file: one is of no use"},
		"no inbox":  {[]string{"MARSAD_NATS__INBOX="}, "nats.inbox:"},
		"wildcard":  {[]string{"MARSAD_NATS__INBOX=_INBOX.*"}, "nats.inbox:"},
		"one wrong": {[]string{"MARSAD_NATS__URL=nats://a,http://b"}, "nats.url:"},
	} {
		cfg := app.DefaultConfig()
		err := errors.Join(app.Load(&cfg, "", tc.environ, nil), cfg.Validate())
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	cfg := app.DefaultConfig()
	cfg.NATS.URL = "nats://u:secret@a,nats://u:secret@b"
	if shown := cfg.Redacted().NATS.URL; strings.Contains(shown, "secret") || !strings.Contains(shown, "@b") {
		t.Errorf("shown is %s", shown)
	}
}

func TestValidateAddresses(t *testing.T) {
	for _, tc := range []struct {
		key  string
		good []string
		bad  []string
	}{
		{"http.addr", []string{"127.0.0.1:0", ":8080", "[::1]:80", "localhost:8080"}, []string{"8080", "foo", "foo:bar", "h:99999", ""}},
		{"nats.url", []string{"", "nats://h:4222", "tls://u:p@h", "nats://a:1,nats://b:2", "ws://h:80"}, []string{"foo", "foo:4222", "http://h", "nats://", "nats://a:1,foo"}},
		{"nats.listen", []string{"", "127.0.0.1:4222", "[::1]:0"}, []string{"0.0.0.0:4222", "4222", ":4222", "localhost:4222", "127.0.0.1:x"}},
		{"store.dsn", []string{"", "a.db", "sqlite://a.db", "postgres://u:s3cret@h/db"}, []string{"mysql://u:s3cret@h/db", "x://y", "sqlite://a.db?x=y"}},
		{"tracing.endpoint", []string{"", "http://h:4318", "https://h/x"}, []string{"foo", "h:4318", "ftp://h"}},
	} {
		check := func(value string) error {
			cfg := app.DefaultConfig()
			if err := app.Load(&cfg, "", nil, map[string]any{tc.key: value}); err != nil {
				t.Fatal(err)
			}
			return cfg.Validate()
		}
		for _, value := range tc.good {
			if err := check(value); err != nil {
				t.Errorf("%s %q: %v", tc.key, value, err)
			}
		}
		for _, value := range tc.bad {
			if err := check(value); err == nil || !strings.HasPrefix(err.Error(), tc.key+": ") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s %q: %v", tc.key, value, err)
			}
		}
	}
}

func TestOneProcessPerDataFolder(t *testing.T) {
	p := apptest.Open(t)
	if _, err := app.Open(t.Context(), p.Config, app.Options{LogTo: io.Discard}); !errors.Is(err, app.ErrRunning) {
		t.Fatalf("second process: %v", err)
	}
	p.Close()
	again, err := app.Open(t.Context(), p.Config, app.Options{LogTo: io.Discard})
	if err != nil {
		t.Fatalf("after the first closed: %v", err)
	}
	if again.Owner != p.Owner {
		t.Errorf("owner was %s, is %s", p.Owner, again.Owner)
	}
	again.Close()
}

// waiting is a service that is not ready.
type waiting struct{}

func (waiting) Name() string                  { return "waiting" }
func (waiting) Ready() error                  { return errors.Join(errors.New("s3cret"), app.WaitError("godot")) }
func (waiting) Run(ctx context.Context) error { <-ctx.Done(); return nil }

func TestServes(t *testing.T) {
	p := apptest.Open(t)
	p.Config.HTTP.Addr, p.Config.HTTP.Hosts = "127.0.0.1:0", []string{"front.example"}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if app.Trusted(r.Context()) {
			io.WriteString(w, "trusted")
		}
	})
	server, err := p.Listen(nil, handler, []app.Service{waiting{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, []app.Service{waiting{}, server}) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	public := &http.Transport{}
	admin := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", app.SocketPath(p.Config.Data))
	}}
	defer public.CloseIdleConnections()
	defer admin.CloseIdleConnections()
	for _, tc := range []struct {
		transport *http.Transport
		path      string
		status    int
		want      string
	}{
		{public, "/healthz", 200, "ok"}, {public, "/readyz", 503, "not ready: waiting for waiting (godot)\n"}, {public, "/version", 200, "version"},
		{public, "/metrics", 200, "marsad_build_info"}, {public, "/debug/pprof/", 404, ""}, {public, "/", 404, ""},
		{admin, "/anything", 200, "trusted"}, {admin, "/healthz", 200, "ok"},
	} {
		resp, err := (&http.Client{Transport: tc.transport}).Get("http://" + server.Addr() + tc.path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != tc.status || !strings.Contains(string(body), tc.want) {
			t.Errorf("%s: %d %s, want %d with %q", tc.path, resp.StatusCode, body, tc.status, tc.want)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+server.Addr()+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, status := range map[string]int{"rebound.example": 421, "rebound.example:80": 421, "localhost": 200, "[::1]:8080": 200, "front.example": 200} {
		req.Host = host
		resp, err := public.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != status {
			t.Errorf("host %s: %d, want %d", host, resp.StatusCode, status)
		}
	}
	if info, err := os.Stat(app.SocketPath(p.Config.Data)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v, %v; want it for this user only", info.Mode(), err)
	}
	p.Config.HTTP.Addr = server.Addr()
	if _, err := p.Listen(nil, nil, nil); err == nil || !strings.Contains(err.Error(), "--http") {
		t.Errorf("address in use: %v", err)
	}
}
