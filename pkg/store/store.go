// Package store is the contract of the shared store: the ledger that knows
// every item from the moment it is found until it ends, the pages, decisions
// and articles, and what operators see of them. Backends keep it in plain SQL:
// pkg/store/sqlite and pkg/store/postgres; package storetest is the suite each of
// them must pass.
//
// Times are UTC with microsecond precision: what a backend returns equals what
// it was given truncated to microseconds. Every method may be called from any
// goroutine and process. An error that is none of this package's sentinels
// means that the store cannot be used right now: nothing was changed, and the
// same call may be made again. (Should a server be away for long just when it is to
// commit, the change may have been made.)
package store

import (
	"context"
	"errors"
	"time"

	"marsad/pkg/news"
)

// Sentinels. Compare with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrAmbiguous   = errors.New("fits more than one")
	ErrInvalid     = errors.New("cannot be stored") // what was asked for is wrong: asking again will not help
	ErrLeaseLost   = errors.New("lease lost to another holder")
	ErrNewerSchema = errors.New("the store was made by a newer marsad: upgrade this one, or use another store")
	ErrNoSchema    = errors.New("the store has no schema or an old one: run 'marsad migrate'")
)

// Store is everything the services keep. A service should ask for the part it needs.
type Store interface {
	Sources
	Ledger
	Pages
	Decisions
	Articles
	Index
	DeadLetters
	Attempts
	Leases
	Auditor
	Retention
	Watches
	Robots
	Subscriptions

	// Backup writes a consistent copy of the store to a new file, while others
	// read and write: what was committed before it began is in it. ErrExists if
	// there is a file already; an error leaves none behind. errors.ErrUnsupported
	// of a backend that has tools of its own for this.
	Backup(ctx context.Context, path string) error
	// Ping answers nil when a write could be committed now.
	Ping(ctx context.Context) error
	Close() error
}

// Sources is the register of what is watched.
type Sources interface {
	// AddSources registers sources and their publishers, in one transaction, and
	// says of each whether it was added: one that is there already, by its ID or
	// by an address it moved to, is left as it is. A source that was removed comes
	// back with its history.
	AddSources(ctx context.Context, sources ...news.Source) (added []bool, err error)
	// ChangeSource gives a source other settings: kind, name, publisher, language,
	// country, tags, interval and options of source count. ErrNotFound.
	ChangeSource(ctx context.Context, source news.Source) error
	// Source returns one source with its counts; a removed one too, since its
	// items are still on their way. ErrNotFound.
	Source(ctx context.Context, id news.ID) (news.Source, error)
	// Sources returns every source that is not removed, by publisher name, then name, then ID.
	Sources(ctx context.Context) ([]news.Source, error)
	// Moves returns where the source was read before, last move first, at most 30. The
	// last may be one that it did not make, because another is read there.
	Moves(ctx context.Context, source news.ID) ([]news.Move, error)
	// PauseSource stops (or resumes) polling; a notice is forgotten. What is
	// resumed is due at once, and its failures are forgotten. ErrNotFound.
	PauseSource(ctx context.Context, id news.ID, paused bool) error
	// RemoveSource stops polling for good and hides the source. Its items stay,
	// and so do its counts in an audit. ErrNotFound.
	RemoveSource(ctx context.Context, id news.ID) error

	// HasFeeds reports whether any feed was ever registered; removed ones count.
	HasFeeds(ctx context.Context) (bool, error)

	// ClaimSources leases up to claim.Limit sources whose poll is due and whose
	// host's slot is free, longest due first, at most one per host, and takes
	// the hosts' slots. Where items of the host wait too, they take turns, see ClaimItems. Paused, removed and manual sources are never due.
	ClaimSources(ctx context.Context, claim Claim) ([]news.Source, error)
	// RecordPoll ends a claimed poll in one transaction: items that are new
	// become ledger rows, items whose Found.Hash changed become a new revision
	// (see Ledger), every item gets the source as a finder; validators (unless
	// the outcome is error), next poll, what was learned, and the poll itself are
	// kept (the last 30), lease and slot are given up. Only the source that found an item first
	// makes revisions of it: others describe the same article in other words.
	// Items of removed articles never change.
	// A changed item is replaced, without a new revision, only if no message of
	// the old one can be on its way: it is due, has no page, and is claimed by
	// nobody. A lease that ran out counts: its owner may be late, and publish
	// after all. Of entries with the same ID the first counts.
	// Of items beyond the source's quota of 24 hours the ledger notes
	// ReasonQuota: those named last, which feeds put last because they are old.
	// Such an item stays as it is when its entry changes; when another source
	// brings it that has room, it becomes that one's, as a new revision, and counts as new.
	// Items known by the IDs of before the first release (of the canonical URL,
	// where Entry.ID is that of the address alone) keep them.
	// It returns result.Poll with Outcome (unless error or not_modified), New and Changed filled in.
	// ErrNotFound; ErrLeaseLost if another owner has claimed the source since: nothing is kept then.
	RecordPoll(ctx context.Context, result PollResult) (news.Poll, error)
	// Polls returns the last polls of a source, newest first, at most 30.
	Polls(ctx context.Context, source news.ID) ([]news.Poll, error)
}

