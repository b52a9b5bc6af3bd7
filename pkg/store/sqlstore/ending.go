package sqlstore

import (
	"context"
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// End implements store.Ledger.
func (s *Store) End(ctx context.Context, endings []store.Ending) (results []store.EndResult, err error) {
	records := make([]record, len(endings)) // made outside the transaction
	for i, e := range endings {
		if records[i], err = newRecord(e); err != nil {
			return nil, err
		}
	}
	err = s.update(ctx, "end", func(tx *Tx) error {
		s.metrics.Batch("end", len(endings))
		results, err = end(tx, records)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// ender applies one batch of endings.
type ender struct {
	tx      *Tx
	ledger  map[news.ID]*standing
	labels  map[int64]news.Labels // by seq, to be written
	stories map[news.ID]bool      // whose members changed; true if one may be left without any
}

// standing is what the ledger and the articles say of an item.
type standing struct {
	n, seq  int64 // seq is 0 when there is no article
	ref     news.Ref
	article news.Ref
	state   news.State
	outcome news.Outcome
	foundAt int64
	removed bool // its article was taken down
}

func end(tx *Tx, records []record) ([]store.EndResult, error) {
	e := ender{tx: tx, labels: map[int64]news.Labels{}, stories: map[news.ID]bool{}}
	if err := e.lookUp(records); err != nil {
		return nil, err
	}
	if err := e.place(records); err != nil {
		return nil, err
	}
	results := make([]store.EndResult, len(records))
	for i, r := range records {
		at, ok := e.ledger[r.Ref.Item]
		if !ok {
			continue
		}
		applied, err := e.apply(at, r)
		if err != nil {
			return nil, fmt.Errorf("item %s: %w", r.Ref.Item, err)
		}
		results[i] = store.EndResult{Known: true, Applied: applied, FoundAt: fromMicros(at.foundAt)}
	}
	if err := forgetStarts(tx, records); err != nil {
		return nil, err
	}
	if err := insertLabels(tx, e.labels); err != nil {
		return nil, err
	}
	stories, err := e.recompute()
	if err != nil {
		return nil, err
	}
	for i, r := range records {
		if story, ok := stories[r.Story]; ok && r.Outcome == news.Archived && results[i].Applied {
			results[i].Story = &story
		}
	}
	return results, nil
}

// lookUp reads where the items stand. One that is looked at again is archived.
func (e *ender) lookUp(records []record) error {
	ids := make([]news.ID, len(records))
	for i, r := range records {
		ids[i] = r.Ref.Item
	}
	e.ledger = make(map[news.ID]*standing, len(records))
	return Each(e.tx.Query, func(row Row) error {
		s := &standing{}
		err := row.Scan(&s.ref.Item, &s.n, &s.ref.Revision, &s.ref.Generation, &s.state, &s.outcome, &s.foundAt,
			&s.seq, &s.article.Revision, &s.article.Generation, &s.removed)
		e.ledger[s.ref.Item] = s
		return err
	}, `
		SELECT i.id, i.n, i.revision, i.generation, iif(i.looking = 1, 'ended', i.state), iif(i.looking = 1, 'archived', i.outcome), i.found_at,
			coalesce(a.seq, 0), coalesce(a.revision, 0), coalesce(a.generation, 0),
			EXISTS (SELECT 1 FROM tombstones t WHERE t.item = i.id)
		FROM json_each(?) e CROSS JOIN items i ON i.id = e.atom LEFT JOIN articles a ON a.id = i.id`, encodeJSON(ids))
}

// place gives articles the story and the leader of the decision on them: the
// event may have been on its way while the story moved.
func (e *ender) place(records []record) error {
	wanted := make([][3]any, len(records))
	for i, r := range records {
		wanted[i] = [3]any{r.Ref.Item, r.Ref.Revision, r.Story}
	}
	return Each(e.tx.Query, func(row Row) error {
		var i int
		var story news.ID
		var leader *news.ID
		if err := row.Scan(&i, &story, &leader); err != nil {
			return err
		}
		records[i].Story = story
		if leader != nil {
			records[i].leader = *leader
		}
		return nil
	}, `
		SELECT e.key, coalesce(d.story, s.story, e.value ->> 2), iif(d.leader = d.item, '', d.leader)
		FROM json_each(?) e LEFT JOIN decisions d ON d.item = e.value ->> 0 AND d.revision = CAST(e.value ->> 1 AS bigint)
			LEFT JOIN story_aliases s ON s.id = e.value ->> 2`, encodeJSON(wanted))
}

// recompute counts the stories whose members changed.
func (e *ender) recompute() (map[news.ID]news.Story, error) {
	stories, gone, err := recomputeStories(e.tx, e.stories)
	if err != nil {
		return nil, err
	}
	return stories, unlink(e.tx, gone)
}

// apply reports whether the ending counts, having written it if so.
func (e *ender) apply(at *standing, r record) (bool, error) {
	if at.removed {
		return false, nil
	}
	if r.Ref.Revision > at.ref.Revision {
		return false, nil // of a ledger that was lost
	}
	if r.Outcome == news.Archived {
		return e.archive(at, r)
	}
	return e.close(at, r)
}

func (e *ender) archive(at *standing, r record) (bool, error) {
	if at.seq != 0 && r.Ref.Older(at.article) || at.superseded(r.Ref) {
		return false, nil
	}
	if err := e.writeArticle(at, r); err != nil {
		return false, err
	}
	if r.Ref.Revision < at.ref.Revision {
		return true, e.archivedLate(at, r)
	}
	return true, e.settle(at, r)
}

// archivedLate leaves the state to the later revision, unless that was dropped:
// an item with an article is archived.
func (e *ender) archivedLate(at *standing, r record) error {
	if at.state != news.StateEnded || at.outcome != news.Dropped {
		return nil
	}
	at.outcome = news.Archived
	if err := e.tx.Run(`UPDATE items SET outcome = 'archived' WHERE n = ?`, at.n); err != nil {
		return err
	}
	return forgetEnding(e.tx, at.n, r.Ref.Item)
}

// close ends an item without an article.
func (e *ender) close(at *standing, r record) (bool, error) {
	if r.Ref.Revision < at.ref.Revision || at.superseded(r.Ref) {
		return false, nil
	}
	if at.state == news.StateEnded && at.outcome == news.Archived {
		// An article stands against the failure of a later pass, and against
		// another end of the same pass. A replay that calls it no news removes it.
		if r.Outcome == news.Dead || r.Ref.Generation == at.ref.Generation {
			return false, nil
		}
		if at.article.Revision == r.Ref.Revision {
			if err := e.removeArticle(at); err != nil {
				return false, err
			}
		}
	}
	if r.Outcome == news.Dropped && at.seq != 0 {
		return true, e.keepArticle(at, r)
	}
	return true, e.settle(at, r)
}

// keepArticle ends a later revision that was dropped: the item stays archived
// with its earlier article, and the reason is noted.
func (e *ender) keepArticle(at *standing, r record) error {
	if at.state == news.StateEnded && at.outcome != news.Archived {
		if err := forgetEnding(e.tx, at.n, r.Ref.Item); err != nil {
			return err
		}
	}
	at.state, at.outcome, at.ref.Generation = news.StateEnded, news.Archived, r.Ref.Generation
	return e.tx.Run(`
		UPDATE items SET state = 'ended', outcome = 'archived', reason = ?2, generation = ?3, ended_at = ?4, lease_owner = '',
			missing_since = 0, looking = 0
		WHERE n = ?1`, at.n, r.Reason, r.Ref.Generation, micros(r.At))
}

// superseded reports whether the present revision ended in a later pass than ref.
func (s *standing) superseded(ref news.Ref) bool {
	return s.state == news.StateEnded && ref.Revision == s.ref.Revision && ref.Generation < s.ref.Generation
}

// settle writes the ending into the ledger, with the letter and trail that
// belong to its outcome.
func (e *ender) settle(at *standing, r record) error {
	err := e.tx.Run(`
		UPDATE items SET state = 'ended', outcome = ?2, reason = ?3, generation = ?4, ended_at = ?5, lease_owner = '',
			missing_since = 0, looking = 0
		WHERE n = ?1`, at.n, r.Outcome, r.Reason, r.Ref.Generation, micros(r.At))
	if err != nil {
		return err
	}
	if at.state == news.StateEnded && at.outcome != news.Archived {
		if err := forgetEnding(e.tx, at.n, r.Ref.Item); err != nil {
			return err
		}
	}
	at.state, at.outcome, at.ref.Generation = news.StateEnded, r.Outcome, r.Ref.Generation
	if r.Outcome == news.Archived {
		return nil
	}
	if err := e.tx.Run(`INSERT INTO item_trails (item, trail) VALUES (?, ?)`, at.n, r.trail); err != nil {
		return err
	}
	return saveLetter(e.tx, r.Letter)
}

// writeArticle inserts the article, or replaces the one there is, which keeps
// its place in the order of time.
func (e *ender) writeArticle(at *standing, r record) error {
	effective := store.EffectiveTime(r.Article.Published, fromMicros(at.foundAt))
	place := place{seq: store.Seq(effective, r.Ref.Item), at: micros(effective), foundAt: at.foundAt, archivedAt: micros(r.At)}
	if at.seq != 0 {
		old, err := takeArticle(e.tx, at.seq, r)
		if err != nil {
			return err
		}
		e.stories[old.story] = true
		place = old.place
	}
	seq, err := insertArticle(e.tx, place, r)
	if err != nil {
		return err
	}
	if !place.current {
		err := e.tx.Run(`INSERT INTO index_queue (seq, archived_at, replaces) VALUES (?, ?, ?)
			ON CONFLICT (seq) DO UPDATE SET archived_at = index_queue.archived_at`, // which waits for who is indexing it
			seq, micros(r.At), place.indexed)
		if err != nil {
			return err
		}
	}
	at.seq, at.article = seq, r.Ref
	e.labels[seq] = r.Labels
	if !e.stories[r.Story] {
		e.stories[r.Story] = false // wanted, and not left empty by this
	}
	return nil
}

func (e *ender) removeArticle(at *standing) error {
	if at.seq == 0 {
		return nil
	}
	old, err := takeArticle(e.tx, at.seq, record{})
	if err != nil {
		return err
	}
	if err := e.tx.Run(`DELETE FROM article_revisions WHERE seq = ?`, at.seq); err != nil {
		return err
	}
	if err := e.tx.Run(`DELETE FROM index_queue WHERE seq = ?`, at.seq); err != nil {
		return err
	}
	if old.indexed || e.tx.dialect.Words.Apart != "" { // it may have been indexed since
		if err := e.tx.Run(e.tx.dialect.Words.Remove, at.seq); err != nil {
			return err
		}
	}
	delete(e.labels, at.seq)
	e.stories[old.story] = true
	at.seq = 0
	return nil
}
