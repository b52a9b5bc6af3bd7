package postgres

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"marsad/pkg/store"
	"marsad/pkg/store/sqlstore"
)

// words is the full-text index: a tsvector of each article's tokens, under GIN.
//
// GIN knows no order of time, and to read all articles with a common word takes
// long. So the slices of time that an article is in are words too: a search
// asks for a word and some slices, the latest first, and stops when it has
// enough. Of the two GIN then reads the rarer, and skips through the other.
var words = sqlstore.Words{
	Apart:  `SELECT pg_try_advisory_xact_lock(6053970418)`,
	Lock:   `SELECT q.seq FROM json_each(?) e JOIN index_queue q ON q.seq = CAST(e.value ->> 0 AS bigint) FOR UPDATE OF q SKIP LOCKED`,
	Write:  writeDocuments,
	Remove: `DELETE FROM articles_fts WHERE rowid = ?`,
	Bytes:  `SELECT coalesce(pg_relation_size(to_regclass('articles_fts_words')), 0)`,
	Scopes: scopes,
	Gather: []string{`DROP INDEX IF EXISTS articles_fts_words`},
	Sort: []string{
		`SET maintenance_work_mem = '1GB'`,
		`CREATE INDEX IF NOT EXISTS articles_fts_words ON articles_fts USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 1024)`,
		`RESET maintenance_work_mem`,
		`ANALYZE`,
	},
}

func writeDocuments(tx *sqlstore.Tx, documents []sqlstore.Document) error {
	for _, d := range documents {
		err := tx.Run(`INSERT INTO articles_fts (rowid, words) VALUES (?, CAST(? AS tsvector))
			ON CONFLICT (rowid) DO UPDATE SET words = excluded.words`, d.Seq, vector(d))
		if err != nil {
			return fmt.Errorf("article %d: %w", d.Seq, err)
		}
	}
	return nil
}

// Limits of a tsvector (PostgreSQL, "Text Search Type Limitations").
const (
	longestWord  = 2046
	lastPlace    = 16383
	mostPlaces   = 255
	vectorBytes  = 1<<20 - 1
	perWordBytes = 8 // at most, beside the word itself and two for each place
)

// vector writes the words of a document with their places. Phrases do not reach
// from the title into the text. Of a text beyond a tsvector's limits, the
// words that come late have no places of their own, or are left out.
func vector(d sqlstore.Document) string {
	v := vectorWriter{words: map[string]*places{}}
	for level := range levels {
		v.add(slice(level, d.Seq>>20), 0)
	}
	place := 1
	for _, field := range []string{d.Title, d.Text} {
		for word := range strings.FieldsSeq(field) {
			v.add(cut(word), place)
			place++
		}
		place++
	}
	return v.String()
}

type vectorWriter struct {
	words map[string]*places
	order []string
	bytes int
}

// places are where a word stands: 1,2,3.
type places struct {
	list []byte
	n    int
}

// add notes a word; at place 0 it has none.
func (v *vectorWriter) add(word string, place int) {
	at, ok := v.words[word]
	if !ok {
		if v.bytes+len(word)+perWordBytes > vectorBytes {
			return
		}
		v.bytes += len(word) + perWordBytes
		v.order = append(v.order, word)
		at = &places{}
		v.words[word] = at
	}
	if place == 0 || place >= lastPlace || at.n == mostPlaces || v.bytes+2 > vectorBytes {
		return
	}
	if at.n > 0 {
		at.list = append(at.list, ',')
	}
	at.list = strconv.AppendInt(at.list, int64(place), 10)
	at.n++
	v.bytes += 2
}

// String writes a tsvector as PostgreSQL reads it.
func (v *vectorWriter) String() string {
	var out strings.Builder
	for _, word := range v.order {
		out.WriteByte('\'')
		out.WriteString(quotation.Replace(word))
		out.WriteByte('\'')
		if at := v.words[word]; at.n > 0 {
			out.WriteByte(':')
			out.Write(at.list)
		}
		out.WriteByte(' ')
	}
	return out.String()
}

