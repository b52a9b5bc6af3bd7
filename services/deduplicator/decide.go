package deduplicator

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/store"
	"marsad/pkg/text"
	"marsad/services/deduplicator/near"
	"marsad/services/deduplicator/story"
)

// subject is an article and what it is recognised by.
type subject struct {
	news.Article
	found    time.Time
	title    string   // folded words
	urls     []string // that identify the article
	text     string   // hash of the folded words; empty if there are too few
	print    near.Print
	features story.Features
}

func newSubject(a news.Article, found time.Time, minWords int) subject {
	s := subject{
		Article: a, found: found, title: folded(a.Title), print: near.PrintOf(a.Lang, a.Title, a.Text),
		features: story.FeaturesOf(a.Lang, a.Title, a.Text),
	}
	for _, address := range []string{a.CanonicalURL, a.URL} {
		if identifying(address) && !slices.Contains(s.urls, address) {
			s.urls = append(s.urls, address)
		}
	}
	if a.Words >= minWords {
		s.text = string(news.NewID(folded(a.Text)))
	}
	return s
}

// maxFolded bounds what is compared word for word: a character can fold to many.
const maxFolded = 1 << 20

// folded is s as words without regard to spelling, punctuation and spacing, up
// to maxFolded bytes or so.
func folded(s string) string {
	var b strings.Builder
	for token := range text.Tokens(s) {
		b.WriteString(token.Text)
		if b.WriteByte(' '); b.Len() > maxFolded {
			break
		}
	}
	return b.String()
}

// identifying reports whether an address is that of one article. That of a front
// page is not: sites that declare it on every page say nothing by it.
func identifying(address string) bool {
	u, err := url.Parse(address)
	return err == nil && address != "" && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "")
}

func (s subject) fingerprints() (prints []store.Fingerprint) {
	if s.text != "" {
		prints = append(prints, store.Fingerprint{Kind: store.FingerprintText, Hash: s.text})
	}
	for _, u := range s.urls {
		prints = append(prints, store.Fingerprint{Kind: store.FingerprintURL, Hash: u})
	}
	return prints
}

// published is when an article says it was, or the zero time: what cannot be
// true says nothing.
func (s subject) published() time.Time {
	if s.Published == nil || !store.EffectiveTime(s.Published, s.found).Equal(*s.Published) {
		return time.Time{}
	}
	return *s.Published
}

// decider decides within one transaction. What it changes in memory holds only
// if the transaction is committed.
type decider struct {
	store.DecisionTx
	memory *memory
	now    time.Time
}

// decide returns the stored decision on ref, or makes one and stores it with
// all that later articles are compared with.
func (d decider) decide(ref news.Ref, s subject) (store.Decision, error) {
	stored, err := d.Decision(ref)
	if !errors.Is(err, store.ErrNotFound) {
		return stored, err
	}
	seen := d.memory.clock(s.found, d.now)
	matches := d.memory.texts.Find(s.print, seen, s.published())
	decision, err := d.compare(ref, s, matches)
	if err != nil {
		return store.Decision{}, err
	}
	decision.Ref, decision.At = ref, d.now
	change := step{text: d.text(decision, s, seen, matches)}
	var placement story.Placement
	if decision.Verdict.Kind == news.Original {
		change.member = &member{item: ref.Item, story: ref.Item, at: s.time(seen), features: s.features}
		placement = d.memory.open.Place(s.features, change.member.at)
		if placement.Story != "" {
			change.member.story = placement.Story
		}
		decision.Leader, decision.Anchor, decision.Story = ref.Item, ref.Item, change.member.story
	}
	if err := d.save(decision, s); err != nil {
		return store.Decision{}, err
	}
	if err := d.remember(ref.Item, change); err != nil {
		return store.Decision{}, err
	}
	return decision, d.rearrange(decision, placement)
}

// compare finds what came before: the same item, then the same text, the same
// page under another address, and a text that is much the same.
func (d decider) compare(ref news.Ref, s subject, matches []near.Match) (store.Decision, error) {
	before, err := d.LatestDecision(ref.Item)
	if err == nil {
		return related(news.Verdict{Kind: news.Revision, Of: &ref.Item, Similarity: similarity(matches, before), Rule: news.RuleSameItem}, before), nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return store.Decision{}, err
	}
	same, err := d.same(ref, s)
	if !errors.Is(err, store.ErrNotFound) {
		return same, err
	}
	for _, m := range matches {
		alike, err := d.near(m)
		if !errors.Is(err, store.ErrNotFound) {
			return alike, err
		}
	}
	return store.Decision{Verdict: news.Verdict{Kind: news.Original, Rule: news.RuleFirst}}, nil
}

