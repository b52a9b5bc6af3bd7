package stage

import "github.com/prometheus/client_golang/prometheus"

// Metrics are those of all stages of a process.
type Metrics struct {
	messages    *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	inFlight    *prometheus.GaugeVec
	redelivered *prometheus.CounterVec
	paused      *prometheus.GaugeVec
}

// NewMetrics registers the metrics of stages.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_stage_messages_total", Help: "Messages a stage has settled.",
		}, []string{"stage", "outcome", "reason"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "marsad_stage_duration_seconds", Help: "Time one call of a stage's processor took (one message, or one batch).",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 10),
		}, []string{"stage"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "marsad_stage_in_flight", Help: "Messages received and not settled.",
		}, []string{"stage"}),
		redelivered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "marsad_stage_redelivered_total", Help: "Messages handled alone because they may have been started before.",
		}, []string{"stage"}),
		paused: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "marsad_stage_paused", Help: "1 while a stage waits for a dependency (store, bus), else 0.",
		}, []string{"stage"}),
	}
	reg.MustRegister(m.messages, m.duration, m.inFlight, m.redelivered, m.paused)
	return m
}

// stageMetrics are those of one stage.
type stageMetrics struct {
	messages    *prometheus.CounterVec
	okMessages  prometheus.Counter
	duration    prometheus.Observer
	inFlight    prometheus.Gauge
	redelivered prometheus.Counter
	paused      prometheus.Gauge
}

func (m *Metrics) of(stage string) stageMetrics {
	messages := m.messages.MustCurryWith(prometheus.Labels{"stage": stage})
	return stageMetrics{
		messages: messages, okMessages: messages.WithLabelValues(string(ok), ""),
		duration: m.duration.WithLabelValues(stage), inFlight: m.inFlight.WithLabelValues(stage),
		redelivered: m.redelivered.WithLabelValues(stage), paused: m.paused.WithLabelValues(stage),
	}
}

func (m stageMetrics) message(outcome, reason string) {
	if outcome == string(ok) {
		m.okMessages.Inc()
		return
	}
	m.messages.WithLabelValues(outcome, reason).Inc()
}