// Claim asks for due work under a lease: until Now+Lease nobody else is given
// it; after that it is due again, and the owner's until another claims it or it
// is given back.
//
// If the Now of two claims in a row is more than a minute before an earlier one
// of the same owner (some seconds are forgiven), the clock was set back. One
// alone only came late, and moves nothing. Times that then lie in the future go
// back by the same difference: those of what the owner holds (slots, leases of
// work), and those of what nobody holds (delays of hosts, polls, due items,
// items in line), these once for all whose clock was set back with it. What
// another holds stays as it is: it is of the other's clock.
type Claim struct {
	Now   time.Time
	Owner string // the claiming process
	Lease time.Duration
	Limit int
}

// Slot gives up a host's politeness slot: no request goes there before FreeAt.
// The zero Slot gives up nothing.
type Slot struct {
	Host   string
	FreeAt time.Time
}

// PollResult is what a poll of a source brought.
type PollResult struct {
	Source     news.ID
	Owner      string
	Poll       news.Poll
	Validators news.Validators
	NextPoll   time.Time
	Slot       Slot
	Items      []Entry
	GUIDs      []byte // news.Source.GUIDs; nil: as they were
	// Learn, unless nil, is asked in the transaction what follows from the entries
	// that were new to the source, though others may have found them before;
	// NextPoll does not count then. It may be asked more than once.
	Learn func(fresh []Entry) Learned
	// MovedTo is where the source is read from now on; empty: where it was. If
	// another source is read there, this one is paused, with NoticeWatched.
	MovedTo string
	// Stop pauses the source; empty: it goes on.
	Stop news.Notice
}

// Learned is what a poll taught of its source.
type Learned struct {
	NextPoll time.Time
	Habit    []byte
	QuietAt  time.Time
	Volume   news.Volume
}

// Entry is one item as found: its identity and payload.
type Entry struct {
	ID    news.ID
	URL   string // canonical; empty when there is no page to download
	Found news.Found
	Page  *news.Page // stored with the item: nothing is downloaded. Ref is filled in by the store
}

