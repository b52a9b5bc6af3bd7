package stage_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/stage/stagetest"
)

const (
	benchWorkers  = 8
	benchInFlight = 64
	benchRound    = 6000 // items sent through the chain at a time
)

// BenchmarkChain sends items through four hops, once through stages with
// processors that do nothing and once through a bare loop over the same
// server, streams and payloads, in alternating rounds. It reports both rates and their ratio.
func BenchmarkChain(b *testing.B) {
	for _, size := range []int{2 << 10, 20 << 10} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) { benchmarkChain(b, size) })
	}
}

func benchmarkChain(b *testing.B, size int) {
	b.ReportAllocs()
	var staged, bare cost
	items := 0
	for b.Loop() {
		bare.add(round(b, size, bareHop))
		staged.add(round(b, size, stagedHop))
		items += benchRound
	}
	b.SetBytes(int64(2 * benchRound * size))
	messages := float64(items * len(hops))
	b.ReportMetric(float64(items)/staged.took.Seconds(), "staged-items/s")
	b.ReportMetric(float64(items)/bare.took.Seconds(), "bare-items/s")
	b.ReportMetric(100*bare.took.Seconds()/staged.took.Seconds(), "%-of-bare")
	b.ReportMetric(float64(staged.allocs)/messages, "staged-allocs/msg")
	b.ReportMetric(float64(bare.allocs)/messages, "bare-allocs/msg")
}

// cost is what moving items through the chain took, server included.
type cost struct {
	took   time.Duration
	allocs uint64
}

func (c *cost) add(d cost) { c.took += d.took; c.allocs += d.allocs }

// hop moves messages of one kind on to the next until its function is called.
type hop func(b *testing.B, line *stagetest.Line, from bus.Consumer, to event.Kind) (stop func())

var hops = []struct {
	from bus.Consumer
	to   event.Kind
}{
	{bus.Cleaner, event.KindCleaned},
	{bus.Deduplicator, event.KindDeduplicated},
	{bus.Classifier, event.KindClassified},
	{bus.Archiver, event.KindArchived},
}

// round feeds a fresh line and returns what the chain took for it.
func round(b *testing.B, size int, start hop) cost {
	b.StopTimer()
	defer b.StartTimer()
	line := stagetest.NewWithLimits(b, bus.Limits{LineBytes: 512 << 20, TapBytes: 512 << 20, Replicas: 1, AckWait: 30 * time.Second})
	text := strings.Repeat("كلمة في نص ", size/20)
	for i := range benchRound {
		in := stagetest.Fetched(fmt.Sprint(i))
		in.Source.Name = text // carried through every hop
		line.Feed(in)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.StartTimer()
	began := time.Now()
	for _, h := range hops {
		defer start(b, line, h.from, h.to)()
	}
	for _, h := range hops {
		line.AwaitIdle(h.from)
	}
	took := time.Since(began)
	b.StopTimer()
	runtime.ReadMemStats(&after)
	return cost{took, after.Mallocs - before.Mallocs}
}

// forward is a processor that only changes the kind of what it gets.
type forward[In event.Payload] struct{ to event.Kind }

func (f forward[In]) Process(_ context.Context, in In) ([]event.Payload, error) {
	head := *in.Header()
	switch f.to {
	case event.KindCleaned:
		return []event.Payload{&event.Cleaned{Head: head}}, nil
	case event.KindDeduplicated:
		return []event.Payload{&event.Deduplicated{Head: head}}, nil
	case event.KindClassified:
		return []event.Payload{&event.Classified{Head: head}}, nil
	}
	return []event.Payload{&event.Archived{Head: head, Record: news.Record{ItemID: head.Item, Revision: head.Revision, Reason: head.Source.Name}}}, nil
}

func stagedHop(_ *testing.B, line *stagetest.Line, from bus.Consumer, to event.Kind) func() {
	cfg := stage.Config{Consumer: from, Workers: benchWorkers, InFlight: benchInFlight}
	env := line.Env()
	// As if it had run for long: the first messages after a start are handled one by one.
	env.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	switch from {
	case bus.Cleaner:
		return line.Run(stage.New(cfg, env, forward[*event.Fetched]{to}))
	case bus.Deduplicator:
		return line.Run(stage.New(cfg, env, forward[*event.Cleaned]{to}))
	case bus.Classifier:
		return line.Run(stage.New(cfg, env, forward[*event.Deduplicated]{to}))
	}
	return line.Run(stage.New(cfg, env, forward[*event.Classified]{to}))
}

// bareHop is what one would write without the skeleton: eight workers,
// publish, wait for the PubAck, ack. It neither reads nor writes the payload.
func bareHop(b *testing.B, line *stagetest.Line, from bus.Consumer, to event.Kind) func() {
	consumer, err := line.Bus.Pull(b.Context(), from)
	if err != nil {
		b.Fatal(err)
	}
	queue := make(chan jetstream.Msg, benchInFlight)
	var workers sync.WaitGroup
	for range benchWorkers {
		workers.Go(func() {
			for msg := range queue {
				_, ref, err := event.ParseSubject(msg.Subject())
				if err != nil {
					b.Error(err)
				}
				out := &event.Message{Subject: to.Subject(ref), Header: msg.Headers(), Data: msg.Data()}
				if err := line.Bus.Publish(b.Context(), out); err != nil {
					b.Error(err)
				}
				if err := msg.Ack(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	consuming, err := consumer.Consume(func(msg jetstream.Msg) { queue <- msg }, jetstream.PullMaxMessages(benchInFlight))
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		consuming.Stop()
		<-consuming.Closed()
		close(queue)
		workers.Wait()
	}
}
