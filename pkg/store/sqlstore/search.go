package sqlstore

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Search implements store.Articles.
func (s *Store) Search(ctx context.Context, query store.Query) (store.Hits, error) {
	defer s.metrics.Took("search", time.Now())
	limit := max(query.Limit, 1)
	if query.Story != "" {
		story, err := storyOf(s.reader(ctx), query.Story)
		if err != nil {
			return store.Hits{}, fmt.Errorf("search: %w", err)
		}
		query.Story = story
	}
	hits, err := s.search(ctx, query, limit+1) // one more tells whether there is a next page
	if err != nil {
		return store.Hits{}, fmt.Errorf("search: %w", err)
	}
	result := store.Hits{Articles: orEmpty(hits)}
	if len(hits) > limit {
		result.Articles = hits[:limit]
		result.Next = hits[limit-1].Seq
	}
	ids := make([]news.ID, len(result.Articles))
	for i, h := range result.Articles {
		ids[i] = h.ID
	}
	known, err := kin(s.reader(ctx), ids...)
	if err != nil {
		return store.Hits{}, fmt.Errorf("search: %w", err)
	}
	for i, h := range result.Articles {
		result.Articles[i].Kinship = known[h.ID].Kinship
	}
	return result, nil
}

func scanHit(row Row) (h store.Hit, err error) {
	var labels struct {
		Places []news.Place `json:"places"`
	}
	err = row.Scan(append(articleFields(&h.Article), &h.Seq, &h.Verdict, &h.Story, &h.Members, asJSON{&labels})...)
	h.Places = orEmpty(labels.Places)
	return h, err
}

// filter is one condition of a query. As the driver it lists the seqs of all
// that meet it, newest first, out of an index; otherwise it tests one article.
type filter struct {
	value  string
	column string // of articles
	labels string // or a table of labels
}

func filters(q store.Query) []filter {
	return []filter{ // those that leave the fewest articles come first
		{value: string(q.Story), column: "story"},
		{value: q.Watch, labels: "article_watches"},
		{value: string(q.Source), column: "source_id"},
		{value: q.Country, labels: "article_places"},
		{value: q.Topic, labels: "article_topics"},
		{value: string(q.Publisher), column: "publisher_id"},
		{value: q.Lang, column: "lang"},
	}
}

// search looks for words in one part of their index after the other, until
// there are enough; without words there is but one part.
func (s *Store) search(ctx context.Context, query store.Query, limit int) (hits []store.Hit, err error) {
	q := s.reader(ctx)
	if len(query.Match) == 0 {
		sql, args := buildSearch(query, Scope{}, limit)
		return All(q, scanHit, sql, args...)
	}
	for scope, err := range s.dialect.Words.Scopes(q, query) {
		if err != nil {
			return nil, err
		}
		sql, args := buildSearch(query, scope, limit-len(hits))
		more, err := All(q, scanHit, sql, args...)
		hits = append(hits, more...)
		if err != nil || len(hits) >= limit {
			return hits, err
		}
	}
	return hits, nil
}

// buildSearch drives the search from the full-text index if there are words,
// else from the first filter, else from the articles. Each gives seqs in
// descending order, so that nothing is sorted and reading stops at the limit.
func buildSearch(q store.Query, scope Scope, limit int) (string, []any) {
	b := builder{from: "articles a", seq: "a.seq"}
	if scope.From != "" {
		b.within(scope, q)
	} else {
		b.drive(q)
	}
	if q.Before > 0 {
		b.where(b.seq+" < ?", q.Before)
	}
	if !q.Since.IsZero() {
		b.where(b.seq+" >= ? AND a.at >= ?", store.SeqAt(q.Since), ceilMicros(q.Since))
	}
	if !q.Until.IsZero() {
		// A place that was taken can have moved an article into the next second.
		b.where(b.seq+" < ? AND a.at < ?", seqAfter(q.Until), ceilMicros(q.Until))
	}
	return `SELECT ` + articleColumns + `, a.seq, a.kind, a.story, s.articles, a.labels
		FROM ` + b.from + ` CROSS JOIN stories s ON s.id = a.story
		WHERE ` + strings.Join(append(b.conditions, "true"), " AND ") + `
		ORDER BY ` + b.seq + ` DESC LIMIT ?`, append(b.args, limit)
}

// builder collects the parts of a query.
type builder struct {
	from, seq  string
	conditions []string
	args       []any
}

func (b *builder) where(condition string, args ...any) {
	b.conditions = append(b.conditions, condition)
	b.args = append(b.args, args...)
}

// within looks in a scope of the index of words.
func (b *builder) within(scope Scope, q store.Query) {
	b.seq = scope.Seq
	b.from = scope.From + " f CROSS JOIN articles a ON a.seq = f.rowid"
	if !strings.Contains(scope.From, FiltersHere) {
		b.where(scope.Where, scope.Args...)
		for _, f := range filters(q) {
			b.test(f)
		}
		return
	}
	b.args = append(b.args, scope.Args...)
	var conditions strings.Builder
	for _, f := range filters(q) {
		switch {
		case f.value == "":
			continue
		case f.column != "":
			conditions.WriteString(" AND EXISTS (SELECT 1 FROM articles p WHERE p." + f.column + " = ? AND p.seq = " + scope.Place + ")")
		default:
			conditions.WriteString(" AND EXISTS (SELECT 1 FROM " + f.labels + " p WHERE p.label = ? AND p.seq = " + scope.Place + ")")
		}
		b.args = append(b.args, f.value)
	}
	b.from = strings.Replace(b.from, FiltersHere, conditions.String(), 1)
}

// drive has the first filter list the articles; others are tested.
func (b *builder) drive(q store.Query) {
	driven := false
	for _, f := range filters(q) {
		switch {
		case f.value == "":
		case driven:
			b.test(f)
		case f.column != "":
			b.where("a."+f.column+" = ?", f.value)
			driven = true
		default:
			b.from = f.labels + " l CROSS JOIN articles a ON a.seq = l.seq"
			b.seq = "l.seq"
			b.where("l.label = ?", f.value)
			driven = true
		}
	}
}

// test adds the condition of a filter, if it has one, to be met by each article.
func (b *builder) test(f filter) {
	switch {
	case f.value == "":
	case f.column != "":
		b.where("+a."+f.column+" = ?", f.value) // the plus keeps its index out of it
	default:
		b.where("EXISTS (SELECT 1 FROM "+f.labels+" WHERE label = ? AND seq = a.seq)", f.value)
	}
}

func ceilMicros(t time.Time) int64 {
	n := t.UnixMicro()
	if t.After(time.UnixMicro(n)) {
		n++
	}
	return n
}

func seqAfter(t time.Time) int64 {
	if t.Unix() >= math.MaxInt64>>20-2 {
		return math.MaxInt64
	}
	return store.SeqAt(t.Add(2 * time.Second))
}
