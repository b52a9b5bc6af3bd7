package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/weburl"
)

// entry is a store.Entry made ready, outside the transaction, but for what only
// new ones need.
type entry struct {
	store.Entry
	hash string
	page *packedPage
}

func (e entry) host() string { return weburl.Domain(e.URL) }

// former is the ID that items had which were known by their canonical URL;
// empty for an entry that is not known by its address alone.
func (e entry) former() news.ID {
	if e.URL == "" || e.ID != news.ItemID(weburl.IdentityOf(e.URL), "", "") {
		return ""
	}
	return news.NewID("url", e.URL)
}

func (e entry) found() string { return encodeFound(e.Found) }

// newEntries passes over entries whose ID came before: one reading of a feed
// says one thing of an item.
func newEntries(entries []store.Entry) []entry {
	seen := make(map[news.ID]bool, len(entries))
	out := make([]entry, 0, len(entries))
	for _, e := range entries {
		if seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		ready := entry{Entry: e, hash: e.Found.Hash()}
		if e.Page != nil {
			ready.page = packPage(*e.Page)
		}
		out = append(out, ready)
	}
	return out
}

// finder records what one source brought at one time.
type finder struct {
	source, publisher news.ID
	quota, used       int // new items of 24 hours, and how many there were; 0: as many as come
	now               time.Time
}

// novelty is what is new about an entry, and what the ledger says of its item.
type novelty struct {
	at       int   // the entry
	n        int64 // 0: the ledger does not know it at all
	joined   bool  // another source found it first: this one joins
	revision int
	state    news.State
	leased   bool // whatever the time: until another claims it, its owner works on it
	hasPage  bool
	looking  bool // due for a second look
	removed  bool // its article was taken down
	late     bool // it goes no further: its source brought as many as it may
}

// untouched reports whether no message of the revision can be on its way: that
// is published after the page was stored. One that is looked at again was.
func (k novelty) untouched() bool {
	return k.state == news.StateDue && !k.leased && !k.hasPage && !k.looking
}

// recorded is what entries were to the ledger.
type recorded struct {
	added, changed int           // added: those of others that become this source's, too
	fresh          []store.Entry // new to their source: others may have found them before
}

// record brings the ledger up to date with entries. Those that say nothing new
// cost their share of one query.
func (f finder) record(tx *Tx, entries []entry) (r recorded, err error) {
	list, err := f.novelties(tx, entries)
	if err != nil {
		return r, err
	}
	var unknown []addition
	for _, k := range list {
		e := entries[k.at]
		switch {
		case k.n == 0:
			unknown = append(unknown, addition{entry: e, late: f.late(r.added + len(unknown))})
			r.fresh = append(r.fresh, e.Entry)
		case k.joined && k.late && !f.late(r.added+len(unknown)):
			r.added++
			r.fresh = append(r.fresh, e.Entry)
			err = f.adopt(tx, k, e)
		case k.joined: // another's words on the item are not a change of it
			r.fresh = append(r.fresh, e.Entry)
			err = f.join(tx, k.n)
		case k.removed, k.late && !k.untouched(): // other words do not make it wanted
		case k.untouched():
			err = f.replace(tx, k, e)
		default:
			r.changed++
			err = f.revise(tx, k, e)
		}
		if err != nil {
			return r, fmt.Errorf("item %s: %w", e.ID, err)
		}
	}
	r.added += len(unknown)
	return r, f.add(tx, unknown)
}

// late reports whether the source brought as many as it may, with so many of now.
func (f finder) late(now int) bool { return f.quota > 0 && f.used+now >= f.quota }

// novelties compares entries with the ledger, in their order. Those that it
// knows by an older ID are given that.
func (f finder) novelties(tx *Tx, entries []entry) ([]novelty, error) {
	list, err := f.compare(tx, entries)
	if err != nil || !slices.ContainsFunc(list, func(k novelty) bool { return k.n == 0 && entries[k.at].former() != "" }) {
		return list, err
	}
	renamed, err := rename(tx, entries, list)
	if err != nil || !renamed {
		return list, err
	}
	return f.compare(tx, entries)
}

