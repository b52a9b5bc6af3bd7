package bus

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"marsad/pkg/event"
)

// Rights is all that a service does on the bus. A process asks for nothing
// else, and its user on the server needs nothing else.
type Rights struct {
	Gives   []event.Kind // events that it publishes
	Takes   []Consumer   // consumers whose messages it handles
	Looks   []string     // streams whose state it reads: which items they hold, never what stands in them
	Follows []Consumer   // consumers whose state it reads
	Clears  []string     // streams of which it deletes messages
}

var lineStreams = []string{"NEWS_FETCHED", "NEWS_CLEANED", "NEWS_DEDUPLICATED", "NEWS_CLASSIFIED", "NEWS_ENDED"}

const tap = "NEWS_ARCHIVED"

var rights = map[string]Rights{
	// It asks every stream of the line for items that may be lost, and how long a message may be in nobody's hand.
	"fetcher":      {Gives: []event.Kind{event.KindFetched, event.KindDropped}, Looks: lineStreams, Follows: []Consumer{Cleaner}},
	"cleaner":      {Gives: []event.Kind{event.KindCleaned, event.KindDropped, event.KindDead}, Takes: []Consumer{Cleaner}},
	"deduplicator": {Gives: []event.Kind{event.KindDeduplicated, event.KindDead}, Takes: []Consumer{Deduplicator}},
	"classifier":   {Gives: []event.Kind{event.KindClassified, event.KindDead}, Takes: []Consumer{Classifier}},
	// What it removes from the store goes from the tap as well.
	"archiver": {Gives: []event.Kind{event.KindArchived, event.KindDead}, Takes: []Consumer{Archiver, ArchiverEnded}, Clears: []string{tap}},
	// It shows the state of everything, and sends dead letters and replays to where they came from.
	"web": {Gives: event.InLine, Looks: append(slices.Clone(lineStreams), tap), Follows: consumers, Clears: []string{tap}},
}

// Services lists the services that have rights, in alphabetical order.
func Services() []string { return slices.Sorted(maps.Keys(rights)) }

// RightsOf is what the services named need together; of none, what all do.
func RightsOf(services ...string) (all Rights) {
	if len(services) == 0 {
		services = Services()
	}
	for _, name := range services {
		r := rights[name]
		all.Gives = append(all.Gives, r.Gives...)
		all.Takes = append(all.Takes, r.Takes...)
		all.Looks = append(all.Looks, r.Looks...)
		all.Follows = append(all.Follows, r.Follows...)
		all.Clears = append(all.Clears, r.Clears...)
	}
	return all
}

// Subjects of requests to JetStream.
const (
	apiInfo           = "$JS.API.INFO"
	apiStreamInfo     = "$JS.API.STREAM.INFO."
	apiPurge          = "$JS.API.STREAM.PURGE."
	apiConsumerCreate = "$JS.API.CONSUMER.CREATE."
	apiConsumerInfo   = "$JS.API.CONSUMER.INFO."
	apiNext           = "$JS.API.CONSUMER.MSG.NEXT."
)

func (c Consumer) subject() string { return c.Stream + "." + c.Name }

// acks are where messages of c are acknowledged, in the form that servers use
// and in the one that follows it (without a domain).
func (c Consumer) acks() []string {
	return []string{"$JS.ACK." + c.subject() + ".>", "$JS.ACK._.*." + c.subject() + ".>"}
}

// Publish lists the subjects that a user with these rights must be allowed to
// publish to. All it subscribes to are answers, below its inbox.
func (r Rights) Publish() []string {
	subjects := []string{apiInfo}
	for _, stream := range r.looks() {
		subjects = append(subjects, apiStreamInfo+stream)
	}
	for _, kind := range r.Gives {
		subjects = append(subjects, kind.Subjects())
	}
	for _, c := range r.Takes {
		subjects = append(subjects, apiStreamInfo+c.Stream, apiNext+c.subject())
		subjects = append(subjects, c.acks()...)
	}
	for _, c := range r.follows() {
		subjects = append(subjects, apiConsumerInfo+c.subject())
	}
	for _, stream := range r.Clears {
		subjects = append(subjects, apiStreamInfo+stream, apiPurge+stream)
	}
	slices.Sort(subjects)
	return slices.Compact(subjects)
}

