package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"marsad/pkg/app"
	"marsad/pkg/audit"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/services/web/api"
)

// ReasonDiscarded is the reason of items whose dead letter a person dropped.
const ReasonDiscarded = "dead_letter_dropped"

func (s *Service) registerOperations(a huma.API) {
	operation := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary, Tags: []string{"operations"}}
	}
	huma.Register(a, operation("dead-letters", http.MethodGet, "/dead", "Dead letters, newest first, without payloads"), func(ctx context.Context, in *struct {
		Limit int `query:"limit" default:"100" minimum:"1" maximum:"10000"`
	}) (*body[[]store.DeadLetter], error) {
		letters, err := s.store.DeadLetters(ctx, in.Limit)
		return &body[[]store.DeadLetter]{append([]store.DeadLetter{}, letters...)}, s.answer(ctx, err)
	})
	huma.Register(a, operation("dead-letter", http.MethodGet, "/dead/{id}", "One dead letter, whole"), func(ctx context.Context, in *byID) (*body[store.DeadLetter], error) {
		letter, err := s.store.DeadLetter(ctx, news.ID(in.ID))
		return &body[store.DeadLetter]{letter}, s.answer(ctx, noLetter(err, news.ID(in.ID)))
	})
	huma.Register(a, operation("retry-dead-letter", http.MethodPost, "/dead/{id}/retry", "Put the item back in line"), func(ctx context.Context, in *byID) (*struct{}, error) {
		return nil, s.answer(ctx, s.retry(ctx, news.ID(in.ID)))
	})
	huma.Register(a, operation("drop-dead-letter", http.MethodDelete, "/dead/{id}", "End the item as dropped"), func(ctx context.Context, in *byID) (*struct{}, error) {
		return nil, s.answer(ctx, noLetter(s.store.DropDeadLetter(ctx, news.ID(in.ID), ReasonDiscarded, s.now()), news.ID(in.ID)))
	})
	huma.Register(a, operation(auditOperation, http.MethodGet, "/audit", "Prove that every item ended once or is open"), func(ctx context.Context, _ *struct{}) (*body[api.AuditReport], error) {
		report, err := s.audit(ctx)
		return &body[api.AuditReport]{report}, s.answer(ctx, err)
	})
	huma.Register(a, operation("status", http.MethodGet, "/status", "The system at a glance"), func(ctx context.Context, _ *struct{}) (*body[api.Status], error) {
		status, err := s.status(ctx)
		return &body[api.Status]{status}, s.answer(ctx, err)
	})
}

// retryPause is how long a fetcher leaves an item alone whose letter is being published.
const retryPause = 10 * time.Second

// retry publishes the letter's message again, as it was, and puts the item back
// in line. Should the letter have no payload, or the stream no room, then the
// item stays due: a fetcher sends it in its turn, from the stored page.
func (s *Service) retry(ctx context.Context, id news.ID) error {
	if s.bus == nil {
		return huma.Error409Conflict("no bus is running here: retry while 'marsad run' runs")
	}
	letter, err := s.store.RetryDeadLetter(ctx, id, s.now().Add(retryPause))
	if err != nil {
		return noLetter(err, id)
	}
	if len(letter.Payload) == 0 {
		return nil
	}
	m := &event.Message{Subject: event.Kind(letter.Kind).Subject(letter.Ref), Header: map[string][]string{}, Data: letter.Payload}
	for name, value := range letter.Headers {
		m.Set(name, value)
	}
	switch err := s.bus.Publish(ctx, m); {
	case errors.Is(err, bus.ErrFull):
		return nil
	case err != nil:
		return fmt.Errorf("the item is due again, and will be sent once the bus can be used: %w", err)
	}
	if err := s.store.MarkInLine(ctx, s.now(), letter.Ref); err != nil {
		return fmt.Errorf("the item was sent, and may be sent once more: %w", err)
	}
	return nil
}

// noLetter says plainly that there is no such letter.
func noLetter(err error, id news.ID) error {
	if errors.Is(err, store.ErrNotFound) {
		return huma.Error404NotFound(fmt.Sprintf("there is no dead letter for %q: 'marsad dead list' shows them", id))
	}
	return err
}

func (s *Service) audit(ctx context.Context) (api.AuditReport, error) {
	line := s.line(ctx)
	report, err := audit.Run(ctx, s.store, line, s.now(), s.cfg.ReconcileAfter)
	if err != nil {
		return api.AuditReport{}, err
	}
	if line != nil { // half an audit is no figure to trust
		s.offenders.WithLabelValues().Set(float64(len(report.Offenders)))
		s.audited.Set(float64(s.now().Unix()))
	}
	if report.Offenders == nil {
		report.Offenders = []store.Offender{}
	}
	return api.AuditReport{Report: report, Holds: report.Holds(), Bus: line != nil}, nil
}

// line is the bus, if it can be asked about everything in the line; else nil.
func (s *Service) line(ctx context.Context) audit.Line {
	if s.bus == nil {
		return nil
	}
	if _, err := s.bus.Depths(ctx); err != nil {
		return nil
	}
	return s.bus
}

// complete gives counts that are zero their keys.
func complete[K comparable](counts map[K]int, keys ...K) map[K]int {
	out := make(map[K]int, len(keys))
	for _, k := range keys {
		out[k] = counts[k]
	}
	return out
}

func (s *Service) status(ctx context.Context) (api.Status, error) {
	ledger, err := s.store.LedgerStats(ctx)
	if err != nil {
		return api.Status{}, err
	}
	index, err := s.store.IndexStats(ctx)
	if err != nil {
		return api.Status{}, err
	}
	sources, err := s.countSources(ctx)
	if err != nil {
		return api.Status{}, err
	}
	version, _ := app.Version()
	status := api.Status{
		Version: version, Open: complete(ledger.Open, news.StateDue, news.StateInLine),
		Ended: complete(ledger.Ended, news.Archived, news.Dropped, news.Dead), Dead: ledger.DeadLetter, Sources: complete(sources, news.Healths...), Index: index,
	}
	if !ledger.OldestOpen.IsZero() {
		status.Oldest = s.now().Sub(ledger.OldestOpen).Truncate(time.Second).Seconds()
	}
	missing := s.missing(ctx)
	noBus := func(m app.Missing) bool { return m.Name == "bus" }
	if s.bus != nil && !slices.ContainsFunc(missing, noBus) {
		// Who has no right to look into the streams has no need to, either.
		if status.Streams, err = s.bus.Depths(ctx); err != nil && !errors.Is(err, bus.ErrNotAllowed) {
			missing = append(slices.Clone(missing), app.Missing{Name: "bus", Err: err})
		}
	}
	status.Ready, status.Waiting = len(missing) == 0, waiting(missing, app.Trusted(ctx))
	return status, nil
}

// waiting says what the process waits for; why, only to those it trusts.
func waiting(missing []app.Missing, why bool) string {
	words := make([]string, len(missing))
	for i, m := range missing {
		if words[i] = m.String(); why {
			words[i] = m.Name + ": " + strings.ReplaceAll(m.Err.Error(), "\n", "; ")
		}
	}
	return strings.Join(words, ", ")
}
