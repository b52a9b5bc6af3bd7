package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marsad/pkg/news"
	"marsad/pkg/store"
)

// RunModel does what comes to mind to a store and to a simple model of the
// ledger in memory, and compares them as it goes. open gives an empty
// store and what closes it. A sequence that fails is made as short as can be;
// -rapid.checks says how many are tried, -rapid.steps how long they are.
func RunModel(t *testing.T, open func() (store.Store, func())) {
	rapid.Check(t, func(r *rapid.T) {
		s, closing := open()
		defer closing()
		m := newModel(t, s)
		r.Repeat(map[string]func(*rapid.T){
			"":            m.look,
			"poll":        m.poll,
			"submit":      m.submit,
			"claim":       m.claim,
			"release":     m.release,
			"save page":   m.savePage,
			"postpone":    m.postpone,
			"mark":        m.markInLine,
			"check":       m.markChecked,
			"end":         m.end,
			"end again":   m.end, // what happens most, happens more often
			"poll again":  m.poll,
			"claim again": m.claim,
			"retry":       m.retry,
			"drop letter": m.dropLetter,
			"remove":      m.remove,
			"prune":       m.prune,
			"time passes": func(r *rapid.T) { m.now = m.now.Add(seconds(1, 7200).Draw(r, "for")) },
			"set back":    func(r *rapid.T) { m.now = m.now.Add(-seconds(1, 7200).Draw(r, "by")) },
		})
		m.compare(r)
		m.audit(r)
	})
}

func seconds(from, to int) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.IntRange(from, to), func(n int) time.Duration { return time.Duration(n) * time.Second })
}

// model is what the ledger should hold.
type model struct {
	store   store.Store
	now     time.Time
	sources []news.Source
	items   map[news.ID]*modelItem
	hosts   map[string]*modelHost
	marks   map[string]modelMark // by owner
	steps   int
}

// modelItem is what the ledger should say of an item; article and letter are
// nil where there is none.
type modelItem struct {
	news.Item
	title              string
	claimAt            time.Time
	owner              string // of the lease
	checkedAt, missing time.Time
	pages              map[int]time.Time // fetched at, by revision
	article            *news.Ref
	letter, removed    bool
}

type modelMark struct {
	latest        time.Time // claim
	behind, moved bool      // the last one was far behind; another moved what belongs to nobody
}

type modelHost struct {
	nextAt, busyUntil time.Time
	owner             string
	holder            news.ID
}

var modelOwners = []string{"x", "y"}

func newModel(t *testing.T, s store.Store) *model {
	m := &model{store: s, now: start, items: map[news.ID]*modelItem{}, hosts: map[string]*modelHost{}, marks: map[string]modelMark{}}
	w := newWorld(t, s)
	for _, name := range []string{"a", "b"} {
		m.sources = append(m.sources, w.feed(name+".example", name))
	}
	return m
}

// entryOf draws one of few entries, in one of few wordings: three have a page to
// download, from one host or another, one needs none.
func (m *model) entryOf(r *rapid.T) store.Entry {
	n, title := rapid.IntRange(0, 3).Draw(r, "entry"), rapid.SampledFrom([]string{"one", "two"}).Draw(r, "title")
	if n < 3 {
		return entry(fmt.Sprintf("https://h%d.example/%d", n%2, n), title)
	}
	e := ready(fmt.Sprintf("https://ready.example/%d", n))
	e.Found.Title, e.Page.FetchedAt = title, m.now
	return e
}

// some draws an item there is.
func (m *model) some(r *rapid.T) *modelItem {
	if len(m.items) == 0 {
		r.Skip("no items")
	}
	return m.items[rapid.SampledFrom(slices.Sorted(maps.Keys(m.items))).Draw(r, "item")]
}