var quotation = strings.NewReplacer(`'`, `''`, `\`, `\\`)

// quoted is a word in a tsvector or tsquery.
func quoted(word string) string { return "'" + quotation.Replace(word) + "'" }

// cut shortens a word that is too long, at a letter.
func cut(word string) string {
	if len(word) <= longestWord {
		return word
	}
	end := longestWord
	for !utf8.RuneStart(word[end]) {
		end--
	}
	return word[:end]
}

// expression writes a match as a tsquery.
func expression(match store.Match) string {
	clauses := make([]string, len(match))
	for i, clause := range match {
		phrases := make([]string, len(clause.Any))
		for j, phrase := range clause.Any {
			tokens := make([]string, len(phrase))
			for k, token := range phrase {
				tokens[k] = quoted(cut(token))
			}
			phrases[j] = strings.Join(tokens, " <-> ")
		}
		clauses[i] = "(" + strings.Join(phrases, " | ") + ")"
		if clause.Not {
			clauses[i] = "!" + clauses[i]
		}
	}
	return strings.Join(clauses, " & ")
}

// levels are the lengths of slices, as powers of two of seconds: 68 minutes, 18
// hours, 12 days. They are in every vector: another length needs a new index.
var levels = []int{12, 16, 20}

// slice is the word for the slice that a time is in. No token has its first letter.
func slice(level int, unix int64) string {
	return "#" + strconv.Itoa(level) + ":" + strconv.FormatInt(unix>>levels[level], 10)
}

// maxSlices is how many slices a search asks for at once.
const maxSlices = 24

// covering are slices that cover the times between two with few slices, which may reach further.
func covering(from, to int64) []string {
	level := 0
	for level < len(levels)-1 && to>>levels[level]-from>>levels[level] >= maxSlices {
		level++
	}
	var out []string
	for at := from >> levels[level]; at <= to>>levels[level]; at++ {
		out = append(out, quoted(slice(level, at<<levels[level])))
	}
	return out
}

// firstScope is how many articles are looked through first; each later scope
// reaches so many times further back.
const (
	firstScope = 1000
	widening   = 8
	maxScopes  = 4
)

// scopes are three that grow, and all that is left.
func scopes(q sqlstore.Querier, query store.Query) iter.Seq2[sqlstore.Scope, error] {
	return func(yield func(sqlstore.Scope, error) bool) {
		match := expression(query.Match)
		newest, start, err := firstBounds(q, query)
		if err != nil {
			yield(sqlstore.Scope{}, err)
			return
		}
		floor := int64(0)
		if !query.Since.IsZero() {
			floor = store.SeqAt(query.Since)
		}
		to, span := newest+1, (newest>>20-start>>20)+1
		for n := 1; n < maxScopes && start > floor; n++ {
			if !yield(sliced(match, start, to), nil) {
				return
			}
			span *= widening
			to, start = start, max(start>>20-span, 0)<<20
		}
		if floor < to {
			yield(sliced(match, floor, to), nil)
		}
	}
}

// sliced is a scope with the slices that cover it, if they are few.
func sliced(match string, from, to int64) sqlstore.Scope {
	if slices := covering(from>>20, (to-1)>>20); len(slices) <= maxSlices {
		match = "(" + strings.Join(slices, " | ") + ") & (" + match + ")"
	}
	return scope(match, from, to)
}

// scope are the articles that match, from one Seq until another. They are sorted
// before articles are read, and by what no index has: the planner, who knows
// nothing of words, would read all of them, or walk through all articles.
func scope(match string, from, to int64) sqlstore.Scope {
	return sqlstore.Scope{
		From: `(SELECT rowid, rowid + 0 AS place FROM articles_fts
			WHERE words @@ CAST(? AS tsquery) AND rowid + 0 >= ? AND rowid + 0 < ?` + sqlstore.FiltersHere + ` ORDER BY place DESC)`,
		Place: "articles_fts.rowid", Seq: "f.place", Args: []any{match, from, to},
	}
}

// firstBounds returns the Seq of the newest article that a query may find, and
// that of the last one in the first scope; 0 if there are not so many.
func firstBounds(q sqlstore.Querier, query store.Query) (newest, start int64, err error) {
	before := query.Before
	if before <= 0 {
		before = 1<<63 - 1
	}
	if !query.Until.IsZero() && query.Until.Year() < 9999 { // what is after it costs nothing but time
		before = min(before, store.SeqAt(query.Until.Add(time.Minute)))
	}
	seqs, err := sqlstore.All(q, sqlstore.Value[int64], `
		(SELECT seq FROM articles WHERE seq < ?1 ORDER BY seq DESC LIMIT 1)
		UNION ALL (SELECT seq FROM articles WHERE seq < ?1 ORDER BY seq DESC OFFSET ?2 LIMIT 1)`, before, firstScope)
	switch {
	case err != nil || len(seqs) == 0:
		return 0, 0, err
	case len(seqs) == 1:
		return seqs[0], 0, nil
	}
	return slices.Max(seqs), slices.Min(seqs) >> 20 << 20, nil
}
