package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	electionTime  = 20 * time.Second // the servers of a cluster agree on who leads a stream well within it
	electionPause = 250 * time.Millisecond
)

// insist does what can be done again, as long as the bus is there but cannot
// answer: in a cluster, a stream without a leader does not.
func insist(ctx context.Context, do func() error) error {
	deadline := time.Now().Add(electionTime)
	for {
		err := do()
		if err == nil || !isUnavailable(err) || ctx.Err() != nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-time.After(electionPause):
		case <-ctx.Done():
		}
	}
}

// errLeaderless means that the servers of a cluster have yet to agree on who leads a stream.
var errLeaderless = errors.New("the stream has no leader right now")

// isUnavailable reports whether nobody answered, or one who cannot serve now, or
// said that the cluster is not as it is to be.
func isUnavailable(err error) bool {
	if api, ok := errors.AsType[*jetstream.APIError](err); ok {
		return api.Code == 503 || api.ErrorCode == codeNoPeers
	}
	return errors.Is(err, errSpreading) || errors.Is(err, errLeaderless) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders)
}