// ref draws a revision of an item: mostly the present one, else one that was,
// or one that is not yet.
func (i *modelItem) ref(r *rapid.T) news.Ref {
	ref := news.Ref{Item: i.Ref.Item, Revision: i.Revision}
	ref.Revision = max(1, ref.Revision+rapid.SampledFrom([]int{0, 0, 0, -1, 1}).Draw(r, "revision"))
	return ref
}

func (m *model) must(r *rapid.T, err error) {
	if err != nil {
		r.Fatal(err)
	}
}

// poll lets a source list an entry.
func (m *model) poll(r *rapid.T) {
	source, e := rapid.SampledFrom(m.sources).Draw(r, "source"), m.entryOf(r)
	got, err := m.store.RecordPoll(r.Context(), store.PollResult{
		Source: source.ID, Poll: news.Poll{At: m.now, Entries: 1}, NextPoll: m.now.Add(10000 * time.Hour), Items: []store.Entry{e},
	})
	m.must(r, err)
	added, changed := 0, 0
	i, ok := m.items[e.ID]
	switch {
	case !ok:
		m.add(e, source.ID, source.Publisher.ID)
		added = 1
	case i.Source != source.ID || i.title == e.Found.Title || i.removed:
	case i.State == news.StateDue && i.owner == "" && !i.HasPage:
		i.title, i.HasPage = e.Found.Title, e.Page != nil
		i.keep(i.Revision, e.Page != nil, m.now)
	default:
		changed = 1
		i.revise(e, m.now)
	}
	if got.New != added || got.Changed != changed {
		r.Fatalf("a poll brought %d new and %d changed, want %d and %d", got.New, got.Changed, added, changed)
	}
}

func (m *model) add(e store.Entry, source, publisher news.ID) {
	i := &modelItem{title: e.Found.Title, claimAt: m.now, pages: map[int]time.Time{}}
	i.Ref, i.Source, i.Publisher, i.URL, i.Host = first(e), source, publisher, e.URL, host(e.URL).Host
	i.State, i.FoundAt, i.DueAt, i.HasPage = news.StateDue, m.now, m.now, e.Page != nil
	i.keep(1, e.Page != nil, m.now)
	m.items[e.ID] = i
}

func (i *modelItem) keep(revision int, page bool, at time.Time) {
	if page {
		i.pages[revision] = at
	}
}

func (i *modelItem) revise(e store.Entry, now time.Time) {
	i.Revision, i.Generation, i.title = i.Revision+1, 0, e.Found.Title
	i.State, i.Outcome, i.Reason, i.Attempts, i.HasPage = news.StateDue, "", "", 0, e.Page != nil
	i.FoundAt, i.DueAt, i.claimAt, i.owner = now, now, now, ""
	i.InLineAt, i.EndedAt, i.checkedAt, i.missing = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	i.letter = false
	i.keep(i.Revision, e.Page != nil, now)
}

// submit gives an entry by hand.
func (m *model) submit(r *rapid.T) {
	e := m.entryOf(r)
	got, err := m.store.Submit(r.Context(), m.now, []store.Entry{e})
	m.must(r, err)
	_, known := m.items[e.ID]
	if got[0].Added == known {
		r.Fatalf("added: %v, known: %v", got[0].Added, known)
	}
	if !known {
		m.add(e, news.ManualSource, got[0].Item.Publisher)
	}
}

// watch is what the store does about clocks before it gives work away.
func (m *model) watch(owner string) {
	mark, ok := m.marks[owner]
	by := mark.latest.Sub(m.now)
	switch {
	case ok && by > time.Minute && !mark.behind:
		mark.behind = true
	case ok && by > time.Minute:
		m.setBack(owner, by, !mark.moved)
		mark = modelMark{latest: m.now}
	case by < -30*time.Second || mark.behind || mark.moved:
		mark = modelMark{latest: latest(mark.latest, m.now)}
	}
	m.marks[owner] = mark
}

