// Package bus connects to NATS JetStream and holds all that is specific to it:
// which streams and consumers there are, how an event is published so that it
// is in flight once, and how one sees whether an item is still in the line.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"marsad/pkg/event"
	"marsad/pkg/news"
)

// Errors. Any other error of Publish means that the bus cannot be used right
// now, and that the message may or may not have been stored.
var (
	// ErrFull means that the stream is at its limit: try again once it drained.
	ErrFull = errors.New("stream is full")
	// ErrTooLarge means that this message will never be taken.
	ErrTooLarge = errors.New("message is larger than the bus takes")
	// ErrMissing means that a stream or consumer was not declared, or is gone.
	ErrMissing = errors.New("run 'marsad migrate'")
)

const (
	publishTimeout = 5 * time.Second // wait for a PubAck
	requestTimeout = 5 * time.Second // wait for any other answer
	maxPending     = 4096            // publishes without PubAck before publishing stalls
)

// Bus is a connection to NATS.
type Bus struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	user    string // public key; empty: none
	denial  denial
	rights  Rights
	allowed []string // subjects it may publish to; nil: all

	mu      sync.Mutex
	handles map[string]jetstream.Stream // by name: saves an inquiry per look-up
}

// Connect connects to the server at url, or through options that say
// otherwise (nats.InProcessServer). It reconnects for as long as it lives; the
// first connection must succeed.
func Connect(url string, log *slog.Logger, options ...nats.Option) (*Bus, error) {
	return connect(url, "", log, options...)
}

func connect(url, user string, log *slog.Logger, options ...nats.Option) (*Bus, error) {
	b := &Bus{user: user, denial: denial{seen: make(chan struct{})}, rights: RightsOf(), handles: map[string]jetstream.Stream{}}
	options = append([]nats.Option{
		nats.Name("marsad"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(500 * time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !b.noteDenied(err) {
				log.Error("bus", "error", err)
			}
		}),
		nats.ClosedHandler(b.noteShutOut),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("bus disconnected", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("bus reconnected") }),
	}, options...)
	var err error
	if b.conn, err = nats.Connect(url, options...); err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	b.js, err = jetstream.New(b.conn,
		jetstream.WithPublishAsyncMaxPending(maxPending),
		jetstream.WithPublishAsyncTimeout(publishTimeout),
		jetstream.WithDefaultTimeout(requestTimeout))
	if err != nil {
		b.conn.Close()
		return nil, fmt.Errorf("connect to JetStream: %w", err)
	}
	return b, nil
}

// Close sends what is buffered and disconnects.
func (b *Bus) Close() {
	_ = b.conn.FlushTimeout(requestTimeout) // best effort: acks not sent are redeliveries
	b.conn.Close()
}

// Connected reports whether there is a connection right now.
func (b *Bus) Connected() bool { return b.conn.IsConnected() }

// Ping answers nil when JetStream answers.
func (b *Bus) Ping(ctx context.Context) error {
	if _, err := b.js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	return nil
}

// Sent is a publish whose PubAck is awaited.
type Sent struct {
	bus    *Bus
	ref    news.Ref
	kind   event.Kind
	future jetstream.PubAckFuture
}

// Send publishes m without waiting.
func (b *Bus) Send(m *event.Message) (Sent, error) {
	kind, ref, err := event.ParseSubject(m.Subject)
	if err != nil {
		return Sent{}, err
	}
	if err := b.may(m.Subject); err != nil {
		return Sent{}, err
	}
	future, err := b.js.PublishMsgAsync(
		&nats.Msg{Subject: m.Subject, Header: m.Header, Data: m.Data},
		jetstream.WithStallWait(publishTimeout))
	if errors.Is(err, nats.ErrMaxPayload) {
		return Sent{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(m.Data))
	}
	if err != nil {
		return Sent{}, fmt.Errorf("publish %s: %w", m.Subject, err)
	}
	return Sent{bus: b, ref: ref, kind: kind, future: future}, nil
}

