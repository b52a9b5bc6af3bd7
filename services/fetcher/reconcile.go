package fetcher

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/store"
	"marsad/pkg/wait"
)

const (
	reconcileBatch = 500 // items looked for before the ledger is told
	reconcileLooks = 8   // inquiries at once
)

// reconcileLoop looks, again and again, for items that are in line according
// to the ledger but in no stream.
func (s *Service) reconcileLoop(ctx context.Context) {
	pause := min(max(s.cfg.ReconcileAfter/4, time.Second), time.Minute)
	for wait.For(ctx, pause) {
		if err := s.reconcile(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("reconciliation", "error", err)
		}
	}
}

// reconcile asks the bus, once, about every item that is in line for longer
// than reconcile_after. One that is absent twice, an ack wait apart, was lost by
// the bus and becomes due again. A backlog is in its stream: it is never touched.
func (s *Service) reconcile(ctx context.Context) error {
	began := s.now()
	ackWait, err := s.bus.AckWait(ctx)
	if err != nil {
		return err
	}
	for {
		items, err := s.store.InLineSince(ctx, began.Add(-s.cfg.ReconcileAfter), reconcileBatch)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(items, func(item store.InLine) bool { return !item.CheckedAt.Before(began) }); i >= 0 {
			items = items[:i] // looked at in this round
		}
		if len(items) == 0 {
			return nil
		}
		checked, err := s.look(ctx, items, began, ackWait)
		if err != nil {
			return err
		}
		n, err := s.store.MarkChecked(ctx, s.now(), checked)
		if err != nil {
			return err
		}
		if n > 0 {
			s.healed.Add(float64(n))
			s.log.Warn("items were in line but in no stream: they are due again", "items", n, "item", checked.Lost[0].Key())
		}
		if len(items) < reconcileBatch {
			return nil
		}
	}
}

// look sorts items by whether they are in any stream.
func (s *Service) look(ctx context.Context, items []store.InLine, now time.Time, ackWait time.Duration) (checked store.Checked, err error) {
	there := make([]bool, len(items))
	looks, ctx := errgroup.WithContext(ctx)
	looks.SetLimit(reconcileLooks)
	for i, item := range items {
		looks.Go(func() (err error) {
			there[i], err = s.bus.InLine(ctx, item.Ref)
			return err
		})
	}
	if err := looks.Wait(); err != nil {
		return checked, err
	}
	for i, item := range items {
		switch {
		case there[i]:
			checked.Present = append(checked.Present, item.Ref)
		case item.MissingSince.IsZero() || now.Sub(item.MissingSince) < ackWait:
			checked.Missing = append(checked.Missing, item.Ref)
		default:
			checked.Lost = append(checked.Lost, item.Ref)
		}
	}
	return checked, nil
}
