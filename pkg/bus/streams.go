package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"marsad/pkg/event"
	"marsad/pkg/wait"
)

// MaxMessageBytes bounds one message: an event, or a dead letter around one.
const MaxMessageBytes = 8 << 20

// TapAge is how long the public tap remembers what was announced.
const TapAge = 72 * time.Hour

const maxAckPending = 1000

// Limits bounds streams and consumers.
type Limits struct {
	// LineBytes is the limit of each stream of the line. A full stream slows
	// the service before it down.
	LineBytes int64 `yaml:"line_bytes"`
	// FetchedMessages is how many messages NEWS_FETCHED takes. More of them would
	// only make those that come later, of other publishers, wait longer. 0: no such limit.
	FetchedMessages int64 `yaml:"fetched_messages"`
	// TapBytes is the limit of NEWS_ARCHIVED, which forgets its oldest messages.
	TapBytes int64 `yaml:"tap_bytes"`
	// Replicas is how many servers of a cluster hold each stream.
	Replicas int `yaml:"replicas"`
	// AckWait is how long a delivered message may go without a sign of life
	// before it is delivered again.
	AckWait time.Duration `yaml:"ack_wait"`
}

// DefaultLimits suits one machine.
func DefaultLimits() Limits {
	return Limits{LineBytes: 512 << 20, FetchedMessages: 2000, TapBytes: 1 << 30, Replicas: 1, AckWait: 30 * time.Second}
}

// Total is the disk space that all streams together may take.
func (l Limits) Total() int64 { return 5*l.LineBytes + l.TapBytes }

// Validate checks the limits.
func (l Limits) Validate() error {
	switch {
	case l.LineBytes < MaxMessageBytes:
		return fmt.Errorf("line_bytes: %d is less than one message may have (%d)", l.LineBytes, MaxMessageBytes)
	case l.FetchedMessages < 0:
		return fmt.Errorf("fetched_messages: %d is less than 0", l.FetchedMessages)
	case l.TapBytes < MaxMessageBytes:
		return fmt.Errorf("tap_bytes: %d is less than one message may have (%d)", l.TapBytes, MaxMessageBytes)
	case l.AckWait < time.Second:
		return fmt.Errorf("ack_wait: %v is less than a second", l.AckWait)
	case l.Replicas < 1 || l.Replicas > 5:
		return fmt.Errorf("replicas: %d is not between 1 and 5", l.Replicas)
	}
	return nil
}

// streamOf names the stream that holds events of a kind.
func streamOf(kind event.Kind) string {
	switch kind {
	case event.KindFetched:
		return "NEWS_FETCHED"
	case event.KindCleaned:
		return "NEWS_CLEANED"
	case event.KindDeduplicated:
		return "NEWS_DEDUPLICATED"
	case event.KindClassified:
		return "NEWS_CLASSIFIED"
	case event.KindDropped, event.KindDead:
		return "NEWS_ENDED"
	}
	return "NEWS_ARCHIVED"
}

// Consumer names a durable consumer and the stream it reads.
type Consumer struct{ Name, Stream string }

// The consumers of the line, in its order.
var (
	Cleaner       = Consumer{"cleaner", "NEWS_FETCHED"}
	Deduplicator  = Consumer{"deduplicator", "NEWS_CLEANED"}
	Classifier    = Consumer{"classifier", "NEWS_DEDUPLICATED"}
	Archiver      = Consumer{"archiver", "NEWS_CLASSIFIED"}
	ArchiverEnded = Consumer{"archiver-ended", "NEWS_ENDED"}
)

var consumers = []Consumer{Cleaner, Deduplicator, Classifier, Archiver, ArchiverEnded}

func streams(limits Limits) []jetstream.StreamConfig {
	var out []jetstream.StreamConfig
	for _, kind := range []event.Kind{event.KindFetched, event.KindCleaned, event.KindDeduplicated, event.KindClassified} {
		out = append(out, lineStream(streamOf(kind), limits, kind.Subjects()))
	}
	out[0].MaxMsgs = limits.FetchedMessages
	out = append(out, lineStream("NEWS_ENDED", limits, event.KindDropped.Subjects(), event.KindDead.Subjects()))
	return append(out, jetstream.StreamConfig{
		Name: "NEWS_ARCHIVED", Description: "Public tap: what was archived in the last days",
		Subjects: []string{event.KindArchived.Subjects()}, Storage: jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld,
		MaxAge: TapAge, MaxBytes: limits.TapBytes, MaxMsgSize: MaxMessageBytes, Replicas: limits.Replicas,
	})
}

// lineStream is a work queue that holds each revision once and refuses what it
// has no room for: publishers slow down, nothing is thrown away.
func lineStream(name string, limits Limits, subjects ...string) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: name, Subjects: subjects, Storage: jetstream.FileStorage,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true,
		MaxMsgsPerSubject: 1, MaxBytes: limits.LineBytes, MaxMsgSize: MaxMessageBytes, Replicas: limits.Replicas,
	}
}

