package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"marsad/pkg/survive"
)

// link is the way to a server, through a proxy.
type link struct{ proxy *toxiproxy.Proxy }

var proxies = toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())

// to opens the way to a server and returns its beginning.
func (l *link) to(server string) (string, error) {
	listen, err := survive.FreeAddr()
	if err != nil {
		return "", err
	}
	l.proxy = toxiproxy.NewProxy(proxies, server, listen, server)
	if err := l.proxy.Start(); err != nil {
		return "", fmt.Errorf("proxy: %w", err)
	}
	return listen, nil
}

// The directions of a link, as the proxy calls them.
const (
	there = "upstream"
	back  = "downstream"
)

// poison makes directions of the link bad, until heal.
func (l *link) poison(toxic string, directions ...string) error {
	for _, stream := range directions {
		definition := fmt.Sprintf(`{"name": %q, "stream": %q, %s}`, stream, stream, toxic)
		if _, err := l.proxy.Toxics.AddToxicJson(strings.NewReader(definition)); err != nil {
			return fmt.Errorf("toxic: %w", err)
		}
	}
	return nil
}

func (l *link) heal(ctx context.Context) { l.proxy.Toxics.ResetToxics(ctx) }

// hangUp ends all connections.
func (l *link) hangUp() error {
	l.proxy.Stop()
	return l.proxy.Start()
}

func (l *link) close() {
	if l.proxy != nil {
		l.proxy.Stop()
	}
}

// while publishes and poisons both directions of the way for d.
// felt must become true meanwhile, or the fault was none.
func (l *link) while(name string, d time.Duration, toxic string, felt func(ctx context.Context, r *survive.Rig) bool) survive.Fault {
	return survive.Fault{Name: "bus link " + name, Do: func(ctx context.Context, r *survive.Rig) error {
		r.World.Publish(12)
		if err := r.Sometime(ctx, time.Second); err != nil {
			return err
		}
		if err := l.poison(toxic, there, back); err != nil {
			return err
		}
		r.World.Publish(12)
		was := false
		for end := time.Now().Add(d); time.Now().Before(end); {
			was = felt(ctx, r) || was
			if err := survive.Pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
		}
		l.heal(ctx)
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

const (
	nothing = `"type": "timeout", "attributes": {"timeout": 0}` // gets through; it is gone
	later   = `"type": "latency", "attributes": {"latency": 3600000}`
	delays  = `"type": "latency", "attributes": {"latency": 300, "jitter": 200}`
	resets  = `"type": "reset_peer", "attributes": {"timeout": 100}`
)

// cut lets nothing through for longer than leases and ack waits last.
func (l *link) cut() survive.Fault    { return l.while("cut", 6*time.Second, nothing, notReady) }
func (l *link) slowed() survive.Fault { return l.while("slowed", 6*time.Second, delays, slow) }
func (l *link) reset() survive.Fault  { return l.while("reset", 3*time.Second, resets, notReady) }

// cutOff cuts links for some seconds, in one direction or in both: what is sent
// arrives when they are whole again, unless connections are reset meanwhile or
// forgotten in the end, as by a router that was replaced.
func cutOff(ctx context.Context, chance *rand.Rand, links ...*link) error {
	directions := [][]string{{there, back}, {there}, {back}}[chance.IntN(3)]
	toxic, forget := later, chance.IntN(2) == 0
	if chance.IntN(4) == 0 {
		toxic = resets
	}
	for _, l := range links {
		if err := l.poison(toxic, directions...); err != nil {
			return err
		}
	}
	err := survive.Pause(ctx, survive.Within(chance, 2*time.Second, 7*time.Second))
	for _, l := range links {
		l.heal(context.WithoutCancel(ctx))
		if forget {
			err = errors.Join(err, l.hangUp())
		}
	}
	return err
}
