package archiver

import (
	"context"
	"slices"
	"time"

	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/store"
)

// articles archives what reached the end of the line.
type articles struct{ writer }

// ProcessBatch implements stage.BatchProcessor.
func (a articles) ProcessBatch(ctx context.Context, in []*event.Classified) ([]stage.Result, error) {
	at := a.now()
	endings := make([]store.Ending, len(in))
	heads := make([]*event.Head, len(in))
	for i, c := range in {
		heads[i] = &c.Head
		endings[i] = store.Ending{
			Ref: c.Ref, Outcome: news.Archived, At: at, Trail: withArchiver(c.Trail, at),
			Article: &c.Article, Verdict: &c.Verdict, Story: c.Story, Labels: c.Labels,
		}
	}
	results, err := a.end(ctx, endings, heads)
	if err != nil {
		return nil, err
	}
	out := make([]stage.Result, len(in))
	for i, r := range results {
		if r.Applied {
			out[i].Out = []event.Payload{announcement(in[i].Head, endings[i], r.Story)}
		}
	}
	return out, nil
}

// announcement tells the world of a new or changed article.
func announcement(head event.Head, e store.Ending, story *news.Story) *event.Archived {
	return &event.Archived{Head: head, ArchivedAt: e.At.UTC(), Record: news.Record{
		ItemID: e.Ref.Item, Revision: e.Ref.Revision, Outcome: e.Outcome,
		Article: e.Article, Verdict: e.Verdict, Story: story, Labels: e.Labels, Trail: e.Trail,
	}}
}

// ended records what left the line without becoming an article.
type ended struct{ writer }

// ProcessBatch implements stage.BatchProcessor.
func (e ended) ProcessBatch(ctx context.Context, in []*event.Ended) ([]stage.Result, error) {
	at := e.now()
	endings := make([]store.Ending, len(in))
	heads := make([]*event.Head, len(in))
	for i, x := range in {
		heads[i] = &x.Head
		endings[i] = store.Ending{Ref: x.Ref, Outcome: x.Outcome, Reason: x.Reason, At: at, Trail: withArchiver(x.Trail, at)}
		if x.Outcome == news.Dead {
			endings[i].Letter = letter(x, at)
		}
	}
	results, err := e.end(ctx, endings, heads)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		if r.Applied && in[i].Outcome == news.Dropped && in[i].Generation == 0 {
			e.metrics.drops.WithLabelValues(in[i].Stage, in[i].Reason).Inc()
		}
	}
	return make([]stage.Result, len(in)), nil
}

func letter(x *event.Ended, at time.Time) *store.DeadLetter {
	l := &store.DeadLetter{
		Ref: x.Ref, Stage: x.Stage, Reason: x.Reason, Error: x.Error, Attempts: x.Attempts, At: at, Headers: map[string]string{},
	}
	if x.Failed != nil {
		kind, _, _ := event.ParseSubject(x.Failed.Subject) // it was delivered on that subject
		l.Kind, l.Payload = string(kind), x.Failed.Data
		for name := range x.Failed.Header {
			l.Headers[name] = x.Failed.Get(name)
		}
	}
	return l
}

// withArchiver closes the trail. The time the archiver takes is not known
// before its write, and its write holds the trail: it is left at zero.
func withArchiver(trail []news.Step, at time.Time) []news.Step {
	return append(slices.Clip(trail), news.Step{Service: "archiver", At: at.UTC()})
}