// Declare makes streams and consumers, or brings them up to date. It needs
// administrator rights, and no Limit holds it back; services only Verify.
func (b *Bus) Declare(ctx context.Context, limits Limits) error {
	for _, cfg := range streams(limits) {
		err := insist(ctx, func() error {
			_, err := b.js.CreateOrUpdateStream(ctx, cfg)
			return err
		})
		if err != nil {
			return fmt.Errorf("declare stream %s: %w", cfg.Name, err)
		}
	}
	for _, c := range consumers {
		err := insist(ctx, func() error {
			_, err := b.js.CreateOrUpdateConsumer(ctx, c.Stream, jetstream.ConsumerConfig{
				Durable: c.Name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: limits.AckWait,
				MaxDeliver: -1, MaxAckPending: maxAckPending,
			})
			return err
		})
		if err != nil {
			return fmt.Errorf("declare consumer %s: %w", c.Name, err)
		}
	}
	return insist(ctx, func() error { return b.spread(ctx, limits.Replicas) })
}

// errSpreading means that not all servers of a cluster hold yet what they are to hold.
var errSpreading = errors.New("not all servers of the cluster hold it yet: run 'marsad migrate' again to see whether they do")

// spread reports whether as many servers as there are to be hold each stream,
// and know how far its consumers are: until then, the loss of one may be a loss.
func (b *Bus) spread(ctx context.Context, replicas int) error {
	for _, cfg := range streams(DefaultLimits()) {
		stream, err := b.js.Stream(ctx, cfg.Name)
		if err != nil {
			return missing("stream "+cfg.Name, err)
		}
		if !onAll(stream.CachedInfo().Cluster, replicas) {
			return fmt.Errorf("stream %s: %w", cfg.Name, errSpreading)
		}
	}
	for _, c := range consumers {
		consumer, err := b.consumer(ctx, c)
		if err != nil {
			return err
		}
		if !onAll(consumer.CachedInfo().Cluster, replicas) {
			return fmt.Errorf("consumer %s: %w", c.Name, errSpreading)
		}
	}
	return nil
}

// onAll: one server leads, and the others have what it has. Without a cluster
// there is one.
func onAll(cluster *jetstream.ClusterInfo, replicas int) bool {
	if cluster == nil {
		return true
	}
	current := 0
	for _, peer := range cluster.Replicas {
		if peer.Current {
			current++
		}
	}
	return cluster.Leader != "" && current >= replicas-1
}

func missing(what string, err error) error {
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("the bus has no %s: %w", what, ErrMissing)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// AckWait is how long a message may be in nobody's hand before it is delivered
// again, as the consumers are set.
func (b *Bus) AckWait(ctx context.Context) (time.Duration, error) {
	consumer, err := b.Pull(ctx, Cleaner)
	if err != nil {
		return 0, err
	}
	return consumer.CachedInfo().Config.AckWait, nil
}

// Depths returns how many messages each stream holds, by name.
func (b *Bus) Depths(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for _, cfg := range streams(DefaultLimits()) {
		depth, err := b.Depth(ctx, cfg.Name)
		if err != nil {
			return nil, err
		}
		out[cfg.Name] = depth
	}
	return out, nil
}

// Depth returns how many messages a stream holds: in the line, those that are
// not settled.
func (b *Bus) Depth(ctx context.Context, name string) (int, error) {
	stream, err := b.inspect(ctx, name)
	if err != nil {
		return 0, err
	}
	return int(stream.CachedInfo().State.Msgs), nil
}

// LastSequence returns the number of the last message that a stream was given.
func (b *Bus) LastSequence(ctx context.Context, name string) (uint64, error) {
	stream, err := b.inspect(ctx, name)
	if err != nil {
		return 0, err
	}
	return stream.CachedInfo().State.LastSeq, nil
}

// Pull gives access to a consumer's messages.
func (b *Bus) Pull(ctx context.Context, c Consumer) (jetstream.Consumer, error) {
	if err := b.may(apiConsumerInfo + c.subject()); err != nil {
		return nil, err
	}
	return b.consumer(ctx, c)
}

func (b *Bus) consumer(ctx context.Context, c Consumer) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	consumer, err := b.js.Consumer(ctx, c.Stream, c.Name)
	if err != nil {
		return nil, missing("consumer "+c.Name+" of stream "+c.Stream, err)
	}
	return consumer, nil
}

// In a cluster the reader of each batch is a new one, which not all servers know
// of at once.
const (
	tapMisses = 30
	tapPause  = 100 * time.Millisecond
)

// EachArchived calls fn with every message on the public tap, oldest first,
// until it returns an error. No service reads the tap: a bus with a Limit may not.
func (b *Bus) EachArchived(ctx context.Context, fn func(*event.Message) error) error {
	if err := b.may(apiConsumerCreate + tap); err != nil {
		return err
	}
	consumer, err := b.js.OrderedConsumer(ctx, tap, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return fmt.Errorf("public tap: %w", err)
	}
	for missed := 0; ; {
		batch, err := consumer.FetchNoWait(500)
		if err != nil {
			return fmt.Errorf("public tap: %w", err)
		}
		got := 0
		for raw := range batch.Messages() {
			got++
			if err := fn(&event.Message{Subject: raw.Subject(), Header: raw.Headers(), Data: raw.Data()}); err != nil {
				return err
			}
		}
		switch err := batch.Error(); {
		case errors.Is(err, nats.ErrNoResponders) && missed < tapMisses:
			missed++
			if !wait.For(ctx, tapPause) {
				return ctx.Err()
			}
		case err != nil:
			return fmt.Errorf("public tap: %w", err)
		case got == 0:
			return nil
		default:
			missed = 0
		}
	}
}
