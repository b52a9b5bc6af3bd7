package survive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"marsad/pkg/audit"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/world"
)

// settleWithin is how long it may take, once nothing is wrong any more, until
// one more of the items published comes to its end.
const settleWithin = 90 * time.Second

// ErrBroken is in every error that says that something was lost, stored twice,
// or stored otherwise than it was published.
var ErrBroken = errors.New("a promise is broken")

// Settle waits until everything published has come to the end it must come to,
// and audits. except are items that end otherwise, and how.
func (r *Rig) Settle(ctx context.Context, except map[news.ID]news.Outcome) error {
	deadline := time.Now().Add(r.Patience)
	pending := r.World.Published()
	for range reread { // what has ended must stay so
		delete(r.ended, r.Rand.IntN(len(pending)+1))
	}
	for {
		select {
		case err := <-r.failed:
			return err
		default:
		}
		before := len(pending)
		var err error
		if pending, err = r.unsettled(ctx, pending, except); err != nil {
			return err
		}
		if len(pending) < before {
			deadline = time.Now().Add(r.Patience)
		}
		if len(pending) == 0 {
			final, err := r.audit(ctx, except)
			if final || err != nil && time.Now().After(deadline) {
				return err
			}
		} else if time.Now().After(deadline) {
			return r.explain(ctx, pending)
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// unsettled returns those of the items that have not come to their end.
func (r *Rig) unsettled(ctx context.Context, items []*world.Item, except map[news.ID]news.Outcome) (left []*world.Item, err error) {
	for _, item := range items {
		if !r.World.Settled(item) {
			continue
		}
		ok, err := r.settled(ctx, item, except)
		if err != nil {
			return nil, err
		}
		if !ok {
			left = append(left, item)
		}
	}
	return left, nil
}

func (r *Rig) settled(ctx context.Context, item *world.Item, except map[news.ID]news.Outcome) (bool, error) {
	if r.ended[item.Number] && len(except) == 0 {
		return true, nil
	}
	record, err := r.store.Record(ctx, item.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("item %d: %w", item.Number, err)
	}
	if outcome, ok := except[item.ID]; ok {
		return record.Outcome == outcome, nil
	}
	ok := record.Outcome == item.Outcome()
	if item.Outcome() == news.Archived {
		ok = ok && record.Article != nil && record.Article.Text == item.Text() && record.Article.Title == item.Title()
	}
	r.ended[item.Number] = ok
	return ok, nil
}

// explain says where items are that did not come to their end.
func (r *Rig) explain(ctx context.Context, items []*world.Item) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d items did not come to the end they must come to:", len(items))
	for _, item := range items[:min(len(items), 5)] {
		fmt.Fprintf(&b, "\n  item %d (%s, %s): ", item.Number, item.Kind, item.ID)
		row, err := r.store.Item(ctx, item.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			b.WriteString("the ledger does not know it")
		case err != nil:
			b.WriteString(err.Error())
		default:
			fmt.Fprintf(&b, "revision %d, %s %s %s, %d attempts, due %v, in line since %v", row.Revision, row.State, row.Outcome, row.Reason, row.Attempts, row.DueAt.Format(time.TimeOnly), row.InLineAt.Format(time.TimeOnly))
			if record, err := r.store.Record(ctx, item.ID); err == nil && record.Article != nil {
				fmt.Fprintf(&b, "\n    has: %.300q\n    not: %.300q", record.Article.Title+" / "+record.Article.Text, item.Title()+" / "+item.Text())
			}
		}
	}
	for _, n := range r.Nodes {
		fmt.Fprintf(&b, "\n--- log of %s:\n%s", n.Name, n.Log())
	}
	return fmt.Errorf("%w: %s", ErrBroken, b.String())
}

// audit holds the audit of the running system against the world's own list.
// Counts that are not exact yet need not stay so: a page may have been read
// with its new text before the feed said that it changed.
func (r *Rig) audit(ctx context.Context, except map[news.ID]news.Outcome) (final bool, err error) {
	code, body := r.Server().Get(ctx, "/api/v1/audit")
	if code != http.StatusOK {
		return false, fmt.Errorf("audit: %d %s", code, body)
	}
	var report struct {
		audit.Report
		Bus bool `json:"bus_checked"`
	}
	if err := json.Unmarshal(body, &report); err != nil {
		return false, fmt.Errorf("audit: %w", err)
	}
	if !report.Bus {
		return false, fmt.Errorf("audit: the bus was not asked: %s", body)
	}
	if !report.Holds() {
		return true, fmt.Errorf("%w: the audit does not hold: %+v", ErrBroken, report.Offenders)
	}
	want := r.truth(except)
	for _, source := range report.Sources {
		if source.Counts != want[source.Name] {
			return false, fmt.Errorf("%w: audit of %s: %+v, published %+v", ErrBroken, source.Name, source.Counts, want[source.Name])
		}
	}
	return len(report.Sources) == len(r.World.Feeds()), nil
}

// truth counts what was published, by the name of the source. An item that is
// published a second time with another text counts once.
func (r *Rig) truth(except map[news.ID]news.Outcome) map[string]news.Counts {
	counts := map[string]news.Counts{}
	for _, item := range r.World.Published() {
		c := counts[sourceName(item.Publisher())]
		outcome := item.Outcome()
		if other, ok := except[item.ID]; ok {
			outcome = other
		}
		c.Found++
		switch outcome {
		case news.Archived:
			c.Archived++
		case news.Dropped:
			c.Dropped++
		case news.Dead:
			c.Dead++
		}
		counts[sourceName(item.Publisher())] = c
	}
	return counts
}

func sourceName(publisher int) string { return fmt.Sprint("Publisher ", publisher) }
