package bus_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"marsad/pkg/bus"
	"marsad/pkg/bus/embedded"
	"marsad/pkg/event"
	"marsad/pkg/news"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var small = bus.Limits{LineBytes: 1 << 20, TapBytes: 1 << 20, Replicas: 1, AckWait: time.Second}

func connect(t *testing.T, dir string) *bus.Bus {
	t.Helper()
	return connectTo(t, start(t, dir))
}

func start(t *testing.T, dir string) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(embedded.Options{Dir: dir, MaxBytes: small.Total()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func connectTo(t *testing.T, server *embedded.Server) *bus.Bus {
	t.Helper()
	b, err := bus.Connect("", slog.New(slog.DiscardHandler), server.Connect())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func fetched(name string, size int) *event.Message {
	ref := news.Ref{Item: news.NewID(name), Revision: 1}
	return &event.Message{Subject: event.KindFetched.Subject(ref), Header: map[string][]string{}, Data: make([]byte, size)}
}

// TestRefusals: one error code of the server means two things.
func TestRefusals(t *testing.T) {
	b := connect(t, t.TempDir())
	if err := b.Declare(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.Publish(t.Context(), fetched("a", 600<<10)); err != nil {
			t.Errorf("a revision that is in line already: %v, want it done", err)
		}
	}
	if err := b.Publish(t.Context(), fetched("b", 600<<10)); !errors.Is(err, bus.ErrFull) {
		t.Errorf("no room: %v, want ErrFull", err)
	}
	if err := b.Publish(t.Context(), fetched("c", bus.MaxMessageBytes+1)); !errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("too large: %v, want ErrTooLarge", err)
	}
	if n := testutil.CollectAndCount(bus.Collector{Bus: b}); n != 3*6+2*5 {
		t.Errorf("%d figures, want three of six streams and two of five consumers", n)
	}
}

// TestFewerMessages: a limit below what the stream holds loses nothing, and
// nothing more is taken until there is room.
func TestFewerMessages(t *testing.T) {
	b := connect(t, t.TempDir())
	limits := small
	declare := func(messages int64) {
		t.Helper()
		limits.FetchedMessages = messages
		if err := b.Declare(t.Context(), limits); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(name string, want error) {
		t.Helper()
		if err := b.Publish(t.Context(), fetched(name, 10)); !errors.Is(err, want) {
			t.Errorf("publish %s: %v, want %v", name, err, want)
		}
	}
	declare(4)
	for _, name := range []string{"a", "b", "c", "d"} {
		publish(name, nil)
	}
	publish("e", bus.ErrFull)
	declare(2)
	publish("a", nil) // it is in line already
	publish("e", bus.ErrFull)
	consumer, err := b.Pull(t.Context(), bus.Cleaner)
	if err != nil {
		t.Fatal(err)
	}
	settle := func(n int) {
		t.Helper()
		batch, err := consumer.Fetch(n)
		if err != nil {
			t.Fatal(err)
		}
		for m := range batch.Messages() {
			n--
			if err := m.DoubleAck(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n != 0 {
			t.Fatalf("%d messages were lost", n)
		}
	}
	settle(2)
	publish("e", bus.ErrFull) // two are left
	settle(2)
	publish("e", nil)
	declare(0)
	publish("f", nil)
	publish("g", nil)
	if n, err := b.Depth(t.Context(), "NEWS_FETCHED"); err != nil || n != 3 {
		t.Errorf("%d messages, %v", n, err)
	}
}

func TestWhere(t *testing.T) {
	b := connect(t, t.TempDir())
	if err := b.Declare(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	ref := news.Ref{Item: news.NewID("a"), Revision: 1}
	where := func(want string) {
		t.Helper()
		if got, err := b.Where(t.Context(), ref); err != nil || got != want {
			t.Errorf("in %q, %v, want %q", got, err, want)
		}
	}
	where("")
	if err := b.Publish(t.Context(), fetched("a", 10)); err != nil {
		t.Fatal(err)
	}
	where("NEWS_FETCHED")
}

// TestUnpublish: what was announced of one item goes, and nothing else.
func TestUnpublish(t *testing.T) {
	b := connect(t, t.TempDir())
	if err := b.Declare(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	announce := func(name string, revision int) news.Ref {
		ref := news.Ref{Item: news.NewID(name), Revision: revision}
		if err := b.Publish(t.Context(), &event.Message{Subject: event.KindArchived.Subject(ref), Header: map[string][]string{}}); err != nil {
			t.Fatal(err)
		}
		return ref
	}
	announce("a", 1)
	announce("a", 2)
	other := announce("b", 2)
	last := announce("a", 11)
	for range 2 { // again is harmless
		if err := b.Unpublish(t.Context(), last); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := b.Depth(t.Context(), "NEWS_ARCHIVED"); err != nil || n != 1 {
		t.Errorf("%d messages are left, %v", n, err)
	}
	err := b.EachArchived(t.Context(), func(m *event.Message) error {
		if m.Subject != event.KindArchived.Subject(other) {
			t.Errorf("left is %+v", m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCollectTheRest: a stream that does not answer takes no figures of others with it.
func TestCollectTheRest(t *testing.T) {
	server := start(t, t.TempDir())
	b := connectTo(t, server)
	if err := b.Declare(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	conn, err := nats.Connect("", server.Connect())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), "NEWS_ARCHIVED"); err != nil { // the first that is asked
		t.Fatal(err)
	}
	collector := bus.Collector{Bus: b}
	if n := testutil.CollectAndCount(collector, "marsad_bus_stream_messages"); n != 5 {
		t.Errorf("figures of %d streams, want those of 5", n)
	}
	if n := testutil.CollectAndCount(collector, "marsad_stage_pending"); n != 5 {
		t.Errorf("figures of %d stages, want those of 5", n)
	}
}

func TestVerify(t *testing.T) {
	b := connect(t, t.TempDir())
	if err := b.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "marsad migrate") {
		t.Errorf("nothing declared: %v", err)
	}
	for range 2 { // declaring again is harmless
		if err := b.Declare(t.Context(), small); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if wait, err := b.AckWait(t.Context()); err != nil || wait != small.AckWait {
		t.Errorf("AckWait = %v, %v", wait, err)
	}
}

func TestEmbeddedListensOnLoopbackOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:4222", "localhost", ":4222"} {
		if server, err := embedded.Start(embedded.Options{Dir: t.TempDir(), MaxBytes: 1 << 20, Listen: address}); err == nil {
			server.Close()
			t.Errorf("listens on %s", address)
		}
	}
	server, err := embedded.Start(embedded.Options{Dir: t.TempDir(), MaxBytes: 1 << 20, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	b, err := bus.Connect(server.URL(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("connect to %s: %v", server.URL(), err)
	}
	defer b.Close()
	if err := b.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLimitsValidate(t *testing.T) {
	if err := bus.DefaultLimits().Validate(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(l *bus.Limits){
		"line_bytes": func(l *bus.Limits) { l.LineBytes = 1 }, "tap_bytes": func(l *bus.Limits) { l.TapBytes = 0 },
		"replicas": func(l *bus.Limits) { l.Replicas = 0 }, "ack_wait": func(l *bus.Limits) { l.AckWait = 0 },
	} {
		l := bus.DefaultLimits()
		spoil(&l)
		if err := l.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
