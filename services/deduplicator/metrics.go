package deduplicator

import "github.com/prometheus/client_golang/prometheus"

// register shows how large memory is.
func (s *Service) register(reg prometheus.Registerer) {
	gauge := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	f := &s.memory.figures
	gauge("marsad_deduplicator_texts", "Texts in memory that articles are compared with.", func() float64 { return float64(f.texts.Load()) })
	gauge("marsad_deduplicator_stories", "Stories in memory that articles can join.", func() float64 { return float64(f.stories.Load()) })
	gauge("marsad_deduplicator_bytes", "Memory the deduplicator takes for texts and stories.", func() float64 { return float64(f.bytes.Load()) })
	gauge("marsad_deduplicator_leading", "1 while this process decides, 0 while it stands by.", func() float64 {
		if s.active.Load() != nil {
			return 1
		}
		return 0
	})
}
