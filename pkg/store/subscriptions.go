package store

import (
	"context"
	"time"

	"marsad/pkg/news"
)

// Subscriptions are with hubs that bring what is new in a source unasked (WebSub).
// A source has at most one that is not ending.
type Subscriptions interface {
	// SetHub has what is new in a source brought by the hub that want names, for
	// its topic, from now on, and by no other. One that is there stays as it is;
	// else want is kept, as wanted. nil: no hub is to bring it.
	SetHub(ctx context.Context, now time.Time, source news.ID, want *Subscription) error
	// Subscription returns that of a source, unless it is ending. ErrNotFound.
	Subscription(ctx context.Context, source news.ID) (Subscription, error)
	// SubscriptionAt returns one by its ID. ErrNotFound.
	SubscriptionAt(ctx context.Context, id string) (Subscription, error)
	// ClaimSubscriptions returns up to claim.Limit that are due, longest due first: their
	// hub is to be asked, and Asked is set of all that wait for its answer now. Until
	// claim.Now+claim.Lease nobody else is given them. Before that, those of
	// sources that are paused or removed become ending, and active ones whose time
	// is over wanted. Being due with Asked set is a failure.
	ClaimSubscriptions(ctx context.Context, claim Claim) ([]Subscription, error)
	// SubscriptionAsked says how asking the hub ended: unless it answers before, it is asked
	// again at due. reason is why it could not be asked; empty: it could. It changes
	// nothing if the hub has answered.
	SubscriptionAsked(ctx context.Context, id string, due time.Time, reason string) error
	// ConfirmSubscription makes one active whose hub says that it was asked for
	// topic: until then, and due at renew. It ends one that was ending. ErrNotFound
	// if nothing of the kind was asked.
	ConfirmSubscription(ctx context.Context, id, topic string, ends bool, until, renew time.Time) error
	// RefuseSubscription notes that the hub will not bring topic, and is asked again at due.
	// It ends one that was ending. ErrNotFound.
	RefuseSubscription(ctx context.Context, id, topic, reason string, due time.Time) error
	// EndSubscription forgets one. It is harmless if there is none.
	EndSubscription(ctx context.Context, id string) error
	// RecordPush keeps what a hub brought, in one transaction, as RecordPoll does,
	// with its rules and what it returns, but leaves alone when the source is
	// polled next, its validators, failures and habit: Learn of the next
	// RecordPoll is told of what was pushed since the last one. ErrNotFound if the
	// subscription is not there any more, or ending.
	RecordPush(ctx context.Context, push Push) (news.Poll, error)
	// SubscriptionStates counts them all. Of those that wait for their hub's first
	// answer the state is SubscriptionAsked.
	SubscriptionStates(ctx context.Context) (map[SubscriptionState]int, error)
}

// SubscriptionState is how far a subscription is.
type SubscriptionState string

// The states. Asked is that of wanted ones, as far as counts go.
const (
	SubscriptionWanted  SubscriptionState = "wanted"
	SubscriptionAsked   SubscriptionState = "asked"
	SubscriptionActive  SubscriptionState = "active"
	SubscriptionRefused SubscriptionState = "refused"
	SubscriptionEnding  SubscriptionState = "ending"
)

// SubscriptionStates lists them all.
var SubscriptionStates = []SubscriptionState{
	SubscriptionWanted, SubscriptionAsked, SubscriptionActive, SubscriptionRefused, SubscriptionEnding,
}

// Subscription is what a hub was asked for.
type Subscription struct {
	ID       string            `json:"-"` // of its callback: whoever knows it can be taken for the hub
	Source   news.ID           `json:"source"`
	Hub      string            `json:"hub"`
	Topic    string            `json:"topic"`
	Secret   string            `json:"-"`
	State    SubscriptionState `json:"state"`
	Asked    bool              `json:"asked"`              // the hub's answer is waited for
	DueAt    time.Time         `json:"due_at"`             // the hub is asked, or asked again, then
	Until    time.Time         `json:"until,omitzero"`     // the hub brings news until then
	Failures int               `json:"failures"`           // in a row
	Reason   string            `json:"reason,omitempty"`   // of the last failure, or as the hub says
	PushedAt time.Time         `json:"pushed_at,omitzero"` // the last time it brought something
}

// Push is what a hub brought.
type Push struct {
	Subscription string
	Poll         news.Poll
	Items        []Entry
}