// Ledger knows every item from found to ended. States go
// due → in_line → ended; a new revision makes any state due again, found at
// the time it was polled, with no attempts and no page.
type Ledger interface {
	// Submit adds documents of the manual source, in one transaction. For each
	// it returns the item as the ledger has it afterwards; one that was there
	// already is returned unchanged, with Added false, unless it was beyond the
	// quota of its source: then it becomes the manual source's, see RecordPoll.
	Submit(ctx context.Context, now time.Time, entries []Entry) ([]Submitted, error)
	// Item returns one row. ErrNotFound.
	Item(ctx context.Context, id news.ID) (news.Item, error)

	// DroppedItems returns the items of a source that were dropped, last first, at most limit.
	DroppedItems(ctx context.Context, source news.ID, limit int) ([]news.Item, error)

	// ClaimItems leases up to claim.Limit due items. Items that need a download
	// (they have a URL and no stored page) are claimed one per host, only where
	// the host's slot is free, and take the slot; hosts that waited longest
	// come first, and within a host the item due longest. Where
	// sources of a host are due too, source and item take turns, whoever claims
	// first; one that is not claimed within 3 seconds loses its turn. Other items
	// are claimed freely, those due longest first.
	// Publishers take turns: each gets an item before any gets a second, and
	// whoever was served longest ago comes first. An item whose lease ran out
	// counts as due since then. For a clock that was set back, see Claim.
	ClaimItems(ctx context.Context, claim Claim) ([]news.Item, error)
	// SavePage stores the page of a claimed item, with the reason why it is not
	// more than the feed's own text (empty: it is), and gives up the slot. The item
	// stays leased. A page of an older revision than the ledger's is stored all
	// the same; one of a removed article is not. Slots are given up only by the
	// item or source that holds them, but FreeAt always counts. ErrNotFound.
	SavePage(ctx context.Context, page news.Page, reason string, slot Slot) error
	// MarkInLine says that the item was handed to the bus. It changes nothing
	// unless the row is due with that revision: the item may have ended already.
	MarkInLine(ctx context.Context, now time.Time, refs ...news.Ref) error
	// Postpone gives an item back that owner has claimed, due again at due, with
	// the reason of the failure; Attempts goes up by one. It changes nothing unless
	// the row is due with that revision and owner has it still.
	Postpone(ctx context.Context, owner string, ref news.Ref, due time.Time, reason string, slot Slot) error
	// Release gives claimed work back untouched, due as before, and frees its hosts' slots at
	// freeAt: a request may have been on its way. It is for a process that stops, or was killed.
	Release(ctx context.Context, owner string, freeAt time.Time) error

	// InLineSince returns items in line that were handed to the bus before
	// before, those whose presence was checked longest ago first.
	InLineSince(ctx context.Context, before time.Time, limit int) ([]InLine, error)
	// MarkChecked records what a look at the streams said of items in line.
	// Present items are forgotten as missing; missing ones keep the time they
	// were first missed; lost ones become due at now. Rows that moved on
	// meanwhile are left alone; so is a lost one not marked missing before. It
	// returns how many became due.
	MarkChecked(ctx context.Context, now time.Time, checked Checked) (int, error)

	// End writes final states and articles, all in one transaction, and
	// returns one result per ending, in order. See Ending.
	End(ctx context.Context, endings []Ending) ([]EndResult, error)

	// RemoveArticle takes an article down for good, in one transaction: its
	// revisions, labels, index entry, pages and fingerprints, and what the feed
	// said of it but its address. The item ends as dropped, with ReasonRemoved,
	// whatever it was; its story is recomputed. From then on no feed, document
	// or ending brings it back: found again it is unchanged, submitted again it
	// is what it is, a page of it is not stored, endings of it, of any revision
	// and generation, are not applied, nothing is appended to the journal; what
	// the journal has of it goes. While its story has copies by the same
	// fingerprint, the oldest of them inherits that: the next copy is of it.
	// ErrNotFound if there is no article.
	RemoveArticle(ctx context.Context, id news.ID, now time.Time) (Removed, error)
	// RemovedSince returns the items whose articles were taken down at since or
	// later, each with the highest revision the ledger has, oldest removal first.
	RemovedSince(ctx context.Context, since time.Time) ([]news.Ref, error)

	// FindItem returns the ID of the one item whose ID begins with prefix.
	// ErrNotFound if there is none, ErrAmbiguous if there are several.
	FindItem(ctx context.Context, prefix string) (news.ID, error)
	// ItemDetail returns one row with all that the store knows of where the item
	// is. ErrNotFound.
	ItemDetail(ctx context.Context, id news.ID) (ItemDetail, error)

	// ScheduleLook has the page of an item, in line or archived, looked at again
	// at a time: not before its article is archived. ErrNotFound.
	ScheduleLook(ctx context.Context, item news.ID, at time.Time) error
	// StartLooks makes at most limit archived items due whose second look is, and
	// returns how many. They keep their revision, and Item.Looking says so.
	// Whatever ends the revision meanwhile ends the look.
	StartLooks(ctx context.Context, now time.Time, limit int) (int, error)
	// SaveLook makes what a look of owner's brought the item's next revision: page,
	// whose Revision is that which was looked at, is stored with it, and the item
	// stays leased. It returns the new ref; ErrLeaseLost if the look is not
	// owner's, or over.
	SaveLook(ctx context.Context, owner string, page news.Page, slot Slot) (news.Ref, error)
	// EndLook ends a look of owner's that brought nothing: the item is archived, as
	// it was. It changes nothing if the look is not owner's, or over.
	EndLook(ctx context.Context, owner string, ref news.Ref, slot Slot) error

	// HostFreeAt is the time before which no request goes to a host; zero if
	// there was never one.
	HostFreeAt(ctx context.Context, host string) (time.Time, error)
	// TakeSlot takes the slot of one more host for the item or source that holder
	// is working on, until claim.Now+claim.Lease. If it is not free, freeAt is when
	// it may be; else zero.
	TakeSlot(ctx context.Context, claim Claim, host string, holder news.ID) (freeAt time.Time, err error)
	// GiveUpSlot gives up what TakeSlot took.
	GiveUpSlot(ctx context.Context, holder news.ID, slot Slot) error

	// LedgerStats counts the ledger.
	LedgerStats(ctx context.Context) (LedgerStats, error)
}

