package bus

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

var (
	streamMessages = prometheus.NewDesc("marsad_bus_stream_messages", "Messages in a stream.", []string{"stream"}, nil)
	streamBytes    = prometheus.NewDesc("marsad_bus_stream_bytes", "Size of a stream on disk.", []string{"stream"}, nil)
	streamLimit    = prometheus.NewDesc("marsad_bus_stream_limit_bytes", "Size at which a stream refuses messages, or forgets its oldest.", []string{"stream"}, nil)
	streamMost     = prometheus.NewDesc("marsad_bus_stream_limit_messages", "Messages at which a stream refuses more; absent where only bytes count.", []string{"stream"}, nil)
	consumerWaits  = prometheus.NewDesc("marsad_bus_consumer_pending", "Messages a consumer has not been given yet.", []string{"stream", "consumer"}, nil)
	stagePending   = prometheus.NewDesc("marsad_stage_pending", "Messages a stage has still to handle: waiting, in flight, or waiting for a retry.", []string{"stage"}, nil)
)

// Collector reads the state of those streams and consumers that this process has
// to do with when it is scraped. What does not answer in time leaves its own
// figures out, and no others. Several processes may tell of the same stream.
type Collector struct{ Bus *Bus }

// Describe implements prometheus.Collector.
func (c Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{streamMessages, streamBytes, streamLimit, streamMost, consumerWaits, stagePending} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c Collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for _, name := range c.Bus.rights.looks() {
		all.Go(func() {
			if stream, err := c.Bus.inspect(ctx, name); err == nil {
				collectStream(ch, stream.CachedInfo())
			}
		})
	}
	for _, name := range c.Bus.rights.follows() {
		all.Go(func() {
			if consumer, err := c.Bus.Pull(ctx, name); err == nil {
				collectConsumer(ch, name, consumer.CachedInfo())
			}
		})
	}
	all.Wait()
}

func collectConsumer(ch chan<- prometheus.Metric, name Consumer, info *jetstream.ConsumerInfo) {
	gauge(ch, consumerWaits, float64(info.NumPending), name.Stream, name.Name)
	gauge(ch, stagePending, float64(info.NumPending)+float64(info.NumAckPending), name.Name)
}

func collectStream(ch chan<- prometheus.Metric, info *jetstream.StreamInfo) {
	gauge(ch, streamMessages, float64(info.State.Msgs), info.Config.Name)
	gauge(ch, streamBytes, float64(info.State.Bytes), info.Config.Name)
	gauge(ch, streamLimit, float64(info.Config.MaxBytes), info.Config.Name)
	if most := info.Config.MaxMsgs; most > 0 {
		gauge(ch, streamMost, float64(most), info.Config.Name)
	}
}

func gauge(ch chan<- prometheus.Metric, desc *prometheus.Desc, value float64, labels ...string) {
	ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}
