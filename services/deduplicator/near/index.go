package near

import (
	"cmp"
	"encoding/hex"
	"math"
	"slices"
	"time"

	"marsad/pkg/news"
)

const (
	// sampleLimit is below what the hash of a sampled shingle is: one in eight.
	// Of a short text the fewestSampled smallest are sampled at least.
	sampleLimit   = math.MaxUint32 / 8
	fewestSampled = 12
	// chainLimit is how many texts are looked at that share a shingle, fewer the
	// more frequent it is down to chainFewest, and candidateLimit how many of
	// those that share some are compared.
	chainLimit     = 64
	chainFewest    = 4
	candidateLimit = 8
	// A generation of the sketch is of so many texts, or as long.
	generationTexts = 1 << 15
	generationTime  = 10 * 24 * time.Hour
	// commonTexts is in how many other texts a shingle is when it counts half.
	commonTexts = 8
)

// Index is the memory of the texts of a window of time. Its zero value is of no
// use, and it is not safe for concurrent use.
type Index struct {
	window   time.Duration
	texts    texts
	postings postings
	sketch   sketch

	generation uint32
	began      struct{ seen, text uint32 } // of the generation

	weights []float32 // of the shingles of the text that is looked for
	chains  []chain
	hits    []hit
}

// New makes an empty index that finds texts no older than window, which must be
// longer than 20 days: replaying it must bring back the frequency of shingles.
func New(window time.Duration) *Index { return newIndex(window, sketchBits) }

func newIndex(window time.Duration, sketchBits int) *Index {
	return &Index{window: window, postings: newPostings(), sketch: newSketch(sketchBits), texts: texts{first: 1, next: 1}}
}

// Match is an indexed text that a text was derived from, or that was derived from it.
type Match struct {
	Item       news.ID          // the article
	Leader     news.ID          // the leader of the group to join: matched directly, or nearly the same as Item
	Kind       news.VerdictKind // Copy, or Excerpt if one of the two is much shorter
	Similarity float64          // weighted by how rare shingles are, 0 to 1: of copies how much of both they share (Dice), of excerpts containment
	Same       bool             // the texts are the same but for details: the new one need not be added

	leader uint32
}

// Find returns the texts of the window that p matches, the surest first.
// Published is when the article was; the zero time if that is not known.
func (x *Index) Find(p Print, seen, published time.Time) []Match {
	total := x.weigh(p, x.due(seen))
	oldest := seconds(seen.Add(-x.window))
	hits := x.candidates(p, oldest)
	matched := make([]compared, 0, len(hits))
	for _, h := range hits {
		if c := x.compare(p, seconds(published), h.text, total); c.matches() {
			matched = append(matched, c)
		}
	}
	x.group(matched, oldest)
	out := make([]Match, len(matched))
	for i, c := range matched {
		out[i] = x.match(c)
	}
	return out
}

// compared is the evidence on an indexed text.
type compared struct {
	evidence
	text    uint32
	leader  uint32  // of the group it would join
	support float64 // what speaks for that group
}

// group finds the group that each of the matched texts would join, and puts those
// first that most speaks for, the surest first. Only a text that is the same comes
// before all others, whatever its group.
func (x *Index) group(matched []compared, oldest uint32) {
	slices.SortStableFunc(matched, func(a, b compared) int { return cmp.Compare(b.resemblance, a.resemblance) })
	support := map[uint32]float64{}
	for i := range matched {
		c := &matched[i]
		c.leader = x.leader(*c, matched, oldest)
		support[c.leader] += c.score()
	}
	if len(matched) == 0 || matched[0].same() {
		return
	}
	for i := range matched {
		matched[i].support = support[matched[i].leader]
	}
	slices.SortStableFunc(matched, func(a, b compared) int { return cmp.Compare(b.support, a.support) })
}

// leader is that of the matched text's group if it is matched as well or the two are
// akin, and the matched text itself otherwise: groups never grow along a chain.
func (x *Index) leader(c compared, matched []compared, oldest uint32) uint32 {
	k, _ := x.texts.at(c.text)
	if slices.ContainsFunc(matched, func(o compared) bool { return o.text == k.leader }) {
		return k.leader
	}
	if c.resemblance >= akin && x.texts.has(k.leader) {
		if l, _ := x.texts.at(k.leader); l.seen >= oldest && l.item != (itemID{}) {
			return k.leader
		}
	}
	return c.text
}

func (x *Index) match(c compared) Match {
	k, _ := x.texts.at(c.text)
	l, _ := x.texts.at(c.leader)
	return Match{
		Item: k.item.id(), Leader: l.item.id(), Kind: c.kind(), Similarity: min(1, c.similarity()),
		Same: c.same(), leader: c.leader,
	}
}