// ReasonQuota is the reason of due items that a source may not bring any more.
const ReasonQuota = "quota"

// ReasonRemoved is the reason of items whose article a person took down.
const ReasonRemoved = "removed"

// Removed is an article that was taken down.
type Removed struct {
	ID        news.ID `json:"id"`
	Title     string  `json:"title"`
	Publisher string  `json:"publisher"`
	URL       string  `json:"url"`
	Revision  int     `json:"revision"` // the highest the ledger has: it may have been announced in this and all before

	Copies []Related `json:"copies"` // all others of its group, by time, as they were before: they stay
}

// ItemDetail is an item and where it is.
type ItemDetail struct {
	Item         news.Item
	LeasedUntil  time.Time   // while a fetcher works on it; zero if none does
	MissingSince time.Time   // in line, and not met in any stream since; zero if not known to be
	Finders      []Finder    // who found it first comes first
	Trail        []news.Step // of an item that ended without an article
	Letter       *DeadLetter // without its payload; nil unless the item is dead
}

// Finder is a source that found an item; it may have been removed since.
type Finder struct {
	ID        news.ID `json:"id"`
	Name      string  `json:"name"`
	Publisher string  `json:"publisher"`
}

// Submitted is the ledger's answer to a document given by hand.
type Submitted struct {
	Item  news.Item
	Added bool
}

// InLine is an item in line and since when it has been missing from the
// streams; the zero time if it is not known to be.
type InLine struct {
	news.Ref
	MissingSince time.Time
	CheckedAt    time.Time // the last look; the hand-over if there was none
}

// Checked sorts items by what a look at the streams said.
type Checked struct {
	Present, Missing, Lost []news.Ref
}

// Ending ends one revision of an item. The row must exist, its article must not
// have been removed, and what it says of
// an equal or later (revision, generation) wins: an ending that is Older is not
// applied. An ending of the ledger's present revision sets state, outcome and
// reason; one of an earlier revision leaves the state alone, but its article is
// written if none newer is there. Ending the same ref twice is harmless. An article
// that is written again in the same revision, by a replay, stays archived at the time
// it was first; while its title and text are the same, the index is not touched.
//
// An item with an article is archived: a later revision that is Dropped leaves it so,
// with its earlier article, and the reason noted; one that is Dead waits for a person.
// Against an item that is archived at the same revision, Dead is not applied,
// and Dropped only with a later generation: it removes the article. An ending
// that is applied deletes the dead letter there was.
type Ending struct {
	Ref     news.Ref
	Outcome news.Outcome
	Reason  string
	At      time.Time
	Trail   []news.Step

	// For Archived: the whole record. The story, and the leader of the group, are
	// those of the stored decision on the item and revision: the story may have
	// moved while the item was on its way. Only where there is no decision it is
	// Story, and the leader is what the verdict is of.
	Article *news.Article
	Verdict *news.Verdict
	Story   news.ID
	Labels  news.Labels
	// For Dead.
	Letter *DeadLetter
}

