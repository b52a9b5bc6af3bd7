package near

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wire is a stream of articles: new ones, copies, cuttings, edits, round-ups and
// formulae, minutes and sometimes weeks apart.
type wire struct {
	random *rand.Rand
	now    time.Time
	past   [][]string
	n      int
}

// testSketch is a sketch that is made quickly, and mixes up some hashes.
const testSketch = 14

// dispatch is an article on its way.
type dispatch struct {
	n               int
	print           Print
	seen, published time.Time
}

func newWire(seed uint64) *wire {
	return &wire{random: rand.New(rand.NewPCG(seed, 7)), now: start}
}

func (w *wire) next() dispatch {
	w.n++
	switch w.random.IntN(60) {
	case 0:
		w.now = w.now.Add(time.Duration(w.random.IntN(45*24)) * time.Hour)
	case 1, 2, 3:
		w.now = w.now.Add(time.Duration(w.random.IntN(50)) * time.Hour)
	default:
		w.now = w.now.Add(time.Duration(w.random.IntN(40)) * time.Minute)
	}
	words := w.text()
	w.past = append(w.past, words)
	d := dispatch{n: w.n, seen: w.now, print: PrintOf("ar", strings.Join(words[:min(4, len(words))], " "), strings.Join(words, " "))}
	if w.random.IntN(4) > 0 {
		d.published = w.now.Add(-time.Duration(w.random.IntN(3000)) * time.Minute)
	}
	return d
}

func (w *wire) text() []string {
	words := make([]string, w.random.IntN(120))
	for i := range words {
		words[i] = fmt.Sprintf("كلمه%d", int(80*w.random.ExpFloat64()))
	}
	if len(w.past) == 0 {
		return words
	}
	old := w.past[max(0, len(w.past)-1-w.random.IntN(40))]
	switch w.random.IntN(6) {
	case 0:
		return old
	case 1:
		return old[:len(old)/2]
	case 2:
		return slices.Concat(words, old, words)
	case 3:
		edited := append([]string{}, old...)
		for range len(edited) / 20 {
			edited[w.random.IntN(len(edited))] = "غيره"
		}
		return edited
	case 4:
		return strings.Fields(fmt.Sprintf("يعلن المكتب في مدينه %d عن موعد اجتماع لجنه السوق السنويه رقم %d لبحث اسعار الماء والخبز في ضواحي "+
			"العاصمه بحضور نواب الاحياء وممثلي التجار في قاعه البلديه الكبري كما جرت العاده كل شهر", w.random.IntN(9), w.random.IntN(99)))
	}
	return words
}

func find(x *Index, d dispatch) []Match { return x.Find(d.print, d.seen, d.published) }

// add indexes a dispatch unless it is the same as another.
func add(x *Index, d dispatch, matches []Match) (Entry, bool) {
	if len(d.print.Shingles) == 0 || len(matches) > 0 && matches[0].Same {
		return Entry{}, false
	}
	var m *Match
	if len(matches) > 0 {
		m = &matches[0]
	}
	e := x.Entry(itemOf(d.n), d.print, d.seen, d.published, m)
	x.Add(e)
	return e, true
}

// sameRest lets the rest of a stream pass two indexes, which must agree on all of it.
func sameRest(t *rapid.T, w *wire, a, b *Index, n int) {
	t.Helper()
	for range n {
		d := w.next()
		inA, inB := find(a, d), find(b, d)
		if !reflect.DeepEqual(inA, inB) {
			t.Fatalf("dispatch %d matches %+v, or else %+v", d.n, inA, inB)
		}
		entryA, okA := add(a, d, inA)
		entryB, okB := add(b, d, inB)
		if okA != okB || !reflect.DeepEqual(entryA, entryB) {
			t.Fatalf("dispatch %d is added as %+v, or else %+v", d.n, entryA, entryB)
		}
	}
}

func through(t *rapid.T, e Entry) Entry {
	t.Helper()
	raw, err := e.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back Entry
	if err := back.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestUndoRestores(t *testing.T) {
	turned := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWire(rapid.Uint64().Draw(t, "seed"))
		a, b := newIndex(testWindow, testSketch), newIndex(testWindow, testSketch)
		sameRest(t, w, a, b, rapid.IntRange(0, 200).Draw(t, "before"))
		mark := a.Mark()
		other := *w
		other.random, other.n = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "other"), 9)), 1_000_000
		for range rapid.IntRange(0, 60).Draw(t, "undone") {
			d := other.next()
			add(a, d, find(a, d))
		}
		generation := a.generation
		if ok := a.Undo(mark); ok != (generation == mark.generation) {
			t.Fatalf("undone: %v, from generation %d to %d", ok, generation, mark.generation)
		} else if !ok {
			turned++
			return
		}
		sameRest(t, w, a, b, 80)
	})
	if turned == 0 {
		t.Error("no undo met a turn of the sketch")
	}
}

func TestReplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWire(rapid.Uint64().Draw(t, "seed"))
		a := newIndex(testWindow, testSketch)
		var entries []Entry
		for range rapid.IntRange(1, 400).Draw(t, "before") {
			d := w.next()
			if e, ok := add(a, d, find(a, d)); ok {
				entries = append(entries, e)
			}
		}
		b := newIndex(testWindow, testSketch)
		for _, e := range entries {
			if !e.Seen.Before(w.now.Add(-testWindow)) {
				b.Add(through(t, e))
			}
		}
		if b.Len() > 0 { // what is not known of an empty index is the number to go on with
			sameRest(t, w, a, b, 80)
		}
	})
}

// TestKnownNumber: an entry that comes again changes nothing.
func TestKnownNumber(t *testing.T) {
	w := newWire(5)
	x := newIndex(testWindow, testSketch)
	var last Entry
	for range 50 {
		d := w.next()
		if e, ok := add(x, d, find(x, d)); ok {
			last = e
		}
	}
	before := x.Len()
	d := w.next()
	want := find(x, d)
	x.Add(last)
	last.Number -= 7
	x.Add(last)
	if got := find(x, d); x.Len() != before || !reflect.DeepEqual(got, want) {
		t.Errorf("%d texts of %d; %+v, not %+v", x.Len(), before, got, want)
	}
}

// TestReplayWithGaps: of a journal in which entries are missing, the part within the
// window says as much as the whole.
func TestReplayWithGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWire(rapid.Uint64().Draw(t, "seed"))
		first, a, b := newIndex(testWindow, testSketch), newIndex(testWindow, testSketch), newIndex(testWindow, testSketch)
		var entries []Entry
		for range rapid.IntRange(1, 400).Draw(t, "before") {
			d := w.next()
			e, ok := add(first, d, find(first, d))
			if ok && w.random.IntN(5) > 0 {
				entries = append(entries, e)
			}
		}
		for _, e := range entries {
			a.Add(e)
			if !e.Seen.Before(w.now.Add(-testWindow)) {
				b.Add(through(t, e))
			}
		}
		if b.Len() > 0 {
			sameRest(t, w, a, b, 80)
		}
	})
}

func TestExpireChangesNoAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWire(rapid.Uint64().Draw(t, "seed"))
		a, b := newIndex(testWindow, testSketch), newIndex(testWindow, testSketch)
		for range 6 {
			sameRest(t, w, a, b, rapid.IntRange(1, 200).Draw(t, "more"))
			a.Mark()
			a.Expire(w.now)
		}
	})
}

func TestExpireFrees(t *testing.T) {
	w, x := newWire(1), newIndex(testWindow, testSketch)
	most := 0
	for range 10_000 {
		d := w.next()
		add(x, d, find(x, d))
		if w.n%50 == 0 {
			x.Mark()
			x.Expire(w.now)
			most = max(most, x.Len())
		}
	}
	if most > 5*blockTexts || len(x.postings.slots) > 16*fewestSlots {
		t.Errorf("%d texts were kept at most, %d slots", most, len(x.postings.slots))
	}
}

func TestPostingsRenumber(t *testing.T) {
	p := newPostings()
	for i := range uint32(3 * blockSize) {
		p.add(i%1000, i)
	}
	p.settle()
	p.expire(2 * blockSize)
	want := fmt.Sprint(collect(&p, 7))
	first := p.first
	p.renumber()
	if p.first >= first || fmt.Sprint(collect(&p, 7)) != want {
		t.Errorf("from %d to %d: %s, want %s", first, p.first, fmt.Sprint(collect(&p, 7)), want)
	}
	p.add(7, 1<<20)
	p.undo()
	if got := fmt.Sprint(collect(&p, 7)); got != want {
		t.Errorf("after an undo %s, want %s", got, want)
	}
}

// collect is the texts that have a hash, latest first.
func collect(p *postings, hash uint32) (texts []uint32) {
	for e, ok := p.get(p.latest(hash)); ok; e, ok = p.get(e.previous) {
		texts = append(texts, e.text)
	}
	return texts
}

// TestPostings compares with a map.
func TestPostings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, want, settled := newPostings(), map[uint32][]uint32{}, map[uint32][]uint32{}
		hashes := rapid.Uint32Range(0, rapid.SampledFrom([]uint32{3, 300, 1 << 29}).Draw(t, "hashes"))
		text := uint32(0)
		for range rapid.IntRange(0, 40).Draw(t, "transactions") {
			for range rapid.IntRange(0, 300).Draw(t, "entries") {
				text++
				h := hashes.Draw(t, "hash")
				p.add(h, text)
				want[h] = append(append([]uint32{}, want[h]...), text)
			}
			if rapid.Bool().Draw(t, "undo") {
				p.undo()
				want = map[uint32][]uint32{}
				maps.Copy(want, settled)
				continue
			}
			p.settle()
			maps.Copy(settled, want)
		}
		for h, texts := range want {
			got := collect(&p, h)
			for i, text := range got {
				if texts[len(texts)-1-i] != text {
					t.Fatalf("of %d: %v, want the latest of %v", h, got, texts)
				}
			}
			if len(got) != len(texts) {
				t.Fatalf("of %d: %d texts, want %d", h, len(got), len(texts))
			}
		}
	})
}
