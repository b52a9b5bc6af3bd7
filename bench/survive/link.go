package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"marsad/pkg/survive"
)

// links is the way from the services to the bus.
type links struct {
	server *toxiproxy.ApiServer
	proxy  *toxiproxy.Proxy
}

func newLinks() *links {
	return &links{server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())}
}

// to opens the way to a server and returns its beginning.
func (l *links) to(server string) (string, error) {
	l.proxy = toxiproxy.NewProxy(l.server, "bus", "127.0.0.1:0", server)
	if err := l.proxy.Start(); err != nil {
		return "", fmt.Errorf("proxy: %w", err)
	}
	return l.proxy.Listen, nil
}

func (l *links) close() {
	if l.proxy != nil {
		l.proxy.Stop()
	}
}

// while publishes and poisons both directions of the way for d.
// felt must become true meanwhile, or the fault was none.
func (l *links) while(name string, d time.Duration, toxic string, felt func(ctx context.Context, r *survive.Rig) bool) survive.Fault {
	return survive.Fault{Name: "bus link " + name, Do: func(ctx context.Context, r *survive.Rig) error {
		r.World.Publish(12)
		if err := r.Sometime(ctx, time.Second); err != nil {
			return err
		}
		for _, stream := range []string{"upstream", "downstream"} {
			definition := fmt.Sprintf(`{"name": %q, "stream": %q, %s}`, stream, stream, toxic)
			if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(definition)); err != nil {
				return fmt.Errorf("toxic: %w", err)
			}
		}
		r.World.Publish(12)
		was := false
		for end := time.Now().Add(d); time.Now().Before(end); {
			was = felt(ctx, r) || was
			if err := survive.Pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
		l.proxy.Toxics.ResetToxics(ctx)
		if !was {
			return errors.New("no service felt it")
		}
		return nil
	}}
}

// notReady reports whether the cleaner says that it waits for something.
func notReady(ctx context.Context, r *survive.Rig) bool {
	code, _ := r.Node("cleaner").Get(ctx, "/readyz")
	return code == http.StatusServiceUnavailable
}

// slow reports whether the cleaner takes its time to hear from the bus.
func slow(ctx context.Context, r *survive.Rig) bool {
	start := time.Now()
	r.Node("cleaner").Get(ctx, "/readyz")
	return time.Since(start) > 200*time.Millisecond
}

// cut lets nothing through for longer than leases and ack waits last.
func (l *links) cut() survive.Fault {
	return l.while("cut", 6*time.Second, `"type": "timeout", "attributes": {"timeout": 0}`, notReady)
}

func (l *links) slowed() survive.Fault {
	return l.while("slowed", 6*time.Second, `"type": "latency", "attributes": {"latency": 300, "jitter": 200}`, slow)
}

func (l *links) reset() survive.Fault {
	return l.while("reset", 3*time.Second, `"type": "reset_peer", "attributes": {"timeout": 100}`, notReady)
}
