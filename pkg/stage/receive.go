package stage

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/trace"

	"marsad/pkg/event"
	"marsad/pkg/wait"
)

const (
	fetchWait    = 2 * time.Second // one pull waits so long for messages
	fetchBackoff = time.Second     // after a pull that failed
)

var errDisconnected = errors.New("no connection to NATS")

// delivery is one message in hand.
type delivery struct {
	msg      jetstream.Msg
	wire     *event.Message
	in       event.Payload
	suspect  bool       // it may have been started before
	starts   int        // recorded starts, this one included; 0 if it is no suspect
	recorded bool       // this start is recorded
	span     trace.Span // nil: tracing is off
	began    time.Time  // when processing began
	took     time.Duration
	result   Result
	finished bool // settled or abandoned
}

func newDelivery(msg jetstream.Msg) *delivery {
	return &delivery{msg: msg, wire: &event.Message{Subject: msg.Subject(), Header: msg.Headers(), Data: msg.Data()}}
}

// receive pulls messages into the queue until ctx ends. It asks for as many as
// there are free places in hand, so that none waits in a buffer where its
// lease is not extended.
func (s *Stage) receive(ctx context.Context, consumer jetstream.Consumer, queue chan<- *delivery) {
	leave := func() {} // the waiting room, once the bus is there again
	defer func() { leave() }()
	for waiting := false; ; {
		free := s.hand.reserve(ctx)
		if ctx.Err() != nil {
			return
		}
		got, err := s.pull(ctx, consumer, free, queue)
		s.hand.unreserve(free - got)
		switch {
		case ctx.Err() != nil:
		case err == nil && waiting:
			leave()
			leave, waiting = func() {}, false
		case err != nil && !waiting:
			s.log.Warn("cannot receive: waiting for the bus", "error", err)
			leave, waiting = s.paused.Enter(err), true
		}
		if err != nil {
			wait.For(ctx, fetchBackoff)
		}
	}
}

// pull asks for up to n messages, queues those that come and returns how many
// came.
func (s *Stage) pull(ctx context.Context, consumer jetstream.Consumer, n int, queue chan<- *delivery) (got int, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	batch, err := consumer.Fetch(n, jetstream.FetchContext(ctx))
	if err != nil {
		return 0, err
	}
	for msg := range batch.Messages() {
		d := newDelivery(msg)
		d.suspect = s.mayHaveStarted(msg)
		s.hand.take(d)
		s.metrics.inFlight.Inc()
		queue <- d // never blocks: its capacity is that of the hand
		got++
	}
	if got == 0 && !s.env.Bus.Connected() {
		return 0, errDisconnected
	}
	if err := batch.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, nats.ErrTimeout) {
		return got, err
	}
	return got, nil
}

// mayHaveStarted reports whether a message was perhaps started before. The
// server's count says so, but a server that is killed together with this
// process forgets counts: so does being among the first messages after a
// start, if it was in the stream before.
func (s *Stage) mayHaveStarted(msg jetstream.Msg) bool {
	meta, err := msg.Metadata()
	if err != nil || meta.NumDelivered > 1 {
		return true
	}
	return s.seen.Add(1) <= int64(s.cfg.InFlight) && meta.Sequence.Stream <= s.before
}

// groups yields what waits in the queue, at most size at a time; a suspect
// always alone.
func groups(queue <-chan *delivery, size int) iter.Seq[[]*delivery] {
	return func(yield func([]*delivery) bool) {
		var next *delivery
		for {
			first := next
			if next = nil; first == nil {
				var more bool
				if first, more = <-queue; !more {
					return
				}
			}
			group := []*delivery{first}
			for !first.suspect && len(group) < size {
				d, waiting := poll(queue)
				if !waiting {
					break
				}
				if d.suspect {
					next = d
					break
				}
				group = append(group, d)
			}
			if !yield(group) {
				return
			}
		}
	}
}

func poll(queue <-chan *delivery) (*delivery, bool) {
	select {
	case d := <-queue:
		return d, d != nil
	default:
		return nil, false
	}
}

// hand bounds and knows the messages that were received and not settled.
type hand struct {
	mu    sync.Mutex
	held  map[*delivery]struct{}
	taken int // held or reserved
	size  int
	freed chan struct{}
}

func newHand(size int) *hand {
	return &hand{size: size, held: make(map[*delivery]struct{}, size), freed: make(chan struct{}, 1)}
}

// reserve waits until at least half the places are free, and reserves all that
// are: few large pulls cost less than many small ones.
func (h *hand) reserve(ctx context.Context) int {
	for {
		h.mu.Lock()
		if free := h.size - h.taken; free*2 >= h.size {
			h.taken = h.size
			h.mu.Unlock()
			return free
		}
		h.mu.Unlock()
		select {
		case <-h.freed:
		case <-ctx.Done():
			return 0
		}
	}
}

func (h *hand) unreserve(n int) {
	h.mu.Lock()
	h.taken -= n
	h.mu.Unlock()
	h.signal()
}

// take puts a delivery in a reserved place.
func (h *hand) take(d *delivery) {
	h.mu.Lock()
	h.held[d] = struct{}{}
	h.mu.Unlock()
}

func (h *hand) release(d *delivery) {
	h.mu.Lock()
	delete(h.held, d)
	h.taken--
	h.mu.Unlock()
	h.signal()
}

func (h *hand) signal() {
	select {
	case h.freed <- struct{}{}:
	default:
	}
}

// keep extends the leases of all messages in hand until ctx ends.
func (h *hand) keep(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h.mu.Lock()
		for d := range h.held {
			_ = d.msg.InProgress() // if it cannot be sent, the message is delivered again: harmless
		}
		h.mu.Unlock()
	}
}
