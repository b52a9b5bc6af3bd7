package stage

import (
	"context"
	"time"
)

const (
	firstPause = 200 * time.Millisecond
	maxPause   = 15 * time.Second
)

func next(backoff time.Duration) time.Duration { return min(2*backoff, maxPause) }

// pause waits for d because of err, which says what is missing. No attempt is
// counted: nothing is wrong with the message. False: ctx ended first.
func (s *Stage) pause(ctx context.Context, d time.Duration, err error) bool {
	s.log.Warn("paused: a dependency is missing", "retry_in", d, "error", err)
	defer s.paused.Enter(err)()
	return s.env.Wait(ctx, d)
}