// EndResult says what became of an Ending.
type EndResult struct {
	Applied bool        // false: unknown to the ledger, removed, or older than what is there. The same ref again is applied again
	Known   bool        // false: the ledger has no such item
	FoundAt time.Time   // from the ledger
	Story   *news.Story // recomputed from its members; nil unless Outcome is Archived and Applied
}

// LedgerStats is the ledger at a glance.
type LedgerStats struct {
	Open       map[news.State]int // due, in_line
	Ended      map[news.Outcome]int
	OldestOpen time.Time // when the oldest open item was found; zero if none is open
	DeadLetter int
}

// Pages holds the bytes of pages, compressed.
type Pages interface {
	// Page returns the stored page of ref's item and revision. ErrNotFound.
	Page(ctx context.Context, ref news.Ref) (news.Page, error)
}

// Lease is a held name. Its epoch goes up with every change of holder: work
// done under an old epoch is refused.
type Lease struct {
	Name  string
	Owner string
	Epoch int64
}

// Leases make a worker single-active across processes.
type Leases interface {
	// AcquireLease takes name for owner until now+ttl, or extends what owner
	// holds, keeping its epoch. ErrLeaseLost if another owner holds it; but one that
	// would last longer than 2*ttl, and has not been renewed between two calls of
	// owner in this process that are ttl or more apart, is of a clock that was set
	// back: it is taken, and the epoch keeps the two apart. Who renews keeps
	// what it holds, whatever the difference of the clocks.
	AcquireLease(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (Lease, error)
	// ReleaseLease gives a held lease up. Giving up one that is lost is harmless.
	ReleaseLease(ctx context.Context, lease Lease) error
}

// Decisions is the deduplicator's state.
type Decisions interface {
	// Decide runs fn in one write transaction, after checking inside it that
	// lease is still held at its epoch: else ErrLeaseLost. What fn returns is
	// returned; unless it is nil nothing is kept. fn must not wait for anything
	// but tx, and may be run again.
	Decide(ctx context.Context, lease Lease, fn func(tx DecisionTx) error) error
	// Journal hands fn the entries with N > after and At >= since, in order of N,
	// as they are read from one snapshot. Writers do not wait for it. An error of fn
	// ends it and is returned.
	Journal(ctx context.Context, after int64, since time.Time, fn func(JournalEntry) error) error
}

// DecisionTx is the deduplicator's state within one transaction.
type DecisionTx interface {
	// Decision returns the stored decision on ref's item and revision. ErrNotFound.
	Decision(ref news.Ref) (Decision, error)
	// LatestDecision returns the decision on the item's highest revision. ErrNotFound.
	LatestDecision(item news.ID) (Decision, error)
	// SaveDecision stores a decision. One that is there already is left as it is.
	SaveDecision(decision Decision) error
	// Fingerprint returns who was first recorded with that fingerprint. ErrNotFound.
	Fingerprint(kind FingerprintKind, hash string) (Fingerprint, error)
	// SaveFingerprint records a fingerprint. The first one recorded stays. Of
	// a removed article none is.
	SaveFingerprint(fingerprint Fingerprint) error
	// Append adds an entry to the end of the journal and returns its place. Of a
	// removed article nothing is kept: the place is 0.
	Append(entry JournalEntry) (n int64, err error)
	// Live returns the leader if its article was not removed, else the oldest
	// decided on of its group that was not. ErrNotFound if none is left. An
	// article that is still in line is there.
	Live(leader news.ID) (heir news.ID, err error)
	// MoveStory makes everything with that anchor, archived or still in line, part
	// of story, and recomputes both. A story that is left with nothing goes, and
	// its ID leads to story from then on, as do those that led to it. An ID that
	// belongs to a story again, by this or by SaveDecision, leads nowhere else.
	MoveStory(anchor, story news.ID) error
	// LinkStories says that two stories are on the same event. They stay linked
	// through merges, until one has lost its last article. Linking again, or a story
	// with itself, is harmless.
	LinkStories(a, b news.ID) error
}

// Decision is a verdict on one revision, and where it belongs. All but Story
// stays as it was decided; that MoveStory changes.
type Decision struct {
	Ref     news.Ref
	Verdict news.Verdict
	Leader  news.ID // of the group of copies it is in: itself unless it is a copy or an excerpt
	Anchor  news.ID // the original whose story it shares; itself for an original
	Story   news.ID
	At      time.Time
}

// JournalEntry is one step of the deduplicator's memory. Replaying the entries
// in order rebuilds it.
type JournalEntry struct {
	N    int64 // place in the order, given by the store: ascending, never used again
	Item news.ID
	At   time.Time
	Data []byte // the deduplicator's own; valid only until fn of Journal returns
}

// FingerprintKind says what a fingerprint was made of.
type FingerprintKind string

const (
	FingerprintURL  FingerprintKind = "url"  // the canonical URL
	FingerprintText FingerprintKind = "text" // the folded body
)

// Fingerprint ties a hash to the article first seen with it.
type Fingerprint struct {
	Kind  FingerprintKind
	Hash  string
	Item  news.ID
	Story news.ID
	Title string // folded
	At    time.Time
}

// Articles reads what was archived.
type Articles interface {
	// Article returns the record of an archived item with the members of its
	// group and the originals beside it. ErrNotFound.
	Article(ctx context.Context, id news.ID) (ArticleDetail, error)
	// RevisionText returns the title and the text that an archived article has, or
	// had, in that revision. ErrNotFound if it is unknown, or was pruned.
	RevisionText(ctx context.Context, ref news.Ref) (title, text string, err error)
	// FindArticle returns the ID of the one article whose ID begins with prefix.
	// ErrNotFound if there is none, ErrAmbiguous if there are several.
	FindArticle(ctx context.Context, prefix string) (news.ID, error)
	// Record returns what became of an item that ended, whatever its outcome. ErrNotFound
	// for unknown items and for open ones.
	Record(ctx context.Context, id news.ID) (news.Record, error)
	// Search returns the articles that match, newest first, at most query.Limit.
	// The ID of a story that became part of another stands for that.
	Search(ctx context.Context, query Query) (Hits, error)
	// Stories returns the stories of a period, in the order asked for, at most query.Limit.
	Stories(ctx context.Context, query StoryQuery) (StoryHits, error)
	// Story returns one story with its members. The ID of a story that became part
	// of another stands for that. ErrNotFound.
	Story(ctx context.Context, id news.ID) (StoryDetail, error)
	// FindStory returns the ID of the one story whose ID begins with prefix: of one
	// that is part of another, that. ErrNotFound, ErrAmbiguous.
	FindStory(ctx context.Context, prefix string) (news.ID, error)
	// ArchivedSince returns up to limit articles of since or later, published or found,
	// oldest first, that come after the one with the Seq after; 0 starts at the oldest.
	ArchivedSince(ctx context.Context, since time.Time, after int64, limit int) ([]Archived, error)
	// ArchivedOf returns the articles of items, oldest first. Items without one are left out.
	ArchivedOf(ctx context.Context, ids ...news.ID) ([]Archived, error)
	// ArticleCounts counts articles by language.
	ArticleCounts(ctx context.Context) (map[string]int, error)
}

// ArticleDetail is one article and its surroundings.
type ArticleDetail struct {
	news.Record
	Kinship
	FoundAt       time.Time      `json:"found_at"`
	ArchivedAt    time.Time      `json:"archived_at"`
	OfRevision    int            `json:"of_revision"`    // of the article it is a copy or excerpt of: which was current when that was decided, of those that are kept; 0 if that is gone, or it is of none
	Leader        news.ID        `json:"leader"`         // of its group: the article that the others are copies or excerpts of; when that is gone, the oldest that is left
	Copies        []Related      `json:"copies"`         // other members of its group, by time, at most 100
	StoryArticles []Related      `json:"story_articles"` // other originals of its story, by time, at most 20
	Revisions     []RevisionInfo `json:"revisions"`      // newest first
}

// RevisionInfo is one archived revision of an article.
type RevisionInfo struct {
	Revision   int       `json:"revision"`
	Title      string    `json:"title"`
	ArchivedAt time.Time `json:"archived_at"`
}

// Index is the full-text index, written in batches of its own.
type Index interface {
	// IndexPending indexes up to limit articles that are not yet, oldest first, and
	// returns how many it did.
	IndexPending(ctx context.Context, limit int) (int, error)
	// IndexStats says how far the index is behind.
	IndexStats(ctx context.Context) (IndexStats, error)
}

// IndexStats is the state of the full-text index.
type IndexStats struct {
	Documents int       `json:"documents"`
	Bytes     int64     `json:"bytes"`
	Pending   int       `json:"pending"`
	OldestAt  time.Time `json:"oldest_at,omitzero"` // when the oldest article that is not indexed was archived; zero if none
}

// DeadLetter is a message that could not be handled, kept whole.
type DeadLetter struct {
	Ref      news.Ref          `json:"ref"`
	Stage    string            `json:"stage"`
	Kind     string            `json:"kind"` // of the event that failed
	Reason   string            `json:"reason"`
	Error    string            `json:"error"`
	Attempts int               `json:"attempts"`
	Payload  []byte            `json:"payload"`
	Headers  map[string]string `json:"headers"`
	At       time.Time         `json:"at"`
}

// DeadLetters holds what needs a person.
type DeadLetters interface {
	// DeadLetters returns the letters, newest first, at most limit, without payloads.
	DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error)
	// DeadLetter returns one, whole. ErrNotFound.
	DeadLetter(ctx context.Context, id news.ID) (DeadLetter, error)
	// RetryDeadLetter makes the item due at due, forgets its recorded starts and
	// returns the letter, which is gone from the store. Who calls may publish the
	// letter and then mark the item in line; else a fetcher sends the item from
	// its stored page once it is due. ErrNotFound.
	RetryDeadLetter(ctx context.Context, id news.ID, due time.Time) (DeadLetter, error)
	// DropDeadLetter ends the item as dropped, with reason, and deletes the letter. ErrNotFound.
	DropDeadLetter(ctx context.Context, id news.ID, reason string, now time.Time) error
}

