package story

import "slices"

// journal remembers what was done since the last Mark.
type journal struct {
	marked  bool
	changes []change
	adds    int // among changes
}

// change is one thing that was done.
type change struct {
	kind            changeKind
	n               number   // moved, forgotten
	story           identity // moved, forgotten: where it was
	latest, horizon int64    // added: before
}

type changeKind uint8

const (
	added changeKind = iota
	moved
	forgotten
)

func (j *journal) record(ch change) {
	if !j.marked {
		return
	}
	j.changes = append(j.changes, ch)
	if ch.kind == added {
		j.adds++
	}
}

// Mark sets the point that Undo goes back to. What was done before stays done.
func (c *Clusterer) Mark() {
	c.journal.marked = true
	c.journal.changes, c.journal.adds = c.journal.changes[:0], 0
	c.release()
}

// Undo takes back all Adds and Moves since the last Mark, exactly. Without a Mark
// it does nothing.
func (c *Clusterer) Undo() {
	for _, ch := range slices.Backward(c.journal.changes) {
		switch ch.kind {
		case added:
			c.undoAdd(ch)
		case moved:
			c.leave(ch.n)
			c.join(ch.n, ch.story)
		case forgotten:
			m := c.member(ch.n)
			c.ids[m.id] = ch.n
			c.join(ch.n, ch.story)
			c.days[dayOf(m.at)] = append(c.days[dayOf(m.at)], ch.n)
		}
	}
	c.journal.changes, c.journal.adds = c.journal.changes[:0], 0
	c.dead = 0
}

// undoAdd takes back the latest Add, whose member lives.
func (c *Clusterer) undoAdd(ch change) {
	n := c.base + number(len(c.members)-1)
	m := c.member(n)
	c.leave(n)
	delete(c.ids, m.id)
	c.unindex(m.features)
	d := dayOf(m.at)
	if c.days[d] = without(c.days[d], n); len(c.days[d]) == 0 {
		delete(c.days, d)
	}
	c.features -= m.features.bytes()
	c.members = c.members[:len(c.members)-1]
	c.latest, c.horizon = ch.latest, ch.horizon
}

func without(numbers []number, n number) []number {
	if i := slices.Index(numbers, n); i >= 0 {
		return slices.Delete(numbers, i, i+1)
	}
	return numbers
}

// release frees the memory of dead members that no Undo can need: of all at the
// front, when they are many.
func (c *Clusterer) release() {
	if len(c.journal.changes) > 0 {
		return
	}
	for c.dead < len(c.members) && c.members[c.dead].story == nil {
		c.dead++
	}
	if c.dead < 1024 || c.dead < len(c.members)/8 {
		return
	}
	for _, m := range c.members[:c.dead] {
		c.features -= m.features.bytes()
	}
	c.members = append(make([]member, 0, len(c.members)-c.dead+1024), c.members[c.dead:]...)
	c.base += number(c.dead)
	c.dead = 0
	c.alive = nil
	for i, m := range c.members {
		if m.story != nil {
			c.alive.set(number(i))
		}
	}
	c.words.release(c.base)
	c.keys.release(c.base)
}
