package sqlstore

import (
	"context"
	"crypto/sha256"
	"fmt"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// Decide implements store.Decisions.
func (s *Store) Decide(ctx context.Context, lease store.Lease, fn func(tx store.DecisionTx) error) error {
	return s.update(ctx, "decide", func(tx *Tx) error {
		if err := held(tx, lease); err != nil {
			return err
		}
		d := decisionTx{tx, &moves{touched: map[news.ID]bool{}}}
		if err := fn(d); err != nil {
			return err
		}
		return d.moved.settle(tx)
	})
}

type decisionTx struct {
	tx    *Tx
	moved *moves
}

const selectDecisions = `SELECT item, revision, generation, kind, of, similarity, rule, leader, anchor, story, at FROM decisions`

func scanDecision(row Row) (d store.Decision, err error) {
	err = row.Scan(&d.Ref.Item, &d.Ref.Revision, &d.Ref.Generation, &d.Verdict.Kind, &d.Verdict.Of, &d.Verdict.Similarity,
		&d.Verdict.Rule, &d.Leader, &d.Anchor, &d.Story, asTime{&d.At})
	return d, err
}

func (d decisionTx) Decision(ref news.Ref) (store.Decision, error) {
	decision, err := One(d.tx.Query, scanDecision, selectDecisions+` WHERE item = ? AND revision = ?`, ref.Item, ref.Revision)
	if err != nil {
		return store.Decision{}, fmt.Errorf("decision on %s: %w", ref.Key(), notFound(err))
	}
	return decision, nil
}

func (d decisionTx) LatestDecision(item news.ID) (store.Decision, error) {
	decision, err := One(d.tx.Query, scanDecision, selectDecisions+` WHERE item = ? ORDER BY revision DESC LIMIT 1`, item)
	if err != nil {
		return store.Decision{}, fmt.Errorf("decision on %s: %w", item, notFound(err))
	}
	return decision, nil
}

func (d decisionTx) SaveDecision(n store.Decision) error {
	added, err := d.tx.Exec(`
		INSERT INTO decisions (item, revision, generation, kind, of, similarity, rule, leader, anchor, story, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Ref.Item, n.Ref.Revision, n.Ref.Generation, n.Verdict.Kind, n.Verdict.Of, n.Verdict.Similarity, n.Verdict.Rule,
		n.Leader, n.Anchor, n.Story, micros(n.At))
	if err == nil && added > 0 {
		err = revive(d.tx, n.Story)
	}
	if err != nil {
		return fmt.Errorf("save the decision on %s: %w", n.Ref.Key(), err)
	}
	return nil
}

// fingerprintKey is short enough for an index, whatever the address.
func fingerprintKey(hash string) string {
	const longest = 1024
	if len(hash) <= longest {
		return hash
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(hash)))
}

func (d decisionTx) Fingerprint(kind store.FingerprintKind, hash string) (store.Fingerprint, error) {
	f := store.Fingerprint{Kind: kind, Hash: hash}
	err := read(d.tx.Query, []any{&f.Item, &f.Story, &f.Title, asTime{&f.At}},
		`SELECT item, story, title, at FROM fingerprints WHERE kind = ? AND hash = ?`, kind, fingerprintKey(hash))
	if err != nil {
		return store.Fingerprint{}, fmt.Errorf("fingerprint %s: %w", hash, notFound(err))
	}
	return f, nil
}

func (d decisionTx) SaveFingerprint(f store.Fingerprint) error {
	err := d.tx.Run(`
		INSERT INTO fingerprints (kind, hash, item, story, title, at) SELECT ?1, ?2, ?3, ?4, ?5, ?6
		WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE item = ?3) ON CONFLICT DO NOTHING`,
		f.Kind, fingerprintKey(f.Hash), f.Item, f.Story, f.Title, micros(f.At))
	if err != nil {
		return fmt.Errorf("save fingerprint %s: %w", f.Hash, err)
	}
	return nil
}
