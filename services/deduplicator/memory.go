package deduplicator

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"marsad/pkg/store"
	"marsad/services/deduplicator/near"
	"marsad/services/deduplicator/story"
)

// memory is what articles are compared with: the texts of the window, and the
// stories that are open. It is a function of the journal, and of its part within
// the window alone: every change is an entry first, and becomes part of memory
// for good when the transaction that appends it is committed.
type memory struct {
	sync.Mutex // held by whoever decides or catches up: a stage may leave work behind that goes on
	window     time.Duration
	stories    story.Config

	texts *near.Index
	open  *story.Clusterer
	last  int64 // place of the latest entry in the journal
	seen  time.Time

	mark    mark
	figures figures
}

// mark is where memory goes back to when a transaction fails.
type mark struct {
	texts near.Mark
	last  int64
	seen  time.Time
}

// figures are for metrics, which are read at any time.
type figures struct{ texts, articles, stories, bytes atomic.Int64 }

func newMemory(window time.Duration, stories story.Config) *memory {
	m := &memory{window: window, stories: stories}
	m.clear()
	return m
}

func (m *memory) clear() {
	m.texts, m.open, m.last, m.seen = near.New(m.window), story.New(m.stories), 0, time.Time{}
	m.settle()
}

// settle keeps what was applied for good.
func (m *memory) settle() {
	m.open.Mark()
	m.mark = mark{texts: m.texts.Mark(), last: m.last, seen: m.seen}
}

// undo goes back to when memory was settled. False if it cannot: then memory is
// empty, and must catch up before it is of use.
func (m *memory) undo() bool {
	if m.last == m.mark.last {
		return true
	}
	if !m.texts.Undo(m.mark.texts) {
		m.clear()
		return false
	}
	m.open.Undo()
	m.last, m.seen = m.mark.last, m.mark.seen
	return true
}

// apply makes one entry of the journal part of memory. Its place there is the
// number of its text: none is ever given twice, whatever was removed.
func (m *memory) apply(n int64, s step) {
	s.number(n)
	m.applyText(s, (*near.Index).Add)
	m.applyStory(s)
	m.last = n
}

func (m *memory) applyText(s step, add func(*near.Index, near.Entry)) {
	if s.text != nil {
		add(m.texts, *s.text)
		m.seen = s.text.Seen
	}
}

func (m *memory) applyStory(s step) {
	if s.member != nil {
		m.open.Add(s.member.item, s.member.features, s.member.at, s.member.story)
	}
	if s.move != nil {
		m.open.Move(s.move.Item, s.move.Story)
	}
}

// clock is the time of an article that was found at some time, by the clock of
// another host: it never goes back, and is not in the future.
func (m *memory) clock(found, now time.Time) time.Time {
	if found.After(now) {
		found = now
	}
	if found.Before(m.seen) {
		return m.seen
	}
	return found
}

// backlog is how much later than it was found an article may be decided on: it is
// compared with what came in the window before it was found.
const backlog = 2 * day

// replayBatch is how many entries are decoded before they are applied.
const replayBatch = 256

// catchUp applies what was appended to the journal since the last time. Entries
// are read, texts and stories changed side by side: after a restart there may be
// a million.
func (m *memory) catchUp(ctx context.Context, journal store.Decisions, now time.Time) error {
	m.undo()
	texts, articles := make(chan []step, 2), make(chan []step, 2)
	var appliers sync.WaitGroup
	appliers.Go(func() {
		for batch := range texts {
			for _, s := range batch {
				m.applyText(s, (*near.Index).Replay)
			}
		}
	})
	appliers.Go(func() {
		for batch := range articles {
			for _, s := range batch {
				m.applyStory(s)
			}
			m.open.Mark()
		}
	})
	last := m.last
	batch := make([]step, 0, replayBatch)
	send := func() {
		texts <- batch
		articles <- batch
		batch = make([]step, 0, replayBatch)
	}
	err := journal.Journal(ctx, m.last, now.Add(-m.window-backlog), func(e store.JournalEntry) error {
		s, err := unmarshalStep(e.Data)
		if err != nil {
			return fmt.Errorf("entry %d: %w", e.N, err)
		}
		last = e.N
		s.number(e.N)
		if batch = append(batch, s); len(batch) == replayBatch {
			send()
		}
		return nil
	})
	send()
	close(texts)
	close(articles)
	appliers.Wait()
	m.last = last
	m.settle()
	m.observe()
	return err
}

// observe forgets what is too old, and notes how large memory is.
func (m *memory) observe() {
	m.texts.Expire(m.seen)
	m.figures.texts.Store(int64(m.texts.Len()))
	m.figures.articles.Store(int64(m.open.Len()))
	m.figures.stories.Store(int64(m.open.Stories()))
	m.figures.bytes.Store(int64(m.texts.Bytes()) + m.open.Bytes())
}