// rename gives those of the entries in list that the ledger knows by the IDs of
// before the first release those, and reports whether there are any.
func rename(tx *Tx, entries []entry, list []novelty) (renamed bool, err error) {
	former := make([]news.ID, len(entries))
	for _, k := range list {
		if k.n == 0 {
			former[k.at] = entries[k.at].former()
		}
	}
	err = Each(tx.Query, func(row Row) error {
		var at int
		err := row.Scan(&at)
		if err == nil {
			entries[at].ID, renamed = former[at], true
		}
		return err
	}, formerEntries, encodeJSON(former))
	return renamed, err
}

const formerEntries = `SELECT e.key FROM json_each(?1) e CROSS JOIN items i ON i.id = e.atom`

func (f finder) compare(tx *Tx, entries []entry) ([]novelty, error) {
	pairs := make([]string, len(entries))
	for i, e := range entries {
		pairs[i] = string(e.ID) + e.hash
	}
	return All(tx.Query, func(row Row) (k novelty, err error) {
		return k, row.Scan(&k.at, &k.n, &k.joined, &k.revision, &k.state, &k.leased, &k.hasPage, &k.looking, &k.removed, &k.late)
	}, novelEntries, encodeJSON(pairs), f.source)
}

// novelEntries takes IDs, of 32 characters, each with the hash behind it.
const novelEntries = `
	SELECT e.key, coalesce(i.n, 0), coalesce(iif(i.source <> ?2, 1, 0), 0), coalesce(i.revision, 0), coalesce(i.state, ''), coalesce(iif(i.lease_owner <> '', 1, 0), 0),
		coalesce(i.has_page, 0), coalesce(i.looking, 0), EXISTS (SELECT 1 FROM tombstones t WHERE t.item = i.id),
		coalesce(iif(i.reason = '` + store.ReasonQuota + `' AND i.outcome IN ('', 'dropped'), 1, 0), 0)
	FROM json_each(?1) e LEFT JOIN items i ON i.id = substr(e.atom, 1, 32)
	WHERE i.n IS NULL OR iif(i.source = ?2, i.hash <> substr(e.atom, 33),
		NOT EXISTS (SELECT 1 FROM item_finders f WHERE f.item = i.n AND f.source = ?2))
	ORDER BY e.key`

// addition is an entry that the ledger does not know.
type addition struct {
	entry
	late bool // its source brought as many as it may
	n    int64
}

// add makes ledger rows of entries, several with a statement: most statements of
// a poll would be these.
func (f finder) add(tx *Tx, list []addition) error {
	for len(list) > 0 {
		size := insertSize(len(list))
		if err := f.addSome(tx, list[:size]); err != nil {
			return err
		}
		list = list[size:]
	}
	return nil
}

func (f finder) addSome(tx *Tx, list []addition) error {
	at := make(map[news.ID]int, len(list))
	var items, payloads, finders []any
	now := micros(f.now)
	for i, a := range list {
		reason := ""
		if a.late {
			reason = store.ReasonQuota
		}
		at[a.ID] = i
		items = append(items, a.ID, 1, f.source, f.publisher, a.URL, a.host(), a.hash, news.StateDue, a.page != nil, now, now, now, reason)
	}
	err := Each(tx.Query, func(row Row) error {
		var id news.ID
		var n int64
		err := row.Scan(&id, &n)
		list[at[id]].n = n
		return err
	}, `INSERT INTO items (id, revision, source, publisher, url, host, hash, state, has_page, found_at, due_at, claim_at, reason) VALUES `+
		rows(len(list), 13)+` RETURNING id, n`, items...)
	if err != nil {
		return err
	}
	for _, a := range list {
		payloads, finders = append(payloads, a.n, a.found()), append(finders, a.n, f.source)
	}
	if err := tx.Run(`INSERT INTO payloads (item, found) VALUES `+rows(len(list), 2), payloads...); err != nil {
		return err
	}
	if err := tx.Run(`INSERT INTO item_finders (item, source) VALUES `+rows(len(list), 2), finders...); err != nil {
		return err
	}
	for _, a := range list {
		if err := savePage(tx, a.n, 1, a.page); err != nil {
			return err
		}
	}
	return nil
}

