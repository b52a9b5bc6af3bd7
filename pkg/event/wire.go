package event

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bytedance/sonic"

	"marsad/pkg/news"
)

// Header names. Names on NATS are case-sensitive.
const (
	HeaderSpecVersion = "ce-specversion"
	HeaderID          = "ce-id"
	HeaderType        = "ce-type"
	HeaderSource      = "ce-source"
	HeaderTime        = "ce-time"
	HeaderContentType = "datacontenttype"
	HeaderGeneration  = "marsad-generation" // on replays only
	HeaderTraceParent = "traceparent"       // W3C Trace Context
)

// ErrMalformed is returned for a message that is no event of this package.
var ErrMalformed = errors.New("malformed event")

// codec reads and writes JSON several times faster than encoding/json: the text
// of an article passes through it twice at every hop. It trusts that what types
// say of themselves (times) is JSON.
var codec = sonic.ConfigFastest

// Message is an event in wire form.
type Message struct {
	Subject string              `json:"subject"`
	Header  map[string][]string `json:"header"`
	Data    []byte              `json:"data"`
}

// Get returns the first value of a header, or "".
func (m *Message) Get(name string) string {
	if v := m.Header[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set sets a header.
func (m *Message) Set(name, value string) { m.Header[name] = []string{value} }

// Carrier lets trace context be read from and written to a message's headers
// (propagation.TextMapCarrier of OpenTelemetry).
type Carrier struct{ *Message }

// Keys is not needed: what reads W3C Trace Context asks by name.
func (Carrier) Keys() []string { return nil }

// Encode gives p its wire form, as sent by service at the moment at.
func Encode(p Payload, service string, at time.Time) (*Message, error) {
	kind, ref := p.Kind(), p.Header().Ref
	data, err := codec.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode %s event: %w", kind, err)
	}
	key := ref.Key()
	m := &Message{Subject: kind.subject(key), Data: data}
	m.Header = headers(
		HeaderSpecVersion, "1.0",
		HeaderID, string(kind)+"."+key+"."+strconv.Itoa(ref.Generation),
		HeaderType, kind.Type(),
		HeaderSource, "marsad/"+service,
		HeaderTime, at.UTC().Format(time.RFC3339Nano),
		HeaderContentType, "application/json",
	)
	if ref.Generation > 0 {
		m.Set(HeaderGeneration, strconv.Itoa(ref.Generation))
	}
	return m, nil
}

// headers makes a header of names and values by turns, in two allocations.
func headers(pairs ...string) map[string][]string {
	header := make(map[string][]string, len(pairs)/2+1)
	values := make([]string, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		values = append(values, pairs[i+1])
		last := len(values)
		header[pairs[i]] = values[last-1 : last : last]
	}
	return header
}

// Decode reads a message. Fields and headers it does not know are passed over,
// so that an older program reads what a newer one sends. The error is
// ErrMalformed, with what is wrong.
func Decode(m *Message) (Payload, error) {
	kind, ref, err := ParseSubject(m.Subject)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	p := newPayload(kind)
	if p == nil {
		return nil, fmt.Errorf("%w: unknown kind %q", ErrMalformed, kind)
	}
	if got := m.Get(HeaderType); got != kind.Type() {
		return nil, fmt.Errorf("%w: %s is %q, want %q", ErrMalformed, HeaderType, got, kind.Type())
	}
	if err := codec.Unmarshal(m.Data, p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if archived, ok := p.(*Archived); ok {
		generation, _ := strconv.Atoi(m.Get(HeaderGeneration)) // without one, or one that is no number, it is the live pass
		archived.Ref = news.Ref{Item: archived.ItemID, Revision: archived.Record.Revision, Generation: max(generation, 0)}
	}
	if got := p.Header().Ref; got.Item != ref.Item || got.Revision != ref.Revision {
		return nil, fmt.Errorf("%w: it is about %s, its subject about %s", ErrMalformed, got.Key(), ref.Key())
	}
	return p, nil
}
