package app_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
