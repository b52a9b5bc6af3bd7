// Package embedded runs a NATS server inside the process. It is the only
// importer of nats-server.
package embedded

import (
	"errors"
	"fmt"
	"log/slog"
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
type Server struct{ inner *server.Server }

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
	s, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("embedded NATS server: %w", err)
	}
	if options.Log != nil {
		s.SetLoggerV2(logger{options.Log}, false, false, false)
	}
	s.Start()
	if !s.ReadyForConnections(bootTimeout) {
		s.Shutdown()
		return nil, errors.New("embedded NATS server did not start: see its log lines above")
	}
	return &Server{inner: s}, nil
}

// Connect returns the options that connect a client without a network.
func (s *Server) Connect() nats.Option { return nats.InProcessServer(s.inner) }

// URL is where the server listens; empty unless it was told to.
func (s *Server) URL() string {
	if s.inner.Addr() == nil {
		return ""
	}
	return s.inner.ClientURL()
}

// Close stops the server and waits until its files are closed.
func (s *Server) Close() {
	s.inner.Shutdown()
	s.inner.WaitForShutdown()
}