// Attempts counts the starts of messages that are being handled again. A key
// is the Key of the message's Ref.
type Attempts interface {
	// RecordStart durably counts one more start of key in stage and returns the
	// count. When, is for Cutoffs.Starts, and of the store's own clock.
	RecordStart(ctx context.Context, stage, key string) (int, error)
	// TakeBackStart undoes one RecordStart: the message could not be handled
	// for a reason that is not its own. Taking back more than were recorded is harmless.
	TakeBackStart(ctx context.Context, stage, key string) error
	// ForgetStarts deletes the count. Deleting none is harmless.
	ForgetStarts(ctx context.Context, stage, key string) error
}

// Retention deletes what is too old to be of use.
type Retention interface {
	// Prune deletes up to limit things that are older than keep allows, in one
	// short write transaction, or in none if nothing is too old. Who wants all
	// of it gone calls again while More is true, with pauses in which others
	// write. It does not lock out, or wait for, anything else; calling it from
	// several processes is harmless.
	Prune(ctx context.Context, keep Cutoffs, limit int) (Pruned, error)
}

// Cutoffs are the times before which things are too old. The zero time keeps
// them for ever.
type Cutoffs struct {
	// Pages of items that were archived or dropped, by when they were fetched;
	// with the page of an archived item goes the text its feed carried.
	Pages time.Time
	// Polls, beyond the number that is kept of each source; those of removed
	// sources whatever their age.
	Polls time.Time
	// Dropped items with all that belongs to them, by when they ended. One that
	// is still listed is found again, and dropped again. Removed articles stay
	// known; dead items wait for a person.
	Dropped time.Time
	// Revisions of articles that a later one replaced, by when they were archived.
	Revisions time.Time
	// Fingerprints, by when they were recorded, and entries of the journal: a copy
	// of something older is not recognised.
	Fingerprints time.Time
	// Starts of messages whose item ended before, or is not known, and that were
	// recorded before. Keep them for longer than a message that is not
	// acknowledged takes to come again: else one that kills its process does so
	// without end.
	Starts time.Time
	// Clocks of processes, by their latest claim.
	Clocks time.Time
}

