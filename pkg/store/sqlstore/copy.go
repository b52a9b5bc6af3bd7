package sqlstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// table is one that a copy copies: its key, and its other columns.
type table struct{ name, key, columns string }

// tables are in an order in which what is referred to comes first. Left out is
// what triggers count, what the index of words is made of, and what belongs to
// running processes: leases, clocks.
var tables = []table{
	{"hosts", "host", "next_at, busy_until, owner, holder, polled, wanted_at, poll_at"}, // before triggers make them
	{"publishers", "id", "name, turn"},
	{"sources", "id", `publisher, kind, url, host, name, lang, country, tags, options, poll_every, paused, notice, removed, added_at, next_poll, claim_at,
		lease_owner, last_poll, last_new, failures, reason, etag, last_modified, body_hash, quiet_at, volume, habit, guids, quota_from, quota_used`},
	{"source_moves", "n", "source, at, before, after"},
	{"polls", "n", "source, at, took, outcome, reason, entries, new, changed, status, bytes, repairs, pushed"},
	{"subscriptions", "id", "source, hub, topic, secret, state, asked, due_at, until, failures, reason, pushed_at"},
	{"robots", "origin", "fetched_at, expires_at, status, body"},
	{"items", "n", `id, revision, generation, source, state, outcome, has_page, attempts, found_at, due_at, claim_at, in_line_at, checked_at, missing_since,
		ended_at, look_at, looks, looking, lease_owner, reason, hash, publisher, host, url`},
	{"payloads", "item", "found"},
	{"item_finders", "item, source", ""},
	{"item_trails", "item", "trail"},
	{"pages", "item, revision", "kind, url, content_type, fetched_at, found, body, etag, last_modified"},
	{"decisions", "item, revision", "generation, kind, of, similarity, rule, story, at, leader, anchor"},
	{"fingerprints", "kind, hash", "item, story, title, at"},
	{"journal", "n", "at, item, data"},
	{"articles", "seq", `id, revision, generation, at, found_at, archived_at, story, source_id, source, publisher_id, publisher, lang, direction, title, authors,
		published, modified, url, canonical_url, section, image, words, completeness, kind, of, similarity, rule, labels, trail, text, details, leader`},
	{"article_revisions", "seq, revision", "archived_at, title, text"},
	{"stories", "id", "title, articles, publishers, first_seen, last_seen"},
	{"story_aliases", "id", "story"},
	{"story_links", "a, b", ""},
	{"article_topics", "label, seq", ""},
	{"article_places", "label, seq", ""},
	{"article_organisations", "label, seq", ""},
	{"article_watches", "label, seq", ""},
	{"dead_letters", "item", "revision, generation, at, stage, kind, reason, error, attempts, headers, payload"},
	{"attempts", "key, stage", "starts, at"},
	{"tombstones", "item", "at, reason"},
	{"watches", "version", "applied_at, note, yaml"},
}

func (t table) all() []string {
	columns := t.key
	if t.columns != "" {
		columns += ", " + t.columns
	}
	list := strings.Split(columns, ",")
	for i, column := range list {
		list[i] = strings.TrimSpace(column)
	}
	return list
}

// keys is how many of the columns are the key.
func (t table) keys() int { return strings.Count(t.key, ",") + 1 }

// rows selects rows in the order of their key; after is the key of the last one seen.
func (t table) rows(after []any) (query string, args []any) {
	query = "SELECT " + strings.Join(t.all(), ", ") + " FROM " + t.name
	if after != nil {
		query += " WHERE (" + t.key + ") > (" + strings.Repeat("?, ", len(after)-1) + "?)"
	}
	return query + " ORDER BY " + t.key, after
}

// Steps of a copy.
const (
	Filling   = "copying"
	Indexing  = "indexing"
	Comparing = "comparing"
)

// Copying is how far a copy is. The last report on a table has Done equal to Total.
type Copying struct {
	Step        string
	Table       string
	Done, Total int64 // rows
}

// copyMark is the lease that an unfinished copy leaves in the store it fills.
const copyMark = "store copy"