// insertSize is how many of n rows one statement inserts: of few sizes, since
// each is a statement of its own to prepare.
func insertSize(n int) int {
	for _, size := range []int{32, 8, 2} {
		if n >= size {
			return size
		}
	}
	return 1
}

// rows are the parameters of n rows of so many columns: (?, ?), (?, ?).
func rows(n, columns int) string {
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	return strings.Repeat(row+", ", n-1) + row
}

// join remembers the source as one more that found the item.
func (f finder) join(tx *Tx, n int64) error {
	return tx.Run(`INSERT INTO item_finders VALUES (?, ?) ON CONFLICT DO NOTHING`, n, f.source)
}

// adopt makes an item that was too much for the source that found it one of this
// source. It is a new revision: the end of the other may be on its way.
func (f finder) adopt(tx *Tx, k novelty, e entry) error {
	if err := tx.Run(`UPDATE items SET source = ?2, publisher = ?3 WHERE n = ?1`, k.n, f.source, f.publisher); err != nil {
		return err
	}
	if err := f.join(tx, k.n); err != nil {
		return err
	}
	return f.revise(tx, k, e)
}

// replace changes a revision that nobody has worked on.
func (f finder) replace(tx *Tx, k novelty, e entry) error {
	if err := tx.Run(`UPDATE items SET hash = ?2, has_page = ?3 WHERE n = ?1`, k.n, e.hash, e.page != nil); err != nil {
		return err
	}
	if err := tx.Run(`UPDATE payloads SET found = ?2 WHERE item = ?1`, k.n, e.found()); err != nil {
		return err
	}
	return savePage(tx, k.n, k.revision, e.page)
}

// revise makes the entry the item's next revision.
func (f finder) revise(tx *Tx, k novelty, e entry) error {
	err := tx.Run(`
		UPDATE items SET revision = ?2, generation = 0, hash = ?3, state = 'due', outcome = '', reason = '', has_page = ?4,
			attempts = 0, found_at = ?5, due_at = ?5, claim_at = ?5, lease_owner = '',
			in_line_at = 0, checked_at = 0, missing_since = 0, ended_at = 0, looking = 0
		WHERE n = ?1`, k.n, k.revision+1, e.hash, e.page != nil, micros(f.now))
	if err != nil {
		return err
	}
	if err := tx.Run(`UPDATE payloads SET found = ?2 WHERE item = ?1`, k.n, e.found()); err != nil {
		return err
	}
	if err := forgetEnding(tx, k.n, e.ID); err != nil {
		return err
	}
	return savePage(tx, k.n, k.revision+1, e.page)
}

// forgetEnding deletes what an ending without an article left.
func forgetEnding(tx *Tx, n int64, id news.ID) error {
	if err := tx.Run(`DELETE FROM item_trails WHERE item = ?`, n); err != nil {
		return err
	}
	return tx.Run(`DELETE FROM dead_letters WHERE item = ?`, id)
}