// Pruned says what Prune deleted.
type Pruned struct {
	Rows map[PrunedTable]int // what was deleted of each table; none is missing
	More bool                // the limit was reached: there may be more
}

// PrunedTable names what Prune deletes from; with an item goes what belongs to it.
type PrunedTable string

const (
	PrunedPages        PrunedTable = "pages"
	PrunedPolls        PrunedTable = "polls"
	PrunedItems        PrunedTable = "items"
	PrunedRevisions    PrunedTable = "article_revisions"
	PrunedFingerprints PrunedTable = "fingerprints"
	PrunedJournal      PrunedTable = "journal"
	PrunedAttempts     PrunedTable = "attempts"
	PrunedClocks       PrunedTable = "clocks"
)

// PrunedTables lists them all.
var PrunedTables = []PrunedTable{PrunedPages, PrunedPolls, PrunedItems, PrunedRevisions, PrunedFingerprints, PrunedJournal, PrunedAttempts, PrunedClocks}

// Auditor checks promise 1 of the design from inside the store.
type Auditor interface {
	// Audit reads one consistent snapshot. Open items that only the bus can
	// account for (in line, handed over before inLineBefore) are handed to
	// inLine, in batches, after the snapshot was read.
	Audit(ctx context.Context, inLineBefore time.Time, inLine func([]news.Ref) error) (AuditReport, error)
}

