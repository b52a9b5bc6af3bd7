package sqlstore

import (
	"context"
	"database/sql"
	"iter"
	"time"

	"marsad/pkg/store"
)

// Dialect is what a backend says in its own words. All other SQL is written
// once, in what both understand: parameters are ? or ?1, lists are JSON read by
// json_each, flags are 0 and 1; what steers SQLite's planner (INDEXED BY, CROSS
// JOIN, a + before a column) means nothing to others.
type Dialect struct {
	// Translate writes a statement and its parameters as the backend takes them; nil: as they are.
	Translate func(query string, args []any) (string, []any)
	// Begin are the statements that begin a write transaction. When they have run no
	// other writer's transaction is open, and what others committed is seen.
	Begin []string
	// Sign writes ?2 as the last that the writer ?1 has written; Signed selects that. A COMMIT
	// that was not answered was done if its sign is there. Empty: one that fails has failed.
	Sign, Signed string
	// Hold keeps all others from writing until its session ends.
	Hold string
	// Snapshot are the options of a transaction that reads one state of the store.
	Snapshot sql.TxOptions
	// Refused reports whether an error means that the values were refused, not the work.
	Refused func(error) bool
	// Ended reports whether an error of ROLLBACK means that there is no transaction any more.
	Ended func(error) bool
	// Patience bounds each statement of a write transaction; 0: none.
	Patience time.Duration

	Words Words

	// Stored is what becomes of a value that is not stored as it is; nil: all are.
	Stored func(value any) any
	// Bulk writes many rows; nil: INSERT does.
	Bulk func(tx *Tx, table string, columns []string, rows [][]any) error
	// Copied are run when all tables were filled with rows that have their numbers already.
	Copied []string
}

// translate is Translate, also of a dialect that has none.
func (d Dialect) translate(query string, args []any) (string, []any) {
	if d.Translate == nil {
		return query, args
	}
	return d.Translate(query, args)
}

// stored is Stored, also of a dialect that has none.
func (d Dialect) stored(value any) any {
	if d.Stored == nil {
		return value
	}
	return d.Stored(value)
}

// limited is the time that a statement may take.
func (d Dialect) limited() (context.Context, context.CancelFunc) {
	if d.Patience == 0 {
		return context.Background(), func() {}
	}
	return context.WithTimeout(context.Background(), d.Patience)
}

// Document is an article as the index of words has it: tokens with spaces between.
type Document struct {
	Seq         int64
	Title, Text string
	Replaces    bool // an older text of it is in the index
}

// Words is the full-text index.
type Words struct {
	// Apart has documents written without keeping other writers out. It selects whether this
	// transaction is the only one that does.
	Apart string
	// Lock locks those of the list ?1, of lists that begin with a Seq, that nobody else has
	// locked, and selects them.
	Lock string
	// Write puts documents into the index, in the order of their Seq.
	Write func(tx *Tx, documents []Document) error
	// Remove takes an article out of it.
	Remove string
	// Bytes selects how large the index is.
	Bytes string
	// Gather and Sort are run before and after an empty index is filled: what makes
	// searches fast may be made once, at the end. Sort may be run again.
	Gather, Sort []string
	// Scopes are the parts of the index in which a query with a Match is looked for, one
	// after the other, each of articles older than those of the one before.
	Scopes func(q Querier, query store.Query) iter.Seq2[Scope, error]
}

// FiltersHere marks where conditions on articles can be added, with AND.
const FiltersHere = "/* filters */"

// Scope is a part of the index of words.
type Scope struct {
	From  string // a table, called f, whose rowid is the Seq of an article
	Seq   string // that rowid, as results are to be sorted by it
	Where string // a condition on f
	Args  []any  // of From and Where
	// Place is that rowid where FiltersHere stands in From: filters are tested there, out of
	// indexes, before any article is read. Without, they are tested on articles.
	Place string
}
