package stage

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"marsad/pkg/wait"
)

// pauses knows how many workers wait for a dependency, and why.
type pauses struct {
	mu    sync.Mutex
	count int
	last  error
	gauge prometheus.Gauge
}

func (p *pauses) enter(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	p.last = err
	p.gauge.Set(1)
}

func (p *pauses) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count--; p.count == 0 {
		p.last = nil
		p.gauge.Set(0)
	}
}

func (p *pauses) reason() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// pause waits for d because of err, which says what is missing. No attempt is
// counted: nothing is wrong with the message. False: ctx ended first.
func (s *Stage) pause(ctx context.Context, d time.Duration, err error) bool {
	s.log.Warn("paused: a dependency is missing", "retry_in", d, "error", err)
	s.paused.enter(err)
	defer s.paused.leave()
	return wait.For(ctx, d)
}
