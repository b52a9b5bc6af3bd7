package survive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"marsad/pkg/bus"
	"marsad/pkg/event"
	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/world"
)

// reread is how many items that have ended are read again after each fault;
// in the end, all are.
const reread = 200

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
	Group              int // least number of the items in its group of copies
}

// Content is what an archive holds of a world, by the number of the item.
type Content map[int]entry

// Content reads everything back.
func (r *Rig) Content(ctx context.Context) (Content, error) {
	content := Content{}
	groups := map[news.ID]int{} // leader to the least number in its group
	stories := stories{}
	archived := 0
	for _, item := range r.World.Published() {
		record, err := r.store.Record(ctx, item.ID)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", item.Number, err)
		}
		e := entry{Outcome: record.Outcome, Reason: record.Reason, Group: -1}
		if a := record.Article; a != nil {
			archived++
			labels, _ := json.Marshal(record.Labels) // of plain values
			e.Title, e.Text, e.Lang, e.Words, e.Completeness, e.Labels = a.Title, a.Text, a.Lang, a.Words, a.Completeness, string(labels)
			e.URL, e.CanonicalURL, e.Publisher, e.Authors = a.URL, a.CanonicalURL, a.Publisher, strings.Join(a.Authors, ", ")
			if a.Published != nil {
				e.Published = a.Published.Format(time.RFC3339)
			}
			detail, err := r.store.Article(ctx, item.ID)
			if err != nil {
				return nil, fmt.Errorf("item %d: %w", item.Number, err)
			}
			if _, ok := groups[detail.Leader]; !ok {
				groups[detail.Leader] = item.Number
			}
			e.Group = groups[detail.Leader]
			stories.add(*record.Story, a.PublisherID)
		}
		content[item.Number] = e
	}
	return content, errors.Join(stories.check(), r.indexed(ctx, archived), r.searchable(ctx), r.announced(ctx, content))
}

// stories counts the members of each. Which articles make a story depends on the
// order they came in; that it counts them right does not.
type stories map[news.ID]*counted

type counted struct {
	news.Story
	articles   int
	publishers map[news.ID]bool
}

func (s stories) add(story news.Story, publisher news.ID) {
	if s[story.ID] == nil {
		s[story.ID] = &counted{Story: story, publishers: map[news.ID]bool{}}
	}
	s[story.ID].articles++
	s[story.ID].publishers[publisher] = true
}

func (s stories) check() error {
	for id, c := range s {
		if c.articles != c.Articles || len(c.publishers) != c.Publishers {
			return fmt.Errorf("%w: story %s counts %d articles of %d publishers, and has %d of %d", ErrBroken, id, c.Articles, c.Publishers,
				c.articles, len(c.publishers))
		}
	}
	return nil
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
	tap, err := bus.Connect(r.bus(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer tap.Close()
	last, err := told(ctx, tap)
	if err != nil {
		return err
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

// told reads the text of each article as it was announced last. Of several servers
// one may not know yet that a reader is with another, and refuse: then it is read again.
func told(ctx context.Context, tap *bus.Bus) (last map[news.ID]string, err error) {
	for range 30 {
		last = map[news.ID]string{}
		err = tap.EachArchived(ctx, func(m *event.Message) error {
			payload, err := event.Decode(m)
			if archived, ok := payload.(*event.Archived); ok && archived.Article != nil {
				last[archived.ItemID] = archived.Article.Text
			}
			return err
		})
		if err == nil {
			return last, nil
		}
		if err := Pause(ctx, time.Second); err != nil {
			return nil, err
		}
	}
	return nil, err
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

// Groups checks that groups of copies are those of the world's own list.
func (c Content) Groups(items []*world.Item) error {
	for _, item := range items {
		if item.Outcome() == news.Archived && c[item.Number].Group != item.Group {
			return fmt.Errorf("%w: item %d is in the group of %d, not of %d", ErrBroken, item.Number, c[item.Number].Group, item.Group)
		}
	}
	return nil
}