// setBack moves what owner holds, and perhaps what nobody does.
func (m *model) setBack(owner string, by time.Duration, unowned bool) {
	moves := func(holder string) bool { return holder == owner || holder == "" && unowned }
	back := func(t *time.Time) {
		if t.After(m.now) {
			*t = t.Add(-by)
		}
	}
	for other, mark := range m.marks {
		mark.moved = mark.moved || unowned && mark.latest.After(m.now)
		m.marks[other] = mark
	}
	for _, i := range m.items {
		if !moves(i.owner) {
			continue
		}
		switch i.State {
		case news.StateDue:
			back(&i.DueAt)
			back(&i.claimAt)
		case news.StateInLine:
			back(&i.InLineAt)
			back(&i.checkedAt)
			back(&i.missing)
		}
	}
	for _, h := range m.hosts {
		if moves(h.owner) {
			back(&h.nextAt)
			back(&h.busyUntil)
		}
	}
}

// claim checks that what is given away may be, that nothing is left that could
// be given too, and that publishers are served in turns.
func (m *model) claim(r *rapid.T) {
	owner, limit := rapid.SampledFrom(modelOwners).Draw(r, "owner"), rapid.IntRange(1, 6).Draw(r, "limit")
	claimed, err := m.store.ClaimItems(r.Context(), store.Claim{Now: m.now, Owner: owner, Lease: 5 * time.Minute, Limit: limit})
	m.must(r, err)
	m.watch(owner)
	served := map[news.ID]int{}
	for _, item := range claimed {
		i, ok := m.items[item.Item]
		if !ok || !m.claimable(i) {
			r.Fatalf("%s was given away: %+v", item.Item, i)
		}
		served[i.Publisher]++
		i.owner, i.claimAt = owner, m.now.Add(5*time.Minute)
		if i.download() {
			*m.host(i.Host) = modelHost{m.host(i.Host).nextAt, i.claimAt, owner, i.Ref.Item}
		}
	}
	most := slices.Max(append(slices.Collect(maps.Values(served)), 0))
	for _, i := range m.items {
		if !m.claimable(i) {
			continue
		}
		if len(claimed) < limit {
			r.Fatalf("%d of %d were given away, but not %s", len(claimed), limit, i.Ref.Item)
		}
		if !i.download() && served[i.Publisher] < most-1 {
			r.Fatalf("a publisher got %d, and another %d although more of it waits", most, served[i.Publisher])
		}
	}
}

func (i *modelItem) download() bool { return i.URL != "" && !i.HasPage }

// claimable reports whether an item may be given away now.
func (m *model) claimable(i *modelItem) bool {
	if i.State != news.StateDue || i.claimAt.After(m.now) {
		return false
	}
	h := m.host(i.Host)
	return !i.download() || !h.nextAt.After(m.now) && !h.busyUntil.After(m.now)
}

func (m *model) host(name string) *modelHost {
	if m.hosts[name] == nil {
		m.hosts[name] = &modelHost{}
	}
	return m.hosts[name]
}

