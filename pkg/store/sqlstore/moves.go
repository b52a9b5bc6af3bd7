package sqlstore

import (
	"fmt"

	"marsad/pkg/news"
)

// anchored are the decisions with the anchor ?1. Most anchors stand alone: the
// index holds only those of others.
const anchored = `
	SELECT item, revision, story FROM decisions WHERE item = ?1 AND anchor = ?1
	UNION ALL SELECT item, revision, story FROM decisions INDEXED BY decisions_anchor WHERE anchor = ?1 AND anchor <> item`

// move puts what has the anchor ?1 into the story ?2, the decisions last: the
// others are found through them.
var move = []string{
	`UPDATE fingerprints SET story = ?2 WHERE item IN (SELECT d.item FROM (` + anchored + `) d)`,
	`UPDATE articles SET story = ?2 WHERE seq IN (
		SELECT a.seq FROM (` + anchored + `) d CROSS JOIN articles a INDEXED BY articles_id ON a.id = d.item AND a.revision = d.revision)`,
	`UPDATE decisions SET story = ?2 WHERE (item, revision) IN (SELECT d.item, d.revision FROM (` + anchored + `) d)`,
}

// moves are what is left to do when all is moved: a story of many originals
// moves in many steps, and is counted once.
type moves struct {
	touched map[news.ID]bool // see recomputeStories
	left    []departure
}

// departure is a story that something left for another.
type departure struct{ from, to news.ID }

// MoveStory implements store.DecisionTx.
func (d decisionTx) MoveStory(anchor, story news.ID) error {
	if err := d.moved.move(d.tx, anchor, story); err != nil {
		return fmt.Errorf("move %s to the story %s: %w", anchor, story, err)
	}
	return nil
}

func (m *moves) move(tx *Tx, anchor, story news.ID) error {
	left, err := All(tx.Query, Value[news.ID], `SELECT DISTINCT story FROM (`+anchored+`) d WHERE story <> ?2`, anchor, story)
	if err != nil || len(left) == 0 {
		return err
	}
	for _, query := range move {
		if err := tx.Run(query, anchor, story); err != nil {
			return err
		}
	}
	if !m.touched[story] {
		m.touched[story] = false // counted, and not left empty by this
	}
	for _, from := range left {
		m.touched[from] = true
		m.left = append(m.left, departure{from, story})
	}
	return revive(tx, story)
}

// settle recomputes the stories that changed, and lets the IDs of those that
// are left with nothing lead to where the last of them went.
func (m *moves) settle(tx *Tx) error {
	if _, _, err := recomputeStories(tx, m.touched); err != nil {
		return err
	}
	for _, d := range m.left {
		if err := leadOn(tx, d.from, d.to); err != nil {
			return err
		}
	}
	return nil
}

// revive makes an ID that led to another story a story's own again.
func revive(tx *Tx, story news.ID) error {
	return tx.Run(`DELETE FROM story_aliases WHERE id = ?`, story)
}

// leadOn lets the ID of a story that is left with nothing lead to another, or to
// where that leads, and what led to it too: each look-up takes one step. What is
// in line counts; what was removed does not.
func leadOn(tx *Tx, old, story news.ID) error {
	to, err := storyOf(tx.Query, story)
	if err != nil || to == old {
		return err
	}
	added, err := tx.Exec(`
		INSERT INTO story_aliases (id, story) SELECT ?1, ?2
		WHERE NOT EXISTS (SELECT 1 FROM articles INDEXED BY articles_story WHERE story = ?1)
			AND NOT EXISTS (SELECT 1 FROM (
					SELECT s.item FROM (`+anchored+`) s WHERE s.story = ?1
					UNION ALL SELECT item FROM decisions INDEXED BY decisions_story WHERE story = ?1 AND story <> anchor) d
				WHERE NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.item = d.item))
		ON CONFLICT (id) DO UPDATE SET story = excluded.story`, old, to)
	if err != nil || added == 0 {
		return err
	}
	return tx.Run(`UPDATE story_aliases SET story = ?2 WHERE story = ?1`, old, to)
}

// LinkStories implements store.DecisionTx.
func (d decisionTx) LinkStories(a, b news.ID) error {
	if a == b {
		return nil
	}
	err := d.tx.Run(`INSERT INTO story_links (a, b) VALUES (?, ?) ON CONFLICT DO NOTHING`, min(a, b), max(a, b))
	if err != nil {
		return fmt.Errorf("link the stories %s and %s: %w", a, b, err)
	}
	return nil
}

// unlink forgets the links of stories that are gone for good: those of which no
// article is left, and that lead to no other.
func unlink(tx *Tx, gone []news.ID) error {
	if len(gone) == 0 {
		return nil
	}
	list := encodeJSON(gone)
	for _, column := range []string{"a", "b"} {
		if err := tx.Run(`DELETE FROM story_links WHERE `+column+` IN (
			SELECT e.atom FROM json_each(?1) e UNION
			SELECT s.id FROM json_each(?1) e CROSS JOIN story_aliases s INDEXED BY story_aliases_story ON s.story = e.atom)`, list); err != nil {
			return err
		}
	}
	return nil
}

// Live implements store.DecisionTx.
func (d decisionTx) Live(leader news.ID) (heir news.ID, err error) {
	heir, err = One(d.tx.Query, Value[news.ID], `
		SELECT item FROM (
			SELECT ?1 AS item, 0 AS heir, 0 AS at
			UNION ALL SELECT item, 1, at FROM decisions INDEXED BY decisions_leader WHERE leader = ?1 AND leader <> item) d
		WHERE NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.item = d.item) ORDER BY heir, at, item LIMIT 1`, leader)
	if err != nil {
		return "", fmt.Errorf("the group of %s: %w", leader, notFound(err))
	}
	return heir, nil
}