// Copy fills to with all that from has, indexes it, and then compares the two row
// by row. A copy that was interrupted goes on where it was when it is asked for
// again. Nobody else may use either of them meanwhile.
//
// name tells the one from others: a copy goes on only from the same.
func Copy(ctx context.Context, from, to *Store, name string, report func(Copying)) error {
	if err := from.idle(ctx); err != nil {
		return err
	}
	release, err := from.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := to.startCopy(ctx, name); err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.copy(ctx, from, to, report); err != nil {
			return fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	if err := to.finishCopy(ctx, report); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	for _, t := range tables {
		if err := t.compare(ctx, from, to, report); err != nil {
			return fmt.Errorf("compare %s: %w (was the original used since the copy began? Then empty the new store, and copy again)", t.name, err)
		}
	}
	return to.update(ctx, "copied", func(tx *Tx) error {
		for _, statement := range released {
			if err := tx.Run(statement); err != nil {
				return err
			}
		}
		return tx.Run(`DELETE FROM leases WHERE name = ?`, copyMark)
	})
}

// released are what processes held of the store that was copied: they do not use this one.
var released = []string{
	`UPDATE items SET claim_at = due_at, lease_owner = '' WHERE lease_owner <> ''`,
	`UPDATE sources SET claim_at = next_poll, lease_owner = '' WHERE lease_owner <> ''`,
	`UPDATE hosts SET busy_until = 0, owner = '', holder = '' WHERE owner <> ''`,
}

// ErrFilling is returned of a store that a copy into it has not finished.
var ErrFilling = errors.New("a copy into this store was not finished: run the same 'marsad store copy' again")

// Whole answers nil unless a copy into the store is unfinished.
func (s *Store) Whole(ctx context.Context) error {
	_, err := One(s.reader(ctx), Value[int], `SELECT 1 FROM leases WHERE name = ?`, copyMark)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err == nil:
		return ErrFilling
	}
	return err
}

// Errors of a copy that has not begun.
var (
	ErrNotEmpty = errors.New("the store to copy to has something in it already: only an empty one can be filled")
	ErrOther    = errors.New("the store to copy to was half filled from another store: give the same --from, or an empty one")
	ErrInUse    = errors.New("the store to copy from is in use: stop Marsad first")
)

// idle answers nil unless somebody works on the store: then there is a lease.
func (s *Store) idle(ctx context.Context) error {
	_, err := One(s.reader(ctx), Value[int], `SELECT 1 FROM leases WHERE name <> ? AND expires > ?`, copyMark, micros(time.Now()))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err == nil:
		return ErrInUse
	}
	return err
}

