package classifier

import (
	"context"
	"sync"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/watches"

	"github.com/prometheus/client_golang/prometheus"
)

// Service is the classifier: the stage, and what keeps its watches up to date.
type Service struct {
	*stage.Stage
	watches *watches.Loader
	every   time.Duration
}

// New makes the service. The error says what is wrong with the user's organisations.
func New(cfg Config, p *app.Process) (*Service, error) {
	labeller, err := NewLabeller(cfg)
	if err != nil {
		return nil, err
	}
	loader := watches.NewLoader(p.Store, labeller.Names(), p.Log, p.Registry)
	s := stage.New(stage.Config{Consumer: bus.Classifier, Workers: cfg.Workers}, p.StageEnv(), processor{labeller.With(loader.Set), newAbstentions(p.Registry)})
	return &Service{Stage: s, watches: loader, every: cfg.WatchesEvery}, nil
}

// Run labels articles until ctx ends. It begins when the watches are known.
func (s *Service) Run(ctx context.Context) error {
	if !s.watches.Begin(ctx, s.every) {
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	var refreshing sync.WaitGroup
	defer refreshing.Wait()
	defer stop()
	refreshing.Go(func() { s.watches.Run(ctx, s.every) })
	return s.Stage.Run(ctx)
}

type processor struct {
	labeller    *Labeller
	abstentions *prometheus.CounterVec
}

// newAbstentions counts articles without a topic; all reasons are there from the start.
func newAbstentions(reg prometheus.Registerer) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "marsad_abstentions_total", Help: "Articles that were given no topic, by reason."}, []string{"reason"})
	for _, reason := range []news.Abstention{news.TooShort, news.LowConfidence, news.UnsupportedLanguage} {
		c.WithLabelValues(string(reason))
	}
	reg.MustRegister(c)
	return c
}

// Process implements stage.Processor.
func (p processor) Process(_ context.Context, in *event.Deduplicated) ([]event.Payload, error) {
	labels := p.labeller.Label(in.Article)
	if labels.Abstained != "" && in.Generation == 0 {
		p.abstentions.WithLabelValues(string(labels.Abstained)).Inc()
	}
	return []event.Payload{&event.Classified{
		Head: in.Head, Article: in.Article, Verdict: in.Verdict, Story: in.Story, Labels: labels,
	}}, nil
}
