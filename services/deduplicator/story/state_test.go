package story

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"marsad/pkg/news"
)

// operation is an entry of the log that whoever decides keeps.
type operation struct {
	decided  time.Time
	item, in news.ID
	features Features
	at       time.Time
	moves    []Move
}

func (o operation) apply(c *Clusterer) {
	c.Add(o.item, o.features, o.at, o.in)
	for _, m := range o.moves {
		c.Move(m.Item, m.Story)
	}
}

// stream decides on articles of a few events, some of them late, half an hour apart.
type stream struct {
	t    *rapid.T
	room *newsroom
	n    int
	now  time.Time
}

func newStream(t *rapid.T) *stream {
	return &stream{t: t, room: newNewsroom(rapid.Uint64().Draw(t, "seed")), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (s *stream) next() operation {
	s.n++
	s.now = s.now.Add(time.Duration(s.room.random.IntN(60)) * time.Minute)
	late := time.Duration(0)
	if s.room.random.IntN(8) == 0 {
		late = time.Duration(s.room.random.IntN(9*24)) * time.Hour
	}
	event := s.n/40 + s.room.random.IntN(4)
	return operation{decided: s.now, item: news.NewID("item", fmt.Sprint(s.n)), features: s.room.features(event), at: s.now.Add(-late)}
}

// decide lets c decide on an operation.
func (o *operation) decide(c *Clusterer) Placement {
	p := c.Place(o.features, o.at)
	o.in, o.moves = p.Story, p.Moves
	o.apply(c)
	return p
}

// snapshot is all that decides what comes next.
func snapshot(c *Clusterer) string {
	var b strings.Builder
	fmt.Fprintln(&b, c.latest, c.horizon, len(c.ids))
	for _, id := range sortedIDs(c.stories) {
		fmt.Fprint(&b, id.id(), ":")
		for _, n := range c.stories[id].members {
			fmt.Fprint(&b, " ", c.member(n).id.id(), "@", c.member(n).at)
		}
		fmt.Fprintln(&b)
	}
	for _, p := range []postings{c.words, c.keys} {
		for _, word := range slices.Sorted(maps.Keys(p.lists)) {
			var living []news.ID
			for _, n := range p.read(word) {
				if n >= c.base && c.alive.has(n-c.base) {
					living = append(living, c.member(n).id.id())
				}
			}
			if living != nil {
				fmt.Fprintln(&b, word, living)
			}
		}
	}
	return b.String()
}

func shortQuiet() Config {
	cfg := DefaultConfig()
	cfg.Quiet = 24 * time.Hour
	return cfg
}

// TestUndo takes back whatever was done since a mark, exactly.
func TestUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := newStream(t), New(shortQuiet())
		for range rapid.IntRange(0, 150).Draw(t, "before") {
			op := s.next()
			op.decide(c)
			if s.n%20 == 0 {
				c.Mark()
			}
		}
		c.Mark()
		want := snapshot(c)
		for range rapid.IntRange(0, 90).Draw(t, "undone") {
			op := s.next()
			op.decide(c)
		}
		c.Undo()
		if got := snapshot(c); got != want {
			t.Fatalf("undone:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestReplay: what is left of the log of the window makes the state anew.
func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := newStream(t), New(shortQuiet())
		var log []operation
		for range rapid.IntRange(1, 300).Draw(t, "before") {
			op := s.next()
			op.decide(c)
			log = append(log, op)
			if s.n%7 == 0 {
				c.Mark()
			}
		}
		start := s.now.Add(-c.cfg.Quiet - 48*time.Hour)
		again := New(shortQuiet())
		for _, op := range log {
			if !op.decided.Before(start) {
				op.apply(again)
			}
		}
		if got, want := snapshot(again), snapshot(c); got != want {
			t.Fatalf("replayed:\n%s\nundisturbed:\n%s", got, want)
		}
		for range 30 {
			op := s.next()
			same := op
			if got, want := same.decide(again), op.decide(c); !reflect.DeepEqual(got, want) {
				t.Fatalf("replayed: %+v, undisturbed: %+v", got, want)
			}
		}
	})
}

// TestForgets: a stream of months takes no more memory than its window.
func TestForgets(t *testing.T) {
	c, room := New(shortQuiet()), newNewsroom(1)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	most := 0
	for n := range 20_000 {
		take(c, news.NewID(fmt.Sprint(n)), room.features(n/5), at.Add(time.Duration(n)*5*time.Minute))
		c.Mark()
		most = max(most, len(c.members))
	}
	const window = 48 * 60 / 5
	if c.Len() > window+1 || most > 4*window+2048 || len(c.words.lists) > 60*most {
		t.Errorf("%d articles remembered, %d members and %d words held; the window has %d", c.Len(), most, len(c.words.lists), window)
	}
}

func sortedIDs(stories map[identity]*story) []identity {
	return slices.SortedFunc(maps.Keys(stories), func(a, b identity) int { return strings.Compare(string(a[:]), string(b[:])) })
}