// hold keeps everybody from writing to the store until it is released.
func (s *Store) hold(ctx context.Context) (release func(), err error) {
	conn, err := s.write.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	release = func() { _ = discard(conn) } // with the session goes what it holds
	if _, err := conn.ExecContext(ctx, s.dialect.Hold); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// startCopy marks the store as one that is being filled.
func (s *Store) startCopy(ctx context.Context, name string) error {
	var refused error
	err := s.update(ctx, "start_copy", func(tx *Tx) error {
		refused = nil
		owner, err := One(tx.Query, Value[string], `SELECT owner FROM leases WHERE name = ?`, copyMark)
		if err == nil && owner != name {
			refused = ErrOther
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if _, err = One(tx.Query, Value[int], `SELECT 1 FROM publishers LIMIT 1`); err == nil {
			refused = ErrNotEmpty
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return tx.Run(`INSERT INTO leases (name, owner, epoch, expires) VALUES (?, ?, 1, 0)`, copyMark, name)
	})
	if err != nil {
		return err
	}
	return refused
}

const (
	copyRows  = 500
	copyBytes = 8 << 20
)

// copy goes on after the last row that to has.
func (t table) copy(ctx context.Context, from, to *Store, report func(Copying)) error {
	progress := Copying{Step: Filling, Table: t.name}
	var err error
	if progress.Total, err = t.count(ctx, from); err != nil {
		return err
	}
	if progress.Done, err = t.count(ctx, to); err != nil {
		return err
	}
	after, err := t.last(ctx, to)
	if err != nil {
		return err
	}
	for {
		report(progress)
		rows, err := t.some(ctx, from, after)
		if err != nil || len(rows) == 0 {
			return err
		}
		err = to.update(ctx, "copy", func(tx *Tx) error { return to.dialect.insert(tx, t.name, t.all(), rows) })
		if err != nil {
			return err
		}
		after = rows[len(rows)-1][:t.keys()]
		progress.Done += int64(len(rows))
	}
}

func (t table) count(ctx context.Context, s *Store) (int64, error) {
	return One(s.reader(ctx), Value[int64], `SELECT count(*) FROM `+t.name)
}

// last is the key of the last row; nil if there is none.
func (t table) last(ctx context.Context, s *Store) ([]any, error) {
	descending := strings.ReplaceAll(t.key, ",", " DESC,") + " DESC"
	key, err := One(s.reader(ctx), scanAny(t.keys()), "SELECT "+t.key+" FROM "+t.name+" ORDER BY "+descending+" LIMIT 1")
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return key, err
}

// some reads the next rows: not too many, and not too large.
func (t table) some(ctx context.Context, s *Store, after []any) (list [][]any, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	query, args := t.rows(after)
	size := 0
	err = Each(s.reader(ctx), func(row Row) error {
		values, err := scanAny(len(t.all()))(row)
		if err != nil {
			return err
		}
		list = append(list, values)
		for _, value := range values {
			size += sizeOf(value)
		}
		if size > copyBytes {
			stop() // or the driver reads the rest
			return errEnough
		}
		return nil
	}, query+" LIMIT ?", append(args, copyRows)...)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, err
}

var errEnough = errors.New("enough rows")

func sizeOf(value any) int {
	switch value := value.(type) {
	case string:
		return len(value)
	case []byte:
		return len(value)
	}
	return 8
}

// scanAny scans a row of n columns of any type.
func scanAny(n int) func(Row) ([]any, error) {
	return func(row Row) ([]any, error) {
		values, fields := make([]any, n), make([]any, n)
		for i := range values {
			fields[i] = &values[i]
		}
		err := row.Scan(fields...)
		for i, value := range values {
			if b, ok := value.([]byte); ok && b == nil {
				values[i] = []byte{} // nothing, and not NULL
			}
		}
		return values, err
	}
}

// insert writes rows into a table, with Bulk if there is such a way.
func (d Dialect) insert(tx *Tx, table string, columns []string, list [][]any) error {
	if d.Bulk != nil {
		return d.Bulk(tx, table, columns, list)
	}
	for len(list) > 0 {
		size := insertSize(len(list))
		args := make([]any, 0, size*len(columns))
		for _, values := range list[:size] {
			args = append(args, values...)
		}
		if err := tx.Run(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES `+rows(size, len(columns)), args...); err != nil {
			return err
		}
		list = list[size:]
	}
	return nil
}

// finishCopy makes what is not copied but follows: the index of words, and
// where numbers go on.
func (s *Store) finishCopy(ctx context.Context, report func(Copying)) error {
	if err := s.administer(ctx, s.dialect.Copied); err != nil {
		return err
	}
	for {
		stats, err := s.IndexStats(ctx)
		if err != nil {
			return err
		}
		report(Copying{Step: Indexing, Table: "articles", Done: int64(stats.Documents), Total: int64(stats.Documents + stats.Pending)})
		switch {
		case stats.Pending == 0:
			return s.administer(ctx, s.dialect.Words.Sort)
		case stats.Documents == 0:
			err = s.administer(ctx, s.dialect.Words.Gather)
		}
		if err != nil {
			return err
		}
		switch n, err := s.IndexPending(ctx, copyRows); {
		case err != nil:
			return err
		case n == 0: // another is at it, perhaps one that was just ended
			time.Sleep(time.Second)
		}
	}
}

// administer runs statements that take their time.
func (s *Store) administer(ctx context.Context, statements []string) error {
	if s.dialect.Patience == 0 {
		return s.update(ctx, "administer", func(tx *Tx) error {
			for _, statement := range statements {
				if err := tx.Run(statement); err != nil {
					return err
				}
			}
			return nil
		})
	}
	conn, err := s.write.db.Conn(ctx)
	if err != nil {
		return err
	}
	for _, statement := range statements { // of the backend's own: there is nothing to translate
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	return conn.Close()
}

// compare reads both tables side by side.
func (t table) compare(ctx context.Context, from, to *Store, report func(Copying)) error {
	progress := Copying{Step: Comparing, Table: t.name}
	var err error
	if progress.Total, err = t.count(ctx, from); err != nil {
		return err
	}
	query, _ := t.rows(nil)
	theirs, err := to.reader(ctx)(query)
	if err != nil {
		return err
	}
	defer theirs.Close() //nolint:errcheck // theirs.Err says it
	scan := scanAny(len(t.all()))
	err = Each(from.reader(ctx), func(row Row) error {
		progress.Done++
		if progress.Done%copyRows == 0 && progress.Done < progress.Total {
			report(progress)
		}
		want, err := scan(row)
		if err != nil {
			return err
		}
		if !theirs.Next() {
			return errors.Join(fmt.Errorf("the row %v is missing", want[:t.keys()]), theirs.Err())
		}
		got, err := scan(theirs)
		if err != nil {
			return err
		}
		return t.differ(to.dialect, want, got)
	}, query)
	if err != nil {
		return err
	}
	if theirs.Next() {
		return fmt.Errorf("there are more than the %d rows of the original", progress.Done)
	}
	if err := theirs.Err(); err != nil {
		return err
	}
	report(progress)
	return nil
}

// differ answers nil if a row was copied as it is, or as the dialect stores it.
func (t table) differ(d Dialect, want, got []any) error {
	for i, column := range t.all() {
		if !same(d.stored(want[i]), got[i]) {
			return fmt.Errorf("%s of the row %v differs", column, want[:t.keys()])
		}
	}
	return nil
}

func same(a, b any) bool {
	if a, ok := a.([]byte); ok {
		b, ok := b.([]byte)
		return ok && bytes.Equal(a, b)
	}
	return a == b
}
