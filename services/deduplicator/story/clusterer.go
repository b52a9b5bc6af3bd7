package story

import (
	"slices"
	"time"

	"marsad/pkg/news"
)

// Clusterer holds the recent articles, and which story each belongs to. Its state
// is a function of the order of Adds and Moves: those of articles whose time lies
// more than Quiet and a day before the latest have no effect any more. It must not
// be used by several goroutines at once.
type Clusterer struct {
	cfg      Config
	members  []member // by number, from base on
	base     number
	dead     int                 // members at the front that are known to be dead
	alive    bits                // of members, by number from base on
	ids      map[identity]number // of members that live
	stories  map[identity]*story
	days     map[int64][]number // members by the day of their time
	features int64              // bytes of members
	words    postings           // the weightiest words of members
	keys     postings           // their names and numbers
	latest   int64              // the greatest time seen, in seconds
	horizon  int64              // members before it are dead; the start of a day
	journal  journal
	scratch  scratch
}

// number counts members in the order they were added.
type number uint32

// identity is a news.ID in half the space.
type identity [16]byte

// member is an article.
type member struct {
	id       identity
	story    *story // nil when dead
	at       int64  // Unix seconds
	features Features
}

// story holds its living members in the order they were added. It is never empty.
type story struct {
	id      identity
	members []number
}

// Move says that a member's story changes.
type Move struct {
	Item  news.ID
	Story news.ID
}

const day = 24 * 60 * 60

// New makes an empty Clusterer. The configuration must be valid.
func New(cfg Config) *Clusterer {
	return &Clusterer{
		cfg: cfg, ids: map[identity]number{}, stories: map[identity]*story{}, days: map[int64][]number{},
		words: newPostings(), keys: newPostings(), latest: -1 << 62, horizon: -1 << 62,
	}
}

// Len is how many articles are remembered.
func (c *Clusterer) Len() int { return len(c.ids) }

// Stories is how many stories are open.
func (c *Clusterer) Stories() int { return len(c.stories) }

// Bytes is about how much memory is in use.
func (c *Clusterer) Bytes() int64 {
	const perMember = 112 + 16 + 48 + 8 // itself, its number in story and day, its identity in the map
	return int64(cap(c.members))*perMember + c.features + 112*int64(len(c.stories)) + c.words.bytes() + c.keys.bytes()
}

// bytes is what the lists take.
func (f Features) bytes() int64 {
	return 4*int64(cap(f.terms)+cap(f.title)+cap(f.names)+cap(f.numbers)) + 2*int64(cap(f.places))
}

// Add makes an article with its time a member of a story, as Place said: its own
// id or "" for one of its own. Times must not lie in the future of whoever writes the log.
// An id that is a member already is left as it is.
func (c *Clusterer) Add(id news.ID, f Features, at time.Time, in news.ID) {
	key := identify(id)
	if _, ok := c.ids[key]; ok {
		return
	}
	if in == "" {
		in = id
	}
	n := c.base + number(len(c.members))
	m := member{id: key, at: at.Unix(), features: f}
	c.journal.record(change{kind: added, latest: c.latest, horizon: c.horizon})
	c.members = append(c.members, m)
	c.features += f.bytes()
	c.ids[key] = n
	c.index(n, f)
	c.days[dayOf(m.at)] = append(c.days[dayOf(m.at)], n)
	c.join(n, identify(in))
	c.advance(m.at)
}

// Move puts a member into another story, as Placement.Moves said. Articles that are
// not remembered are left alone.
func (c *Clusterer) Move(item, in news.ID) {
	n, ok := c.ids[identify(item)]
	if !ok {
		return
	}
	from := c.leave(n)
	c.join(n, identify(in))
	c.journal.record(change{kind: moved, n: n, story: from})
}

// join makes n a member of a story, which is made if there is none.
func (c *Clusterer) join(n number, id identity) {
	s := c.stories[id]
	if s == nil {
		s = &story{id: id}
		c.stories[id] = s
	}
	i, _ := slices.BinarySearch(s.members, n)
	s.members = slices.Insert(s.members, i, n)
	c.member(n).story = s
	c.alive.set(n - c.base)
}

// leave takes n out of its story, and says which it was.
func (c *Clusterer) leave(n number) identity {
	m := c.member(n)
	s := m.story
	i, _ := slices.BinarySearch(s.members, n)
	s.members = slices.Delete(s.members, i, i+1)
	if len(s.members) == 0 {
		delete(c.stories, s.id)
	}
	m.story = nil
	c.alive.clear(n - c.base)
	return s.id
}

func (c *Clusterer) member(n number) *member { return &c.members[n-c.base] }

// advance moves the horizon when a new day has come, and forgets what lies behind
// it. What is added behind it is forgotten at once.
func (c *Clusterer) advance(at int64) {
	c.latest = max(c.latest, at)
	horizon := dayOf(c.latest-int64(c.cfg.Quiet/time.Second)) * day
	if horizon == c.horizon && at >= horizon {
		return
	}
	c.horizon = horizon
	for d, numbers := range c.days {
		if d*day >= horizon {
			continue
		}
		for _, n := range numbers {
			c.forget(n)
		}
		delete(c.days, d)
	}
	c.release()
}

// forget makes a member dead. Its features stay until no Undo can need them.
func (c *Clusterer) forget(n number) {
	m := c.member(n)
	delete(c.ids, m.id)
	c.journal.record(change{kind: forgotten, n: n, story: c.leave(n)})
}

// bits is a set of small numbers. It answers from memory that is near, where asking
// each member would not.
type bits []uint64

func (b *bits) set(n number) {
	for int(n/64) >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bits) clear(n number)    { b[n/64] &^= 1 << (n % 64) }
func (b bits) has(n number) bool { return int(n/64) < len(b) && b[n/64]&(1<<(n%64)) != 0 }

func dayOf(at int64) int64 {
	d := at / day
	if at%day < 0 {
		d--
	}
	return d
}

func identify(id news.ID) (key identity) {
	if !id.Valid() { // cannot be; one that is different for each all the same
		id = news.NewID(string(id))
	}
	for i := range key {
		key[i] = nibble(id[2*i])<<4 | nibble(id[2*i+1])
	}
	return key
}

func nibble(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

const hexDigits = "0123456789abcdef"

func (i identity) id() news.ID {
	var b [32]byte
	for k, c := range i {
		b[2*k], b[2*k+1] = hexDigits[c>>4], hexDigits[c&15]
	}
	return news.ID(b[:])
}
