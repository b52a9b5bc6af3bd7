package survive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"marsad/pkg/audit"
	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/world"
)

// settleWithin is how long it may take, once nothing is wrong any more, until
// one more of the items published comes to its end.
const settleWithin = 90 * time.Second

// reread is how many items that have ended are read again after each fault;
// in the end, all are.
const reread = 200

// ErrBroken is in every error that says that something was lost, stored twice,
// or stored otherwise than it was published.
var ErrBroken = errors.New("a promise is broken")

// entry is what is compared of an item: all that does not depend on when and
// in which order things came.
type entry struct {
	Outcome            news.Outcome
	Reason             string
	Title, Text        string
	URL, CanonicalURL  string
	Publisher, Authors string
	Lang               string
	Words              int
	Completeness       news.Completeness
	Published          string
	Labels             string
	Group              int // least number of the items of its story
	Members            int // of the story, as the story counts them
	Publishers         int // the same
}

// Content is what an archive holds of a world, by the number of the item.
type Content map[int]entry

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
	var report audit.Report
	if err := json.Unmarshal(body, &report); err != nil {
		return false, fmt.Errorf("audit: %w", err)
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

// Content reads everything back.
func (r *Rig) Content(ctx context.Context) (Content, error) {
	content := Content{}
	groups := map[news.ID]int{} // story to the least number in it
	stories := map[int]news.ID{}
	for _, item := range r.World.Published() {
		record, err := r.store.Record(ctx, item.ID)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", item.Number, err)
		}
		e := entry{Outcome: record.Outcome, Reason: record.Reason, Group: -1}
		if a := record.Article; a != nil {
			labels, _ := json.Marshal(record.Labels) // of plain values
			e.Title, e.Text, e.Lang, e.Words, e.Completeness, e.Labels = a.Title, a.Text, a.Lang, a.Words, a.Completeness, string(labels)
			e.URL, e.CanonicalURL, e.Publisher, e.Authors = a.URL, a.CanonicalURL, a.Publisher, strings.Join(a.Authors, ", ")
			e.Members, e.Publishers = record.Story.Articles, record.Story.Publishers
			if a.Published != nil {
				e.Published = a.Published.Format(time.RFC3339)
			}
			story := record.Story.ID
			if _, ok := groups[story]; !ok {
				groups[story] = item.Number
			}
			stories[item.Number] = story
		}
		content[item.Number] = e
	}
	for number, story := range stories {
		e := content[number]
		e.Group = groups[story]
		content[number] = e
	}
	return content, errors.Join(r.indexed(ctx, len(stories)), r.searchable(ctx), r.announced(ctx, content))
}

// searchable looks for some of the items by their titles.
func (r *Rig) searchable(ctx context.Context) error {
	items := r.World.Published()
	for range min(reread, len(items)) {
		item := items[r.Rand.IntN(len(items))]
		if item.Outcome() != news.Archived {
			continue
		}
		match, err := store.ParseMatch(`"` + item.Title() + `"`)
		if err != nil {
			return err
		}
		hits, err := r.store.Search(ctx, store.Query{Match: match, Limit: 10})
		if err != nil {
			return err
		}
		if len(hits.Articles) != 1 || hits.Articles[0].Article.ID != item.ID {
			return fmt.Errorf("%w: a search for the title of item %d finds %d articles", ErrBroken, item.Number, len(hits.Articles))
		}
	}
	return nil
}

// announced reads the public tap: every article must have been announced with
// the text it has in the end, unless that went with a bus that was lost.
func (r *Rig) announced(ctx context.Context, content Content) error {
	tap, err := bus.Connect("nats://"+r.listen, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer tap.Close()
	last := map[news.ID]string{}
	err = tap.EachArchived(ctx, func(m *event.Message) error {
		payload, err := event.Decode(m)
		if archived, ok := payload.(*event.Archived); ok && archived.Article != nil {
			last[archived.ItemID] = archived.Article.Text
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("public tap: %w", err)
	}
	for _, item := range r.World.Published() {
		text, ok := last[item.ID]
		delete(last, item.ID)
		if r.untold[item.Number] || content[item.Number].Outcome != news.Archived {
			continue
		}
		if !ok || text != content[item.Number].Text {
			return fmt.Errorf("%w: item %d was archived and never announced as it is", ErrBroken, item.Number)
		}
	}
	if len(last) > 0 {
		return fmt.Errorf("%w: %d articles were announced that nobody published", ErrBroken, len(last))
	}
	return nil
}

// indexed waits until all articles can be searched, and are there once.
func (r *Rig) indexed(ctx context.Context, articles int) error {
	for deadline := time.Now().Add(settleWithin); ; time.Sleep(50 * time.Millisecond) {
		stats, err := r.store.IndexStats(ctx)
		if err != nil {
			return err
		}
		if stats.Pending == 0 && stats.Documents == articles {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: the index has %d articles and %d to come, want %d", ErrBroken, stats.Documents, stats.Pending, articles)
		}
	}
}

// Differences says how two contents differ, in at most n lines.
func (c Content) Differences(other Content, n int) []string {
	var lines []string
	for number, e := range c {
		if o, ok := other[number]; !ok {
			lines = append(lines, fmt.Sprintf("item %d is not there", number))
		} else if o != e {
			lines = append(lines, fmt.Sprintf("item %d: %s", number, e.difference(o)))
		}
	}
	for number := range other {
		if _, ok := c[number]; !ok {
			lines = append(lines, fmt.Sprintf("item %d should not be there", number))
		}
	}
	slices.Sort(lines)
	return lines[:min(n, len(lines))]
}

// difference names the first field in which two entries differ.
func (e entry) difference(other entry) string {
	a, b := reflect.ValueOf(e), reflect.ValueOf(other)
	for i := range a.NumField() {
		if x, y := a.Field(i).Interface(), b.Field(i).Interface(); x != y {
			return fmt.Sprintf("%s is %.200s, not %.200s", a.Type().Field(i).Name, fmt.Sprint(y), fmt.Sprint(x))
		}
	}
	return "the same"
}

// Groups checks that stories are the groups of the world's own list.
func (c Content) Groups(items []*world.Item) error {
	for _, item := range items {
		if item.Outcome() == news.Archived && c[item.Number].Group != item.Group {
			return fmt.Errorf("%w: item %d is in the story of %d, not of %d", ErrBroken, item.Number, c[item.Number].Group, item.Group)
		}
	}
	return nil
}
