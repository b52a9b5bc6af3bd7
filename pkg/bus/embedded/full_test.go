package embedded

import (
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"marsad/pkg/bus"
)

// TestBootsAgain: after its disk was full the server is booted again; clients
// find it, and what was in its streams is there.
func TestBootsAgain(t *testing.T) {
	s, err := Start(Options{Dir: t.TempDir(), MaxBytes: 64 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again := make(chan struct{}, 1)
	conn, err := nats.Connect("", s.Connect(), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond), nats.ReconnectHandler(func(*nats.Conn) { again <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	b, err := bus.Connect("", slog.New(slog.DiscardHandler), s.Connect())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Declare(t.Context(), bus.Limits{LineBytes: 1 << 20, TapBytes: 1 << 20, Replicas: 1, AckWait: time.Second}); err != nil {
		t.Fatal(err)
	}
	logger{s.log, &s.full}.Errorf("JetStream failed to store a msg: write x.blk: %s", "no space left on device")
	select {
	case <-again:
	case <-time.After(time.Minute):
		t.Fatal("never booted again")
	}
	err = b.Verify(t.Context())
	for deadline := time.Now().Add(time.Minute); err != nil && time.Now().Before(deadline); err = b.Verify(t.Context()) {
		time.Sleep(10 * time.Millisecond) // its client connects again in its own time
	}
	if err != nil {
		t.Errorf("the streams are gone: %v", err)
	}
}