// looks includes the streams it publishes to: a refusal means that the stream
// is full or holds the item already, and a look tells which.
func (r Rights) looks() []string {
	streams := slices.Clone(r.Looks)
	for _, kind := range r.Gives {
		streams = append(streams, streamOf(kind))
	}
	slices.Sort(streams)
	return slices.Compact(streams)
}

func (r Rights) follows() []Consumer {
	all := append(slices.Clone(r.Follows), r.Takes...)
	slices.SortFunc(all, func(a, b Consumer) int { return strings.Compare(a.subject(), b.subject()) })
	return slices.Compact(all)
}

// covers reports whether a subject of Publish allows another.
func covers(allowed, subject string) bool {
	prefix, open := strings.CutSuffix(allowed, ">")
	return allowed == subject || open && strings.HasPrefix(subject, prefix)
}

// Limit makes b do nothing but what r allows: all else is ErrNotAllowed, without
// asking the server. Until then b may do everything.
func (b *Bus) Limit(r Rights) {
	b.rights, b.allowed = r, r.Publish()
}

func (b *Bus) may(subject string) error {
	if b.allowed == nil || slices.ContainsFunc(b.allowed, func(allowed string) bool { return covers(allowed, subject) }) {
		return nil
	}
	return fmt.Errorf("%s: %w", subject, ErrNotAllowed)
}

// Verify tries all that b may do, on nothing: a stream or consumer that is
// missing and a right that the server denies show now, not with the first item.
func (b *Bus) Verify(ctx context.Context) error {
	ctx, stop := b.UntilDenied(ctx)
	defer stop()
	err := insist(ctx, func() error { return b.try(ctx) })
	if denied := Denied(ctx); denied != nil {
		return denied
	}
	return err
}

func (b *Bus) try(ctx context.Context) error {
	for _, stream := range b.rights.looks() {
		if _, err := b.holdsSubject(ctx, stream, probe); err != nil {
			return err
		}
	}
	for _, c := range b.rights.follows() {
		if _, err := b.Pull(ctx, c); err != nil {
			return err
		}
	}
	for _, c := range b.rights.Takes {
		if err := b.tryTaking(ctx, c); err != nil {
			return err
		}
	}
	for _, kind := range b.rights.Gives {
		if err := b.tryPublishing(ctx, kind); err != nil {
			return err
		}
	}
	for _, stream := range b.rights.Clears {
		if err := b.purge(ctx, stream, probe); err != nil {
			return err
		}
	}
	return nil
}

// probe is the subject of no event, and the name of no stream.
const probe = "news.probe"

// tryTaking reads the stream's state, and extends the lease of a message that
// there is not. What it may pull is seen with the first pull, right after.
func (b *Bus) tryTaking(ctx context.Context, c Consumer) error {
	if _, err := b.LastSequence(ctx, c.Stream); err != nil {
		return err
	}
	ack := &nats.Msg{Subject: "$JS.ACK." + c.subject() + noMessage, Data: []byte("+WPI")}
	if err := b.request(ctx, ack); err != nil {
		return fmt.Errorf("%s: %w", ack.Subject, err)
	}
	return nil
}

// noMessage is the end of the subject that acknowledges a message whose number
// no stream reaches: deliveries, number in the stream, at the consumer, time, pending.
const noMessage = ".1.9000000000000000000.1.0.0"

// tryPublishing publishes what no stream takes: the message asks for one that
// does not exist.
func (b *Bus) tryPublishing(ctx context.Context, kind event.Kind) error {
	m := nats.NewMsg("news." + string(kind) + ".probe")
	m.Header.Set(jetstream.ExpectedStreamHeader, "none")
	err := b.request(ctx, m)
	if errors.Is(err, nats.ErrNoResponders) {
		return fmt.Errorf("the bus has no stream for %s: %w", m.Subject, ErrMissing)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.Subject, err)
	}
	return nil
}

// request waits for an answer, whatever it is.
func (b *Bus) request(ctx context.Context, m *nats.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	_, err := b.conn.RequestMsgWithContext(ctx, m)
	return err
}
