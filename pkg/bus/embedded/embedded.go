// Package embedded runs a NATS server inside the process. It is the only
// importer of nats-server.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"marsad/pkg/bus"
)

const bootTimeout = 30 * time.Second

// Options configure a Server.
type Options struct {
	Dir      string // where streams are kept
	MaxBytes int64  // disk space for all streams
	// Listen is a loopback host:port for other processes; empty: none can connect.
	// It is for tests and tools on the same machine: there is no authentication.
	Listen string
	Log    *slog.Logger
}

// Server is a NATS server in this process.
type Server struct {
	options *server.Options
	log     *slog.Logger
	full    atomic.Bool // a write failed for want of room
	stop    context.CancelFunc
	watcher sync.WaitGroup

	mu    sync.Mutex
	inner *server.Server
}

// Start boots a server and waits until it takes connections.
func Start(options Options) (*Server, error) {
	opts := &server.Options{
		ServerName: "marsad", DontListen: true, NoSigs: true, NoLog: options.Log == nil,
		JetStream: true, StoreDir: options.Dir, JetStreamMaxMemory: 64 << 20,
		// A quarter of head-room: stream limits leave out what deleted messages still take.
		JetStreamMaxStore: options.MaxBytes + options.MaxBytes/4,
		MaxPayload:        bus.MaxMessageBytes,
	}
	if options.Listen != "" {
		if err := listen(opts, options.Listen); err != nil {
			return nil, err
		}
	}
	s := &Server{options: opts, log: options.Log}
	if err := s.boot(); err != nil {
		return nil, err
	}
	if tcp, ok := s.inner.Addr().(*net.TCPAddr); ok {
		opts.Port = tcp.Port // should it be booted again
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.watcher.Go(func() { s.watch(ctx) })
	return s, nil
}

// boot starts a server on what the last one left.
func (s *Server) boot() error {
	inner, err := server.NewServer(s.options)
	if err != nil {
		return fmt.Errorf("embedded NATS server: %w", err)
	}
	if s.log != nil {
		inner.SetLoggerV2(logger{s.log, &s.full}, false, false, false)
	}
	inner.Start()
	if !inner.ReadyForConnections(bootTimeout) {
		inner.Shutdown()
		return errors.New("embedded NATS server did not start: see its log lines above")
	}
	s.inner = inner
	return nil
}

// InProcessConn implements nats.InProcessConnProvider.
func (s *Server) InProcessConn() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inner.InProcessConn()
}

// Connect returns the options that connect a client without a network.
func (s *Server) Connect() nats.Option { return nats.InProcessServer(s) }

// URL is where the server listens; empty unless it was told to.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inner.Addr() == nil {
		return ""
	}
	return s.inner.ClientURL()
}

// Close stops the server and waits until its files are closed.
func (s *Server) Close() {
	s.stop()
	s.watcher.Wait()
	s.shutdown()
}

func (s *Server) shutdown() {
	s.inner.Shutdown()
	s.inner.WaitForShutdown()
}
