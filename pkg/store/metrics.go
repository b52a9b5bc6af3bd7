package store

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics observes a backend. A nil *Metrics observes nothing.
type Metrics struct {
	batch    *prometheus.HistogramVec
	duration *prometheus.HistogramVec
}

// NewMetrics registers the store's metrics.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		batch: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "marsad_store_batch_size",
			Help:    "Writes committed together.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}, []string{"op"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "marsad_store_duration_seconds",
			Help:    "Time a store operation took, waiting included.",
			Buckets: prometheus.ExponentialBuckets(.0005, 2.5, 12),
		}, []string{"op"}),
	}
	reg.MustRegister(m.batch, m.duration)
	return m
}

// Batch counts n things that op did together.
func (m *Metrics) Batch(op string, n int) {
	if m != nil {
		m.batch.WithLabelValues(op).Observe(float64(n))
	}
}

// Took records how long op took since start. Deferred, it times a function.
func (m *Metrics) Took(op string, start time.Time) {
	if m != nil {
		m.duration.WithLabelValues(op).Observe(time.Since(start).Seconds())
	}
}
