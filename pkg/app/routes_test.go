package app_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
)

// caller is a service that is called from outside.
type caller struct{}

func (caller) Name() string              { return "caller" }
func (caller) Ready() error              { return nil }
func (caller) Run(context.Context) error { return nil }
func (caller) Routes() map[string]http.Handler {
	return map[string]http.Handler{"POST /called/{id}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("id"))
	})}
}

// TestRoutes: a service's own routes answer under any name, all else does not.
func TestRoutes(t *testing.T) {
	p := apptest.Open(t)
	p.Config.HTTP.Addr = "127.0.0.1:0"
	server, err := p.Listen(nil, nil, []app.Service{caller{}})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, server)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodPost, "/called/one", http.StatusOK},
		{http.MethodGet, "/called/one", http.StatusMisdirectedRequest},
		{http.MethodGet, "/healthz", http.StatusMisdirectedRequest},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+server.Addr()+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "news.example"
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, resp.StatusCode, c.status)
		}
	}
}