func (m *model) giveUp(i *modelItem, freeAt time.Time) {
	h := m.host(i.Host)
	h.nextAt = latest(h.nextAt, freeAt)
	if h.holder == i.Ref.Item || h.holder == "" {
		h.busyUntil, h.owner, h.holder = time.Time{}, "", ""
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (m *model) release(r *rapid.T) {
	owner, freeAt := rapid.SampledFrom(modelOwners).Draw(r, "owner"), m.now.Add(2*time.Second)
	m.must(r, m.store.Release(r.Context(), owner, freeAt))
	for _, i := range m.items {
		if i.owner == owner {
			i.owner, i.claimAt = "", i.DueAt
		}
	}
	for _, h := range m.hosts {
		if h.owner == owner {
			*h = modelHost{nextAt: latest(h.nextAt, freeAt)}
		}
	}
}

func (m *model) savePage(r *rapid.T) {
	i := m.some(r)
	ref, freeAt := i.ref(r), m.now.Add(2*time.Second)
	page := news.Page{Ref: ref, Kind: news.PageHTML, Body: []byte("x"), FetchedAt: m.now}
	m.must(r, m.store.SavePage(r.Context(), page, "timeout", store.Slot{Host: i.Host, FreeAt: freeAt}))
	m.giveUp(i, freeAt)
	if i.removed {
		return
	}
	i.pages[ref.Revision] = m.now
	if ref.Revision == i.Revision {
		i.HasPage = true
		if i.State == news.StateDue {
			i.Reason = "timeout"
		}
	}
}

func (m *model) postpone(r *rapid.T) {
	i := m.some(r)
	ref, due := i.ref(r), m.now.Add(seconds(0, 3600).Draw(r, "pause"))
	owner := rapid.SampledFrom([]string{i.owner, "somebody else"}).Draw(r, "owner")
	m.must(r, m.store.Postpone(r.Context(), owner, ref, due, "dns", store.Slot{Host: i.Host, FreeAt: m.now}))
	m.giveUp(i, m.now)
	if ref.Revision == i.Revision && i.State == news.StateDue && owner == i.owner {
		i.DueAt, i.claimAt, i.owner, i.Reason = due, due, "", "dns"
		i.Attempts++
	}
}

func (m *model) markInLine(r *rapid.T) {
	i := m.some(r)
	ref := i.ref(r)
	m.must(r, m.store.MarkInLine(r.Context(), m.now, ref))
	if ref.Revision == i.Revision && i.State == news.StateDue {
		i.State, i.owner = news.StateInLine, ""
		i.InLineAt, i.checkedAt, i.missing = m.now, m.now, time.Time{}
	}
}

func (m *model) markChecked(r *rapid.T) {
	i := m.some(r)
	ref, said := i.ref(r), rapid.SampledFrom([]string{"present", "missing", "lost"}).Draw(r, "said")
	checked := store.Checked{}
	*map[string]*[]news.Ref{"present": &checked.Present, "missing": &checked.Missing, "lost": &checked.Lost}[said] = []news.Ref{ref}
	lost, err := m.store.MarkChecked(r.Context(), m.now, checked)
	m.must(r, err)
	want := 0
	if ref.Revision == i.Revision && i.State == news.StateInLine {
		switch {
		case said == "present":
			i.missing, i.checkedAt = time.Time{}, m.now
		case said == "missing":
			i.checkedAt = m.now
			if i.missing.IsZero() {
				i.missing = m.now
			}
		case !i.missing.IsZero():
			want = 1
			i.State, i.DueAt, i.claimAt = news.StateDue, m.now, m.now
			i.InLineAt, i.checkedAt, i.missing = time.Time{}, time.Time{}, time.Time{}
		}
	}
	if lost != want {
		r.Fatalf("%d were lost, want %d", lost, want)
	}
}

// end ends a revision in some way, in some pass.
func (m *model) end(r *rapid.T) {
	i := m.some(r)
	ref := i.ref(r)
	ref.Generation = rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(r, "generation")
	ending := map[news.Outcome]func() store.Ending{
		news.Archived: func() store.Ending { return archived(ref, "title", "text") },
		news.Dropped:  func() store.Ending { return dropped(ref, "no_text") },
		news.Dead:     func() store.Ending { return dead(ref, "panic") },
	}[rapid.SampledFrom([]news.Outcome{news.Archived, news.Archived, news.Dropped, news.Dead}).Draw(r, "outcome")]()
	ending.At = m.now
	got, err := m.store.End(r.Context(), []store.Ending{ending})
	m.must(r, err)
	if want := i.apply(ending); got[0].Applied != want || !got[0].Known {
		r.Fatalf("an ending: %+v, want it applied: %v", got[0], want)
	}
}

// apply is the contract of store.Ending.
func (i *modelItem) apply(e store.Ending) bool {
	ended, present := i.State == news.StateEnded, e.Ref.Revision == i.Revision
	switch {
	case i.removed, e.Ref.Revision > i.Revision, ended && present && e.Ref.Generation < i.Generation:
		return false
	case e.Outcome == news.Archived:
		if i.article != nil && e.Ref.Older(*i.article) {
			return false
		}
		i.article = &e.Ref
		if present {
			i.settle(e, news.Archived)
		} else if i.Outcome == news.Dropped {
			i.Outcome = news.Archived
		}
		return true
	case !present:
		return false
	case i.Outcome == news.Archived && (e.Outcome == news.Dead || e.Ref.Generation == i.Generation):
		return false
	case i.Outcome == news.Archived && i.article.Revision == i.Revision:
		i.article = nil
	}
	if e.Outcome == news.Dropped && i.article != nil {
		i.settle(e, news.Archived)
	} else {
		i.settle(e, e.Outcome)
	}
	return true
}

func (i *modelItem) settle(e store.Ending, outcome news.Outcome) {
	i.State, i.Outcome, i.Reason, i.Generation, i.EndedAt = news.StateEnded, outcome, e.Reason, e.Ref.Generation, e.At
	i.owner, i.missing, i.letter = "", time.Time{}, outcome == news.Dead
}

func (m *model) retry(r *rapid.T) {
	i := m.some(r)
	_, err := m.store.RetryDeadLetter(r.Context(), i.Ref.Item, m.now)
	if !i.letter {
		m.absent(r, err)
		return
	}
	m.must(r, err)
	i.State, i.Outcome, i.Reason, i.EndedAt, i.letter = news.StateDue, "", "", time.Time{}, false
	i.DueAt, i.claimAt = m.now, m.now
	i.InLineAt, i.checkedAt = time.Time{}, time.Time{}
}

func (m *model) dropLetter(r *rapid.T) {
	i := m.some(r)
	err := m.store.DropDeadLetter(r.Context(), i.Ref.Item, "by_hand", m.now)
	if !i.letter {
		m.absent(r, err)
		return
	}
	m.must(r, err)
	i.Outcome, i.Reason, i.EndedAt, i.letter = news.Dropped, "by_hand", m.now, false
	if i.article != nil {
		i.Outcome = news.Archived
	}
}

func (m *model) remove(r *rapid.T) {
	if rapid.IntRange(0, 3).Draw(r, "seldom") > 0 {
		r.Skip("an item that was removed does nothing more")
	}
	i := m.some(r)
	_, err := m.store.RemoveArticle(r.Context(), i.Ref.Item, m.now)
	if i.article == nil {
		m.absent(r, err)
		return
	}
	m.must(r, err)
	i.settle(store.Ending{Reason: store.ReasonRemoved, At: m.now, Ref: news.Ref{Generation: i.Generation}}, news.Dropped)
	i.article, i.removed, i.HasPage = nil, true, false
	clear(i.pages)
}

func (m *model) absent(r *rapid.T, err error) {
	if !errors.Is(err, store.ErrNotFound) {
		r.Fatalf("%v, want ErrNotFound", err)
	}
}

// prune deletes what is older than some cutoff, in steps.
func (m *model) prune(r *rapid.T) {
	cutoff := m.now.Add(-seconds(0, 3600).Draw(r, "older than"))
	keep := store.Cutoffs{Polls: cutoff, Revisions: cutoff, Fingerprints: cutoff}
	if rapid.Bool().Draw(r, "pages") {
		keep.Pages = cutoff
	}
	if rapid.Bool().Draw(r, "dropped") {
		keep.Dropped = cutoff
	}
	for more := true; more; {
		pruned, err := m.store.Prune(r.Context(), keep, 2)
		m.must(r, err)
		more = pruned.More
	}
	for id, i := range m.items {
		if keep.Dropped.After(i.EndedAt) && i.Outcome == news.Dropped && !i.removed {
			delete(m.items, id)
		}
		for revision, fetched := range i.pages {
			if keep.Pages.After(fetched) && (i.Outcome == news.Archived || i.Outcome == news.Dropped) {
				delete(i.pages, revision)
				i.HasPage = i.HasPage && revision != i.Revision
			}
		}
	}
}

// view is what the store shows of an item.
type view struct {
	news.Ref
	State                       news.State
	Outcome                     news.Outcome
	Reason                      string
	FoundAt, DueAt, LeasedUntil time.Time
	Attempts                    int
	HasPage, Letter             bool
	Article                     int // its revision; 0 without one
}

// look compares now and then: it takes longer than most steps.
func (m *model) look(r *rapid.T) {
	if m.steps++; m.steps%8 == 0 {
		m.compare(r)
	}
}

// compare looks at everything there is.
func (m *model) compare(r *rapid.T) {
	counts := map[news.ID]news.Counts{}
	want, got := map[news.ID]view{}, map[news.ID]view{}
	for id, i := range m.items {
		want[id], got[id] = i.view(), m.shown(r, i)
		c := counts[i.Source]
		c.Found++
		switch i.Outcome {
		case news.Archived:
			c.Archived++
		case news.Dropped:
			c.Dropped++
		case news.Dead:
			c.Dead++
		default:
			c.Open++
		}
		counts[i.Source] = c
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("items differ (-want +got):\n%s", diff)
	}
	for _, source := range m.sources {
		s, err := m.store.Source(r.Context(), source.ID)
		m.must(r, err)
		if s.Counts != counts[source.ID] {
			r.Fatalf("counts of %s: %+v, want %+v", source.Name, s.Counts, counts[source.ID])
		}
	}
}

func (i *modelItem) view() view {
	v := view{Ref: i.Ref, State: i.State, Outcome: i.Outcome, Reason: i.Reason, FoundAt: i.FoundAt, Attempts: i.Attempts, HasPage: i.HasPage, Letter: i.letter}
	if i.State == news.StateDue {
		v.DueAt = i.DueAt
		if i.owner != "" {
			v.LeasedUntil = i.claimAt
		}
	}
	if i.article != nil {
		v.Article = i.article.Revision
	}
	return v
}

func (m *model) shown(r *rapid.T, i *modelItem) view {
	d, err := m.store.ItemDetail(r.Context(), i.Ref.Item)
	m.must(r, err)
	v := view{
		Ref: d.Item.Ref, State: d.Item.State, Outcome: d.Item.Outcome, Reason: d.Item.Reason, FoundAt: d.Item.FoundAt,
		LeasedUntil: d.LeasedUntil, Attempts: d.Item.Attempts, HasPage: d.Item.HasPage, Letter: d.Letter != nil,
	}
	if v.State == news.StateDue {
		v.DueAt = d.Item.DueAt
	}
	if article, err := m.store.Article(r.Context(), i.Ref.Item); !errors.Is(err, store.ErrNotFound) {
		m.must(r, err)
		v.Article = article.Revision
	}
	return v
}

// audit finds nothing, and the store holds no items and pages but the model's.
func (m *model) audit(r *rapid.T) {
	for id, i := range m.items {
		for revision := 1; revision <= i.Revision+1; revision++ {
			_, err := m.store.Page(r.Context(), news.Ref{Item: id, Revision: revision})
			if _, ok := i.pages[revision]; ok {
				m.must(r, err)
			} else {
				m.absent(r, err)
			}
		}
	}
	report, err := m.store.Audit(r.Context(), m.now, func([]news.Ref) error { return nil })
	m.must(r, err)
	found := 0
	for _, source := range report.Sources {
		found += source.Found
	}
	if len(report.Offenders) > 0 || found != len(m.items) {
		r.Fatalf("%d items, want %d; offenders: %v", found, len(m.items), report.Offenders)
	}
}
