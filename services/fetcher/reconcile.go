package fetcher

import (
	"context"
	"time"

	"marsad/pkg/store"
	"marsad/pkg/wait"
)

// reconcileBatch is how many items one look at the streams is about.
const reconcileBatch = 500

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

// reconcile asks the bus about the items that are in line for longer than
// reconcile_after. One that is absent twice, an ack wait apart, was lost by
// the bus and becomes due again. A backlog is in its stream: it is never touched.
func (s *Service) reconcile(ctx context.Context) error {
	now := s.now()
	items, err := s.store.InLineSince(ctx, now.Add(-s.cfg.ReconcileAfter), reconcileBatch)
	if err != nil || len(items) == 0 {
		return err
	}
	ackWait, err := s.bus.AckWait(ctx)
	if err != nil {
		return err
	}
	var checked store.Checked
	for _, item := range items {
		there, err := s.bus.InLine(ctx, item.Ref)
		switch {
		case err != nil:
			return err
		case there:
			checked.Present = append(checked.Present, item.Ref)
		case item.MissingSince.IsZero() || now.Sub(item.MissingSince) < ackWait:
			checked.Missing = append(checked.Missing, item.Ref)
		default:
			checked.Lost = append(checked.Lost, item.Ref)
		}
	}
	n, err := s.store.MarkChecked(ctx, now, checked)
	if n > 0 {
		s.healed.Add(float64(n))
		s.log.Warn("items were in line but in no stream: they are due again", "items", n)
	}
	return err
}