// Submit implements store.Ledger.
func (s *Store) Submit(ctx context.Context, now time.Time, given []store.Entry) (submitted []store.Submitted, err error) {
	entries := newEntries(given)
	err = s.update(ctx, "submit", func(tx *Tx) error {
		submitted, err = submit(tx, now, given, entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	return submitted, nil
}

func submit(tx *Tx, now time.Time, given []store.Entry, entries []entry) ([]store.Submitted, error) {
	f := finder{source: news.ManualSource, publisher: manual.Publisher.ID, now: now}
	if err := registerManual(tx, now); err != nil {
		return nil, err
	}
	known := make(map[news.ID]*entry, len(entries)) // by the IDs given
	for i := range entries {
		known[entries[i].ID] = &entries[i]
	}
	list, err := f.novelties(tx, entries)
	if err != nil {
		return nil, err
	}
	added := map[news.ID]bool{}
	var unknown []addition
	for _, k := range list {
		switch {
		case k.n == 0:
			added[entries[k.at].ID] = true
			unknown = append(unknown, addition{entry: entries[k.at]})
		case k.joined && k.late:
			added[entries[k.at].ID] = true
			err = f.adopt(tx, k, entries[k.at])
		case k.joined:
			err = f.join(tx, k.n)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := f.add(tx, unknown); err != nil {
		return nil, err
	}
	submitted := make([]store.Submitted, len(given))
	for i := range given {
		e := known[given[i].ID]
		item, err := One(tx.Query, scanItem, selectItems+` WHERE i.id = ?`, e.ID)
		if err != nil {
			return nil, err
		}
		submitted[i] = store.Submitted{Item: item, Added: added[e.ID]}
		delete(added, e.ID) // a document given twice is new once
	}
	return submitted, nil
}

// manual is the source of documents given by hand, unless an operator's own
// words for it were added before.
var manual = news.Source{
	ID:        news.ManualSource,
	Publisher: news.NewPublisher("manual"),
	Kind:      news.KindManual,
	Name:      "manual",
}

func registerManual(tx *Tx, now time.Time) error {
	_, err := One(tx.Query, Value[int], `SELECT 1 FROM sources WHERE id = ?`, manual.ID)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	source := manual
	source.AddedAt = now
	_, err = addSource(tx, source)
	return err
}

const selectItems = `
	SELECT i.id, i.revision, i.generation, i.source, i.publisher, i.url, i.host, p.found, i.state, i.outcome, i.reason,
		i.found_at, i.due_at, i.in_line_at, i.ended_at, i.attempts, i.has_page, i.looks, i.looking
	FROM items i JOIN payloads p ON p.item = i.n`

func scanItem(row Row) (i news.Item, err error) {
	err = row.Scan(&i.Item, &i.Revision, &i.Generation, &i.Source, &i.Publisher, &i.URL, &i.Host, asJSON{&i.Found},
		&i.State, &i.Outcome, &i.Reason, asTime{&i.FoundAt}, asTime{&i.DueAt}, asTime{&i.InLineAt}, asTime{&i.EndedAt},
		&i.Attempts, &i.HasPage, &i.Looks, &i.Looking)
	return i, err
}

// Item implements store.Ledger.
func (s *Store) Item(ctx context.Context, id news.ID) (news.Item, error) {
	item, err := One(s.reader(ctx), scanItem, selectItems+` WHERE i.id = ?`, id)
	if err != nil {
		return news.Item{}, fmt.Errorf("item %s: %w", id, notFound(err))
	}
	return item, nil
}

// DroppedItems implements store.Ledger.
func (s *Store) DroppedItems(ctx context.Context, source news.ID, limit int) ([]news.Item, error) {
	items, err := All(s.reader(ctx), scanItem, selectItems+`
		WHERE i.source = ? AND i.outcome = 'dropped' ORDER BY i.ended_at DESC, i.n DESC LIMIT ?`, source, limit)
	if err != nil {
		return nil, fmt.Errorf("dropped items of %s: %w", source, err)
	}
	return items, nil
}

// LedgerStats implements store.Ledger.
func (s *Store) LedgerStats(ctx context.Context) (stats store.LedgerStats, err error) {
	stats = store.LedgerStats{Open: map[news.State]int{}, Ended: map[news.Outcome]int{}}
	err = s.snapshot(ctx, func(q Querier) error {
		err := Each(q, func(row Row) error {
			var status string
			var items int
			err := row.Scan(&status, &items)
			switch news.State(status) {
			case news.StateDue, news.StateInLine:
				stats.Open[news.State(status)] = items
			default:
				stats.Ended[news.Outcome(status)] = items
			}
			return err
		}, `SELECT status, CAST(sum(items) AS bigint) FROM item_counts GROUP BY status HAVING sum(items) > 0`)
		if err != nil {
			return err
		}
		return read(q, []any{asTime{&stats.OldestOpen}, &stats.DeadLetter},
			`SELECT (SELECT min(found_at) FROM items WHERE state <> 'ended' AND looking = 0), (SELECT count(*) FROM dead_letters)`)
	})
	if err != nil {
		return store.LedgerStats{}, fmt.Errorf("ledger stats: %w", err)
	}
	return stats, nil
}