// Wait returns once the server has answered: nil if the message is stored, or
// was refused because the same revision is still queued or in flight, which
// counts as done. Errors are those of this package.
func (s Sent) Wait(ctx context.Context) error {
	select {
	case <-s.future.Ok():
		return nil
	case err := <-s.future.Err():
		return s.refusal(ctx, err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refusal tells the two meanings of one error code apart: the stream has a
// message on this subject already, or it has no room.
func (s Sent) refusal(ctx context.Context, err error) error {
	api := (*jetstream.APIError)(nil)
	if !errors.As(err, &api) {
		return fmt.Errorf("publish %s: %w", s.kind.Subject(s.ref), err)
	}
	switch api.ErrorCode {
	case codeStoreFailed, codeInsufficientResources:
		there, err := s.bus.holds(ctx, s.kind, s.ref)
		if err != nil {
			return err
		}
		if there {
			return nil
		}
		return fmt.Errorf("publish %s: %w", s.kind.Subject(s.ref), ErrFull)
	case codeMessageTooLarge:
		return fmt.Errorf("publish %s: %w", s.kind.Subject(s.ref), ErrTooLarge)
	}
	return fmt.Errorf("publish %s: %w", s.kind.Subject(s.ref), err)
}

// JetStream error codes (nats-server, errors.json).
const (
	codeStoreFailed           jetstream.ErrorCode = 10077
	codeInsufficientResources jetstream.ErrorCode = 10023
	codeMessageTooLarge       jetstream.ErrorCode = 10054
	codeNoPeers               jetstream.ErrorCode = 10005 // the servers of a cluster have not all met yet
)

// Flush returns when the server has received everything sent so far.
func (b *Bus) Flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return b.conn.FlushWithContext(ctx)
}

// Publish sends m and waits for its PubAck.
func (b *Bus) Publish(ctx context.Context, m *event.Message) error {
	sent, err := b.Send(m)
	if err != nil {
		return err
	}
	return sent.Wait(ctx)
}

// InLine reports whether ref's revision is queued or in flight in any stream
// of the line. Streams are asked in the order of the way, so that an item that
// moves on meanwhile is met further down; one that ends meanwhile is not met.
func (b *Bus) InLine(ctx context.Context, ref news.Ref) (bool, error) {
	stream, err := b.Where(ctx, ref)
	return stream != "", err
}

// Where names the stream in which ref's revision is queued or in flight; empty
// if it is in none. It asks as InLine does.
func (b *Bus) Where(ctx context.Context, ref news.Ref) (stream string, err error) {
	for _, kind := range event.InLine {
		there, err := b.holds(ctx, kind, ref)
		if err != nil {
			return "", err
		}
		if there {
			return streamOf(kind), nil
		}
	}
	return "", nil
}

// Unpublish deletes what was announced of an item on the public tap: its
// revisions from the first to the last. Who read them before has them.
func (b *Bus) Unpublish(ctx context.Context, last news.Ref) error {
	for revision := 1; revision <= last.Revision; revision++ {
		subject := event.KindArchived.Subject(news.Ref{Item: last.Item, Revision: revision})
		if err := b.purge(ctx, tap, subject); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) purge(ctx context.Context, name, subject string) error {
	if err := b.may(apiPurge + name); err != nil {
		return err
	}
	stream, err := b.stream(ctx, name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if err := stream.Purge(ctx, jetstream.WithPurgeSubject(subject)); err != nil {
		return fmt.Errorf("purge %s: %w", subject, err)
	}
	return nil
}

func (b *Bus) holds(ctx context.Context, kind event.Kind, ref news.Ref) (bool, error) {
	return b.holdsSubject(ctx, streamOf(kind), kind.Subject(ref))
}

// holdsSubject asks for the state of a stream, and not for its message: so nobody
// needs a right to read what passes there. Only who leads a stream knows what it
// holds, and a server that answers for want of a leader does not.
func (b *Bus) holdsSubject(ctx context.Context, name, subject string) (bool, error) {
	if err := b.may(apiStreamInfo + name); err != nil {
		return false, err
	}
	stream, err := b.stream(ctx, name)
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(subject))
	if err == nil && info.Cluster != nil && info.Cluster.Leader == "" {
		err = errLeaderless
	}
	if err != nil {
		return false, fmt.Errorf("look up %s: %w", subject, err)
	}
	return info.State.Subjects[subject] > 0, nil
}

// stream keeps a handle to a stream, which saves an inquiry per look-up.
func (b *Bus) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s, ok := b.handles[name]; ok {
		return s, nil
	}
	s, err := b.inspect(ctx, name)
	if err != nil {
		return nil, err
	}
	b.handles[name] = s
	return s, nil
}

// inspect asks for the state of a stream.
func (b *Bus) inspect(ctx context.Context, name string) (jetstream.Stream, error) {
	if err := b.may(apiStreamInfo + name); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout) // however long ctx lasts: a server that died does not answer
	defer cancel()
	s, err := b.js.Stream(ctx, name)
	if err != nil {
		return nil, missing("stream "+name, err)
	}
	return s, nil
}
