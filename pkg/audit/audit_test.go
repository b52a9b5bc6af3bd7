package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"marsad/pkg/app"
	"marsad/pkg/app/apptest"
	"marsad/pkg/audit"
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// line knows which items are in a stream.
type line map[news.ID]bool

func (l line) InLine(_ context.Context, ref news.Ref) (bool, error) { return l[ref.Item], nil }

type broken struct{}

func (broken) InLine(context.Context, news.Ref) (bool, error) {
	return false, errors.New("bus is away")
}

func inLine(t *testing.T, p *app.Process, name string, at time.Time) news.ID {
	t.Helper()
	id := news.NewID(name)
	if _, err := p.Store.Submit(t.Context(), at, []store.Entry{{ID: id, Page: &news.Page{Kind: news.PageText}}}); err != nil {
		t.Fatal(err)
	}
	if err := p.Store.MarkInLine(t.Context(), at, news.Ref{Item: id, Revision: 1}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestRun(t *testing.T) {
	p := apptest.Open(t)
	now := time.Now()
	queued, lost := inLine(t, p, "queued", now.Add(-time.Hour)), inLine(t, p, "lost", now.Add(-time.Hour))
	inLine(t, p, "young", now)

	report, err := audit.Run(t.Context(), p.Store, line{queued: true}, now, 10*time.Minute)
	if err != nil || report.Holds() || len(report.Offenders) != 1 || report.Offenders[0] != (store.Offender{Item: lost, Rule: store.RuleLost}) {
		t.Errorf("report %+v, %v; want one offender: %s", report, err, lost)
	}
	if report.Total.Found != 3 || report.Total.Open != 3 || !report.Total.Balanced() {
		t.Errorf("total %+v", report.Total)
	}
	if report, err := audit.Run(t.Context(), p.Store, nil, now, 10*time.Minute); err != nil || !report.Holds() {
		t.Errorf("without a bus: %+v, %v", report.Offenders, err)
	}
	if _, err := audit.Run(t.Context(), p.Store, broken{}, now, 10*time.Minute); err == nil {
		t.Error("a bus that does not answer proves nothing")
	}
}