// AuditReport is what an audit found.
type AuditReport struct {
	Sources   []SourceAudit `json:"sources"`
	Offenders []Offender    `json:"offenders"`
}

// SourceAudit is the ledger of one source; removed ones too.
type SourceAudit struct {
	ID   news.ID `json:"id"`
	Name string  `json:"name"`
	news.Counts
}

// Offender is an item that breaks a promise, and which.
type Offender struct {
	Item news.ID `json:"item_id"`
	Rule string  `json:"rule"`
}

// Rules an audit can find broken. The store's own checks find the first ones;
// RuleLost needs the bus.
const (
	RuleNoArticle  = "archived_without_article"
	RuleNoLedger   = "article_without_ledger_row"
	RuleNotEnded   = "article_of_an_item_not_archived"
	RuleNoLetter   = "dead_without_letter"
	RuleLetter     = "letter_of_an_item_not_dead"
	RuleUnbalanced = "source_counts_do_not_add_up" // Item is the source
	RuleNoState    = "row_in_no_known_state"
	RuleTwice      = "article_twice"
	RuleLost       = "in_line_but_in_no_stream"
)

// Robots keeps the robots.txt of origins (scheme://host:port), for all fetchers.
type Robots interface {
	// RobotsFile returns what was last had of an origin. ErrNotFound.
	RobotsFile(ctx context.Context, origin string) (RobotsFile, error)
	// SaveRobotsFile replaces it.
	SaveRobotsFile(ctx context.Context, origin string, file RobotsFile) error
}

// RobotsFile is the answer to a request for a robots.txt.
type RobotsFile struct {
	FetchedAt time.Time
	ExpiresAt time.Time
	Status    int // of the answer; 0: there was none
	Body      []byte
}
