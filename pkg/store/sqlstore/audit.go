package sqlstore

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// auditBatch is how many items in line are handed over at once.
const auditBatch = 1000

// Audit implements store.Auditor.
func (s *Store) Audit(ctx context.Context, inLineBefore time.Time, inLine func([]news.Ref) error) (store.AuditReport, error) {
	defer s.metrics.Took("audit", time.Now())
	var report store.AuditReport
	var waiting []news.Ref
	err := s.snapshot(ctx, func(q Querier) (err error) {
		if report.Sources, err = auditSources(q); err != nil {
			return err
		}
		if report.Offenders, err = offenders(q, report.Sources); err != nil {
			return err
		}
		waiting, err = All(q, func(row Row) (ref news.Ref, err error) {
			return ref, row.Scan(&ref.Item, &ref.Revision)
		}, `SELECT id, revision FROM items INDEXED BY items_in_line WHERE state = 'in_line' AND in_line_at < ?`, micros(inLineBefore))
		return err
	})
	if err != nil {
		return store.AuditReport{}, fmt.Errorf("audit: %w", err)
	}
	for len(waiting) > 0 {
		n := min(auditBatch, len(waiting))
		if err := inLine(waiting[:n]); err != nil {
			return store.AuditReport{}, fmt.Errorf("audit: %w", err)
		}
		waiting = waiting[n:]
	}
	return report, nil
}

// auditSources counts the ledger anew, by source. Sources without items count too.
func auditSources(q Querier) ([]store.SourceAudit, error) {
	audits, err := All(q, func(row Row) (a store.SourceAudit, err error) {
		return a, row.Scan(&a.ID, &a.Name)
	}, `SELECT id, name FROM sources ORDER BY name, id`)
	if err != nil {
		return nil, err
	}
	at := make(map[news.ID]int, len(audits))
	for i, a := range audits {
		at[a.ID] = i
	}
	err = Each(q, func(row Row) error {
		var source news.ID
		var status string
		var items int
		if err := row.Scan(&source, &status, &items); err != nil {
			return err
		}
		addCount(&audits[at[source]].Counts, status, items)
		return nil
	}, `SELECT source, status, count(*) FROM items GROUP BY source, status`)
	return orEmpty(audits), err
}

// offenders cross-checks ledger, articles, letters and counts.
func offenders(q Querier, sources []store.SourceAudit) ([]store.Offender, error) {
	found := []store.Offender{}
	for _, query := range []string{ledgerOffenders, articleOffenders, letterOffenders} {
		err := Each(q, func(row Row) error {
			var o store.Offender
			err := row.Scan(&o.Item, &o.Rule)
			found = append(found, o)
			return err
		}, query)
		if err != nil {
			return nil, err
		}
	}
	kept, err := keptCounts(q)
	for _, source := range sources {
		if !source.Balanced() || source.Counts != kept[source.ID] {
			found = append(found, store.Offender{Item: source.ID, Rule: store.RuleUnbalanced})
		}
	}
	return found, err
}

// ledgerOffenders reads the ledger once. An article of an item that is not
// archived may only be of an earlier revision of one that is open or dead, or of
// one that is looked at again.
const ledgerOffenders = `
	SELECT id, rule FROM (
		SELECT i.id AS id, CASE
			WHEN i.status NOT IN ('due', 'in_line', 'archived', 'dropped', 'dead') OR (i.state <> 'ended' AND i.outcome <> '')
				THEN '` + store.RuleNoState + `'
			WHEN (i.status = 'archived' OR i.looking = 1) AND (a.revision IS NULL OR a.revision > i.revision) THEN '` + store.RuleNoArticle + `'
			WHEN i.status = 'dropped' AND a.revision IS NOT NULL THEN '` + store.RuleNotEnded + `'
			WHEN i.status <> 'archived' AND i.looking = 0 AND a.revision >= i.revision THEN '` + store.RuleNotEnded + `'
			WHEN i.status = 'dead' AND NOT EXISTS (SELECT 1 FROM dead_letters WHERE item = i.id) THEN '` + store.RuleNoLetter + `'
			END AS rule
		FROM items i LEFT JOIN articles a INDEXED BY articles_id ON a.id = i.id) checked
	WHERE rule IS NOT NULL`

// articleOffenders reads the articles once, through their index.
const articleOffenders = `
	SELECT id, rule FROM (
		SELECT id, CASE
			WHEN count(*) > 1 THEN '` + store.RuleTwice + `'
			WHEN NOT EXISTS (SELECT 1 FROM items i WHERE i.id = a.id) THEN '` + store.RuleNoLedger + `'
			END AS rule
		FROM articles a INDEXED BY articles_id GROUP BY id) checked
	WHERE rule IS NOT NULL`

const letterOffenders = `
	SELECT item, '` + store.RuleLetter + `' FROM dead_letters
	WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i.id = item AND i.status = 'dead')`

// keptCounts are the counts that sources show, kept up to date by triggers.
func keptCounts(q Querier) (map[news.ID]news.Counts, error) {
	kept := map[news.ID]news.Counts{}
	err := Each(q, func(row Row) error {
		var source news.ID
		var status string
		var items int
		err := row.Scan(&source, &status, &items)
		counts := kept[source]
		addCount(&counts, status, items)
		kept[source] = counts
		return err
	}, `SELECT source, status, items FROM item_counts`)
	return kept, err
}