// weigh notes the weight of each shingle of p when the sketch has turned so many
// times more, and returns their sum. The text that p may match does not count.
func (x *Index) weigh(p Print, turns uint32) (total float64) {
	x.sketch.countWaiting()
	x.weights = x.weights[:0]
	for _, h := range p.Shingles {
		w := weight(max(0, x.sketch.count(h, turns)-1))
		x.weights = append(x.weights, w)
		total += float64(w)
	}
	return total
}

// mass is the weight of the shingles of a text that is to be added.
func (x *Index) mass(p Print, turns uint32) (sum float32) {
	x.sketch.countWaiting()
	for _, h := range p.Shingles {
		sum += weight(x.sketch.count(h, turns))
	}
	return sum
}

// weight of a shingle that is in so many other texts.
func weight(others int) float32 { return commonTexts / (commonTexts + float32(others)) }

// sampled are the shingles of a text that are indexed.
func sampled(shingles []uint32) []uint32 {
	n, _ := slices.BinarySearch(shingles, sampleLimit)
	return shingles[:max(n, min(fewestSampled, len(shingles)))]
}

// hit is an indexed text that shares shingles, of that weight together.
type hit struct {
	text   uint32
	weight float32
}

// chain is where the texts that have a shingle are looked up.
type chain struct {
	entry  uint32
	most   int // how many more of them
	weight float32
}

// candidates are the texts seen since oldest that share most with p.
func (x *Index) candidates(p Print, oldest uint32) []hit {
	x.chains, x.hits = x.chains[:0], x.hits[:0]
	for i, h := range sampled(p.Shingles) {
		x.chains = append(x.chains, chain{x.postings.latest(h), max(chainFewest, int(chainLimit*x.weights[i])), x.weights[i]})
	}
	// A step of all chains, then the next: memory is waited for at the same time.
	first := x.texts.since(oldest)
	for chains := x.chains; len(chains) > 0; {
		going := chains[:0]
		for _, c := range chains {
			e, ok := x.postings.get(c.entry)
			if !ok || e.text < first {
				continue
			}
			x.hits = append(x.hits, hit{e.text, c.weight})
			if c.entry, c.most = e.previous, c.most-1; c.most > 0 {
				going = append(going, c)
			}
		}
		chains = going
	}
	slices.SortFunc(x.hits, func(a, b hit) int { return cmp.Compare(a.text, b.text) })
	all := x.hits[:0]
	for _, h := range x.hits {
		if n := len(all); n > 0 && all[n-1].text == h.text {
			all[n-1].weight += h.weight
		} else {
			all = append(all, h)
		}
	}
	slices.SortStableFunc(all, func(a, b hit) int { return cmp.Compare(b.weight, a.weight) })
	return x.inLanguage(all, shortLang(p.Lang))
}

// inLanguage are the first candidateLimit hits in a language.
func (x *Index) inLanguage(hits []hit, lang [2]byte) []hit {
	best := hits[:0]
	for _, h := range hits {
		if k, _ := x.texts.at(h.text); k.lang != lang {
			continue
		}
		if best = append(best, h); len(best) == candidateLimit {
			break
		}
	}
	return best
}

// against is the evidence of all but the shingles.
func (p Print) against(k *kept, block *textBlock) evidence {
	var buf [maxCountries]uint16
	list := func(i int) packed { return block.list(k, i) }
	named := list(countries).appendTo(buf[:0])
	return evidence{
		lead:    overlap(p.Lists[lead], list(lead)),
		numbers: agreement(p.Lists[numbers], list(numbers)),
		otherKeys: len(p.Lists[words]) > 0 && list(words).len() > 0 &&
			common(p.Lists[keys], list(words)) < len(p.Lists[keys]) && common(p.Lists[words], list(keys)) < list(keys).len(),
		otherPlaces: elsewhere(p.Lists[countries], named) && elsewhere(named, p.Lists[countries]),
		words:       [2]int{p.Words, int(k.words)},
	}
}

// lookEvery is how many shingles are compared between looks at whether the texts can
// still match.
const lookEvery = 32

// compare gathers the evidence on p, whose shingles weigh total, and an indexed text.
// It stops early when they will hardly match (after Satuluri and Parthasarathy,
// "Bayesian Locality Sensitive Hashing for Fast Similarity Search", 2012): shingles are
// in the order of their hashes, so that those compared are a random sample of all.
func (x *Index) compare(p Print, published, text uint32, total float64) compared {
	k, block := x.texts.at(text)
	c := compared{text: text, evidence: p.against(k, block)}
	c.days = days(published, k.published)
	set, mass := block.set(k), float64(k.mass)
	shared, left := 0.0, total
	more := set.next()
	for i, h := range p.Shingles {
		if i%lookEvery == 0 {
			if c.share(shared+likely(shared, total-left, left), total, mass); !c.matches() {
				return c
			}
		}
		value := reduce(h, k.shingles)
		for more && set.value < value {
			more = set.next()
		}
		weight := float64(x.weights[i])
		if left -= weight; more && set.value == value {
			shared += weight
			more = set.next()
		}
	}
	c.share(shared, total, mass)
	return c
}

