package sqlstore

import (
	"marsad/pkg/news"
	"marsad/pkg/store"
)

// standsIn tells an article that stands in for its leader, which is gone: the
// oldest of those that it led.
const standsIn = `(NOT EXISTS (SELECT 1 FROM articles l INDEXED BY articles_id WHERE l.id = a.leader)
	AND a.seq = (SELECT min(h.seq) FROM articles h INDEXED BY articles_leader WHERE h.leader = a.leader AND h.leader <> ''))`

// kinships reads who leads the groups of articles and how many others are in those
// that they lead; what revised ones were decided to be at first; and what is left of
// the articles that they are of. The group of a leader that was removed goes on
// under heirs: root is the ID at the top, be its article there or not.
const kinships = `
	WITH own (id, root) AS (
		SELECT a.id, coalesce((
			WITH RECURSIVE up (id, n) AS (
				SELECT a.leader, 1 WHERE a.leader <> ''
				UNION ALL SELECT x.leader, u.n + 1 FROM up u CROSS JOIN articles x INDEXED BY articles_id ON x.id = u.id WHERE x.leader <> '' AND u.n < 100)
			SELECT id FROM up ORDER BY n DESC LIMIT 1), a.id)
		FROM json_each(?) e CROSS JOIN articles a INDEXED BY articles_id ON a.id = e.atom),
	led (id, root, leader) AS (
		SELECT id, root, coalesce(
			(SELECT l.id FROM articles l INDEXED BY articles_id WHERE l.id = own.root),
			(SELECT h.id FROM articles h INDEXED BY articles_leader WHERE h.leader = own.root AND h.leader <> '' ORDER BY h.seq LIMIT 1))
		FROM own)
	SELECT g.id, g.leader,
		CASE WHEN g.leader = g.id THEN (
			WITH RECURSIVE down (id) AS (SELECT g.root UNION
				SELECT x.id FROM down m CROSS JOIN articles x INDEXED BY articles_leader ON x.leader = m.id AND x.leader <> '')
			SELECT count(*) - 1 FROM down m CROSS JOIN articles x INDEXED BY articles_id ON x.id = m.id) ELSE 0 END,
		d.kind, d.of, d.similarity, d.rule,
		(SELECT count(*) FROM decisions r WHERE r.item = a.id AND r.revision < a.revision), coalesce(p.words, 0), t.at
	FROM led g CROSS JOIN articles a INDEXED BY articles_id ON a.id = g.id
		LEFT JOIN decisions d ON a.kind = 'revision' AND d.item = a.id
			AND d.revision = (SELECT min(revision) FROM decisions f WHERE f.item = a.id AND f.kind <> 'revision')
		LEFT JOIN articles p ON p.id = iif(a.kind = 'revision', d.of, a.of) AND p.id <> a.id
		LEFT JOIN tombstones t ON t.item = iif(a.kind = 'revision', d.of, a.of)`

// kinship is what an article is to others.
type kinship struct {
	store.Kinship
	leader news.ID
	copies int
}

// kin reads what archived articles are to others.
func kin(q Querier, ids ...news.ID) (map[news.ID]kinship, error) {
	out := make(map[news.ID]kinship, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	return out, Each(q, func(row Row) error {
		var id news.ID
		var k kinship
		var kind, rule *string // of a decision, or NULL
		var similarity *float64
		var of *news.ID
		err := row.Scan(&id, &k.leader, &k.copies, &kind, &of, &similarity, &rule, &k.Revised, &k.OfWords, asOptionalTime{&k.OfRemoved})
		if kind != nil && err == nil {
			k.Relation = &news.Verdict{Kind: news.VerdictKind(*kind), Of: of, Similarity: *similarity, Rule: *rule}
		}
		out[id] = k
		return err
	}, kinships, encodeJSON(ids))
}

// ofRevision is the revision of the article ?2 that was current when it was
// decided that ?1 is a copy or excerpt of it: of those that are kept, the last
// decided on before, or else the first one after.
const ofRevision = `
	SELECT k.revision FROM (
			SELECT revision, archived_at FROM articles WHERE id = ?2
			UNION ALL SELECT r.revision, r.archived_at FROM articles p CROSS JOIN article_revisions r ON r.seq = p.seq WHERE p.id = ?2) k
		JOIN (SELECT coalesce(
			(SELECT at FROM decisions WHERE item = ?1 AND kind <> 'revision' ORDER BY revision LIMIT 1),
			(SELECT archived_at FROM articles WHERE id = ?1)) AS at) c ON true
		LEFT JOIN decisions d ON d.item = ?2 AND d.revision = k.revision
	ORDER BY coalesce(d.at, k.archived_at) > c.at, iif(coalesce(d.at, k.archived_at) > c.at, k.revision, -k.revision) LIMIT 1`

// surround fills in what an article is to others.
func surround(q Querier, d *store.ArticleDetail) error {
	known, err := kin(q, d.ItemID)
	if err != nil {
		return err
	}
	d.Kinship, d.Leader = known[d.ItemID].Kinship, known[d.ItemID].leader
	parent := d.Self().Parent()
	if parent == "" || d.OfRemoved != nil {
		return nil
	}
	revisions, err := All(q, Value[int], ofRevision, d.ItemID, parent)
	if len(revisions) > 0 {
		d.OfRevision = revisions[0]
	}
	return err
}
