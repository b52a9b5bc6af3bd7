// Package audit proves that every item ends exactly once: it joins what the
// store can check of itself with what only the bus knows.
package audit

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Line tells whether an item is in any stream; package bus does.
type Line interface {
	InLine(ctx context.Context, ref news.Ref) (bool, error)
}

// Report is what an audit found. It holds if there are no offenders.
type Report struct {
	store.AuditReport
	Total news.Counts `json:"total"`
	Took  float64     `json:"took_seconds"`
}

// Holds reports whether promise 1 of the design is kept.
func (r Report) Holds() bool { return len(r.Offenders) == 0 }

// Run audits the store. Items in line for longer than reconcileAfter must be in
// a stream of line, or have ended meanwhile; a nil line (no bus can be asked)
// leaves that check out.
func Run(ctx context.Context, s store.Store, line Line, now time.Time, reconcileAfter time.Duration) (Report, error) {
	start := time.Now()
	var lost []store.Offender
	audited, err := s.Audit(ctx, now.Add(-reconcileAfter), func(refs []news.Ref) error {
		if line == nil {
			return nil
		}
		found, err := lostOf(ctx, s, line, refs)
		lost = append(lost, found...)
		return err
	})
	if err != nil {
		return Report{}, err
	}
	audited.Offenders = append(audited.Offenders, lost...)
	report := Report{AuditReport: audited, Took: time.Since(start).Seconds()}
	for _, source := range audited.Sources {
		report.Total.Found += source.Found
		report.Total.Archived += source.Archived
		report.Total.Dropped += source.Dropped
		report.Total.Dead += source.Dead
		report.Total.Open += source.Open
	}
	return report, nil
}

// looks is how many inquiries are made of the bus at once.
const looks = 8

// lostOf returns those of the items that are missing, in order.
func lostOf(ctx context.Context, s store.Ledger, line Line, refs []news.Ref) (lost []store.Offender, err error) {
	gone := make([]bool, len(refs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(looks)
	for i, ref := range refs {
		group.Go(func() (err error) {
			gone[i], err = missing(ctx, s, line, ref)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, ref := range refs {
		if gone[i] {
			lost = append(lost, store.Offender{Item: ref.Item, Rule: store.RuleLost})
		}
	}
	return lost, nil
}

// missing reports whether an item is in line according to the ledger and in no
// stream. The ledger is asked again after the streams: it may have ended.
func missing(ctx context.Context, s store.Ledger, line Line, ref news.Ref) (bool, error) {
	there, err := line.InLine(ctx, ref)
	if there || err != nil {
		return false, err
	}
	item, err := s.Item(ctx, ref.Item)
	return err == nil && item.State == news.StateInLine && item.Revision == ref.Revision, err
}
