package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// SocketPath is the admin socket of the process that runs on a data folder.
func SocketPath(data string) string { return filepath.Join(data, "marsad.sock") }

type trustedKey struct{}

// Trusted reports whether a request came from the user who runs the process:
// over the admin socket, or from within.
func Trusted(ctx context.Context) bool { return ctx.Value(trustedKey{}) != nil }

// Trust marks ctx as Trusted. It is for handlers that are called directly.
func Trust(ctx context.Context) context.Context { return context.WithValue(ctx, trustedKey{}, true) }

// Server serves HTTP on a TCP address and on the admin socket. It is a Service.
type Server struct {
	public, admin                 *http.Server
	publicListener, adminListener net.Listener
}

// Listen takes the addresses. What the process itself does not serve is served
// by public on the TCP address (nil: nothing) and by admin on the socket.
// Readiness asks the services.
func (p *Process) Listen(public, admin http.Handler, services []Service) (*Server, error) {
	tcp, err := net.Listen("tcp", p.Config.HTTP.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program: stop it, or choose another address with --http", p.Config.HTTP.Addr)
	}
	if err != nil {
		return nil, fmt.Errorf("HTTP address: %w", err)
	}
	unix, err := listenSocket(SocketPath(p.Config.Data))
	if err != nil {
		tcp.Close()
		return nil, err
	}
	p.asks(services)
	trusted := newServer(p.mux(admin))
	trusted.BaseContext = func(net.Listener) context.Context { return Trust(context.Background()) }
	open := newServer(routed(services, p.onlyKnownHosts(tcp.Addr(), p.mux(public))))
	return &Server{open, trusted, tcp, unix}, nil
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
}

// listenSocket listens where only this user can connect. A socket that is
// there belonged to a process that died: the data folder is locked.
func listenSocket(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	listener, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("admin socket: the path %s is too long for a socket: choose a data folder with a shorter path", path)
	}
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil { // until now, no other user could write to it under any usual umask
		listener.Close()
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	return listener, nil
}

// Addr is the TCP address that was taken.
func (s *Server) Addr() string { return s.publicListener.Addr().String() }

// Name implements Service.
func (s *Server) Name() string { return "http" }

// Ready implements Service.
func (s *Server) Ready() error { return nil }

// Run serves until ctx ends, then lets requests finish for a few seconds.
func (s *Server) Run(ctx context.Context) error {
	failed := make(chan error, 2)
	go func() { failed <- s.public.Serve(s.publicListener) }()
	go func() { failed <- s.admin.Serve(s.adminListener) }()
	var err error
	running := 2
	select {
	case <-ctx.Done():
	case err = <-failed:
		running--
	}
	stop, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	for _, srv := range []*http.Server{s.public, s.admin} {
		if srv.Shutdown(stop) != nil {
			srv.Close()
		}
	}
	for range running {
		if e := <-failed; err == nil && !errors.Is(e, http.ErrServerClosed) {
			err = e
		}
	}
	return err
}

func (p *Process) mux(handler http.Handler) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.Registry, promhttp.HandlerOpts{Registry: p.Registry}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if missing := p.Missing(r.Context()); len(missing) > 0 {
			names := make([]string, len(missing))
			for i, m := range missing {
				names[i] = m.String()
			}
			http.Error(w, "not ready: waiting for "+strings.Join(names, ", "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		version, commit := Version()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"version": version, "commit": commit})
	})
	if p.Config.HTTP.Pprof {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	}
	if handler != nil {
		mux.Handle("/", handler)
	}
	return mux
}

// routed serves what services answer by themselves, and all else by next.
func routed(services []Service, next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	for _, s := range services {
		if router, ok := s.(Router); ok {
			for pattern, handler := range router.Routes() {
				mux.Handle(pattern, handler)
			}
		}
	}
	return mux
}

// onlyKnownHosts keeps pages of other sites from reading a server on loopback
// through names of theirs that they point there (DNS rebinding). Elsewhere, who
// can connect is for firewalls and proxies to decide.
func (p *Process) onlyKnownHosts(addr net.Addr, next http.Handler) http.Handler {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil && !slices.Contains(p.Config.HTTP.Hosts, host) {
			http.Error(w, fmt.Sprintf("this server is not called %q: http.hosts names others", host), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