// same finds the article that had the same fingerprint first. ErrNotFound.
func (d decider) same(ref news.Ref, s subject) (store.Decision, error) {
	for _, f := range s.fingerprints() {
		other, err := d.Fingerprint(f.Kind, f.Hash)
		if errors.Is(err, store.ErrNotFound) || other.Item == ref.Item {
			continue
		}
		if err != nil {
			return store.Decision{}, err
		}
		rule := news.RuleText
		if f.Kind == store.FingerprintURL {
			if other.Title != s.title {
				continue
			}
			rule = news.RuleCanonicalURL
		}
		of, err := d.LatestDecision(other.Item)
		if err != nil {
			return of, err
		}
		return related(news.Verdict{Kind: news.Copy, Of: &other.Item, Similarity: 1, Rule: rule}, of), nil
	}
	return store.Decision{}, store.ErrNotFound
}

// near decides by a matched text, or by what is left of its group if its article
// was removed. ErrNotFound if nothing is.
func (d decider) near(m near.Match) (store.Decision, error) {
	item, err := d.Live(m.Item)
	if errors.Is(err, store.ErrNotFound) && m.Leader != m.Item {
		item, err = d.Live(m.Leader)
	}
	if err != nil {
		return store.Decision{}, err
	}
	of, err := d.LatestDecision(item)
	if err != nil {
		return store.Decision{}, err
	}
	rule := news.RuleNearText
	if m.Kind == news.Excerpt {
		rule = news.RuleContained
	}
	decision := related(news.Verdict{Kind: m.Kind, Of: &item, Similarity: m.Similarity, Rule: rule}, of)
	decision.Leader = m.Leader
	return decision, nil
}

// related is the decision on what belongs to the group and story of another.
func related(v news.Verdict, to store.Decision) store.Decision {
	return store.Decision{Verdict: v, Leader: to.Leader, Anchor: to.Anchor, Story: to.Story}
}

// similarity of a revision to what its group held before; 0 if that is not known.
func similarity(matches []near.Match, before store.Decision) float64 {
	for _, m := range matches {
		if m.Item == before.Ref.Item || m.Leader == before.Leader {
			return m.Similarity
		}
	}
	return 0
}

// text is what to recognise copies of the article by; nil if it is recognised by another.
func (d decider) text(decision store.Decision, s subject, seen time.Time, matches []near.Match) *near.Entry {
	var match *near.Match // in the group it was decided to be in
	if i := slices.IndexFunc(matches, func(m near.Match) bool { return m.Leader == decision.Leader }); i >= 0 {
		match = &matches[i]
	}
	if len(s.print.Shingles) == 0 || match != nil && match.Same {
		return nil
	}
	e := d.memory.texts.Entry(decision.Ref.Item, s.print, seen, s.published(), match)
	return &e
}

// time places the article among stories: never later than it was seen.
func (s subject) time(seen time.Time) time.Time {
	at := store.EffectiveTime(s.Published, s.found)
	if at.After(seen) {
		at = seen
	}
	return at.Truncate(time.Second)
}

func (d decider) save(decision store.Decision, s subject) error {
	if err := d.SaveDecision(decision); err != nil {
		return err
	}
	for _, f := range s.fingerprints() {
		f.Item, f.Story, f.Title, f.At = decision.Ref.Item, decision.Story, s.title, decision.At
		if err := d.SaveFingerprint(f); err != nil {
			return err
		}
	}
	return nil
}

// rearrange does what an original changes in other stories.
func (d decider) rearrange(decision store.Decision, p story.Placement) error {
	for _, move := range p.Moves {
		if err := errors.Join(d.MoveStory(move.Item, move.Story), d.remember(move.Item, step{move: &move})); err != nil {
			return err
		}
	}
	if p.Link == "" {
		return nil
	}
	return d.LinkStories(decision.Story, p.Link)
}

// remember appends a change to the journal, and makes it part of memory.
func (d decider) remember(item news.ID, change step) error {
	if change == (step{}) {
		return nil
	}
	entry, err := change.marshal()
	if err != nil {
		return err
	}
	n, err := d.Append(store.JournalEntry{Item: item, At: d.now, Data: entry})
	if err != nil || n == 0 { // of a removed article nothing is kept
		return err
	}
	d.memory.apply(n, change)
	return nil
}
