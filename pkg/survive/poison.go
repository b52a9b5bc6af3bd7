package survive

import (
	"context"
	"fmt"
	"time"

	"marsad/pkg/news"
	"marsad/pkg/stage"
	"marsad/pkg/world"
)

// Poison publishes an item that makes a service panic, hang or die whenever it
// is handled. It must end as a dead letter with the reason, and nothing else
// may; without the poison, a retry must archive it.
func Poison(service, action, reason string) Fault {
	return Fault{"poison: " + action + " in " + service, func(ctx context.Context, r *Rig) error {
		n := r.Node(service)
		item := r.nextPage()
		if err := r.alone(ctx, n); err != nil {
			return err
		}
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		poison := fmt.Sprintf("MARSAD_CRASH=%s:%s:%s=%s", service, stage.InProcess, item.ID, action)
		if err := n.Start(poison); err != nil {
			return err
		}
		r.World.Publish(wave)
		if err := r.awaitDead(ctx, n, item, poison); err != nil {
			return err
		}
		if err := r.Settle(ctx, map[news.ID]news.Outcome{item.ID: news.Dead}); err != nil {
			return err
		}
		record, err := r.store.Record(ctx, item.ID)
		if err != nil {
			return err
		}
		if record.Reason != reason {
			return fmt.Errorf("%w: the dead letter says %q, not %q", ErrBroken, record.Reason, reason)
		}
		if _, err := n.Terminate(ctx); err != nil {
			return err
		}
		if err := r.startAll(ctx); err != nil {
			return err
		}
		_, err = r.Marsad(ctx, "dead", "retry", string(item.ID))
		return err
	}}
}

// nextPage publishes until the next item is a page that stays as it is, and
// returns that one, unpublished.
func (r *Rig) nextPage() *world.Item {
	for {
		if item := r.World.Next(); item.Kind == world.Page && !item.Changes {
			return item
		}
		r.World.Publish(1)
	}
}

// awaitDead waits until the poisonous item is a dead letter, starting the node
// again whenever it dies of it.
func (r *Rig) awaitDead(ctx context.Context, n *Node, item *world.Item, poison string) error {
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		if record, err := r.store.Record(ctx, item.ID); err == nil && record.Outcome == news.Dead {
			if !n.Running() {
				return n.Start(poison)
			}
			return n.AwaitReady(ctx)
		}
		if !n.Running() {
			r.countKill(n)
			if err := n.Start(poison); err != nil {
				return err
			}
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("the poisonous item %s never became a dead letter\n%s", item.ID, n.Log())
}
