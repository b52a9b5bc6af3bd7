package classifier

import (
	"context"

	"marsad/pkg/app"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/places"
	"marsad/pkg/stage"
)

// New makes the service.
func New(cfg Config, p *app.Process) *stage.Stage {
	return stage.New(stage.Config{Consumer: bus.Classifier, Workers: cfg.Workers}, p.StageEnv(), processor{})
}

type processor struct{}

// Process implements stage.Processor.
func (processor) Process(_ context.Context, in *event.Deduplicated) ([]event.Payload, error) {
	return []event.Payload{&event.Classified{
		Head: in.Head, Article: in.Article, Verdict: in.Verdict, Story: in.Story, Labels: Classify(in.Article),
	}}, nil
}

// Classify labels an article. Lists without entries are empty, never nil.
func Classify(a news.Article) news.Labels {
	labels := news.Labels{
		Topics: []news.Topic{}, Places: places.Find(a.Title, a.Text), Organisations: []news.Organisation{}, Watches: []news.Watch{},
	}
	if labels.Places == nil {
		labels.Places = []news.Place{}
	}
	return labels
}