// likely is how much of what is left can be shared when shared was of what was seen:
// more than that is as improbable as three standard deviations, and some.
func likely(shared, seen, left float64) float64 {
	return left * min(1, (shared+3*math.Sqrt(shared+1)+1)/max(1, seen))
}

// Entry is a text to be added, and all that adding it again after a restart needs.
type Entry struct {
	Item       news.ID
	Number     uint32  // higher than that of the entry before, and never given again
	Leader     uint32  // the number of the text it is grouped with; 0 if there is none
	Generation uint32  // of the sketch
	Mass       float32 // weight of the shingles
	Seen       time.Time
	Published  time.Time // the zero time if that is not known
	Print
}

// Entry makes the entry of a text; m is what it matched, nil if nothing. Its number
// is the next one, unless whoever keeps the entries gives it another.
func (x *Index) Entry(item news.ID, p Print, seen, published time.Time, m *Match) Entry {
	turns := x.due(seen)
	e := Entry{
		Item: item, Number: x.texts.next, Generation: x.generation + turns, Mass: x.mass(p, turns),
		Seen: seen, Published: published, Print: p,
	}
	if m != nil {
		e.Leader = m.leader
	}
	return e
}

// due is how many generations of the sketch have ended before a time: two when the
// texts that it knows will leave the window before the next generation does.
func (x *Index) due(seen time.Time) uint32 {
	age := time.Duration(seconds(seen)-min(x.began.seen, seconds(seen))) * time.Second
	switch {
	case age > x.window-generationTime:
		return 2
	case age > generationTime || x.texts.next-x.began.text >= generationTexts:
		return 1
	}
	return 0
}

// Add indexes a text. Entries must come in order; numbers may be missing. One
// whose number is not higher than those before is there already.
func (x *Index) Add(e Entry) {
	if e.Number < x.texts.next {
		return
	}
	if e.Leader == 0 {
		e.Leader = e.Number
	}
	x.texts.skip(e.Number)
	k := kept{
		item: newItemID(e.Item), seen: seconds(e.Seen), published: seconds(e.Published), leader: e.Leader,
		words: uint32(e.Words), shingles: uint32(len(e.Shingles)), mass: e.Mass, lang: shortLang(e.Lang),
	}
	if e.Generation != x.generation {
		x.turn(e.Generation, k.seen)
	}
	x.sketch.add(e.Shingles)
	x.texts.add(k, e.Print)
	for _, h := range sampled(e.Shingles) {
		x.postings.add(h, e.Number)
	}
}

// Replay is Add for good, of one of many that were added before.
func (x *Index) Replay(e Entry) {
	x.Add(e)
	x.postings.settle()
}

// turn begins a generation of the sketch with the text to come.
func (x *Index) turn(generation, seen uint32) {
	for range min(2, generation-x.generation) {
		x.sketch.turn()
	}
	x.generation, x.began.seen, x.began.text = generation, seen, x.texts.next
}

// Mark is a state to return to.
type Mark struct{ text, generation uint32 }

// Mark settles what was added so far, and marks the state.
func (x *Index) Mark() Mark {
	x.sketch.settle()
	x.postings.settle()
	return Mark{x.texts.next, x.generation}
}

// Undo takes back what was added since the latest mark. False if it cannot: the
// index is of no more use, and must be made anew.
func (x *Index) Undo(m Mark) bool {
	if m.generation != x.generation || m.text > x.texts.next {
		return false
	}
	x.texts.undo(m.text)
	x.postings.undo()
	x.sketch.undo()
	return true
}

// Expire frees the memory of texts that are too old to be found.
func (x *Index) Expire(now time.Time) {
	x.texts.expire(seconds(now.Add(-x.window)))
	x.postings.expire(x.texts.first)
}

// Len is how many texts are in memory.
func (x *Index) Len() int { return int(x.texts.next - x.texts.first) }

// Bytes is the memory the index takes.
func (x *Index) Bytes() int { return x.texts.bytes() + x.postings.bytes() + x.sketch.bytes() }

func seconds(t time.Time) uint32 { return uint32(max(0, min(t.Unix(), math.MaxUint32))) }

// shortLang tells languages apart by their first two letters.
func shortLang(lang string) (short [2]byte) {
	copy(short[:], lang)
	return short
}

// itemID is a news.ID in half the space.
type itemID [16]byte

func newItemID(id news.ID) (short itemID) {
	_, _ = hex.Decode(short[:], []byte(id)[:min(len(id), 32)])
	return short
}

func (i itemID) id() news.ID { return news.ID(hex.EncodeToString(i[:])) }
